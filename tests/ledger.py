"""What must hold of money whatever happened: every sum is that of its rows, nothing is booked or settled twice."""

from collections import defaultdict
from decimal import Decimal

from members.models import Allocation, BankLine, DuesBill, Payment

R = Payment.Kind.RECEIPT


def check():
    """Raises AssertionError where the books do not add up."""
    of_line, of_payment, of_bill = defaultdict(Decimal), defaultdict(Decimal), defaultdict(Decimal)
    payments = {row.pk: row for row in Payment.objects.all()}
    for row in Allocation.objects.standing().select_related("payment", "bill"):
        assert row.payment.party_id == row.bill.party_id
        of_payment[row.payment_id] += row.amount
        of_bill[row.bill_id] += row.amount
    back = defaultdict(Decimal)
    for row in payments.values():
        if row.kind == Payment.Kind.REFUND and row.reversed_at is None:
            back[row.refunds_id] -= row.amount
    for row in payments.values():
        assert row.settled == of_payment[row.pk], row.pk
        assert row.refunded == back[row.pk], row.pk
        assert row.settled + row.refunded <= abs(row.amount)
        if row.reversed_at:
            assert sum(one.amount for one in payments.values() if one.reverses_id == row.pk) == -row.amount
        elif row.kind == R and row.line_id:
            of_line[row.line_id] += row.amount
    for line in BankLine.objects.all():
        assert line.booked == of_line[line.pk] <= line.amount, line.pk
    for bill in DuesBill.objects.all():
        assert bill.paid == of_bill[bill.pk] <= bill.amount, bill.pk
    _nothing_left_undone()


def _nothing_left_undone():
    """Nobody owes who has credit."""
    owes = {bill.party_id for bill in DuesBill.objects.standing() if bill.outstanding > 0}
    for payment in Payment.objects.for_dues().filter(kind=R, party__in=owes):
        assert payment.left == 0, payment.pk
