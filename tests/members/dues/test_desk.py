"""会费 on a firm's desk: what is owed, what was paid, 开票信息; and what the office reads of the same firm."""

from decimal import Decimal

import pytest

from association.parties.actions import give_seat
from association.parties.merge_plan import OURS, THEIRS, Plan
from association.parties.models import Seat
from association.parties.unmerging import undo_merge
from association.timeline.models import Event
from members import merging, signs, timeline
from members.dues import billing, bills, booking
from members.models import BillingDetails

HOME = "/desk/dues/"


@pytest.fixture
def unit(firm):
    return firm("某市宏达建筑有限公司", is_member=True).party


@pytest.fixture
def desk(unit, firm_user, client_of):
    client = client_of(firm_user(unit))
    client.get("/desk/")
    return client


def words_of(answer) -> str:
    return answer.content.decode().split("<main", 1)[1].split("<footer", 1)[0]


def test_each_state_says_what_is_so(unit, desk, bill, pay, account):
    assert "还没有开出贵单位的会费账单" in words_of(desk.get(HOME))
    bill(unit, 2000, year=2020)
    bill(unit, 5000)
    shown = words_of(desk.get(HOME))
    for words in (
        "尚欠 2020、2021 年会费 7,000 元",
        "已过缴费截止日，请尽快缴纳",
        "4300123456789",
        "逾期未缴",
        "孙会计",
    ):
        assert words in shown
    assert "尚欠 2020、2021 年会费 7,000 元" in words_of(desk.get("/desk/"))
    pay(unit, 3000)
    shown = words_of(desk.get(HOME))
    for words in ("尚欠 2021 年会费 4,000 元", "已缴部分，已逾期", "已缴清", "缴 2020、2021 年会费", "现金"):
        assert words in shown
    pay(unit, "4500.50")
    shown = words_of(desk.get(HOME))
    assert "会费已缴清" in shown
    assert "预存 500.50 元" in shown
    assert "怎样缴费" not in shown
    assert "会费：" not in words_of(desk.get("/desk/"))


def test_who_is_no_member_reads_that_nothing_is_due(firm, firm_user, client_of):
    client = client_of(firm_user(firm("某市外来建筑有限公司").party))
    assert "现在不是会员，没有会费要缴" in words_of(client.get(HOME))


def test_what_was_wrong_is_shown_as_reversed_and_given_back(unit, desk, bill, pay, treasurer):
    bill(unit, 2000)
    booking.reverse(payment=pay(unit, 2000), reason="记错单位", by=treasurer)
    assert "已冲正" in words_of(desk.get(HOME))
    assert "记错单位" in words_of(desk.get(HOME))
    payment = pay(unit, 3000)
    booking.refund(payment=payment, amount=Decimal(1000), refunded_on=payment.received_on, reason="多缴", by=treasurer)
    shown = words_of(desk.get(HOME))
    assert "退款" in shown
    assert "已退 1,000.00 元" in shown
    assert shown.count("rows-title") == 3  # no line of its own for the reversal


def test_a_reduction_says_why(unit, desk, bill, treasurer):
    made = bill(unit, 2000)
    bills.reduce_bill(
        made, amount=Decimal(500), reason="受灾", approved_by="会长办公会", approved_on=made.made_on, by=treasurer
    )
    assert "减免 500.00 元：受灾（会长办公会" in words_of(desk.get(HOME))


def test_the_notice_is_printed_as_long_as_something_is_owed(unit, desk, bill, pay, account):
    assert desk.get(f"{HOME}notice/", follow=True).redirect_chain[0][0] == HOME
    bill(unit, 2000)
    shown = words_of(desk.get(f"{HOME}notice/"))
    for words in ("催缴会费通知", unit.name, "合计尚欠", "2,000.00", "4300123456789", "孙会计"):
        assert words in shown
    pay(unit, 2000)
    assert desk.get(f"{HOME}notice/").status_code == 302


# -- 开票信息 ----------------------------------------------------------------------------------------------------------


def _form(client) -> dict:
    form = client.get(f"{HOME}billing/").context["form"]
    return {name: form[name].value() or "" for name in form.fields}


def test_a_clerk_keeps_the_billing_details(unit, desk):
    form = _form(desk)
    assert (form["title"], form["tax_number"]) == (unit.name, unit.code)
    wrong = desk.post(
        f"{HOME}billing/", form | {"title": " ", "tax_number": "12", "account": "abc", "bank": "某某银行"}
    )
    assert wrong.status_code == 422
    for words in ("请填写票据的抬头", "15、17、18 或 20 位", "银行账号只有数字", "某某银行"):
        assert words in wrong.content.decode()
    desk.post(f"{HOME}billing/", form | {"account": "6222 0000 1111 2222", "bank": "某某银行"})
    row = BillingDetails.objects.get(party=unit)
    assert (row.account, row.version) == ("6222000011112222", 1)
    shown = words_of(desk.get(HOME))
    assert "6222****2222" in shown
    assert "6222000011112222" not in shown
    desk.post(f"{HOME}billing/", _form(desk) | {"receiver": "李会计", "account": "6222000011113333"})
    event = Event.objects.get(verb="billing.kept", sentence__contains="修改")
    assert event.changes == {"receiver": ["", "李会计"]}  # the account stands in no history


def test_the_later_of_two_people_reads_what_changed(unit, desk, firm_user, client_of):
    other = client_of(firm_user(unit, name="周经办"))
    first, second = _form(desk), _form(other)
    desk.post(f"{HOME}billing/", first | {"receiver": "甲"})
    answer = other.post(f"{HOME}billing/", second | {"receiver": "乙"})
    assert "填写开票信息" in answer.content.decode()
    assert BillingDetails.objects.get().receiver == "甲"
    again = answer.context["form"]
    data = {name: again[name].value() or "" for name in again.fields}
    assert data["receiver"] == "乙"
    other.post(f"{HOME}billing/", data)
    assert BillingDetails.objects.get().receiver == "乙"


def test_a_reader_sees_and_moves_nothing(unit, desk, bill, person, client_of):
    bill(unit, 2000)
    reader = person("读者")
    give_seat(user=reader, party=unit, by=None, right=Seat.Kind.READER)
    client = client_of(reader)
    assert "尚欠 2021 年会费" in words_of(client.get(HOME))
    assert "填写开票信息" not in words_of(client.get(HOME))
    assert client.post(f"{HOME}billing/", {"title": "x"}).status_code == 403
    assert not BillingDetails.objects.exists()


# -- The office -------------------------------------------------------------------------------------------------------


def test_the_file_and_the_card_tell_the_dues(unit, office, till, bill, pay, clerk):
    bill(unit, 2000)
    card = f"/admin/members/firm/lookup/?firm={unit.pk}"
    assert "尚欠 2021 年会费 2,000 元，已逾期" in office.get(card).content.decode()
    pay(unit, 2500)
    assert "2021 年会费已缴清" in office.get(card).content.decode()
    page = office.get(f"/admin/members/firm/{unit.pk}/change/").content.decode()
    for words in ("2021 年会费账单：会员单位，应缴 2,000 元", "收到会费 2,500 元（现金）", "预存", "500 元"):
        assert words in page
    items = [item.title for item in timeline.page_of(unit.firm, clerk).items if "会费" in item.title]
    assert len(items) == 2, items


def test_dues_are_a_sign_of_life(unit, bill, pay):
    pay(unit, 2000)
    sign = signs.last_signs([unit.pk])[unit.pk]
    assert (sign.label, f"{sign.day}") == ("缴纳会费", "2021-03-01")


def test_a_merged_firm_brings_its_dues_along(unit, firm, bill, pay, clerk, firm_user, client_of):
    other = firm("某市永兴路桥有限公司", is_member=True).party
    bill(unit, 2000)
    pay(other, 2500)
    merging.merge(merged=other.firm, into=unit.firm, by=clerk, reason="同一家企业")
    shown = words_of(client_of(firm_user(unit)).get(HOME))
    assert "会费已缴清" in shown
    assert "预存 500.00 元" in shown


def test_of_two_sets_of_billing_details_a_person_chooses_one(unit, firm, clerk, treasurer, firm_user, client_of):
    other = firm("某市永兴路桥有限公司", is_member=True).party
    billing.keep(unit, by=treasurer, title="宏达集团")
    billing.keep(other, by=treasurer, title="永兴集团")
    plan = Plan(other, unit)
    [both] = [one for one in plan.collisions if one.field.model is BillingDetails]
    choices = {one.key: THEIRS if one is both else OURS for one in plan.collisions}
    done = merging.merge(merged=other.firm, into=unit.firm, by=clerk, reason="同一家企业", choices=choices)
    assert billing.details_of(unit).title == "永兴集团"
    assert "永兴集团" in words_of(client_of(firm_user(unit)).get(HOME))
    undo_merge(done, by=clerk, reason="认错了")
    assert [billing.details_of(party).title for party in (unit, other)] == ["宏达集团", "永兴集团"]


def test_as_many_queries_for_one_bill_as_for_three(unit, desk, bill, pay, django_assert_max_num_queries):
    counts = []
    for years in ((2021,), (2019, 2020)):
        for year in years:
            bill(unit, 2000, year=year)
            pay(unit, 500)
        desk.get(HOME)
        with django_assert_max_num_queries(22) as seen:
            desk.get(HOME)
        counts.append(len(seen))
    assert counts[0] == counts[1]
