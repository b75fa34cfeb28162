"""Membership itself: who was what on a day, the firm's file in step, lists that open and end, statistics."""

import datetime as dt
import io

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile
from django.utils import timezone
from python_calamine import CalamineWorkbook

from association.exchange.actions import import_now, start_undo
from association.exchange.kinds import kind_named
from association.jobs import actions as jobs
from members import standing, statistics
from members.membership_queries import months_between, standing_on, would_lapse
from members.models import Firm, Membership, MembershipRules, Post, Tenure
from tests.codes import firm_code
from tests.workbooks import xlsx

D = dt.date
SINCE = D(2020, 1, 1)
ADMIN = "/admin/members/membership/"


@pytest.fixture
def today():
    return timezone.localdate()


@pytest.fixture
def member(firm, clerk):
    """member(day): the membership of a new firm from that day on."""
    return lambda day=SINCE, **values: standing.join(party=firm(**values).party, joined_on=day, by=clerk)


def in_step():
    """Every firm's file says what its rows say."""
    rows = Membership.objects.standing().filter(ended_on=None)
    open_ones = {row.party_id: row.number for row in rows}
    for firm in Firm.objects.all():
        assert firm.is_member == (firm.pk in open_ones), firm
        assert firm.member_number == open_ones.get(firm.pk, ""), firm


# -- On a day ---------------------------------------------------------------------------------------------------------


def test_what_it_was_on_a_day_has_an_answer(member, clerk):
    row = member(D(2020, 1, 1))
    party = row.party
    post = Post.objects.create(name="副会长", unit_name="副会长单位", order=30)
    Tenure.objects.create(post=post, party=party, person_name="张某", starts_on=D(2021, 5, 1))
    standing.pause(row, starts_on=D(2022, 1, 1), reason="未缴会费", by=clerk)
    standing.resume(row, on=D(2022, 7, 1), by=clerk)
    standing.end(row, ending="left", ended_on=D(2023, 3, 1), by=clerk)
    standing.join(party=party, joined_on=D(2024, 1, 1), by=clerk)
    found = {day: standing_on(party, day) for day in (
        D(2019, 12, 31), D(2020, 1, 1), D(2021, 6, 1), D(2022, 6, 30), D(2022, 7, 1), D(2023, 2, 28), D(2023, 3, 1),
        D(2024, 1, 1),
    )}  # fmt: skip
    assert [bool(one.membership) for one in found.values()] == [False, True, True, True, True, True, False, True]
    assert [bool(one.paused) for one in found.values()] == [False, False, False, True, False, False, False, False]
    assert found[D(2021, 6, 1)].posts == ["副会长（张某）"]
    assert found[D(2023, 3, 1)].posts == [], "its posts ended with it"
    assert found[D(2023, 2, 28)].words == f"是单位会员，编号 {row.number}"


def test_the_page_of_a_day(office, member):
    row = member(D(2020, 1, 1))
    url = f"{ADMIN}on/?party={row.party.uid}&day="
    assert "不是会员" in office.get(f"{url}2019-12-31").content.decode()
    assert f"是单位会员，编号 {row.number}" in office.get(f"{url}2020-01-01").content.decode()
    assert "日期写作" in office.get(f"{url}gestern").content.decode()
    assert office.get(f"{ADMIN}on/?party=x").status_code == 404


# -- Rules ------------------------------------------------------------------------------------------------------------


def test_nobody_is_a_member_twice_nor_ahead_of_time(member, clerk, today):
    row = member()
    with pytest.raises(ValidationError, match="已经是会员"):
        standing.join(party=row.party, joined_on=today, by=clerk)
    with pytest.raises(ValidationError, match="不能晚于今天"):
        standing.end(row, ending="left", ended_on=today + dt.timedelta(days=1), by=clerk)
    standing.end(row, ending="left", ended_on=D(2021, 1, 1), by=clerk)
    with pytest.raises(ValidationError, match="已于 2021-01-01 终止"):
        standing.end(row, ending="lapsed", ended_on=today, by=clerk)
    with pytest.raises(ValidationError, match="2021-01-01 才终止"):
        standing.join(party=row.party, joined_on=D(2020, 6, 1), by=clerk)


def test_who_may_not_keep_members_writes_nothing(member, staff):
    row = member()
    reader = staff("监事")
    for act in (
        lambda: standing.end(row, ending="left", ended_on=D(2021, 1, 1), by=reader),
        lambda: standing.pause(row, starts_on=D(2021, 1, 1), reason="x", by=reader),
        lambda: standing.void(row, by=reader, reason="x"),
    ):
        with pytest.raises(PermissionDenied):
            act()


def test_without_rules_numbers_go_on_as_the_list_that_came_in_writes_them(member, firm, clerk):
    standing.join(party=firm().party, joined_on=SINCE, by=clerk, number="YYJX0001")
    assert member().number == "YYJX0002"


def test_numbers_follow_the_houses_format_and_pass_over_those_taken(member, firm, clerk):
    MembershipRules(number_format="建协{year}-{n:03d}", warn_days=[30]).save()
    standing.join(party=firm().party, joined_on=D(2024, 1, 1), number="建协2023-001", by=clerk)
    assert member(D(2023, 1, 1)).number == "建协2023-002"
    assert member(D(2024, 1, 1)).number == "建协2024-001"
    with pytest.raises(ValidationError, match="是「"):
        standing.join(party=firm().party, joined_on=D(2024, 1, 1), number="建协2024-001", by=clerk)


def test_ended_taken_back_corrected_voided_the_file_stays_in_step(member, clerk):
    row = member()
    in_step()
    standing.end(row, ending="expelled", ended_on=D(2021, 1, 1), by=clerk)
    in_step()
    standing.take_back_end(row, by=clerk, reason="登记错了")
    in_step()
    standing.correct(row, by=clerk, note="会员登记表", joined_on=D(2018, 3, 1), number="HY9")
    row.refresh_from_db()
    assert (row.joined_on, row.number) == (D(2018, 3, 1), "HY9")
    in_step()
    standing.void(row, by=clerk, reason="不是这一家")
    in_step()
    assert not Membership.objects.on().exists()


def test_expelling_asks_for_the_meeting(office, member, today):
    row = member()
    data = {"ending": "expelled", "ended_on": today, "body": "", "meeting_on": "", "note": ""}
    text = office.post(f"{ADMIN}{row.pk}/do/end/", data).content.decode()
    assert "请写明作出除名决定的机构" in text
    done = office.post(f"{ADMIN}{row.pk}/do/end/", data | {"body": "理事会", "meeting_on": today, "note": "违反章程"})
    assert done.status_code == 302
    row.refresh_from_db()
    assert (row.ending, row.end_body) == ("expelled", "理事会")


def test_the_firms_page_shows_it_and_does_not_edit_it(office, member):
    row = member(D(2020, 2, 3))
    text = office.get(f"/admin/members/firm/{row.party_id}/change/").content.decode()
    assert "2020-02-03" in text
    assert f"{ADMIN}on/?party={row.party.uid}" in text
    assert 'name="is_member"' not in text


# -- Lists ------------------------------------------------------------------------------------------------------------

HEAD = ["企业名称", "统一社会信用代码", "是否会员", "会员编号"]


@pytest.fixture
def bring(association, clerk):
    def make(*rows):
        batch, job = import_now(
            kind_named("firms"), ContentFile(xlsx([HEAD, *rows]), "名册.xlsx"), options={}, by=clerk
        )
        assert job.state == "done", job.error
        return batch

    return make


def test_a_list_opens_and_ends_memberships_and_says_what_it_does_not_know(bring, today):
    bring(["甲公司", firm_code(1), "是", "A1"], ["乙公司", firm_code(2), "否", "A2"])
    in_step()
    row = Membership.objects.get()
    assert (row.party.name, row.number, row.joined_on, row.joined_on_known) == ("甲公司", "A1", today, False)
    assert standing_on(row.party, D(2015, 1, 1)).words.startswith("不详")
    bring(["甲公司", firm_code(1), "否", ""])
    in_step()
    row.refresh_from_db()
    assert (row.ended_on, row.ending) == (today, "unknown")


def take_back(batch, clerk):
    jobs.run(start_undo(batch, by=clerk, reason="弄错了").pk)
    in_step()


def test_a_list_taken_back_takes_its_memberships_along(bring, clerk):
    first = bring(["甲公司", firm_code(1), "否", ""])
    second = bring(["甲公司", firm_code(1), "是", "A1"], ["乙公司", firm_code(2), "是", "A2"])
    assert Membership.objects.count() == 2
    take_back(second, clerk)
    assert not Membership.objects.exists()
    take_back(first, clerk)
    assert not Firm.objects.exists()


def test_what_a_list_ended_goes_on_when_it_is_taken_back(bring, clerk):
    bring(["甲公司", firm_code(1), "是", "A1"])
    row = Membership.objects.get()
    take_back(bring(["甲公司", firm_code(1), "否", ""]), clerk)
    row.refresh_from_db()
    assert (row.ended_on, row.ending, row.number) == (None, "", "A1")


def test_a_firm_whose_membership_went_on_stays_when_its_list_goes(bring, clerk):
    batch = bring(["甲公司", firm_code(1), "是", "A1"])
    standing.correct(Membership.objects.get(), by=clerk, note="登记表", joined_on=D(2015, 1, 1))
    jobs.run(start_undo(batch, by=clerk, reason="弄错了").pk)
    assert Firm.objects.count() == 1
    in_step()


# -- Statistics, list, export -----------------------------------------------------------------------------------------


def test_statistics_add_up(member, firm, clerk):
    member(D(2020, 1, 1), district="东区")
    gone = member(D(2021, 1, 1), district="东区")
    member(D(2021, 6, 1), district="西区")
    firm(district="西区")
    standing.end(gone, ending="left", ended_on=D(2022, 1, 1), by=clerk)
    tables = {table.title: table.rows for table in statistics.tables(D(2022, 12, 31))}
    assert tables["县市区"] == [("东区", 1), ("西区", 1)]
    assert tables["现有会员的入会年份"] == [("2020 年", 1), ("2021 年", 1)]
    assert tables["历年发展与退出"] == [("2020 年", 1, 0, 1), ("2021 年", 2, 0, 2), ("2022 年", 0, 1, -1)]
    assert tables["2022 年终止的原因"] == [("自愿退会", 1)]
    assert tables["覆盖面"] == [("东区", 2, 1, "50.0%"), ("西区", 2, 1, "50.0%"), ("合计", 4, 2, "50.0%")]
    assert statistics.totals(D(2021, 12, 31))["members"] == 3


def test_the_statistics_page_and_its_file(office, member):
    member(D(2020, 1, 1))
    page = office.get(f"{ADMIN}statistics/?day=2020-12-31").content.decode()
    for title in ("会员统计", "历年发展", "历年终止", "各县市区的会员占比"):
        assert title in page
    assert '<rect class="mark" x="0" y="24" width="100.0%"' in page, "the whole district is a member"
    content = office.get(f"{ADMIN}statistics/export/?day=2020-12-31").content
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert ["2020 年", 1, 0, 1] in [row[:4] for row in rows]


def test_the_list_is_searched_filtered_printed_and_exported(office, member, clerk):
    one, two = member(name="宏达建设有限公司"), member(name="另一家建设有限公司", district="西区")
    gone = member(name="旧会员建设有限公司")
    standing.end(gone, ending="left", ended_on=D(2021, 1, 1), by=clerk)

    def names(query: str) -> set[str]:
        return {row.party.name for row in office.get(f"{ADMIN}{query}").context["cl"].result_list}

    assert names("") == {one.party.name, two.party.name}
    assert names("?q=HD") == {one.party.name}
    assert names(f"?q={two.number}") == {two.party.name}
    assert names("?district=西区") == {two.party.name}
    assert names("?state=ended") == {gone.party.name}
    assert len(names("?state=all")) == 3
    text = office.get(f"{ADMIN}print/?district=西区").content.decode()
    assert "另一家建设有限公司" in text
    assert "宏达建设有限公司" not in text
    content = office.get(f"{ADMIN}export/").content
    cells = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert {one.party.name, two.party.name} <= {cell for row in cells for cell in row}
    assert gone.party.name not in {cell for row in cells for cell in row}


def test_the_rules_are_one_form(office):
    url = "/admin/members/membershiprules/"
    assert office.get(url)["Location"] == f"{url}add/"
    data = {
        "deciding_body": "常务理事会", "publicity_days": 5, "number_format": "会{四位序号}", "lapse_months": 12,
        "warn_days": "60，15", "confirm_days": 10, "council_public": "on", "letter_text": "",
    }  # fmt: skip
    assert "写法不对" in office.post(f"{url}add/", data | {"number_format": "{何}"}).content.decode()
    assert office.post(f"{url}add/", data).status_code == 302
    row = MembershipRules.current()
    assert (row.number_format, row.warn_days, row.deciding_body) == ("会{n:04d}", [60, 15], "常务理事会")


def test_months_are_whole():
    assert months_between(D(2020, 1, 31), D(2020, 2, 29)) == 0
    assert months_between(D(2020, 1, 15), D(2021, 1, 15)) == 12


def test_who_would_lapse_needs_few_queries(member, clerk, django_assert_max_num_queries):
    for _ in range(5):
        member(D(2020, 1, 1))
    with django_assert_max_num_queries(12):
        assert len(would_lapse(clerk)) == 5
