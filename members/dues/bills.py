"""Bills of dues (会费账单): made for a year in one go or one by hand, reduced with a reason, declared void.

Locks: parties by rising key, then the year, then bills (see settle.lock_parties).
"""

import datetime as dt
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from association.accounts.rules import name_of
from association.core.enums import Audience
from association.exchange.writing import insert
from association.parties.models import Party
from association.timeline.actions import record

from ..enums import DuesYearState
from ..models import DuesBill, DuesReduction, DuesYear
from .checks import needs_right
from .matching import match_waiting
from .plans import BillPlan, plan_bills
from .settle import lock_parties, release_bill, settle
from .words import in_yuan
from .years import open_year


def begin_year(plan: BillPlan) -> DuesYear:
    """The year's row, made with its first bills."""
    values = {"standard": plan.standard, "due_on": plan.due_on, "state": DuesYearState.OPEN}
    return DuesYear.objects.get_or_create(year=plan.year, defaults=values)[0]


def make_bills(year: int, *, by) -> tuple[DuesYear, int]:
    """Bill everybody who owes dues for the year and has no bill; (the year, how many bills were made).

    What they have as credit settles them at once. Raises PermissionDenied, ValidationError.
    """
    needs_right(by, clock=True)
    row, made = _make(plan_bills(year), by)
    if made:
        match_waiting()  # who is billed is known as a member; apart, since it locks bank lines before parties
    return row, made


@transaction.atomic
def _make(plan: BillPlan, by) -> tuple[DuesYear, int]:
    begin_year(plan)
    keys = lock_parties(bill.party.pk for bill in plan.bills)
    row = open_year(plan.year)  # whoever bills the same year waits here for the other
    has = set(row.bills.standing().values_list("party_id", flat=True))
    bills = [bill.unsaved(row) for bill in plan.bills if bill.party.pk not in has]
    insert(DuesBill, bills)
    if bills:
        total = in_yuan(sum(bill.amount for bill in bills))
        record(row, "dues-year.billed", f"{name_of(by)}开出{row}账单 {len(bills)} 张，共 {total}", by=by)
        settle(keys)
    return row, len(bills)


def make_bill(
    *, party: Party, year: int, label: str, full_amount: Decimal, amount: Decimal | None = None, reason: str, by
) -> DuesBill:
    """One bill by hand, in a year that has begun. Raises PermissionDenied, ValidationError by field."""
    needs_right(by, clock=True)
    if not reason.strip():
        raise ValidationError({"reason": "请写明为什么单独开单。"})
    full = {"label": label, "full_amount": full_amount, "amount": full_amount if amount is None else amount}
    bill = _make_one(party, year, by, reason=reason.strip()[:200], **full)
    match_waiting()
    bill.refresh_from_db()
    return bill


@transaction.atomic
def _make_one(party: Party, year: int, by, **values) -> DuesBill:
    lock_parties([party.pk])
    row = open_year(year)
    if row.bills.standing().filter(party=party).exists():
        raise ValidationError({"party": f"{party.name}已经有 {year} 年的账单。"})
    firm = getattr(party, "firm", None)
    bill = DuesBill(party=party, dues_year=row, district=firm.district if firm else "", **values)
    bill.save()
    _tell(bill, "made", f"开出 {year} 年会费账单 {in_yuan(bill.amount)}", by=by, note=bill.reason)
    settle([party.pk])
    return bill


def _open_bill(bill: DuesBill) -> DuesBill:
    """The bill with its year and party locked. Raises ValidationError where it is void or the year is closed."""
    lock_parties([bill.party_id])
    open_year(bill.dues_year)
    rows = DuesBill.objects.select_for_update(of=("self",)).select_related("party", "dues_year")
    locked = rows.get(pk=bill.pk)
    if locked.voided_at:
        raise ValidationError("这张账单已经作废，请刷新页面。")
    return locked


@transaction.atomic
def reduce_bill(
    bill: DuesBill, *, amount: Decimal, reason: str, approved_by: str, approved_on: dt.date, by
) -> DuesReduction:
    """Let a party off part of its dues (减免). What it paid too much becomes its credit.

    Raises PermissionDenied, ValidationError by field.
    """
    needs_right(by, clock=True)
    locked = _open_bill(bill)
    if not 0 < amount <= locked.amount:
        raise ValidationError({"amount": f"减免要大于 0，不超过应缴的 {in_yuan(locked.amount)}。"})
    if approved_on > timezone.localdate():
        raise ValidationError({"approved_on": "批准日期不能晚于今天，请核对。"})
    if not (reason.strip() and approved_by.strip()):
        raise ValidationError("请写明减免的原因、由谁批准。")
    row = DuesReduction(
        bill=locked,
        amount=amount,
        reason=reason.strip(),
        approved_by=approved_by.strip(),
        approved_on=approved_on,
        by=by,
    )
    row.save()
    _set_amount(locked, locked.amount - amount, why="会费减免")
    words = f"减免 {locked.dues_year.year} 年会费 {in_yuan(amount)}，{approved_by}批准"
    _tell(locked, "reduced", words, by=by, note=reason, on=approved_on)
    return row


@transaction.atomic
def void_reduction(reduction: DuesReduction, *, reason: str, by) -> DuesReduction:
    """Take a reduction back: the bill is what it was. Raises PermissionDenied, ValidationError."""
    needs_right(by, clock=True)
    if not reason.strip():
        raise ValidationError({"reason": "请写明撤销减免的原因。"})
    locked = _open_bill(reduction.bill)
    [row] = DuesReduction.objects.select_for_update().filter(pk=reduction.pk)
    if row.voided_at:
        raise ValidationError("这项减免已经撤销了，请刷新页面。")
    row.voided_at, row.void_reason = timezone.now(), reason.strip()[:300]
    row.save()
    _set_amount(locked, locked.amount + row.amount, why="")
    words = f"撤销 {locked.dues_year.year} 年会费的减免 {in_yuan(row.amount)}"
    _tell(locked, "restored", words, by=by, note=reason)
    return row


@transaction.atomic
def void_bill(bill: DuesBill, *, reason: str, by) -> DuesBill:
    """A bill made in error counts for nothing; what was paid on it is the party's credit. Raises as above."""
    needs_right(by, clock=True)
    if not reason.strip():
        raise ValidationError({"reason": "请写明作废的原因。"})
    locked = _open_bill(bill)
    if locked.paid:
        release_bill(locked, reason="账单作废")
        locked.refresh_from_db()
    locked.voided_at, locked.void_reason = timezone.now(), reason.strip()[:300]
    locked.save()
    _tell(locked, "voided", f"作废 {locked.dues_year.year} 年会费账单", by=by, note=reason)
    settle([locked.party_id])
    return locked


def _set_amount(bill: DuesBill, amount: Decimal, *, why: str):
    """Another amount for a locked bill: what is paid beyond it is free first, then all settles anew."""
    if bill.paid > amount:
        release_bill(bill, reason=why, amount=bill.paid - amount)
        bill.refresh_from_db()
    bill.amount = amount
    bill.save()
    settle([bill.party_id])


def _tell(bill: DuesBill, verb: str, sentence: str, *, by, note: str = "", on: dt.date | None = None):
    record(
        bill.party, f"dues.{verb}", f"{name_of(by)}{sentence}", by=by, party=bill.party, audience=Audience.PARTY, note=note,
        happened_on=on,
    )  # fmt: skip
