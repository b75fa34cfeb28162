"""Who sees which rows of dues: the treasurer and who reads business all, a firm its own, others none."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from association.accounts.roles import ROLES, Right
from members.dues import arrears, billing, bills, receipts, reminding
from members.models import (
    Allocation,
    BankLine,
    BillingDetails,
    DuesBill,
    DuesPromise,
    DuesReceipt,
    DuesReduction,
    DuesReminder,
    DuesRules,
    DuesStandard,
    DuesYear,
    Payment,
)

TODAY = timezone.localdate()
OF_PARTIES = (
    DuesBill, DuesReduction, BillingDetails, Payment, Allocation, DuesReceipt, DuesReminder, DuesPromise
)  # fmt: skip
OF_STAFF = (DuesYear, DuesStandard, DuesRules, BankLine)


@pytest.fixture
def everything(firm, bill, pay, account, treasurer):
    """Two firms that have one of everything; and a bank line of nobody."""
    parties = [firm(name, is_member=True).party for name in ("某市宏达建筑有限公司", "某市永兴路桥有限公司")]
    for number, party in enumerate(parties):
        made = bill(party, 2000)
        bills.reduce_bill(
            made, amount=Decimal(100), reason="受灾", approved_by="会长会", approved_on=TODAY, by=treasurer
        )
        receipts.issue(pay(party, 500), code="1", number=f"{number}1", issued_on=TODAY, by=treasurer)
        billing.keep(party, by=treasurer, title=party.name)
        arrears.note_dues_call(party, by=treasurer, content="再说", audience="staff")
        step = reminding.step_now(made.dues_year, account)
        reminding.remind(step, [made.pk], text="请缴", way=DuesReminder.Way.SHEET, by=treasurer)
    now = timezone.now()
    BankLine.objects.create(
        source_key="1", happened_at=now, happened_on=TODAY, direction="in", amount=1, payer="某公司"
    )
    return parties


def seen(model, user) -> int:
    return model.objects.visible_to(user).count()


def test_a_firm_sees_its_own_and_a_stranger_nothing(everything, firm_user, person):
    own, stranger = firm_user(everything[0]), person()
    assert {model.__name__: seen(model, own) for model in OF_PARTIES} == {model.__name__: 1 for model in OF_PARTIES}
    for user in (stranger, AnonymousUser()):
        assert [seen(model, user) for model in (*OF_PARTIES, *OF_STAFF)] == [0] * 12
    assert [seen(model, own) for model in OF_STAFF] == [0] * 4


@pytest.mark.parametrize("role", [role.name for role in ROLES])
def test_staff_see_all_where_they_read_business_and_pages_agree(role, everything, staff, client_of):
    user = staff(role)
    reads = Right.READ in user.rights or Right.DUES in user.rights
    assert all((seen(model, user) > 0) is reads for model in (*OF_PARTIES, *OF_STAFF))
    client = client_of(user)
    lists = ("duesbill", "billingdetails", "payment", "duesreceipt", "duesreminder", "duespromise", "bankline")
    answers = {client.get(f"/admin/members/{name}/").status_code for name in lists}
    assert answers == {200 if reads else 403}


def test_one_firms_desk_leads_to_nothing_of_another(everything, firm_user, client_of):
    own, other = everything
    client = client_of(firm_user(own))
    page = client.get("/desk/dues/").content.decode()
    assert other.name not in page
    assert "再说" not in page  # what the office wrote for itself
    assert "再说" not in client.get("/desk/firm/").content.decode()
    for name in ("duespromise/arrears", f"duespromise/arrears/{own.pk}", "duesreceipt/missing", "duesreminder/send"):
        assert client.get(f"/admin/members/{name}/").status_code == 404
