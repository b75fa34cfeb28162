"""本轮总览: what it shows, the buttons on it, who sees them."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from association.exchange.actions import start_undo
from association.exchange.models import ImportBatch
from association.inbox.models import Todo
from association.jobs import actions as jobs
from association.jobs.models import Job
from association.timeline.models import Event
from evaluations.models import RatingRound, Scheme
from evaluations.runs import rate_now
from tests.codes import firm_code
from tests.pages import is_login

BASE = "/admin/evaluations/ratinground/"


def page_of(client, rating_round) -> str:
    response = client.get(f"{BASE}{rating_round.pk}/change/")
    assert response.status_code == 200
    return response.content.decode()


def test_a_new_round_uses_the_scheme_and_locks_it(scheme, client_of, association):
    client = client_of("综合处")
    data = {"year": 2020, "title": "", "scheme": scheme.pk, "issuer": "", "publicity_days": 5}
    page = client.post(f"{BASE}add/", data, follow=True).content.decode()
    opened = RatingRound.objects.get()
    assert (opened.title, opened.issuer) == ("2020 年度企业信用等级评价", association.authority_name)
    assert Scheme.objects.get().is_locked
    assert "先导入申报企业名册" in page
    assert "这个年度的轮次已经开设" in client.post(f"{BASE}add/", data).content.decode()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"publicity_days": 0}, "公示工作日应在 1 到 60 之间"),
        ({"year": 2021}, "这份评分办法是 2020 年度的，与轮次的 2021 年度不一致"),
        ({"opens_on": "2021-02-01", "closes_on": "2021-01-01"}, "申报截止不能早于申报开始"),
    ],
)
def test_wrong_settings_are_told_at_the_field(scheme, client_of, data, sentence):
    form = {"year": 2020, "scheme": scheme.pk, "publicity_days": 5} | data
    assert sentence in client_of("综合处").post(f"{BASE}add/", form).content.decode()
    assert not RatingRound.objects.exists()


def test_settings_change_with_a_line_in_the_history(rated, client_of):
    client, url = client_of("综合处"), f"{BASE}{rated.pk}/settings/"
    assert client.get(url).status_code == 200
    data = {"title": "改过的名称", "scheme": rated.scheme_id, "issuer": "某局", "publicity_days": 7}
    assert client.post(url, data).url == f"{BASE}{rated.pk}/change/"
    rated.refresh_from_db()
    assert (rated.title, rated.publicity_days) == ("改过的名称", 7)
    assert Event.objects.get(verb="round.changed").changes["publicity_days"] == ["5", "7"]


def test_it_says_how_far_everything_is(rated, client_of):
    page = page_of(client_of("综合处"), rated)
    assert "第 1 次测算" in page
    for label in ("申报企业名册", "信用信息（住建）", "信用信息（银行）", "业绩调查", "主管部门评分"):
        assert label in page
    assert "还没有" in page
    for address in ("&amp;missing=survey", "&amp;missing=score", "/admin/evaluations/waiting/"):
        assert address in page
    assert "/admin/exchange/importbatch/add/?kind=surveys&amp;round=2020" in page


def test_its_history_tells_of_files_and_runs(rated, client_of):
    page = page_of(client_of("综合处"), rated).split('id="history-title"')[1]
    assert "第 1 次测算" in page
    assert "导入申报企业名册" in page


def test_what_is_missing_leads_to_those_firms(rated, client_of):
    client = client_of("综合处")
    unsurveyed = client.get("/admin/evaluations/rating/?round__year=2020&missing=survey").content.decode()
    assert "乙建筑有限公司" in unsurveyed
    assert "甲建筑有限公司" not in unsurveyed
    unscored = client.get("/admin/evaluations/rating/?round__year=2020&missing=score").content.decode()
    assert "丙建筑有限公司" in unscored
    assert "乙建筑有限公司" not in unscored


def test_statistics_stand_as_charts_and_as_tables(rated, client_of):
    page = page_of(client_of("综合处"), rated)
    assert page.count("<svg") >= 5
    chart = page[page.index("<figcaption>协会评分") :].split("</svg>")[0]
    points = [int(label) for label in re.findall(r'<text class="second"[^>]*>(\d+)<', chart)]
    assert points == list(range(min(points), max(points) + 1))  # whole points that nobody has stand there as 0
    for words in ("测算等级：", "AAA", "暂无", "县市区与测算等级", "类别与测算等级", "非会员"):
        assert words.replace("：", "") in page


def test_the_page_takes_as_many_queries_for_more_firms(rated, client_of, bring):
    client = client_of("综合处")
    page_of(client, rated)
    with CaptureQueriesContext(connection) as few:
        page_of(client, rated)
    roster = [["企业名称", "统一社会信用代码"]] + [[f"新{n}建设有限公司", firm_code(n)] for n in range(20, 40)]
    bring("rating-roster", roster, round=2020)
    rate_now(rated)
    page_of(client, rated)
    with CaptureQueriesContext(connection) as many:
        page_of(client, rated)
    assert len(many) <= len(few) + 1
    assert len(many) < 60


def test_the_button_starts_one_job_and_the_page_of_it_opens(small_round, client_of):
    client = client_of("综合处")
    first = client.post(f"{BASE}{small_round.pk}/rate/")
    assert client.post(f"{BASE}{small_round.pk}/rate/").url == first.url
    job = Job.objects.get(kind="evaluations.rate")
    assert client.get(first.url).status_code == 200

    assert jobs.run(job.pk).state == Job.State.DONE

    assert "第 1 次" in page_of(client, small_round)
    assert client.get(f"{BASE}{small_round.pk}/rate/").status_code == 404


def test_when_something_came_in_since_it_says_so_and_a_todo_waits(rated, client_of, bring):
    client = client_of("综合处")
    assert "请重新测算" not in page_of(client, rated)
    bring(
        "authority-scores", [["企业名称", "统一社会信用代码", "得分"], ["丙建筑有限公司", firm_code(3), 70]], round=2020
    )
    assert "资料在第 1 次测算以后有变动，请重新测算" in page_of(client, rated)
    assert Todo.objects.open().filter(once_key=f"rate-again:{rated.pk}").count() == 1
    rate_now(rated)
    assert "请重新测算" not in page_of(client, rated)
    assert "丙建筑有限公司" in page_of(client, rated)


def test_what_was_taken_back_makes_the_run_old_as_well(rated, client_of, staff):
    clerk = staff("综合处")
    client = client_of(clerk)
    surveys = ImportBatch.objects.filter(kind="surveys").latest("pk")
    assert jobs.run(start_undo(surveys, by=clerk, reason="传错文件").pk).state == Job.State.DONE
    assert "资料在第 1 次测算以后有变动，请重新测算" in page_of(client, rated)


def test_scored_again_with_nothing_changed_it_says_so(rated, client_of):
    client = client_of("综合处")
    assert rate_now(rated)[1] is False
    assert "再次测算，资料没有变化，没有另存" in page_of(client, rated)


def test_a_switch_is_confirmed_with_its_reason_and_remembered(rated, client_of):
    client, url = client_of("综合处"), f"{BASE}{rated.pk}/switch/grades_open/"
    assert "请先取得主管部门同意" in client.get(url).content.decode()
    assert "请填写说明" in client.post(url, {"on": "1", "note": ""}).content.decode()
    client.post(url, {"on": "1", "note": "复函"})
    rated.refresh_from_db()
    assert rated.grades_open
    assert Event.objects.get(verb="round.grades_open").note == "复函"
    assert "主管部门同意公开：否 → 是" in page_of(client, rated)
    again = client.post(url, {"on": "1", "note": "再点一次"}, follow=True).content.decode()
    assert "刚刚已经" in again
    rated.refresh_from_db()
    assert rated.grades_open
    client.post(url, {"on": "0", "note": ""})
    rated.refresh_from_db()
    assert not rated.grades_open
    assert client.get(f"{BASE}{rated.pk}/switch/title/").status_code == 404


def test_readers_see_the_page_without_buttons_and_post_nothing(rated, client_of):
    client = client_of("监事")
    page = page_of(client, rated)
    for word in (">测算</button>", "/switch/", "生成公示名单</button>", "导入…"):
        assert word not in page
    for name in ("rate", "publicity", "switch/sheets_open"):
        assert client.post(f"{BASE}{rated.pk}/{name}/", {"on": "1"}).status_code == 403
    rated.refresh_from_db()
    assert not rated.sheets_open


@pytest.mark.parametrize(
    "name", ["change", "settings", "rate", "publicity", "issued", "switch/sheets_open", "export/full"]
)
def test_every_address_is_closed_to_others(rated, client, client_of, firm_user, rating_of, name):
    url = f"{BASE}{rated.pk}/{name}/"
    assert is_login(client.get(url))
    assert client_of("编辑").get(url).status_code in (403, 404)
    assert client_of(firm_user(rating_of(1).party)).get(url).status_code == 404


def test_another_scheme_may_be_taken_until_something_is_public(rated, client_of, scheme):
    client = client_of("综合处")
    client.post(f"/admin/evaluations/scheme/{scheme.pk}/copy/", {"year": 2020, "name": "另一份"})
    other = Scheme.objects.get(name="另一份")
    data = {"title": rated.title, "scheme": other.pk, "issuer": rated.issuer, "publicity_days": 5}
    assert client.post(f"{BASE}{rated.pk}/settings/", data).status_code == 302
    rated.refresh_from_db()
    other.refresh_from_db()
    assert rated.scheme == other
    assert other.is_locked
    assert Todo.objects.open().filter(once_key=f"rate-again:{rated.pk}").exists()
