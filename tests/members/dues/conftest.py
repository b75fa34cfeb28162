"""What the tests of dues share: the treasurer, a year, bills and payments made as staff make them."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

import members
from members.dues import bills, booking, standards
from members.models import DuesRules, DuesYear

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
