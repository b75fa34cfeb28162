"""Points: one fact counts once, caps count at the year's end, lines are voided and never edited; pages, list, import."""

import datetime as dt
import io
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile
from django.utils import timezone
from python_calamine import CalamineWorkbook

from association.exchange.actions import import_now, start_undo
from association.exchange.kinds import kind_named
from association.jobs.actions import run
from association.jobs.models import Job
from association.parties.models import Party
from association.timeline.models import AccessLog, Event
from members import merging, points
from members.models import PointEntry, PointRule
from tests.workbooks import xlsx

TODAY = timezone.localdate()
DAY = dt.date(TODAY.year, 1, 1)
ENTRIES = "/admin/members/pointentry/"


@pytest.fixture
def rules(db):
    points.load_rules()
    return {rule.key: rule for rule in PointRule.objects.all()}


@pytest.fixture
def unit(firm, rules):
    return firm("某市宏达建筑有限公司").party


def training(party, number, *, by=None, day=DAY):
    return points.add(party=party, key="training", happened_on=day, source_key=f"training:{number}:{party.pk}", by=by)


def total(party) -> Decimal:
    found = points.years_of(DAY.year, [party.pk])
    return found[party.pk].total if found else Decimal(0)


# -- The ledger -------------------------------------------------------------------------------------------------------


def test_one_fact_counts_once(unit, clerk):
    first = training(unit, 1, by=clerk)
    again = training(unit, 1, by=clerk)
    assert first.pk == again.pk
    assert (PointEntry.objects.count(), total(unit)) == (1, 2)
    assert Event.objects.filter(verb="points.added", party=unit).count() == 1


def test_the_cap_counts_when_the_year_is_added_up(unit, clerk):
    """10 points of training at most: the eighth training counts nothing, until an earlier one is voided."""
    entries = [training(unit, number) for number in range(7)]
    assert total(unit) == 10
    assert points.ledger(unit, DAY.year)["capped"] == ["参加培训每年最多计 10 分，超出的 4 分不计"]
    for entry in entries[:3]:
        points.void(entry, by=clerk, reason="登记重复")
    assert total(unit) == 8
    points.add(party=unit, key="assembly", happened_on=DAY, source_key="assembly:1")
    assert points.by_year(unit) == [(DAY.year, Decimal(13))]


def test_a_line_says_why_it_was_voided(unit, clerk, staff):
    entry = training(unit, 1)
    with pytest.raises(ValidationError, match="原因"):
        points.void(entry, by=clerk, reason=" ")
    with pytest.raises(PermissionDenied):
        points.void(entry, by=staff("财务处"), reason="x")
    points.void(entry, by=clerk, reason="登记重复")
    with pytest.raises(ValidationError, match="已经作废"):
        points.void(entry, by=clerk, reason="再来")
    assert training(unit, 1).voided_at is not None  # what was voided is not written anew


@pytest.mark.parametrize(
    ("values", "words"),
    [({"key": "dancing"}, "没有设置"), ({"happened_on": TODAY + dt.timedelta(days=1)}, "晚于今天")],
)
def test_what_cannot_be_is_said(values, words, unit):
    with pytest.raises(ValidationError, match=words):
        points.add(**{"party": unit, "key": "training", "happened_on": DAY, "source_key": "x"} | values)


def test_points_follow_a_merger(unit, firm, clerk):
    other = firm("某市永兴路桥有限公司").party
    training(unit, 1)
    training(other, 1)
    merging.merge(merged=unit.firm, into=other.firm, by=clerk, reason="同一家企业")
    assert total(other) == 4
    assert training(Party.objects.get(pk=unit.pk), 2).party == other


# -- Pages ------------------------------------------------------------------------------------------------------------


def test_a_line_is_written_and_voided_on_its_pages(unit, rules, office):
    data = {"unit": unit.name, "rule": rules["meeting"].pk, "happened_on": DAY, "note": "三届二次理事会"}
    for change, words in (
        ({"unit": "没有这一家"}, "没有找到这家单位"), ({"rule": ""}, "请选择积分项目"),
        ({"happened_on": TODAY + dt.timedelta(days=2)}, "不能晚于今天"),
    ):  # fmt: skip
        answer = office.post(f"{ENTRIES}new/", data | change).content.decode()
        assert words in answer
        assert "三届二次理事会" in answer
    assert "积 2 分" in office.post(f"{ENTRIES}new/", data, follow=True).content.decode()
    assert "已经登记过了" in office.post(f"{ENTRIES}new/", data).content.decode()
    entry = PointEntry.objects.get()
    page = office.get(f"{ENTRIES}{entry.pk}/change/").content.decode()
    assert "作废" in page
    assert "请填写作废的原因" in office.post(f"{ENTRIES}{entry.pk}/void/", {"reason": ""}).content.decode()
    office.post(f"{ENTRIES}{entry.pk}/void/", {"reason": "记错单位"})
    assert total(unit) == 0
    assert "已作废：记错单位" in office.get(ENTRIES).content.decode()


def test_the_unit_reads_its_own_ledger(unit, firm, firm_user, client_of, clerk):
    training(unit, 1)
    points.void(training(unit, 2), by=clerk, reason="登记重复")
    training(firm("某市永兴路桥有限公司").party, 3)
    client = client_of(firm_user(unit))
    page = client.get("/desk/points/")
    words = page.content.decode()
    assert page.context["total"] == 2
    assert len(page.context["lines"]) == 2
    assert "登记重复" in words
    assert "参加培训：每次 2 分，每年最多 10 分" in words
    assert client.get("/desk/points/?year=x").status_code == 200


def test_the_firms_page_shows_its_points(unit, office):
    training(unit, 1)
    words = office.get(f"/admin/members/firm/{unit.pk}/change/").content.decode()
    assert f"{DAY.year} 年" in words
    assert "2 分" in words


def test_the_yearly_list_ranks_prints_and_goes_out(unit, firm, office):
    second, third = firm("某市永兴路桥有限公司").party, firm("某市金鼎市政有限公司").party
    for party in (unit, second):
        training(party, 1)
    points.add(party=third, key="assembly", happened_on=DAY, source_key="a:3")
    rows = office.get(f"{ENTRIES}year/").context["rows"]
    assert [(row.rank, row.party.name, row.total) for row in rows] == [
        (1, third.name, 5), (2, unit.name, 2), (2, second.name, 2)
    ]  # fmt: skip
    assert third.name in office.get(f"{ENTRIES}year/print/").content.decode()
    answer = office.get(f"{ENTRIES}year/export/")
    table = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert table[2] == ["名次", "会员", "代码或临时编号", "参加会员大会", "参加培训", "合计"]
    assert table[3][:2] == [1, third.name]
    assert set(AccessLog.objects.values_list("action", flat=True)) >= {"print", "export"}
    assert "还没有积分" not in office.get(f"{ENTRIES}year/?year=1999").content.decode()


def test_rules_are_loaded_and_edited(office, clerk):
    page = "/admin/members/pointrule/"
    assert "已载入 6 个积分项目" in office.post(f"{page}load/", follow=True).content.decode()
    assert "都已经在这里了" in office.post(f"{page}load/", follow=True).content.decode()


# -- Excel ------------------------------------------------------------------------------------------------------------


def bring(rows, by):
    batch, job = import_now(kind_named("points"), ContentFile(xlsx(rows), "积分.xlsx"), options={}, by=by)
    assert job.state == Job.State.DONE, job.error
    return batch


def test_a_file_is_imported_once_and_taken_back(unit, clerk):
    day = f"{DAY:%Y-%m-%d}"
    rows = [
        ["会员", "项目", "日期", "说明"],
        [unit.name, "参加培训", day, "质量管理"], [unit.name, "参加培训", day, "质量管理"],
        [unit.name, "参加培训", day, "安全管理"], ["没有这一家公司", "参加培训", day, ""],
        [unit.name, "跳舞", day, ""], [unit.name, "参加培训", f"{TODAY + dt.timedelta(days=2):%Y-%m-%d}", ""],
    ]  # fmt: skip
    batch = bring(rows, clerk)
    assert (batch.created, batch.unchanged, batch.rejected) == (2, 1, 3)
    assert total(unit) == 4
    reasons = " ".join(problem["reason"] for row in batch.rows.filter(verdict="rejected") for problem in row.problems)
    for words in ("企业档案里没有这个名称", "没有这个积分项目，现有：", "晚于今天"):
        assert words in reasons
    assert bring(rows, clerk).created == 0
    rule = PointRule.objects.get(key="training")
    with pytest.raises(ValidationError, match="已经登记过了"):
        points.add_by_hand(party=unit, rule=rule, happened_on=DAY, note="质量管理", by=clerk)
    points.void(PointEntry.objects.get(note="安全管理"), by=clerk, reason="没有参加")
    run(start_undo(batch, by=clerk, reason="导错了").pk)
    assert [entry.note for entry in PointEntry.objects.all()] == ["安全管理"]
