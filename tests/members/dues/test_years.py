"""The year of dues: its figures and page, the check list, closing and opening again, the table for the meeting, the public page."""

import datetime as dt
import io
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from python_calamine import CalamineWorkbook

from association.timeline.models import AccessLog
from association.workflow.actions import MoveRefused, perform, undo_last
from members.dues import booking, figures
from members.dues.bills import reduce_bill
from members.dues.years import publish
from members.models import BankLine, DuesRules, DuesYear

URL = "/admin/members/duesyear/"


@pytest.fixture
def year(bill, pay, firm):
    """Three firms of 2021: one paid, one in two months and part, one not at all; one has paid too much."""
    done = firm("某市宏达建筑有限公司", district="东区").party
    part = firm("某市永兴路桥有限公司", district="西区").party
    none = firm("某市金鼎市政有限公司", district="西区").party
    bill(done, 2000)
    bill(part, 5000, label="理事单位")
    bill(none, 5000, label="理事单位")
    pay(done, 2300, on=dt.date(2021, 2, 1))
    pay(part, 1000, on=dt.date(2021, 2, 8))
    pay(part, 500, on=dt.date(2022, 1, 5))
    return DuesYear.objects.get()


@pytest.fixture
def waiting(db):
    def make(reference="20210001", day=dt.date(2021, 5, 1)):
        when = timezone.make_aware(dt.datetime.combine(day, dt.time(10)))
        return BankLine.objects.create(
            reference=reference, source_key=f"ref:{reference}", happened_at=when, happened_on=day, direction="in",
            amount=Decimal(800), payer="孙某", memo="往来款",
        )  # fmt: skip

    return make


# -- Figures -------------------------------------------------------------------------------------------------


def test_the_figures_of_a_year(year, waiting):
    waiting()
    waiting("20220001", dt.date(2022, 1, 1))
    found = figures.figures(2021)
    codes = {bill.party.name[2:4]: bill.party.code for bill in year.bills.select_related("party")}
    assert found == {
        "due_total": 12000, "matched_total": 3300, "received": 3500, "collection_rate": 0.2917, "firms_paid_in_full": 1,
        "firms_paid_in_part": 1, "firms_unpaid": 1, "credits": {codes["宏达"]: 300}, "waiting": ["20210001"],
        "per_firm_paid": {codes["宏达"]: 2300, codes["永兴"]: 1000},
    }  # fmt: skip


def test_refunds_reversals_and_other_uses_are_no_dues(year, treasurer, pay):
    party = year.bills.get(label="会员单位").party
    first = party.payments.get()
    booking.refund(
        payment=first, amount=Decimal("100.50"), refunded_on=dt.date(2021, 3, 1), reason="多缴", by=treasurer
    )
    wrong = pay(party, 700, on=dt.date(2021, 4, 1))
    booking.reverse(payment=wrong, reason="记错", by=treasurer)
    pay(party, 900, on=dt.date(2021, 4, 2), purpose="donation")
    found = figures.figures(2021)
    assert (found["matched_total"], found["received"]) == (3199.5, 3500)
    assert found["credits"] == {party.code: 199.5}
    assert found["per_firm_paid"][party.code] == 2199.5


def test_months_add_up_to_what_was_received(year):
    months = figures.by_month(2021)
    assert sum(yuan for _month, yuan in months) == 3500
    assert [(month, yuan) for month, yuan in months if yuan] == [("2 月", 3000), ("2022 年", 500)]
    assert len(months) == 13


# -- The page ------------------------------------------------------------------------------------------------


def test_the_page_shows_the_year_by_post_district_and_month(till, year, waiting):
    waiting()
    answer = till.get(URL)
    page = answer.content.decode()
    assert till.get(f"{URL}?year=2021").url == f"{URL}{year.pk}/change/"
    shown = answer.context["page"]
    assert shown["totals"] == {
        "due": 12000, "received": 3500, "outstanding": 8500, "rate": "29.17%", "members": 3, "full": 1, "part": 1, "none": 1,
    }  # fmt: skip
    assert [(row["name"], row["received"], row["rate"]) for row in shown["posts"]] == [
        ("理事单位", 1500, "15.00%"), ("会员单位", 2000, "100.00%")
    ]  # fmt: skip
    assert [(row["name"], row["due"]) for row in shown["districts"]] == [("东区", 2000), ("西区", 10000)]
    for words in (
        "29.17%",
        "1 笔收入流水等待认领",
        "会员预存 300.00 元",
        "各月收到的会费",
        "欠缴名单和催缴",
        "批量开单",
    ):
        assert words in page


def test_the_page_asks_fewer_than_fifteen_times(till, year, bill, pay, firm):
    def queries():
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert till.get(f"{URL}{year.pk}/change/").status_code == 200
        return len(asked)

    till.get(f"{URL}{year.pk}/change/")  # what a process keeps is kept
    few = queries()
    for _ in range(5):
        party = firm().party
        bill(party, 2000)
        pay(party, 100)
    assert queries() == few < 15


def test_readers_see_the_year_and_change_nothing(client_of, year):
    reader = client_of("监事")
    page = reader.get(f"{URL}{year.pk}/change/").content.decode()
    assert "29.17%" in page
    assert "批量开单" not in page
    assert reader.get(f"{URL}{year.pk}/move/close/").status_code == 403
    assert client_of("编辑").get(URL).status_code == 403
    assert reader.get(f"{URL}?year=2050").url == f"{URL}{year.pk}/change/"


def test_the_years_before_stand_beside(till, year, bill, firm):
    bill(firm().party, 4000, year=2020)
    page = till.get(f"{URL}?year=2020", follow=True)
    assert [(one["row"].year, one["due"], one["rate"]) for one in page.context["rows"]] == [
        (2021, 12000, "29.17%"), (2020, 4000, "0.00%")
    ]  # fmt: skip
    assert page.context["original"].year == 2020


# -- Closing -------------------------------------------------------------------------------------------------


def test_the_check_list_names_what_is_open_and_closing_waits_for_bank_lines(till, year, waiting, treasurer):
    line = waiting()
    page = till.get(f"{URL}{year.pk}/checks/").content.decode()
    assert "办完才能关账" in page
    assert "还有 2" in page  # payments of the year without a receipt
    assert 'class="btn btn-primary"' not in page
    with pytest.raises(MoveRefused, match="还有 1 笔收入流水没有认领"):
        perform(year, "close", by=treasurer)
    booking.set_aside(line=line, reason="往来款", by=treasurer)
    page = till.get(f"{URL}{year.pk}/checks/").content.decode()
    assert f'href="{URL}{year.pk}/move/close/"' in page
    till.post(f"{URL}{year.pk}/move/close/", {"_seen": year.version})
    year.refresh_from_db()


def close(year, by):
    perform(year, "close", by=by)
    year.refresh_from_db()


def test_a_closed_year_keeps_its_figures_and_shows_later_money_apart(till, year, treasurer, pay):
    close(year, treasurer)
    none = year.bills.filter(paid=0).get().party
    pay(none, 2000, on=timezone.localdate())
    found = figures.figures(2021)
    assert (found["received"], found["firms_unpaid"]) == (3500, 1)
    page = till.get(f"{URL}{year.pk}/change/").content.decode()
    assert "29.17%" in page
    assert "关账后收到 2,000.00 元" in page
    assert "批量开单" not in page


def test_another_person_opens_it_again_with_a_reason(year, treasurer, staff, till, client_of):
    both = staff("财务处", "秘书长")
    close(year, both)
    leader = staff("秘书长")
    with pytest.raises(MoveRefused, match=r"原因|说明"):
        perform(year, "reopen", by=leader)
    with pytest.raises(PermissionDenied):
        perform(year, "reopen", by=treasurer, note="补账")
    with pytest.raises(MoveRefused):
        perform(year, "reopen", by=both, note="补账")
    perform(year, "reopen", by=leader, note="漏记一笔减免")
    year.refresh_from_db()
    assert (year.state, year.closed_on, year.frozen) == ("open", None, {})
    reduce_bill(
        year.bills.filter(paid=0).get(), amount=Decimal(1000), reason="受灾", approved_by="理事会",
        approved_on=dt.date(2021, 6, 1), by=treasurer,
    )  # fmt: skip
    close(year, treasurer)
    assert figures.figures(2021)["due_total"] == 11000


def test_who_closed_it_by_mistake_asks_somebody_else(year, treasurer):
    close(year, treasurer)
    with pytest.raises(MoveRefused):
        undo_last(year, by=treasurer, reason="点错")
    year.refresh_from_db()
    assert year.state == "closed"


def test_money_that_went_back_is_on_the_check_list(year, waiting, till, treasurer):
    came, went = waiting("20210001"), waiting("20210002", day=dt.date(2021, 5, 9))
    BankLine.objects.update(payer_key="孙某")
    BankLine.objects.filter(pk=went.pk).update(direction="out")
    assert not BankLine.objects.returned().exists()
    [paid] = booking.book_line(line=came, parts=[(year.bills.filter(paid=0).get().party,)], by=treasurer)
    assert "像是退回了已入账的款" in till.get("/admin/members/bankline/?state=returned&month=2021").content.decode()
    assert BankLine.objects.returned().get() == went
    checks = till.get(f"{URL}{year.pk}/checks/").content.decode()
    assert "/admin/members/bankline/?state=returned" in checks.replace("&amp;", "&")
    booking.reverse(payment=paid, reason="退回", by=treasurer)
    assert not BankLine.objects.returned().exists()


def test_a_year_without_bills_is_not_closed(standard, treasurer, year):
    for one in year.bills.all():
        one.voided_at, one.void_reason, one.paid = timezone.now(), "x", 0
        one.save()
    with pytest.raises(MoveRefused, match="还没有账单"):
        perform(year, "close", by=treasurer)


# -- Out -----------------------------------------------------------------------------------------------------


def test_the_table_for_the_meeting_is_printed_and_exported(till, year, treasurer):
    page = till.get(f"{URL}{year.pk}/print/").content.decode()
    assert "收缴中，数字还会变" in page
    assert "某市金鼎市政有限公司" in page
    close(year, treasurer)
    assert "关账" in till.get(f"{URL}{year.pk}/print/").content.decode()
    answer = till.get(f"{URL}{year.pk}/export/")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    cells = [cell for row in rows for cell in row]
    assert "某某市建筑业协会2021年会费收缴情况表" in cells
    assert ["理事单位", "某市永兴路桥有限公司", "西区", 5000.0, 1500.0, "", "", "", ""] in rows
    assert AccessLog.objects.filter(action="export", what="2021 年会费收缴情况表").count() == 1


# -- The public page -----------------------------------------------------------------------------------------


@pytest.fixture
def rules(account):
    def say(published):
        account.published = published
        account.save()

    return say


def test_nothing_is_public_before_it_is_closed_allowed_and_published(year, treasurer, rules, till):
    visitor = Client()
    assert visitor.get("/dues/2021/").status_code == 404
    rules(DuesRules.Published.TOTALS)
    with pytest.raises(ValidationError, match="关账以后才能公开"):
        publish(year, by=treasurer)
    close(year, treasurer)
    rules(DuesRules.Published.NOTHING)
    refused = till.post(f"{URL}{year.pk}/publish/", {"x": "1"}, follow=True)
    assert "不公开年度会费情况" in refused.content.decode()
    assert visitor.get("/dues/2021/").status_code == 404


def test_totals_or_the_whole_table_are_public_as_the_settings_say(year, treasurer, rules, till):
    rules(DuesRules.Published.TOTALS)
    close(year, treasurer)
    till.post(f"{URL}{year.pk}/publish/", {"x": "1"})
    year.refresh_from_db()
    assert year.published_at
    visitor = Client()
    page = visitor.get("/dues/2021/").content.decode()
    assert "29.17%" in page
    assert "某市金鼎市政有限公司" not in page
    assert "/dues/2021/" in visitor.get("/about/").content.decode()
    again = till.post(f"{URL}{year.pk}/publish/", {"x": "1"}, follow=True)
    assert "不用再公开一次" in again.content.decode()
    values = {"reminder_days": "7", "published": "table"}
    till.post(
        "/admin/members/duesrules/1/change/",
        values | {"_read": till.get("/admin/members/duesrules/1/change/").context["read_token"]},
    )
    assert "某市金鼎市政有限公司" in Client().get("/dues/2021/").content.decode()


def test_a_year_opened_again_stays_public_as_it_was_until_it_is_corrected(year, treasurer, rules, staff, pay):
    rules(DuesRules.Published.TABLE)
    close(year, treasurer)
    publish(year, by=treasurer)
    with pytest.raises(MoveRefused, match="已经对外发出"):
        undo_last(year, by=treasurer, reason="点错")
    perform(year, "reopen", by=staff("秘书长"), note="补账")
    pay(year.bills.filter(paid=0).get().party, 5000, on=dt.date(2021, 12, 1))
    assert "29.17%" in Client().get("/dues/2021/").content.decode()
    close(year, treasurer)
    publish(year, by=treasurer)
    page = Client().get("/dues/2021/").content.decode()
    assert "70.83%" in page
    assert "更正以前的内容公开于" in page
