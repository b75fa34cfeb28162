"""Imports taken back: what goes, what gets its old values, what stays and why; and again after a kill."""

import re
from decimal import Decimal

import pytest
from django.core.management import call_command

from association.exchange import undo
from association.exchange.models import ImportRow
from association.jobs import actions as jobs
from association.jobs.models import Job
from association.parties.actions import give_seat
from association.parties.models import Party, PartyName
from association.timeline.models import Event
from evaluations.corrections import correct_row
from evaluations.models import AuthorityScore, CreditRecord, Rating, RatingRound, Survey
from evaluations.resources import sources
from evaluations.scheme_rows import rulebook_of
from members import actions as firms
from members.models import Firm
from tests.codes import firm_code
from tests.workbooks import xlsx

from .conftest import HEADER, firm_row, firms_file

LIST = "/admin/exchange/importbatch/"


@pytest.fixture
def undone(office):
    """undone(batch): taken back in the admin, worked off, as it stands then."""

    def post(batch, reason: str = "传错了文件"):
        answer = office.post(f"{LIST}{batch.pk}/undo/", {"note": reason})
        assert answer.status_code == 302, re.findall(r'field-error">([^<]+)', answer.content.decode())
        batch.refresh_from_db()
        assert jobs.run(batch.job_id).state == "done"
        batch.refresh_from_db()
        return batch

    return post


@pytest.fixture
def firms_in(uploaded, confirmed):
    return lambda *rows, **kwargs: confirmed(uploaded("firms", firms_file(*rows, **kwargs)))


def reasons(batch) -> dict[int, str]:
    return dict(batch.rows.exclude(kept="").values_list("row", "kept"))


def test_new_firms_go_and_their_names_with_them(firms_in, undone, clerk):
    batch = undone(firms_in(firm_row(1), firm_row(2)))
    assert (batch.state, batch.undone_by, batch.undo_reason) == ("undone", clerk, "传错了文件")
    assert not Party.objects.exists()
    assert not PartyName.objects.exists()
    assert Firm.history.filter(history_type="-").count() == 2
    assert "2 行已撤销，0 行保留" in Event.objects.get(verb="import.undone").sentence


def test_a_reason_is_asked_for(firms_in, office):
    batch = firms_in(firm_row(1))
    assert "请写明撤销的原因" in office.post(f"{LIST}{batch.pk}/undo/", {"note": ""}).content.decode()
    assert Firm.objects.count() == 1


def test_changed_firms_get_their_old_values(firms_in, undone):
    firms_in(firm_row(1, district="东区", member="否"))
    batch = firms_in(firm_row(1, district="西区", member="是", qualification="施工劳务不分等级"))
    assert batch.updated == 1
    undone(batch)
    firm = Firm.objects.get()
    assert (firm.district, firm.is_member, firm.qualification_group) == ("东区", False, "三级")
    assert firm.history.first().history_change_reason.startswith("撤销导入")


def test_a_renaming_by_the_file_is_taken_back_whole(firms_in, undone):
    firms_in(firm_row(1, name="旧名建筑有限公司"))
    batch = firms_in(firm_row(1, name="新名建筑有限公司"))
    assert Party.objects.get().name == "新名建筑有限公司"
    undone(batch)
    party = Party.objects.get()
    assert party.name == "旧名建筑有限公司"
    assert list(party.names.values_list("name", "kind")) == [("旧名建筑有限公司", "current")]
    assert not Party.objects.search("新名").exists()


def test_a_code_that_the_file_gave_a_branch_is_taken_back(firms_in, undone):
    firms_in(firm_row(1, name="某某公司东区分公司", code=""))
    number = Party.objects.get().temporary_number
    batch = firms_in(firm_row(1, name="某某公司东区分公司"))
    assert Party.objects.get().code == firm_code(1)
    undone(batch)
    assert (Party.objects.get().code, Party.objects.get().number) == (None, number)


def test_what_changed_since_stays_and_is_listed(firms_in, undone, clerk, office):
    batch = firms_in(firm_row(1), firm_row(2))
    firms.change_firm(Firm.objects.get(party__code=firm_code(1)), by=clerk, address="新址")
    undone(batch)
    assert list(Party.objects.values_list("code", flat=True)) == [firm_code(1)]
    assert reasons(batch) == {3: "导入以后又改过"}
    text = office.get(f"{LIST}{batch.pk}/change/").content.decode()
    assert "没有撤销的行" in text
    assert "导入以后又改过" in text


def test_what_a_later_file_wrote_stays(firms_in, undone):
    first = firms_in(firm_row(1), firm_row(2))
    firms_in(firm_row(1, district="西区"))
    undone(first)
    assert reasons(first) == {3: "后来的文件又更新过"}
    assert Party.objects.count() == 1


def test_newest_first_both_files_go(firms_in, undone):
    first = firms_in(firm_row(1))
    second = firms_in(firm_row(1, district="西区"))
    undone(second)
    assert Firm.objects.get().district == "东区"
    undone(first)
    assert not Firm.objects.exists()


def test_a_firm_with_an_account_stays(firms_in, undone, person):
    batch = firms_in(firm_row(1), firm_row(2))
    give_seat(user=person(), party=Party.objects.get(code=firm_code(1)), by=None)
    undone(batch)
    assert list(Party.objects.values_list("code", flat=True)) == [firm_code(1)]
    assert len(reasons(batch)) == 1


def test_where_everything_stays_the_batch_stands_as_it_was(firms_in, undone, clerk):
    batch = firms_in(firm_row(1))
    firms.change_firm(Firm.objects.get(), by=clerk, address="新址")
    assert undone(batch).state == "applied"


def test_readers_undo_nothing(firms_in, client_of):
    batch = firms_in(firm_row(1))
    assert client_of("监事").post(f"{LIST}{batch.pk}/undo/", {"note": "x"}).status_code == 403


def test_after_an_undo_the_same_file_can_come_in_again(firms_in, undone):
    undone(firms_in(firm_row(1)))
    assert firms_in(firm_row(1)).created == 1


# -- The rating's files ----------------------------------------------------------------------------


@pytest.fixture
def opened(association) -> RatingRound:
    call_command("load_scheme", "evaluations/data/scheme_2020.json", verbosity=0)
    call_command("open_rating", "2020", verbosity=0)
    return RatingRound.objects.get()


@pytest.fixture
def brought(uploaded, confirmed):
    """brought("surveys", header, *rows, **options)"""
    return lambda kind, header, *rows, **options: confirmed(uploaded(kind, xlsx([header, *rows]), **options))


@pytest.fixture
def roster(opened, brought):
    return lambda *rows: brought("rating-roster", HEADER, *rows)


@pytest.fixture
def scores(brought):
    return lambda *rows: brought("authority-scores", ["企业名称", "统一社会信用代码", "得分"], *rows)


def test_scores_go_and_corrected_ones_stay(roster, scores, undone, clerk):
    roster(firm_row(1), firm_row(2), firm_row(3))
    batch = scores(["", firm_code(1), 80], ["", firm_code(2), 81], ["没有这家", "", 82])
    correct_row(AuthorityScore.objects.get(party__code=firm_code(1)), by=clerk, reason="来函更正", score=Decimal(85))
    undone(batch)
    assert list(AuthorityScore.objects.values_list("party__code", flat=True)) == [firm_code(1)]
    assert reasons(batch) == {2: "导入以后由协会更正过"}


def test_a_changed_score_gets_its_old_value(roster, scores, undone):
    roster(firm_row(1))
    scores(["", firm_code(1), 80])
    batch = scores(["", firm_code(1), 70])
    undone(batch)
    assert AuthorityScore.objects.get().score == 80


def test_rows_that_waited_go_too(opened, scores, undone):
    batch = scores(["没有这家建筑公司", "", 82])
    assert batch.waiting == 1
    undone(batch)
    assert not AuthorityScore.objects.exists()


def test_surveys_get_their_old_marks(roster, brought, undone):
    roster(firm_row(1))
    items = list(rulebook_of(RatingRound.objects.get().scheme).survey_parts[0].items)
    header = ["企业名称", "统一社会信用代码", "工程名称", "建设单位", "调查方式", *items]
    brought("surveys", header, ["", firm_code(1), "一号楼", "甲方", "电话", *[5] * len(items)])
    batch = brought("surveys", header, ["", firm_code(1), "一号楼", "甲方", "电话", *[3] * len(items)])
    assert set(Survey.objects.get().marks.values()) == {3}
    undone(batch)
    assert set(Survey.objects.get().marks.values()) == {5}


def test_a_firm_that_goes_lets_its_records_wait_again(opened, brought, firms_in, undone):
    with_code = firm_row(1)
    batch = firms_in(with_code)
    header, row = _penalty(with_code)
    brought("credit-records", header, row, source="住建")
    assert CreditRecord.objects.get().party.code == firm_code(1)
    undone(batch)
    record = CreditRecord.objects.get()
    assert (record.party_id, record.matched_by) == (None, "")
    assert not Party.objects.exists()
    firms_in(with_code)
    assert CreditRecord.objects.get().party.code == firm_code(1)


def _penalty(firm) -> tuple[list, list]:
    """A row of the penalties file by the columns that the source asks for."""
    columns = sources()["住建"].columns
    by_kind = {"code": firm[1], "date": "2020-05-01", "decimal": "1", "yesno": "否", "text": "某文〔2020〕1 号"}
    return [c.label for c in columns], [firm[0] if c.key == "name" else by_kind.get(c.kind, "") for c in columns]


def test_firms_of_a_roster_leave_the_round_and_may_come_again(roster, undone):
    batch = undone(roster(firm_row(1), firm_row(2)))
    assert batch.rows.filter(undone=True).count() == 2
    assert Rating.objects.standing().count() == 0
    assert Rating.objects.first().case.void_reason == "撤销导入：传错了文件"
    assert Firm.objects.count() == 2
    again = roster(firm_row(1))
    assert again.created == 1
    assert [rating.code for rating in Rating.objects.standing()] == [firm_code(1)]
    undone(again)
    assert Rating.objects.standing().count() == 0


def test_scored_firms_stay_in_the_round(roster, undone):
    batch = roster(firm_row(1))
    call_command("rate", "2020", verbosity=0)
    undone(batch)
    assert Rating.objects.standing().count() == 1
    assert reasons(batch) == {2: "已经测算"}


def test_a_roster_that_filled_in_blanks_leaves_them_blank_again(roster, firms_in, undone):
    firms_in(firm_row(1, contact="", district=""))
    batch = roster(firm_row(1, contact="李某某", district="西区"))
    assert Firm.objects.get().contact_name == "李某某"
    undone(batch)
    assert (Firm.objects.get().contact_name, Firm.objects.get().district) == ("", "")


def test_issued_grades_go_and_the_round_has_no_result(roster, brought, undone, opened):
    roster(firm_row(1))
    header, options = (
        ["企业名称", "统一社会信用代码", "等级"],
        {"round": "2020", "number": "某建发〔2021〕5 号", "date": "2021-05-20"},
    )
    batch = brought("issued-grades", header, ["第1建筑工程有限公司", firm_code(1), "AAA"], **options)
    opened.refresh_from_db()
    assert (Rating.objects.get().grade, opened.issued_number) == ("AAA", "某建发〔2021〕5 号")
    undone(batch)
    opened.refresh_from_db()
    rating = Rating.objects.get()
    assert (rating.grade, rating.grade_number, rating.grade_on, opened.issued_on) == ("", "", None, None)


# -- Broken off ------------------------------------------------------------------------------------


def test_an_undo_that_broke_off_goes_on(firms_in, office, monkeypatch):
    batch = firms_in(*(firm_row(n) for n in range(1, 8)))
    monkeypatch.setattr(undo, "SLICE", 3)
    office.post(f"{LIST}{batch.pk}/undo/", {"note": "传错了"})
    batch.refresh_from_db()
    work, handle = undo.undo, jobs.claim(batch.job_id)
    slices = work(handle)
    next(slices)
    slices.close()  # the worker is gone
    assert Party.objects.count() == 4
    Job.objects.filter(pk=batch.job_id).update(state="queued")
    assert jobs.run(batch.job_id).state == "done"
    batch.refresh_from_db()
    assert batch.state == "undone"
    assert Party.objects.count() == 0
    assert ImportRow.objects.filter(batch=batch, undone=True).count() == 7
