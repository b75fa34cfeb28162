"""Money and what happens around it: a killed worker, firms merged and two again, imports undone, sums to the fen."""

import datetime as dt
import time
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile

from association.exchange import actions as exchange
from association.exchange.kinds import kind_named
from association.jobs.models import Job
from association.parties.unmerging import undo_merge
from members import merging
from members.dues import booking
from members.dues.settle import settle
from members.models import BankLine, Payment
from tests import ledger
from tests.codes import firm_code
from tests.workbooks import xlsx
from tests.worker import wait_until

WHY = "同一家企业建了两份档案"


def reread(*rows):
    for row in rows:
        row.refresh_from_db()
    return rows


# -- Firms become one -------------------------------------------------------------------------------------------------


def test_the_credit_of_one_settles_the_bill_of_the_other_until_they_are_two_again(firm, member, pay, bill, clerk):
    kept, double = firm("甲建筑有限公司"), firm("甲建筑公司")
    owed, payment = bill(kept.party, 2000), pay(double.party, 3000)
    done = merging.merge(merged=double, into=kept, by=clerk, reason=WHY)
    reread(owed, payment)
    assert (payment.party_id, payment.settled, owed.paid) == (kept.pk, 2000, 2000)
    ledger.check()
    undo_merge(done, by=clerk, reason="不是同一家")
    reread(owed, payment)
    assert (payment.party_id, payment.settled, owed.paid) == (double.pk, 0, 0)
    ledger.check()


def test_of_two_bills_of_a_year_one_goes_on_and_its_money_with_it(firm, pay, bill, clerk):
    kept, double = firm("甲建筑有限公司"), firm("甲建筑公司")
    mine, theirs = bill(kept.party, 2000), bill(double.party, 2000)
    first, second = pay(kept.party, 500), pay(double.party, 2000)
    done = merging.merge(merged=double, into=kept, by=clerk, reason=WHY)
    reread(mine, theirs, first, second)
    assert theirs.voided_at is not None
    assert (mine.paid, first.settled + second.settled) == (2000, 2000)
    ledger.check()
    undo_merge(done, by=clerk, reason="不是同一家")
    reread(mine, theirs)
    assert (theirs.voided_at, theirs.paid, mine.paid) == (None, 2000, 500)
    ledger.check()


def test_money_for_a_merged_firm_is_that_of_the_firm_it_became(firm, lines, bill, clerk, treasurer):
    kept, double = firm("甲建筑有限公司", is_member=True), firm("甲建筑公司")
    owed = bill(kept.party, 5000)
    gone = double.party
    merging.merge(merged=double, into=kept, by=clerk, reason=WHY)
    gone.refresh_from_db()
    lines("甲建筑公司")  # by its former name
    [line] = lines("张某某")
    booking.book_line(line=line, parts=[(gone,)], by=treasurer)
    reread(owed)
    assert owed.paid == 4000
    assert set(Payment.objects.values_list("party", flat=True)) == {kept.pk}


# -- Sums -------------------------------------------------------------------------------------------------------------


def test_fen_add_up(member, pay, bill, treasurer):
    """0.1 + 0.2 is 0.3, whatever the database thinks of figures."""
    party = member("甲建筑有限公司")
    owed = [bill(party, "0.10", year=2021), bill(party, "0.20", year=2022), bill(party, "0.70", year=2023)]
    payment = pay(party, "1.10")
    booking.refund(payment=payment, amount=Decimal("0.10"), refunded_on=dt.date(2021, 4, 1), reason="退", by=treasurer)
    reread(payment, *owed)
    assert (payment.settled, payment.refunded, payment.left) == (1, Decimal("0.10"), 0)
    assert [one.outstanding for one in owed] == [0, 0, 0]
    ledger.check()


def test_settling_twice_changes_nothing(member, pay, bill):
    party = member("甲建筑有限公司")
    bills = [bill(party, 2000, year=year) for year in (2022, 2021)]
    payment = pay(party, 3000)
    assert settle([party.pk]) == 0
    reread(payment, *bills)
    assert [one.paid for one in bills] == [1000, 2000]  # the oldest year first
    assert payment.allocations.count() == 2


def test_only_the_treasurer_books(member, lines, clerk, pay):
    party = member("甲建筑有限公司")
    [line] = lines("张某某")
    payment = pay(party, 100)
    acts = (
        lambda: booking.book_line(line=line, parts=[(party,)], by=clerk),
        lambda: booking.set_aside(line=line, reason="x", by=clerk),
        lambda: booking.put_back(line=line, by=clerk),
        lambda: booking.reverse(payment=payment, reason="x", by=clerk),
        lambda: booking.refund(payment=payment, amount=1, refunded_on=payment.received_on, reason="x", by=clerk),
        lambda: booking.move_to(payment=payment, purpose="donation", reason="x", by=clerk),
    )
    for act in acts:
        with pytest.raises(PermissionDenied):
            act()


def test_what_goes_out_is_nobodys(bring, member, treasurer):
    party = member("甲建筑有限公司")
    bring(["2021-03-05", "900000001", "甲建筑有限公司", "", "500.00", "", "", "退款"])
    with pytest.raises(ValidationError, match="支出"):
        booking.book_line(line=BankLine.objects.get(), parts=[(party,)], by=treasurer)


# -- A power cut ------------------------------------------------------------------------------------------------------


@pytest.mark.worker
@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_books_nothing_twice(real_worker, came, member, treasurer, bill):
    parties = [member(f"第{place}宏达建筑有限公司", code=firm_code(500 + place)) for place in range(20)]
    for party in parties:
        bill(party, 100_000)
    head = ["交易时间", "交易流水号", "对方户名", "对方账号", "借方发生额", "贷方发生额", "余额", "摘要"]
    rows = [came(f"第{place % 25}宏达建筑有限公司", number=place) for place in range(5000)]
    batch = exchange.take_in(
        kind_named("bank-lines"), ContentFile(xlsx([head, *rows]), "流水.xlsx"), options={}, by=treasurer
    )
    real_worker.start(lease_seconds=3, beat=True)
    exchange.confirm(batch, by=treasurer)

    def job() -> Job:
        batch.refresh_from_db()
        return Job.objects.get(pk=batch.job_id)

    wait_until(lambda: job().cursor.get("done", 0) >= 1000, step=0.02)
    real_worker.kill()
    assert job().state == Job.State.RUNNING
    time.sleep(3)
    real_worker.start(lease_seconds=3, beat=True)
    wait_until(lambda: job().state == Job.State.DONE, seconds=120)
    assert job().tries == 2
    assert BankLine.objects.count() == 5000
    assert Payment.objects.count() == 4000
    assert BankLine.objects.waiting().count() == 1000
    ledger.check()
