"""A party's own dues (会费): what it owes by year, what it paid, its credit. For its desk, its file, the telephone, a notice."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from django.db.models import F, Max, Prefetch
from django.utils import timezone

from association.core.text import name_key

from ..models import Allocation, DuesBill, DuesReceipt, DuesReduction, Payment
from .words import in_yuan, years_in_words

ZERO = Decimal(0)


def state_of(bill: DuesBill, today: dt.date) -> dict:
    """{"chip", "tone"} of a bill; one word for staff and party alike."""
    if bill.outstanding <= 0:
        return {"chip": "已缴清" if bill.amount else "免缴", "tone": "lake"}
    part = "已缴部分" if bill.paid else ""
    if bill.dues_year.due_on < today:
        return {"chip": f"{part}，已逾期" if part else "逾期未缴", "tone": "seal"}
    return {"chip": part or "待缴", "tone": "gold"}


@dataclass(frozen=True)
class Owed:
    """What a party still owes: the standing bills with something outstanding, the oldest year first."""

    bills: list[DuesBill] = field(default_factory=list)
    today: dt.date = field(default_factory=timezone.localdate)

    @cached_property
    def total(self) -> Decimal:
        return sum((bill.outstanding for bill in self.bills), ZERO)

    @cached_property
    def overdue(self) -> Decimal:
        return sum((bill.outstanding for bill in self.bills if bill.dues_year.due_on < self.today), ZERO)

    @property
    def due_on(self) -> dt.date | None:
        """The last day to pay what is not overdue yet; None where all of it is, or nothing is owed."""
        return min((bill.dues_year.due_on for bill in self.bills if bill.dues_year.due_on >= self.today), default=None)

    @property
    def years(self) -> str:
        return years_in_words(bill.dues_year.year for bill in self.bills) if self.bills else ""

    @property
    def words(self) -> str:
        """「尚欠 2019、2020 年会费 7,000 元」; "" where nothing is owed."""
        return f"尚欠 {self.years}会费 {in_yuan(self.total)}" if self.bills else ""


def outstanding(user):
    """Standing bills that the person may see and that are not paid in full, the oldest year first."""
    rows = DuesBill.objects.visible_to(user).standing().filter(paid__lt=F("amount"))
    return rows.select_related("dues_year").order_by("dues_year__year", "pk")


def owed_by(party: int, user) -> Owed:
    """One query."""
    return Owed(list(outstanding(user).filter(party=party)))


def owed_by_each(parties: Iterable[int], user) -> dict[int, Owed]:
    """{party: what it owes} of those that owe something. One query."""
    found = defaultdict(list)
    for bill in outstanding(user).filter(party__in=list(parties)):
        found[bill.party_id].append(bill)
    return {party: Owed(bills) for party, bills in found.items()}


def last_paid(parties: Iterable[int]) -> dict[int, dt.date]:
    """{party: the last day on which dues came in} of those that ever paid. One query."""
    rows = Payment.objects.dues_received().filter(party__in=parties).order_by()
    return dict(rows.values_list("party").annotate(last=Max("received_on")))


@dataclass(frozen=True)
class Line:
    """A payment as its party reads it."""

    payment: Payment
    years: str  # the years that it settled
    receipts: list[DuesReceipt]

    @property
    def payer(self) -> str:
        """Who paid, where it was not the party itself (代缴)."""
        payer = self.payment.payer
        return payer if name_key(payer) != self.payment.party.name_key else ""

    @property
    def left(self) -> Decimal:
        """Of dues, what settles nothing yet (预存)."""
        standing = self.payment.kind == Payment.Kind.RECEIPT and self.payment.reversed_at is None
        return self.payment.left if standing and self.payment.purpose == Payment.Purpose.DUES else ZERO


@dataclass(frozen=True)
class Statement:
    """Bills, the latest year first; payments, the latest first, without the reversals that mark others as wrong."""

    bills: list[DuesBill]
    lines: list[Line]

    @cached_property
    def owed(self) -> Owed:
        return Owed([bill for bill in reversed(self.bills) if bill.outstanding > 0])

    @cached_property
    def credit(self) -> Decimal:
        return sum((line.left for line in self.lines), ZERO)

    @property
    def rows(self) -> list[dict]:
        """[{"bill", "reductions", "chip", "tone"}] for a table."""
        return [
            {"bill": bill, "reductions": bill.standing_reductions, **state_of(bill, self.owed.today)}
            for bill in self.bills
        ]


def statement_of(party: int, user) -> Statement:
    """Everything about a party's dues that the person may see. Six queries."""
    let_off = DuesReduction.objects.filter(voided_at=None).order_by("approved_on", "pk")
    bills = DuesBill.objects.visible_to(user).standing().filter(party=party).select_related("dues_year")
    bills = bills.prefetch_related(Prefetch("reductions", let_off, to_attr="standing_reductions"))
    settled = Allocation.objects.standing().select_related("bill__dues_year").order_by("pk")
    receipts = DuesReceipt.objects.select_related("document").order_by("issued_on", "pk")
    payments = Payment.objects.visible_to(user).filter(party=party).exclude(kind=Payment.Kind.REVERSAL)
    payments = payments.select_related("party").prefetch_related(
        Prefetch("allocations", settled, to_attr="settles"), Prefetch("receipts", receipts, to_attr="all_receipts")
    )
    lines = [
        Line(row, _years([one.bill.dues_year.year for one in row.settles]), row.all_receipts)
        for row in payments.order_by("-received_on", "-pk")
    ]
    return Statement(list(bills.order_by("-dues_year__year", "-pk")), lines)


def _years(years: list[int]) -> str:
    return years_in_words(years) if years else ""
