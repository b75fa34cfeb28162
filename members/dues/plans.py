"""Who owes dues for a year, how much and why: what the preview shows and bills.py writes. Nothing is written here.

Billed is who was a member on 1 January, and who joined within the year, by the standard's rule for joiners. What counts is
the highest post on 1 January, or on the day of joining.
"""

import datetime as dt
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone

from association.parties.models import Party

from ..models import DuesBill, DuesRate, DuesStandard, DuesYear, Membership, MembershipPause, Post, Tenure, Term
from .standards import PERSONS, day_in, part_of, share_in_words, share_of, standard_for

ZERO = Decimal(0)
ALIKE = 3  # bills from which one remark is made once for all of them
UNKNOWN_DAY = "入会日期不详，按全年"


@dataclass(slots=True)
class PlannedBill:
    """A bill to be; `remark` is what the preview points out about it."""

    party: Party
    district: str
    label: str
    full_amount: Decimal
    amount: Decimal
    reason: str = ""
    remark: str = ""

    def unsaved(self, year: DuesYear) -> DuesBill:
        return DuesBill(
            party=self.party, dues_year=year, label=self.label, district=self.district, full_amount=self.full_amount,
            amount=self.amount, reason=self.reason[:200],
        )  # fmt: skip


@dataclass
class BillPlan:
    """`without`: members that get no bill, each with why; `voided` of them because theirs was declared void; `billed`:
    how many have one already."""

    year: int
    standard: DuesStandard
    due_on: dt.date
    bills: list[PlannedBill] = field(default_factory=list)
    without: list[tuple[Party, str]] = field(default_factory=list)
    billed: int = 0
    voided: int = 0

    @property
    def total(self) -> Decimal:
        return sum((bill.amount for bill in self.bills), ZERO)

    @cached_property
    def by_label(self) -> list[tuple[str, int, Decimal]]:
        """[(label, bills, yuan)], in the order of the standard."""
        counted, sums = Counter(), defaultdict(Decimal)
        for bill in self.bills:
            counted[bill.label] += 1
            sums[bill.label] += bill.amount
        rates = {rate.label: at for at, rate in enumerate(self.standard.rates.all())}
        return [(label, counted[label], sums[label]) for label in sorted(counted, key=lambda one: rates.get(one, 999))]

    @cached_property
    def remarks(self) -> list[tuple[str, int]]:
        """[(what is to be said of many bills alike, of how many)]."""
        said = Counter(bill.remark for bill in self.bills if bill.remark)
        return [(remark, count) for remark, count in said.items() if count > ALIKE]

    @property
    def noted(self) -> list[PlannedBill]:
        """The bills that are worth a look of their own."""
        alike = {remark for remark, _count in self.remarks}
        return [bill for bill in self.bills if bill.reason or (bill.remark and bill.remark not in alike)]


def plan_bills(year: int) -> BillPlan:
    """What billing the year would do. Raises ValidationError where there is no standard, or it lies ahead. Nine queries."""
    if year > timezone.localdate().year + 1:
        raise ValidationError(f"现在最多开到 {timezone.localdate().year + 1} 年的账单，请核对年度。")
    row = DuesYear.objects.select_related("standard").filter(year=year).first()
    standard = row.standard if row else standard_for(year)
    plan = BillPlan(year, standard, row.due_on if row else day_in(year, standard.due_day))
    pricing = _Pricing(standard, year)
    has, void = _bills_on_file(year)
    for membership in _members(year):
        if membership.party_id in has:
            plan.billed += 1
        elif membership.party_id in void:
            why = f"当年的账单作废过（{void[membership.party_id]}），要开的请逐张开"
            plan.without.append((membership.party, why))
            plan.voided += 1
        else:
            pricing.put(plan, membership)
    return plan


def _bills_on_file(year: int) -> tuple[set[int], dict[int, str]]:
    """(parties with a bill, {party: why its bill is void}). One query."""
    has, void = set(), {}
    for party, voided, why in DuesBill.objects.filter(dues_year__year=year).values_list(
        "party_id", "voided_at", "void_reason"
    ):
        if voided is None:
            has.add(party)
        else:
            void[party] = why
    return has, void


def _members(year: int) -> list[Membership]:
    """Each party's first membership that reaches into the year. One query."""
    rows = Membership.objects.in_year(year).filter(party__merged_into=None).select_related("party__firm")
    found: dict[int, Membership] = {}
    for row in rows.order_by("party__name", "joined_on", "pk"):
        found.setdefault(row.party_id, row)
    return list(found.values())


class _Pricing:
    """What a member owes by a standard. Five queries, however many members."""

    def __init__(self, standard: DuesStandard, year: int):
        self.standard, self.new_year = standard, dt.date(year, 1, 1)
        rates = list(standard.rates.all())
        self.by_post = {rate.post_id: rate for rate in rates if rate.post_id}
        self.by_label = {rate.label: rate for rate in rates}
        self.plain = Post.objects.filter(is_plain=True).first()
        self.held: dict[int, list[Tenure]] = defaultdict(list)
        for tenure in (
            Tenure.objects.standing()
            .exclude(party=None)
            .exclude(post__unit_name="")
            .select_related("post", "term")
            .order_by("starts_on", "pk")
        ):
            self.held[tenure.party_id].append(tenure)
        self.first_term = Term.objects.order_by("starts_on").first()
        resting = MembershipPause.objects.filter(
            Q(ends_on=None) | Q(ends_on__gte=self.new_year), starts_on__lte=self.new_year
        )
        self.resting = set(resting.values_list("membership_id", flat=True))

    def put(self, plan: BillPlan, membership: Membership):
        """A bill, or why there is none."""
        party = membership.party
        rate, why = self._rate(membership)
        if rate is None:
            plan.without.append((party, why))
            return
        share, reason = self._share(membership)
        if not share:
            plan.without.append((party, reason))
            return
        firm = getattr(party, "firm", None)
        resting = "1 月 1 日会员权利中止" if membership.pk in self.resting else ""
        amount = part_of(rate.amount, share)
        plan.bills.append(
            PlannedBill(
                party, firm.district if firm else "", rate.label, rate.amount, amount, reason,
                "，".join(filter(None, [why, resting])),
            )
        )  # fmt: skip

    def _share(self, membership: Membership) -> tuple[Decimal, str]:
        """(which part of the year's dues, why): all of it but for whoever joined within the year."""
        joined = membership.joined_on
        if not membership.joined_on_known:
            return Decimal(1), UNKNOWN_DAY if joined > self.new_year else ""
        if joined <= self.new_year:
            return Decimal(1), ""
        share = share_of(self.standard.joiners, joined)
        return share, f"{joined:%Y-%m-%d} 入会，{share_in_words(share)}"

    def _rate(self, membership: Membership) -> tuple[DuesRate | None, str]:
        """(the rate, what is to be said about it) or (None, why there is none)."""
        if membership.kind == Membership.Kind.PERSON:
            return self.by_label.get(PERSONS), f"个人会员，会费标准里没有「{PERSONS}」一档"
        if self.standard.basis == DuesStandard.Basis.QUALIFICATION:
            firm = getattr(membership.party, "firm", None)
            group = firm.qualification_group if firm else "其他"
            return self.by_label.get(group), f"会费标准里没有「{group}」一档"
        posts, said = self._posts(membership)
        rate = next((self.by_post[post.pk] for post in posts if post.pk in self.by_post), None)
        if rate is not None:
            return rate, said
        names = "、".join(post.unit_name or post.name for post in posts)
        return None, f"职务是{names}，会费标准里没有这一档" if names else "没有职务，「职务」里也没有普通会员这一项"

    def _posts(self, membership: Membership) -> tuple[list[Post], str]:
        """The posts of a unit on the day that counts, the highest first; (posts, what is to be said)."""
        day = self.new_year
        if membership.joined_on_known and membership.joined_on > day:
            day = membership.joined_on
        rows = self.held.get(membership.party_id, ())
        held = [row for row in rows if row.starts_on <= day and (row.ended_on is None or row.ended_on > day)]
        said = ""
        if not held and rows and self._begins_the_register(rows[0], membership):
            held = [row for row in rows if row.starts_on == rows[0].starts_on]
            said = f"{day:%Y-%m-%d} 的职务没有登记，按 {rows[0].starts_on:%Y-%m-%d} 起的职务"
        found = sorted((row.post for row in held), key=lambda post: post.order)
        return (found or [self.plain] if self.plain else found), said

    def _begins_the_register(self, tenure: Tenure, membership: Membership) -> bool:
        """Whether a unit's first post on file says that posts were not kept before, and not that it had none.

        So it is where the first roster brought it: it begins with the first term on file, or with a membership whose day is unknown.
        """
        if tenure.change_id:
            return False
        if not membership.joined_on_known and tenure.starts_on == membership.joined_on:
            return True
        first = self.first_term
        return first is not None and tenure.term_id == first.pk and tenure.starts_on == first.starts_on
