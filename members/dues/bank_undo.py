"""An import of bank lines is taken back (撤销导入): lines that nobody decided go, what they booked by themselves with them."""

from collections import defaultdict
from collections.abc import Sequence

from django.utils import timezone

from association.exchange.models import ImportRow
from association.exchange.undo import GONE, subjects_of
from association.exchange.writing import insert, update

from ..enums import DuesYearState
from ..models import Allocation, BankLine, DuesReceipt, Payment
from .settle import lock_parties, release_rows, settle

DECIDED = "导入以后由人办理过"
RECEIPT = "已开会费票据"
CLOSED = "已计入关账的年度"


def give_back_lines(rows: Sequence[ImportRow], *, batch, by) -> dict[int, str]:
    """{key of an ImportRow: why its line stays}. A line that goes is withdrawn, its key is free for the next file."""
    lines = subjects_of(rows, BankLine)
    payments = defaultdict(list)
    for payment in Payment.objects.filter(line__in=lines).select_related("by"):
        payments[payment.line_id].append(payment)
    lock_parties(payment.party_id for found in payments.values() for payment in found)
    used = _used([payment.pk for found in payments.values() for payment in found])
    stays, gone = {}, {}
    for row in rows:
        line = lines.get(row.subject_id)
        if line is None or line.withdrawn_at:
            stays[row.pk] = GONE
        elif why := _why_not(line, payments.get(line.pk, ()), used):
            stays[row.pk] = why
        else:
            gone[line.pk] = line
    _reverse(
        [payment for pk in gone for payment in payments.get(pk, ())], f"撤销导入：{batch.undo_reason}"[:300], by=by
    )
    _withdraw(gone.values())
    return stays


def _why_not(line: BankLine, payments: Sequence[Payment], used: dict[int, str]) -> str:
    if line.set_aside_at or any(one.matched != Payment.Matched.NAME or one.reversed_at for one in payments):
        return DECIDED
    if any(one.refunded or one.kind != Payment.Kind.RECEIPT for one in payments):
        return DECIDED
    return next((used[one.pk] for one in payments if one.pk in used), "")


def _used(payments: Sequence[int]) -> dict[int, str]:
    closed = Allocation.objects.standing().filter(payment__in=payments, bill__dues_year__state=DuesYearState.CLOSED)
    receipts = DuesReceipt.objects.standing().filter(payment__in=payments)
    return dict.fromkeys(closed.values_list("payment", flat=True), CLOSED) | dict.fromkeys(
        receipts.values_list("payment", flat=True), RECEIPT
    )


def _reverse(payments: Sequence[Payment], reason: str, *, by):
    """As booking.reverse(), of many at once. The caller holds the locks of lines and parties."""
    release_rows(Allocation.objects.standing().filter(payment__in=payments), reason=reason)
    fresh = list(Payment.objects.select_for_update(of=("self",)).filter(pk__in=[one.pk for one in payments]))
    now, today = timezone.now(), timezone.localdate()
    for payment in fresh:
        payment.reversed_at, payment.reversed_reason = now, reason
    update(fresh, ["reversed_at", "reversed_reason"])
    lines = [
        Payment(
            party_id=one.party_id, payer=one.payer, kind=Payment.Kind.REVERSAL, purpose=one.purpose, channel=one.channel,
            matched=one.matched, amount=-one.amount, received_on=today, line_id=one.line_id, note=reason, by=by,
            reverses=one,
        )
        for one in fresh
    ]  # fmt: skip
    insert(Payment, lines)
    settle({payment.party_id for payment in fresh})


def _withdraw(lines):
    now = timezone.now()
    lines = list(lines)
    for line in lines:
        line.withdrawn_at, line.booked, line.why = now, 0, ""
        line.source_key = f"withdrawn:{line.pk}:{line.source_key}"[:200]
    update(lines, ["withdrawn_at", "booked", "why", "source_key"])
