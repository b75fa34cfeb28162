"""The issuer's list (发布结果): what it sets, what it refuses, what it is compared with."""

import datetime as dt

import pytest
import time_machine
from django.core.files.base import ContentFile

from association.exchange.actions import import_now
from association.exchange.kinds import kind_named
from association.jobs.models import Job
from association.timeline.models import Event
from evaluations import issued
from evaluations.decisions import NameDecision
from evaluations.models import Rating
from tests.codes import firm_code
from tests.workbooks import xlsx

OPTIONS = {"round": 2020, "number": "某建发〔2021〕5 号", "date": "2021-05-20"}
HEAD = ["序号", "企业名称", "代码", "等级"]


@pytest.fixture
def publish(rated, bring):
    def make(*rows, **options):
        return bring("issued-grades", [["某某市建筑企业信用等级"], HEAD, *rows], **(OPTIONS | options))

    return make


def grades():
    return dict(Rating.objects.values_list("code", "grade"))


def test_it_alone_makes_the_grade_with_number_and_date(publish, rated, rating_of):
    assert set(grades().values()) == {""}

    batch = publish(
        [1, "甲建筑有限公司", firm_code(1), "AAA"],
        [2, "乙建筑有限公司", "", "AA 级"],
        [3, "丙建筑有限公司", firm_code(3).lower(), "ａ级"],
    )

    assert (batch.created, batch.rejected) == (3, 0)
    assert grades() == {firm_code(1): "AAA", firm_code(2): "AA", firm_code(3): "A"}
    rating = rating_of(1)
    assert (rating.grade_number, rating.grade_on) == ("某建发〔2021〕5 号", dt.date(2021, 5, 20))
    rated.refresh_from_db()
    assert (rated.issued_number, rated.issued_on) == ("某建发〔2021〕5 号", dt.date(2021, 5, 20))
    event = Event.objects.get(verb="rating.issued", subject_id=rating.pk)
    assert (event.audience, event.happened_on) == ("party", dt.date(2021, 5, 20))


def test_differences_and_missing_firms_are_reported(publish, rated, client_of):
    publish([1, "甲建筑有限公司", firm_code(1), "A"])

    assert [(row.name, row.computed, row.grade) for row in issued.differences(rated)] == [
        ("甲建筑有限公司", "AAA", "A")
    ]
    assert [row.name for row in issued.missing(rated)] == ["乙建筑有限公司", "丙建筑有限公司"]
    page = client_of("综合处").get(f"/admin/evaluations/ratinground/{rated.pk}/issued/").content.decode()
    assert "乙建筑有限公司" in page
    assert "2 家不在名单上" in page
    assert "1 家与测算等级不同" in Event.objects.get(verb="round.issued").sentence


def test_rows_that_cannot_be_taken_say_why(publish, firm_party):
    firm_party("丁建筑有限公司", code=firm_code(50))
    batch = publish(
        [1, "没有的公司", "", "AAA"],
        [2, "丁建筑有限公司", firm_code(50), "AAA"],
        [3, "甲建筑有限公司", firm_code(1), "优秀"],
        [4, "乙建筑有限公司", firm_code(2), "AA"],
        [5, "乙建筑有限公司", firm_code(2), "AAA"],
        [6, "乙建筑有限公司", firm_code(2), "AA"],
        [7, "丙建筑有限公司", "91430600000000001X", "AA"],
    )
    assert (batch.created, batch.unchanged, batch.rejected) == (2, 1, 4)
    reasons = [row.problems[0]["reason"] for row in batch.rows.filter(verdict="rejected").order_by("row")]
    assert "企业档案里没有这个名称" in reasons[0]
    assert "没有参加本轮评价" in reasons[1]
    assert "请填写 AAA、AA、A、不予定级 之一" in reasons[2]
    assert "与第 6 行是同一家企业，等级不同" in reasons[3]
    [wrong_code] = [row for row in batch.rows.filter(verdict="created") if row.problems]  # the name is right
    assert "第 18 位" in wrong_code.problems[0]["reason"]
    assert NameDecision.objects.count() == 0


def test_again_it_changes_nothing_and_a_corrected_list_corrects(publish, rating_of):
    row = [1, "甲建筑有限公司", firm_code(1), "AAA"]
    publish(row)
    assert publish(row).unchanged == 1
    batch = publish([1, "甲建筑有限公司", firm_code(1), "AA"], number="某建发〔2021〕9 号", date="2021-06-01")
    assert batch.updated == 1
    assert (rating_of(1).grade, rating_of(1).grade_number) == ("AA", "某建发〔2021〕9 号")


def test_an_older_list_does_not_become_the_rounds_number(publish, rated):
    publish([1, "甲建筑有限公司", firm_code(1), "AAA"])
    publish([1, "乙建筑有限公司", firm_code(2), "AA"], number="旧文", date="2021-01-01")
    rated.refresh_from_db()
    assert rated.issued_number == "某建发〔2021〕5 号"


@time_machine.travel("2021-05-19 10:00+08:00")
@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"number": ""}, "请填写发布文号"),
        ({"number": "长" * 61}, "发布文号太长"),
        ({"date": "2021.5.20"}, "写作 2021-05-20 的样子"),
        ({"date": ""}, "请填写发布日期"),
        ({"date": "2021-05-20"}, "发布日期不能晚于今天"),
        ({"round": 2031}, "还没有 2031 年度的信用评价轮次"),
    ],
)
def test_without_number_and_date_nothing_is_read(rated, options, sentence):
    from association.jobs.actions import Refused

    file = ContentFile(xlsx([HEAD, [1, "甲建筑有限公司", firm_code(1), "AAA"]]), "发布.xlsx")
    with pytest.raises(Refused, match=sentence):
        import_now(kind_named("issued-grades"), file, options=OPTIONS | options)
    assert not Job.objects.filter(kind="exchange.apply", args__has_key="grade").exists()
    assert set(grades().values()) == {""}
