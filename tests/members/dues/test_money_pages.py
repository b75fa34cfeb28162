"""Money through the pages: lines claimed, split, laid aside; by hand, reversed, given back, moved to another use; exports."""

import datetime as dt
import io
import re

import openpyxl
import pytest

from association.parties.models import PartyName
from association.timeline.models import Event
from members.models import BankLine, DuesReceipt, Payment

LINES, MONEY = "/admin/members/bankline/", "/admin/members/payment/"
WAITING = f"{LINES}waiting/"


def said(answer) -> str:
    """The errors of a page, and what it told."""
    return " ".join(
        re.findall(r"(?:field-error|form-errors|messagelist)[^>]*>(.*?)</(?:p|div|ul)>", answer.content.decode(), re.S)
    )


def post(client, url, data=None, **more):
    return client.post(url, data or {}, follow=True, **more)


# -- Lines that wait --------------------------------------------------------------------------------------------------


def test_a_line_is_claimed_by_one_press(till, lines, member, bill):
    party = member("宏达建筑有限责任公司")
    owed = bill(party)
    [line] = lines("宏达建筑有限公司")
    page = till.get(WAITING).content.decode()
    assert "宏达建筑有限责任公司" in page
    assert "尚欠 2021 年会费 2,000 元，与这笔相同" in page
    answer = post(till, f"{LINES}{line.pk}/claim/", {"party": party.pk, "version": line.version})
    assert "已把 2,000 元 记给「宏达建筑有限责任公司」" in answer.content.decode()
    owed.refresh_from_db()
    assert owed.paid == 2000
    payment = Payment.objects.get()
    assert (payment.matched, payment.by.name, payment.payer) == ("person", "钱会计", "宏达建筑有限公司")
    assert Event.objects.filter(party=party, verb="dues.booked", audience="party").exists()


def test_a_decision_holds_for_one_line_and_is_offered_for_the_next(till, lines, member):
    party = member("宏达建筑有限公司")
    [line] = lines("张某某")
    post(till, f"{LINES}{line.pk}/claim/", {"party": party.pk})
    assert not PartyName.objects.exclude(kind=PartyName.Kind.CURRENT).exists()
    [following] = lines("张某某")
    assert following.booked == 0
    assert "这个户名上次记给这家" in till.get(WAITING).content.decode()


def test_who_comes_later_reads_that_it_is_done(till, lines, member):
    first, second = member("甲建筑有限公司"), member("乙建筑有限公司")
    [line] = lines("张某某")
    post(till, f"{LINES}{line.pk}/book/", {**parts(("甲建筑有限公司", "500", "dues")), "version": line.version})
    answer = post(till, f"{LINES}{line.pk}/claim/", {"party": second.pk, "version": line.version})
    assert "刚才已有人办理过" in answer.content.decode()
    assert list(Payment.objects.values_list("party", "amount")) == [(first.pk, 500)]


def test_another_firm_is_found_and_nothing_is_shown_to_readers(till, client_of, lines, member):
    member("大桥路桥有限公司")
    [line] = lines("张某某")
    page = till.get(WAITING, {"for": line.pk, "firm": "DQLQ"}).content.decode()
    assert "大桥路桥有限公司" in page
    reader = client_of("监事")
    assert "记给这家" not in reader.get(WAITING).content.decode()
    assert reader.post(f"{LINES}{line.pk}/claim/", {"party": 1}).status_code == 403
    assert reader.get(f"{LINES}{line.pk}/book/").status_code == 403
    assert till.get(f"{LINES}{line.pk}/claim/").status_code == 405


def parts(*rows, note="") -> dict:
    data = {"form-TOTAL_FORMS": len(rows), "form-INITIAL_FORMS": 0, "note": note}
    for at, (unit, amount, purpose) in enumerate(rows):
        data |= {f"form-{at}-unit": unit, f"form-{at}-amount": amount, f"form-{at}-purpose": purpose}
    return data


def test_one_line_is_split_over_several(till, lines, member, bill):
    head, branch = member("宏达集团有限公司"), member("宏达集团有限公司东区分公司")
    owed = bill(branch)
    [line] = lines("张某某", amount="5,000.00")
    url = f"{LINES}{line.pk}/book/"
    more = till.post(url, parts(("宏达集团有限公司", "2000", "dues")) | {"more": "1"}).content.decode()
    assert 'value="宏达集团有限公司"' in more
    assert "第 2 笔" in more
    assert "请填写" not in more  # nothing is wrong yet
    rows = [("宏达集团有限公司", "2000", "dues"), (branch.code, "2000", "dues"), ("", "800", "donation")]
    answer = post(till, url, parts(*rows, note="总公司代分公司"))
    assert "已入账 3 笔，共 4,800 元" in answer.content.decode()
    line.refresh_from_db()
    assert (line.booked, line.left) == (4800, 200)
    assert BankLine.objects.waiting().get() == line
    owed.refresh_from_db()
    assert owed.paid == 2000
    assert set(Payment.objects.values_list("party", "purpose")) == {
        (head.pk, "dues"), (branch.pk, "dues"), (None, "donation")
    }  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([("", "", "dues")], "请填写这笔钱是哪家单位的"),
        ([("没有这家公司", "", "dues")], "没有找到这家单位"),
        ([("甲建筑", "", "dues")], "可能是：甲建筑有限公司。"),
        ([("甲建筑有限公司", "3000", "dues")], "各笔合计 3,000 元，超过这笔流水还没有入账的 2,000 元。"),
        ([("甲建筑有限公司", "0", "dues")], "金额应大于 0"),
        ([("甲建筑有限公司", "1", "dues"), ("甲建筑有限公司", "2", "dues")], "同一家单位写了两次"),
        ([("甲建筑有限公司", "", "dues"), ("", "5", "donation")], "每笔都要填金额"),
        ([("", "5", "dues")], "缴会费的，请填写单位。"),
        ([("甲建筑有限公司", "二千", "dues")], "请填写金额"),
    ],
)
def test_what_cannot_be_booked_says_why_and_keeps_what_was_typed(rows, sentence, till, lines, member):
    member("甲建筑有限公司")
    [line] = lines("张某某")
    answer = till.post(f"{LINES}{line.pk}/book/", parts(*rows, note="说明在此"))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert sentence in page
    assert "说明在此" in page
    assert rows[0][0] in page
    assert not Payment.objects.exists()


def test_a_line_is_laid_aside_and_put_back(till, lines, member):
    party = member("甲建筑有限公司")
    [line] = lines("张某某")
    url = f"{LINES}{line.pk}/"
    assert "请填写不入账的原因" in till.post(f"{url}aside/", {"reason": " "}).content.decode()
    post(till, f"{url}aside/", {"reason": "押金退回"})
    assert not BankLine.objects.waiting().exists()
    assert "押金退回" in till.get(f"{url}change/").content.decode()
    assert "已标为不入账" in post(till, f"{url}claim/", {"party": party.pk}).content.decode()
    post(till, f"{url}back/")
    assert BankLine.objects.waiting().get().pk == line.pk


# -- The ledger -------------------------------------------------------------------------------------------------------


def by_hand(**changes) -> dict:
    values = {
        "unit": "甲建筑有限公司",
        "amount": "2000",
        "received_on": "2021-03-05",
        "channel": "cash",
        "purpose": "dues",
    }
    return values | {"once": "abc", "payer": "", "reference": "", "note": ""} | changes


def test_cash_is_written_down_once(till, member, bill):
    party = member("甲建筑有限公司")
    owed = bill(party)
    assert "已登记「甲建筑有限公司」2,000 元。" in post(till, f"{MONEY}new/", by_hand()).content.decode()
    assert "已经登记过了" in post(till, f"{MONEY}new/", by_hand(sure="on")).content.decode()
    again = till.post(f"{MONEY}new/", by_hand(once="other")).content.decode()
    assert "已有一笔同样金额的收款（2021-03-05 现金 2,000 元）" in again
    assert Payment.objects.count() == 1
    owed.refresh_from_db()
    assert owed.paid == 2000
    post(till, f"{MONEY}new/", by_hand(once="other", sure="on", reference="S-1"))
    assert Payment.objects.count() == 2
    wrong = till.post(f"{MONEY}new/", by_hand(once="third", sure="on", reference="S-1")).content.decode()
    assert "这个凭据号已经登记过：2021-03-05 甲建筑有限公司 2,000 元。" in wrong


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"unit": ""}, "缴会费的，请填写单位。"),
        ({"unit": "没有这家"}, "没有找到这家单位"),
        ({"amount": "0"}, "金额应大于 0。"),
        ({"amount": "1.234"}, "最多写到分"),
        ({"received_on": "2099-01-01"}, "不能晚于今天"),
        ({"channel": "bank"}, "选择"),
    ],
)
def test_bad_input_by_hand(changes, sentence, till, member):
    member("甲建筑有限公司")
    answer = till.post(f"{MONEY}new/", by_hand(note="记在这里") | changes)
    assert sentence in answer.content.decode()
    assert "记在这里" in answer.content.decode()
    assert not Payment.objects.exists()


def test_an_automatic_booking_is_reversed_for_good(till, lines, member, bill, bring, came):
    party, other = member("甲建筑有限公司"), member("乙建筑有限公司")
    owed = bill(party)
    [line] = lines("甲建筑有限公司")
    payment = Payment.objects.get()
    url = f"{MONEY}{payment.pk}/"
    assert "请填写原因" in till.post(f"{url}reverse/", {"reason": ""}).content.decode()
    assert "已冲正" in post(till, f"{url}reverse/", {"reason": "是投标保证金"}).content.decode()
    owed.refresh_from_db()
    line.refresh_from_db()
    assert (owed.paid, line.booked, line.why) == (0, 0, "原来的入账已经冲正：是投标保证金")
    assert [one.amount for one in Payment.objects.order_by("pk")] == [2000, -2000]
    bring(came("丙建筑有限公司", number=99))  # the next import looks at all that waits again
    line.refresh_from_db()
    assert line.booked == 0
    assert "已经冲正" in post(till, f"{url}reverse/", {"reason": "再来"}).content.decode()
    post(till, f"{LINES}{line.pk}/claim/", {"party": other.pk})
    assert Payment.objects.standing().get().party == other
    assert "退款" not in till.get(f"{url}change/").context["form_links"]


def test_what_is_over_is_credit_for_the_next_year_and_goes_back(till, pay, member, bill):
    party = member("甲建筑有限公司")
    first = bill(party, 2000, year=2021)
    payment = pay(party, 5000)
    assert payment_left(payment) == 3000
    second = bill(party, 2000, year=2022)
    assert payment_left(payment) == 1000
    url = f"{MONEY}{payment.pk}/refund/"
    refund = {"amount": "2500", "refunded_on": "2021-04-01", "channel": "bank", "reason": "多缴"}
    assert "最多可退 5,000 元" in till.post(url, refund | {"amount": "6000"}).content.decode()
    assert "应在收款日期与今天之间" in till.post(url, refund | {"refunded_on": "2021-01-01"}).content.decode()
    assert "退款已登记" in post(till, url, refund).content.decode()
    for one in (first, second):
        one.refresh_from_db()
    assert (first.paid, second.paid, payment_left(payment)) == (2000, 500, 0)
    assert "请先冲正退款" in till.post(f"{MONEY}{payment.pk}/reverse/", {"reason": "x"}).content.decode()
    back = Payment.objects.get(kind="refund")
    post(till, f"{MONEY}{back.pk}/reverse/", {"reason": "退款没有发出"})
    second.refresh_from_db()
    assert (second.paid, payment_left(payment)) == (2000, 1000)
    assert sum(one.amount for one in Payment.objects.all()) == 5000


def payment_left(payment):
    payment.refresh_from_db()
    return payment.left


def test_a_part_is_moved_to_another_use(till, lines, member, bill):
    party = member("甲建筑有限公司")
    owed = bill(party, 2000)
    [line] = lines("甲建筑有限公司", amount="3,000.00")
    payment = Payment.objects.get()
    url = f"{MONEY}{payment.pk}/move/"
    assert till.get(url).context["form"].initial["amount"] == "1000.00"
    answer = post(till, url, {"purpose": "donation", "amount": "1000", "reason": "多缴部分捐赠"})
    assert "已改用途" in answer.content.decode()
    line.refresh_from_db()
    owed.refresh_from_db()
    assert (line.booked, owed.paid) == (3000, 2000)
    standing = {one.purpose: one for one in Payment.objects.standing()}
    assert (standing["donation"].amount, standing["dues"].amount) == (1000, 2000)
    assert standing["donation"].moved_from == payment
    post(till, f"{MONEY}{standing['donation'].pk}/move/", {"purpose": "dues", "amount": "1000", "reason": "不捐了"})
    assert not Payment.objects.standing().exclude(purpose="dues").exists()


def test_what_waits_of_a_line_says_why_after_a_part_was_moved(till, lines, member):
    member("甲建筑有限公司")
    [line] = lines("张某某", amount="5,000.00")
    post(till, f"{LINES}{line.pk}/book/", parts(("甲建筑有限公司", "2000", "dues")))
    post(till, f"{MONEY}{Payment.objects.get().pk}/move/", {"purpose": "training", "amount": "500", "reason": "培训"})
    line.refresh_from_db()
    assert (line.booked, line.why) == (2000, "已有一部分入账")


def test_what_has_a_receipt_is_not_reversed(till, pay, member):
    payment = pay(member("甲建筑有限公司"), 2000)
    DuesReceipt.objects.create(
        payment=payment, code="1", number="77", title="甲", amount=2000, issued_on=dt.date(2021, 4, 1)
    )
    for move in ("reverse", "refund", "move"):
        data = {"reason": "错了", "amount": "1", "refunded_on": "2021-05-01", "channel": "cash", "purpose": "training"}
        assert "票据" in said(till.post(f"{MONEY}{payment.pk}/{move}/", data))
    assert Payment.objects.get() == payment


# -- Lists ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "shown"),
    [("waiting", {"张某某"}), ("booked", {"甲建筑有限公司"}), ("out", {"某某印务"}), ("", {"张某某", "甲建筑有限公司", "某某印务"})],
)  # fmt: skip
def test_the_list_of_lines_and_its_export(state, shown, till, bring, came, member):
    member("甲建筑有限公司")
    out = ["2021-03-05", "900000001", "某某印务", "", "500.00", "", "", "印刷"]
    bring(came("甲建筑有限公司", number=1), came("张某某", number=2), out)
    query = {"state": state, "month": "2021-03"} if state else {}
    rows = till.get(LINES, query).context["cl"].result_list
    assert {line.payer for line in rows} == shown
    cells = sheet(till.get(f"{LINES}export/", query))
    assert {row[5] for row in cells[3:]} == shown


def sheet(answer) -> list[tuple]:
    return list(openpyxl.load_workbook(io.BytesIO(answer.getvalue())).active.iter_rows(values_only=True))


def test_search_by_payer_memo_number_and_amount(till, lines, member):
    lines("宏达（集团）有限公司", memo="往来款")
    lines("张某某", amount="1,234.50", memo="押金")
    for term, payer in (
        ("宏达集团", "宏达（集团）有限公司"),
        ("押金", "张某某"),
        ("1,234.5", "张某某"),
        ("2021030500000000", "宏达（集团）有限公司"),
    ):
        rows = till.get(LINES, {"q": term}).context["cl"].result_list
        assert [line.payer for line in rows] == [payer]


def test_accounts_are_masked(client_of, till, lines):
    [line] = lines("张某某")
    reader = client_of("监事")
    assert "43001234567890" not in reader.get(f"{LINES}{line.pk}/change/").content.decode()
    assert "43001234567890" not in str(sheet(reader.get(f"{LINES}export/")))
    assert "43001234567890" not in till.get(f"{LINES}{line.pk}/change/").content.decode()
    post(till, f"{LINES}{line.pk}/unmask/")
    assert "43001234567890" in till.get(f"{LINES}{line.pk}/change/").content.decode()


def test_the_ledger_and_its_export(till, pay, member):
    party = member("甲建筑有限公司")
    pay(party, 2000)
    pay(None, 300, purpose="training", payer="李某某")
    for query, amounts in (
        ({"purpose": "training"}, [300]),
        ({"q": "JJZ"}, [2000]),
        ({"state": "credit"}, [2000]),
        ({"month": "2021"}, [300, 2000]),
    ):
        rows = till.get(MONEY, query).context["cl"].result_list
        assert [one.amount for one in rows] == amounts
        assert len(sheet(till.get(f"{MONEY}export/", query))) == 3 + len(amounts)


def test_queries_do_not_grow_with_the_rows(till, lines, member, django_assert_max_num_queries):
    for name in ("甲", "乙", "丙", "丁"):
        member(f"{name}方建筑有限公司")
    lines("张某某", "甲方建设有限公司", "乙方建筑公司", "丙方建筑有限公司")
    till.get(WAITING)
    with django_assert_max_num_queries(24):
        till.get(WAITING)
    with django_assert_max_num_queries(16):
        till.get(LINES)
