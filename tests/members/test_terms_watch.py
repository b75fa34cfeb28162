"""What ends is told 90, 30 and 7 days ahead, once each, to whoever acts for the firm and to the office."""

import datetime as dt
from io import BytesIO

import openpyxl
import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from association.documents.actions import store
from association.documents.papers import add_paper
from association.inbox.models import Todo
from association.outbox.models import Message
from association.parties.actions import give_seat
from association.timeline.models import AccessLog
from members.models import MembershipRules, Qualification, TermWarning
from members.tasks import warn_of_ends
from members.terms_watch import note_all
from tests.pages import words_of
from tests.parallel import at_once

PAGE = "/admin/members/termwarning/ending/"


def day(days: int) -> dt.date:
    return timezone.localdate() + dt.timedelta(days=days)


@pytest.fixture
def paper(staff):
    """paper(party, "安全生产许可证", in_days): a paper of the library that ends in so many days."""
    by, made = staff("秘书处"), 0

    def make(party, kind="安全生产许可证", in_days=29, **fields):
        nonlocal made
        made += 1
        file = SimpleUploadedFile(f"{made}.pdf", f"%PDF-1.7 {made}".encode())
        document = store(file, owner_party=party, by=by, audience="party")
        return add_paper(document=document, party=party, kind=kind, by=by, expires_on=day(in_days), **fields)

    return make


def test_one_message_a_person_lists_all_firms_and_papers(paper, firm_party, person, association):
    first, second = firm_party("甲建设有限公司"), firm_party("乙建设有限公司")
    clerk = person()
    for party in (first, second):
        give_seat(user=clerk, party=party, by=None)
    paper(first, in_days=29)
    Qualification.objects.create(firm=second.firm, name="建筑工程施工总承包二级", ends_on=day(80))
    paper(second, "营业执照", in_days=200)
    warn_of_ends()
    message = Message.objects.get(user=clerk)
    assert message.subject == "证照、资质即将到期（2 家单位）"
    assert f"甲建设有限公司：安全生产许可证 {day(29)} 到期（还有 29 天）" in message.body
    assert f"乙建设有限公司：建筑工程施工总承包二级 {day(80)} 到期（还有 80 天）" in message.body
    assert "营业执照" not in message.body
    assert sorted(TermWarning.objects.values_list("days", flat=True)) == [30, 90]


def test_each_step_once_however_often_the_task_runs(paper, firm_party, firm_user, association):
    party = firm_party()
    user = firm_user(party)
    start = dt.datetime(2027, 1, 4, 9)
    with time_machine.travel(start, tick=False) as clock:
        paper(party, in_days=95)
        told = []
        for _ in range(100):
            warn_of_ends()
            warn_of_ends()
            told.append(Message.objects.filter(user=user).count())
            clock.shift(dt.timedelta(days=1))
    assert (told[4], told[5], told[64], told[65], told[87], told[88], told[99]) == (0, 1, 1, 2, 2, 3, 3)


def test_after_some_days_off_the_nearest_step_only(paper, firm_party, firm_user, association):
    party = firm_party()
    user = firm_user(party)
    paper(party, in_days=5)
    warn_of_ends()
    assert Message.objects.filter(user=user).count() == 1
    assert TermWarning.objects.get().days == 7


def test_a_renewed_paper_is_warned_of_anew_and_the_old_one_no_more(paper, firm_party, firm_user, association):
    party = firm_party()
    user = firm_user(party)
    old = paper(party, in_days=20)
    paper(party, in_days=85, replaces=old)
    warn_of_ends()
    assert f"{day(85)} 到期" in Message.objects.get(user=user).body
    assert TermWarning.objects.count() == 1


def test_days_are_a_rule_as_data(paper, firm_party, firm_user, association):
    MembershipRules(warn_days=[60]).save()
    party = firm_party()
    firm_user(party)
    paper(party, in_days=70)
    warn_of_ends()
    assert not TermWarning.objects.exists()
    MembershipRules.objects.update(warn_days=[])
    warn_of_ends()
    assert not TermWarning.objects.exists()


def test_the_office_has_one_to_do_that_it_closes(paper, firm_party, client_of, staff, association):
    paper(firm_party("甲建设有限公司"), in_days=20)
    paper(firm_party("乙建设有限公司"), in_days=3)
    warn_of_ends()
    warn_of_ends()
    todo = Todo.objects.open().get(once_key="terms:ending")
    assert (todo.count, todo.url, todo.right) == (2, PAGE, "members")
    office = client_of("秘书处")
    assert "已阅" in words_of(office.get(PAGE))
    assert "已阅 2 项提醒" in words_of(office.post(f"{PAGE}noted/", follow=True))
    assert not Todo.objects.open().filter(once_key="terms:ending").exists()
    warn_of_ends()
    assert not Todo.objects.open().filter(once_key="terms:ending").exists()
    assert client_of("监事").post(f"{PAGE}noted/").status_code == 403


def test_the_page_filters_prints_and_goes_out(paper, firm_party, client_of, association):
    east = firm_party("甲建设有限公司", district="东区", is_member=True)
    west = firm_party("乙建设有限公司", district="西区")
    paper(east, in_days=20, number="安-1")
    Qualification.objects.create(firm=west.firm, name="市政公用二级", ends_on=day(60))
    Qualification.objects.create(firm=west.firm, name="早已过期", ends_on=day(-10))
    office = client_of("秘书处")
    page = words_of(office.get(PAGE))
    assert "甲建设有限公司" in page
    assert "市政公用二级" in page
    assert "早已过期" not in page
    assert "早已过期" in words_of(office.get(PAGE, {"within": "expired"}))
    for params in (
        {"within": "30"},
        {"source": "documents.document"},
        {"district": "东区"},
        {"member": "1"},
        {"q": "甲"},
    ):
        page = words_of(office.get(PAGE, params))
        assert "安全生产许可证" in page
        assert "市政公用二级" not in page
    sheet = words_of(office.get(f"{PAGE}print/"))
    assert "共 2 项" in sheet
    book = openpyxl.load_workbook(BytesIO(office.get(f"{PAGE}export/").content))
    cells = [[cell.value for cell in row] for row in book.active.iter_rows(min_row=4, max_row=5)]
    assert [row[1] for row in cells] == ["甲建设有限公司", "乙建设有限公司"]
    assert cells[0][6:9] == ["安-1", day(20).isoformat(), 20]
    assert set(AccessLog.objects.values_list("action", flat=True)) >= {"print", "export"}


def test_the_firm_s_page_shows_its_library(paper, firm_party, client_of, association):
    party = firm_party()
    paper(party, in_days=20, number="安-1")
    page = words_of(client_of("秘书处").get(f"/admin/members/firm/{party.pk}/change/"))
    assert "证照库" in page
    assert "安-1" in page


def test_noting_needs_the_right(staff, association):
    assert note_all(by=staff("秘书处")) == 0


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_tell_nobody_twice(paper, firm_party, firm_user, association):
    party = firm_party()
    user = firm_user(party)
    paper(party, in_days=20)
    assert not [result for result in at_once(warn_of_ends, warn_of_ends) if isinstance(result, Exception)]
    assert Message.objects.filter(user=user).count() == 1
    assert TermWarning.objects.count() == 1
