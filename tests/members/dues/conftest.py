"""What the tests of dues share: the treasurer, a year, bills and payments made as staff make them."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.files.base import ContentFile

import members
from association.exchange.actions import import_now
from association.exchange.kinds import kind_named
from members.dues import bills, booking, standards
from members.models import BankLine, DuesRules, DuesYear
from tests.workbooks import xlsx

SHIPPED = Path(members.__file__).parent / "data" / "dues_standard_2021.json"


@pytest.fixture
def treasurer(staff, association):
    return staff("财务处", name="钱会计")


@pytest.fixture
def till(treasurer, client_of):
    """A client logged in as the treasurer."""
    return client_of(treasurer)


@pytest.fixture
def standard(treasurer):
    return standards.load_standard(standards.read_standard(SHIPPED), by=treasurer)[0]


@pytest.fixture
def account(db):
    """The settings with an account to pay to."""
    rules = DuesRules(
        account_name="某某市建筑业协会", account_bank="某某银行某某支行", account_number="4300123456789", contact="孙会计",
        contact_phone="0700-7654321", reminder_days=[7, 30, 90],
    )  # fmt: skip
    rules.save()
    return rules


@pytest.fixture
def bill(standard, treasurer):
    """bill(party, 2000, year=2021): what a party owes for a year, made by hand; the year is due on 30 June."""

    def make(party, amount=2000, *, year=2021, label="会员单位", due_on=None):
        due_on = due_on or dt.date(year, 6, 30)
        DuesYear.objects.get_or_create(year=year, defaults={"standard": standard, "due_on": due_on, "state": "open"})
        values = {"label": label, "full_amount": Decimal(amount), "reason": "补开"}
        return bills.make_bill(party=party, year=year, by=treasurer, **values)

    return make


@pytest.fixture
def pay(treasurer):
    """pay(party, 2000): cash that came in today."""

    def book(party, amount, *, on=None, **more):
        values = {"received_on": on or dt.date(2021, 3, 1), "channel": "cash", "sure": True} | more
        return booking.book_by_hand(party=party, amount=Decimal(amount), by=treasurer, **values)

    return book


BANK_HEAD = ["交易时间", "交易流水号", "对方户名", "对方账号", "借方发生额", "贷方发生额", "余额", "摘要"]


@pytest.fixture
def member(firm):
    """member("某某建筑有限公司"): a party that is a member since 2020."""
    return lambda name="", **values: firm(name, is_member=True, **values).party


@pytest.fixture
def bring(treasurer):
    """bring(row, …, head=…, content=…): the batch of a bank statement with these rows, read to its end."""

    def make(*rows, head=None, content=b"", name="流水.xlsx", by=treasurer):
        content = content or xlsx([["账户交易明细"], ["账号：4300****0001"], head or BANK_HEAD, *rows, ["合计笔数：9"]])
        batch, job = import_now(kind_named("bank-lines"), ContentFile(content, name), options={}, by=by)
        assert job.state == "done", job.error
        return batch

    return make


@pytest.fixture
def came():
    """came("某某公司", "2000.00", number=1, …): a row of a statement, money that came in."""

    def row(payer, amount="2,000.00", *, number, memo="会费", at="2021-03-05 10:20:00", account="43001234567890"):
        return [at, f"20210305{number:08d}", payer, account, "", amount, "9,999.00", memo]

    return row


@pytest.fixture
def lines(bring, came):
    """lines("甲公司", "乙公司"): bank lines of 2,000 yuan each by these payers, as the import left them."""

    def make(*payers, amount="2,000.00", memo="往来款"):
        start = BankLine.objects.count()
        bring(*(came(payer, amount, number=start + place, memo=memo) for place, payer in enumerate(payers)))
        return list(BankLine.objects.order_by("pk")[start:])

    return make
