"""Payments settle bills (核销): the oldest unpaid year first, what is over stays as the party's credit (预存).

settle(party_ids) is called after anything changes: bills made, reduced or void, money booked, reversed or given back, two
parties merged. It does what is left to do, so calling it twice changes nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from association.exchange.writing import insert, update
from association.parties.models import Party
from association.parties.registry import offer_merger

from ..models import Allocation, DuesBill, Payment

SLICE = 500


def lock_parties(party_ids: Iterable[int | None]) -> list[int]:
    """Lock parties for the caller's transaction, always by rising key; what belongs to them is locked after them."""
    keys = sorted({pk for pk in party_ids if pk})
    for part in slices(keys):
        list(Party.objects.select_for_update(no_key=True).order_by("pk").filter(pk__in=part).values_list("pk"))
    return keys


def slices(keys: Sequence) -> Iterator[Sequence]:
    """Below SQLite's limit on variables."""
    for at in range(0, len(keys), SLICE):
        yield keys[at : at + SLICE]


def merged_away(party_ids: Iterable[int]) -> set[int]:
    """Those of these parties, which the caller has locked, that are another one's by now."""
    keys, found = list(party_ids), set()
    for part in slices(keys):
        found |= set(Party.objects.filter(pk__in=part, merged_into__isnull=False).values_list("pk", flat=True))
    return found


@transaction.atomic
def settle(party_ids: Iterable[int | None]) -> int:
    """Let what these parties paid for dues settle what they owe; how many allocations were made."""
    return sum(_settle(part) for part in list(slices(lock_parties(party_ids))))


def pay_in(payments: Sequence[Payment]):
    """Insert new payments for dues and let them settle at once. The caller holds the locks of their parties."""
    fresh = defaultdict(list)
    for payment in payments:
        fresh[payment.party_id].append(payment)
    for part in slices(sorted(fresh)):
        _settle(part, fresh)


def _settle(parties: Sequence[int], fresh: Mapping[int, Sequence[Payment]] = MappingProxyType({})) -> int:
    """`fresh`: payments of theirs that are not inserted yet."""
    bills = _by_party(
        DuesBill.objects.standing()
        .filter(party__in=parties, amount__gt=F("paid"))
        .order_by("dues_year__year", "pk")
        .only("party", "amount", "paid", "version", "updated_at")
    )
    payments = _with_something_left(bills) if bills else {}
    made, settled, paid = [], {}, {}
    for party, owed in bills.items():
        for payment, bill, amount in _shares([*payments.get(party, ()), *_in_order(fresh.get(party, ()))], owed):
            payment.settled += amount
            bill.paid += amount
            paid[bill.pk] = bill
            made.append((payment, bill, amount))
            if payment.pk:
                settled[payment.pk] = payment
    insert(Payment, [payment for party in parties for payment in fresh.get(party, ())])
    insert(Allocation, [Allocation(payment_id=one.pk, bill_id=bill.pk, amount=amount) for one, bill, amount in made])
    update(settled.values(), ["settled"])
    update(paid.values(), ["paid"])
    return len(made)


def _with_something_left(parties: Iterable[int]) -> dict[int, list[Payment]]:
    rows = Payment.objects.dues_received().filter(party__in=parties, amount__gt=F("settled") + F("refunded"))
    rows = rows.order_by("received_on", "pk")
    return _by_party(rows.only("party", "amount", "settled", "refunded", "version", "updated_at"))


def _in_order(payments: Iterable[Payment]) -> list[Payment]:
    return sorted(payments, key=lambda payment: payment.received_on)


def _by_party(rows: QuerySet) -> dict[int, list]:
    found = defaultdict(list)
    for row in rows.select_for_update(of=("self",)):
        found[row.party_id].append(row)
    return found


def _shares(payments: Sequence[Payment], bills: Sequence[DuesBill]) -> Iterator[tuple[Payment, DuesBill, Decimal]]:
    """First money to first bill, until one of them is used up. The caller books each share before it asks for the next."""
    bills, rest = iter(bills), list(payments)
    bill = next(bills, None)
    while bill is not None and rest:
        amount = min(bill.outstanding, rest[0].left)
        if amount > 0:
            yield rest[0], bill, amount
        if rest[0].left <= 0:
            rest.pop(0)
        elif bill.outstanding <= 0:
            bill = next(bills, None)


# -- Taking back ------------------------------------------------------------------------------------------------------


@transaction.atomic
def release(payment: Payment, *, reason: str, amount: Decimal | None = None):
    """What a payment settled is owed again: all of it, or at least `amount`, the latest first. The caller settles anew."""
    lock_parties([payment.party_id])
    rows = payment.allocations.standing().order_by("-pk")
    release_rows(rows if amount is None else _enough(rows, amount), reason=reason)


@transaction.atomic
def release_bill(bill: DuesBill, *, reason: str, amount: Decimal | None = None):
    """What settled a bill is free again: all of it, or at least `amount`, the latest first. The caller settles anew."""
    lock_parties([bill.party_id])
    rows = bill.allocations.standing().order_by("-pk")
    release_rows(rows if amount is None else _enough(rows, amount), reason=reason)


def _enough(rows: Iterable[Allocation], amount: Decimal) -> Iterator[Allocation]:
    for row in rows:
        if amount <= 0:
            return
        amount -= row.amount
        yield row


def release_rows(rows: Iterable[Allocation], *, reason: str):
    """The caller holds the parties' locks. Objects read before are stale afterwards."""
    rows, now = list(rows), timezone.now()
    payments = _locked(Payment, {row.payment_id for row in rows})
    bills = _locked(DuesBill, {row.bill_id for row in rows})
    for row in rows:
        row.released_at, row.release_reason = now, reason[:300]
        payments[row.payment_id].settled -= row.amount
        bills[row.bill_id].paid -= row.amount
    update(rows, ["released_at", "release_reason"])
    update(payments.values(), ["settled"])
    update(bills.values(), ["paid"])


def _locked(model, keys: Iterable[int]) -> dict:
    rows = model.objects.select_for_update(of=("self",)).order_by("pk")
    return {row.pk: row for part in slices(sorted(keys)) for row in rows.filter(pk__in=part)}


# -- Mergers ----------------------------------------------------------------------------------------------------------


@offer_merger
def rows_moved(*, merged, into, by):
    """Two parties became one, or two again: one's credit settles the other's bills, or does so no more."""
    mend((merged.pk, into.pk))
    settle((merged.pk, into.pk))


@transaction.atomic
def mend(party_ids: Iterable[int]):
    """Bring sums and allocations in step after a merger was taken back: each payment settles bills of its own party, and
    no more of them than it is."""
    parties = lock_parties(party_ids)
    payments = {row.pk: row for row in Payment.objects.filter(party__in=parties).select_for_update(of=("self",))}
    bills = {row.pk: row for row in DuesBill.objects.filter(party__in=parties).select_for_update(of=("self",))}
    settled, paid, gone = defaultdict(Decimal), defaultdict(Decimal), []
    for row in Allocation.objects.standing().filter(payment__in=payments).order_by("pk"):
        payment, bill = payments[row.payment_id], bills.get(row.bill_id)
        free = payment.amount - payment.refunded - settled[payment.pk]
        if bill is None or bill.party_id != payment.party_id or row.amount > min(free, bill.amount - paid[bill.pk]):
            gone.append(row)
            continue
        settled[payment.pk] += row.amount
        paid[bill.pk] += row.amount
    for row in gone:
        row.released_at, row.release_reason = timezone.now(), "单位合并或撤销合并后重新核销"
    update(gone, ["released_at", "release_reason"])
    update([row for row in payments.values() if _set(row, "settled", settled[row.pk])], ["settled"])
    update([row for row in bills.values() if _set(row, "paid", paid[row.pk])], ["paid"])


def _set(row, name: str, value: Decimal) -> bool:
    """Whether the value is another one than before."""
    before = getattr(row, name)
    setattr(row, name, value)
    return before != value
