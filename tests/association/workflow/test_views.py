"""The pages of moves: the turn bar, one confirm page, on behalf, undo, void, many rows."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from association.accounts.models import StandIn
from association.core.calendar import load_year
from association.core.models import CalendarYear
from association.documents.models import Document
from association.workflow.actions import OnBehalf, perform
from association.workflow.models import Step
from tests.workflow_factories import FACTORIES, People

pytestmark = pytest.mark.urls("tests.association.workflow.admin_site")
LIST = "/admin/cases/case/"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@pytest.fixture
def people(association, staff, firm_party):
    return People(staff("综合处", name="王经办"), staff("秘书长", name="李秘书长"), firm_party)


@pytest.fixture
def case(people):
    return lambda state="submitted": FACTORIES["rating"].make(state, people)


@pytest.fixture
def clerk(client_of, people):
    return client_of(people.clerk)


def _page(row) -> str:
    return f"{LIST}{row.pk}/change/"


def _move(row, name) -> str:
    return f"{LIST}{row.pk}/move/{name}/"


def _text(response, status=200) -> str:
    assert response.status_code == status
    return response.content.decode()


def _hidden(page) -> dict:
    return dict(re.findall(r'type="hidden" name="(seen_version|scan_uid)" value="([^"]+)"', page))


def _today() -> str:
    return f"{timezone.localdate():%Y-%m-%d}"


def test_the_page_says_whose_turn_it_is_until_when_and_shows_the_buttons(case, clerk, client_of):
    row = case("draft")
    page = _text(clerk.get(_page(row)))
    assert f"轮到{row.party.name}：填写并提交申报" in page
    assert "代录：提交申报" in page
    perform(row, "withdraw", by=Step.objects.of(row).get().actor, note="x", on_behalf=_paper())
    assert "撤回申报" in _text(clerk.get(_page(row)))
    reader = _text(client_of("监事").get(_page(case("submitted"))))
    assert "轮到协会：受理申报" in reader
    assert "/move/" not in reader


def _paper():
    return OnBehalf("paper", timezone.localdate())


def test_the_state_is_no_field(case, clerk):
    row = case()
    data = {"title": "改过的事项", "state": "concluded", "_read": ""}
    assert clerk.post(_page(row), data).status_code == 302
    row.refresh_from_db()
    assert (row.title, row.state) == ("改过的事项", "submitted")


def test_the_confirm_page_says_what_will_happen_and_then_it_does(case, clerk, people):
    row = case()
    page = _text(clerk.get(_move(row, "accept")))
    for words in ("待受理 → <strong>调查评分</strong>", "协会：调查评分", "下一步办理之前，本人可以撤回"):
        assert words in page
    answer = clerk.post(_move(row, "accept"), {"happened_on": _today(), "note": "", **_hidden(page)}, follow=True)
    assert "已办理「受理」" in _text(answer)
    row.refresh_from_db()
    assert (row.state, Step.objects.of(row).last().signature) == ("scoring", "王经办")


def test_a_missing_reason_stands_at_the_field_and_nothing_typed_is_lost(case, clerk):
    row = case()
    answer = clerk.post(_move(row, "return"), {"happened_on": "2020-01-01", "note": "", "seen_version": row.version})
    page = _text(answer, 422)
    assert "请写明退回补正的原因。" in page
    assert 'href="#id_note"' in page
    assert 'value="2020-01-01"' in page
    answer = clerk.post(
        _move(row, "return"), {"happened_on": "2020-01-01", "note": "缺材料", "seen_version": row.version}
    )
    page = _text(answer, 422)
    assert "发生日期不能早于上一步" in page
    assert "缺材料</textarea>" in page
    row.refresh_from_db()
    assert row.state == "submitted"


def test_a_double_click_is_one(case, clerk):
    row = case()
    data = {"happened_on": _today(), "note": "", "seen_version": row.version}
    assert [clerk.post(_move(row, "accept"), data).status_code for _ in range(2)] == [302, 302]
    assert Step.objects.of(row).filter(name="accept").count() == 1


def test_who_comes_too_late_reads_who_was_quicker_and_keeps_what_was_typed(case, clerk, people):
    row = case()
    seen = row.version
    perform(row, "return", by=people.leader, note="缺材料")
    answer = clerk.post(_move(row, "accept"), {"happened_on": _today(), "note": "材料齐全", "seen_version": seen})
    page = _text(answer, 422)
    assert f"李秘书长已经办理「退回补正」，现在是「{row.state_label}」，不能再办理「受理」。" in page
    assert "材料齐全</textarea>" in page
    assert 'class="btn btn-primary"' not in page


def test_what_another_person_did_meanwhile_is_said_and_needs_a_second_look(case, clerk, people):
    row = case("scoring")
    seen = row.version
    row.title = "改过"
    row.save()
    answer = clerk.post(_move(row, "return"), {"happened_on": _today(), "note": "缺材料", "seen_version": seen})
    page = _text(answer, 422)
    assert "刚刚被办理或修改过" in page
    again = clerk.post(_move(row, "return"), {"happened_on": _today(), "note": "缺材料", **_hidden(page)})
    assert again.status_code == 302
    perform(case_ := case(), "accept", by=people.clerk)
    assert "现在是「调查评分」" in _text(clerk.get(_move(case_, "accept"), follow=True))


def test_moves_that_are_no_buttons_and_people_without_the_right(case, clerk, client_of):
    row = case()
    for name in ("publicise", "announce", "nothing"):
        assert clerk.get(_move(row, name)).status_code == 404
        assert clerk.post(_move(row, name), {"happened_on": _today()}).status_code == 404
    reader = client_of("监事")
    assert reader.get(_move(row, "accept")).status_code == 403
    _text(reader.post(_move(row, "accept"), {"happened_on": _today(), "note": ""}), 422)
    row.refresh_from_db()
    assert row.state == "submitted"


# -- On behalf ---------------------------------------------------------------------------------------------------


def test_a_step_on_behalf_keeps_how_it_came_the_day_and_the_scan(case, clerk):
    row = case("draft")
    page = _text(clerk.get(_move(row, "submit")))
    assert "代录：替单位录入这一步" in page
    assert 'name="happened_on"' not in page
    scan = SimpleUploadedFile("申报表.pdf", PDF, "application/pdf")
    data = {"channel": "paper", "received_on": "2020-01-01", "note": "", **_hidden(page)}
    assert "收到日期不能早于上一步" in _text(clerk.post(_move(row, "submit"), data), 422)
    data |= {"received_on": _today(), "scan": scan}
    assert clerk.post(_move(row, "submit"), data).status_code == 302
    step = Step.objects.of(row).last()
    assert (step.channel, step.received_on, step.signature) == ("paper", timezone.localdate(), "王经办")
    assert (step.scan.party, step.scan.audience) == (row.party, "party")
    page = _text(clerk.get(_page(row)))
    assert "纸质代录" in page
    assert f"王经办代{row.party.name}录入「提交申报」" in page


def test_a_chosen_scan_survives_the_mistake_of_another_field(case, clerk):
    row = case("draft")
    scan = SimpleUploadedFile("申报表.pdf", PDF, "application/pdf")
    answer = clerk.post(
        _move(row, "submit"), {"channel": "", "received_on": _today(), "scan": scan, "seen_version": row.version}
    )
    page = _text(answer, 422)
    assert "请选择怎样收到的" in page
    assert "已上传：申报表.pdf" in page
    data = {"channel": "visit", "received_on": _today(), **_hidden(page)}
    assert clerk.post(_move(row, "submit"), data).status_code == 302
    assert Step.objects.of(row).last().scan == Document.objects.get()


def test_a_file_that_is_not_taken_is_said_at_its_field(case, clerk):
    row = case("draft")
    data = {"channel": "paper", "received_on": _today(), "scan": SimpleUploadedFile("a.pdf", b"MZ\x90\x00" * 99)}
    page = _text(clerk.post(_move(row, "submit"), data | {"seen_version": row.version}), 422)
    assert 'href="#id_scan"' in page
    assert not Document.objects.exists()


# -- Undo and void -------------------------------------------------------------------------------------------------


def test_undo_by_its_page(case, clerk, people, client_of):
    row = case()
    perform(row, "accept", by=people.clerk)
    assert "撤回「受理」" in _text(clerk.get(_page(row)))
    assert "撤回「受理」" not in _text(client_of(people.leader).get(_page(row)))
    assert "请写明撤回「受理」的原因" in _text(clerk.post(_move(row, "-undo"), {"note": ""}), 422)
    assert clerk.post(_move(row, "-undo"), {"note": "点错了"}).status_code == 302
    row.refresh_from_db()
    assert row.state == "submitted"
    assert "已撤回：点错了" in _text(clerk.get(_page(row)))
    assert "还没有可以撤回的步骤" in _text(clerk.get(_move(row, "-undo"), follow=True))


def test_void_by_its_page(case, clerk, client_of):
    row = case()
    assert client_of("监事").get(_move(row, "-void")).status_code == 302
    assert clerk.post(_move(row, "-void"), {"note": "重复登记"}).status_code == 302
    page = _text(clerk.get(_page(row)))
    assert "已作废" in page
    assert "/move/" not in page
    assert "已作废" in _text(clerk.get(LIST))


# -- Many rows -----------------------------------------------------------------------------------------------------


def _bulk(rows, **data) -> dict:
    return {"action": "move_accept", "index": "0", "_selected_action": [str(row.pk) for row in rows], **data}


def test_the_bulk_page_lists_what_will_happen_before_it_does(case, clerk, people):
    rows = [case() for _ in range(3)]
    perform(rows[0], "accept", by=people.clerk)
    page = _text(clerk.post(LIST, _bulk(rows)))
    assert "将办理 2 件" in page
    assert "不办理 1 件" in page
    assert "现在是「调查评分」，不能受理" in page
    assert Step.objects.filter(name="accept").count() == 1
    done = clerk.post(LIST, _bulk(rows, confirmed="yes", happened_on=_today(), note=""), follow=True)
    assert "已办理「受理」2 件" in _text(done)
    assert Step.objects.filter(name="accept").count() == 3
    clerk.post(LIST, _bulk(rows, confirmed="yes", happened_on=_today(), note=""))
    assert Step.objects.filter(name="accept").count() == 3


def test_a_bulk_move_that_needs_a_reason_asks_for_it(case, clerk):
    rows = [case(), case()]
    data = _bulk(rows, confirmed="yes", happened_on=_today(), note="") | {"action": "move_return"}
    assert "请写明退回补正的原因" in _text(clerk.post(LIST, data))
    assert clerk.post(LIST, data | {"note": "缺材料"}).status_code == 302
    assert {step.note for step in Step.objects.filter(name="return")} == {"缺材料"}


def test_what_stands_in_the_way_of_all_is_said_on_the_bulk_page_and_nothing_is_lost(case, clerk):
    rows = [case(), case()]
    CalendarYear.objects.all().delete()
    data = _bulk(rows, confirmed="yes", happened_on=_today(), note="缺材料清单") | {"action": "move_return"}
    page = _text(clerk.post(LIST, data))
    assert f"工作日历里还没有 {timezone.localdate().year} 年" in page
    assert "缺材料清单</textarea>" in page
    assert not Step.objects.filter(name="return").exists()
    load_year(timezone.localdate().year)
    assert clerk.post(LIST, data).status_code == 302
    assert Step.objects.filter(name="return").count() == 2


def test_moves_of_parties_in_bulk_are_entered_on_behalf(case, clerk):
    rows = [case("draft"), case("draft")]
    data = _bulk(rows, confirmed="yes", note="") | {"action": "move_submit"}
    assert "请选择怎样收到的" in _text(clerk.post(LIST, data))
    assert clerk.post(LIST, data | {"channel": "paper", "received_on": _today()}).status_code == 302
    assert [s.channel for s in Step.objects.filter(name="submit")] == ["paper", "paper"]


def test_the_list_offers_only_the_moves_of_the_persons_rights(case, clerk, client_of):
    case()
    page = _text(clerk.get(LIST))
    assert 'value="move_accept"' in page
    assert 'value="move_publicise"' not in page
    assert "move_" not in _text(client_of("监事").get(LIST))


def test_lists_and_pages_take_the_same_queries_for_one_row_and_three(case, clerk):
    first = case()
    clerk.get(LIST), clerk.get(_page(first))  # what is read once a process is read
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            clerk.get(LIST)
        with CaptureQueriesContext(connection) as page:
            clerk.get(_page(first))
        counts.append((len(queries), len(page)))
        case(), case()
    assert counts[0] == counts[1]


def test_a_stand_in_reads_in_whose_name_before_it_is_done(case, people, staff, client_of):
    row, deputy, today = case("submitted"), staff("编辑", name="张代理"), timezone.localdate()
    StandIn.objects.create(principal=people.clerk, deputy=deputy, starts_on=today, ends_on=today, reason="出差")
    assert "您将代王经办办理，署名写作「张代理代王经办」。" in _text(client_of(deputy).get(_move(row, "accept")))
    assert "您将代" not in _text(client_of(people.clerk).get(_move(row, "accept")))


def test_a_list_offers_the_moves_that_a_row_of_its_page_can_take(case, clerk):
    case("submitted")
    page = _text(clerk.get(LIST))
    assert 'value="move_accept"' in page
    assert 'value="move_propose"' not in page  # nothing is being scored


def test_a_state_that_says_what_is_so_is_written_once(case, clerk):
    page = _text(clerk.get(_page(case("scoring"))))
    assert "轮到协会：调查评分</p>" in page


def test_who_hears_nothing_is_named_before_the_move(people, clerk, firm_user):
    row = FACTORIES["firm-change"].make("submitted", people)
    assert "企业还没有账号，不会收到消息" in _text(clerk.get(_move(row, "return")))
    firm_user(row.party)
    page = _text(clerk.get(_move(row, "return")))
    assert "企业（待办和消息）" in page
    assert "还没有账号" not in page
