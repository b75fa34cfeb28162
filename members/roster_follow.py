"""What a list of firms that says 是否会员 does to memberships: opened where it says yes, ended where it says no.

The list tells neither the day of joining nor why a firm is no member any more. So a membership that it opens begins on
the day of the import and is marked as such (`joined_on_known` False: it was a member before, since when is not on
file), and one that it ends has the reason 原因不详. Staff correct both where they know better.
"""

from collections.abc import Sequence
from datetime import date

from django.utils import timezone

from association.accounts.rules import name_of
from association.exchange.models import ImportBatch
from association.exchange.writing import insert, update_each
from association.timeline.actions import build
from association.timeline.models import Event

from .firm_rows import FirmPlan
from .models import Firm, Membership, MembershipPause

BY_LIST = "按导入的企业名册"
_END = ("ended_on", "ending", "end_batch")


def settled(told: dict, firm: Firm, *, fill_only: bool = False) -> dict:
    """What a row tells, with a number only for members: number and membership stand or fall together."""
    member = firm.is_member if fill_only else told.get("is_member", firm.is_member)
    if not member:
        told.pop("member_number", None)
        if firm.member_number:
            told["member_number"] = ""
    return told


def follow_list(plans: Sequence[FirmPlan], *, by, batch: ImportBatch | None, today: date | None = None):
    """Bring memberships in step with the firms that a list wrote, set-based. Four queries at most."""
    today = today or timezone.localdate()
    plans = [plan for plan in plans if plan.new or not plan.fields or {"is_member", "member_number"} & {*plan.fields}]
    rows = Membership.objects.standing().filter(party__in=[plan.party.pk for plan in plans], ended_on=None)
    known = {row.party_id: row for row in rows} if plans else {}
    opened, renumbered, ended, events = [], [], [], []
    for plan in plans:
        firm, row = plan.firm, known.get(plan.party.pk)
        if firm.is_member and row is None:
            opened.append(_opened(plan, batch, today))
            words = f"登记为会员，编号 {firm.member_number}" if firm.member_number else "登记为会员"
        elif row is not None and not firm.is_member:
            row.ended_on, row.ending, row.end_batch = max(today, row.joined_on), Membership.Ending.UNKNOWN, batch
            ended.append(row)
            words = "登记为非会员"
        elif row is not None and row.number != firm.member_number:
            row.number = firm.member_number
            renumbered.append(row)
            words = f"登记会员编号 {row.number}"
        else:
            continue
        if not plan.new:  # a firm that the list itself brought goes with it when it is taken back
            events.append(_event(plan, words, by))
    insert(Membership, opened)
    update_each([*((row, _END) for row in ended), *((row, ("number",)) for row in renumbered)])
    Event.objects.bulk_create(events, batch_size=1000)


def _opened(plan: FirmPlan, batch, today: date) -> Membership:
    return Membership(
        party=plan.party, number=plan.firm.member_number, joined_on=today, joined_on_known=False, batch=batch,
        note=f"{BY_LIST}登记，入会日期不详",
    )  # fmt: skip


def _event(plan: FirmPlan, words: str, by) -> Event:
    """Without the party's own key: else no earlier list that brought the firm could be taken back any more."""
    name = name_of(by)
    return build(plan.party, "membership.list", f"{name}{BY_LIST}把「{plan.party.name}」{words}", by=by)


# -- Taking the list back ---------------------------------------------------------------------------------------------


def members_otherwise(keys: Sequence[int], batch: ImportBatch) -> set[int]:
    """Of these parties those with a membership that this batch did not open, or that was touched since. Two queries."""
    rows = list(Membership.objects.filter(party__in=keys))
    paused = set(MembershipPause.objects.filter(membership__in=rows).values_list("membership_id", flat=True))
    return {row.party_id for row in rows if row.batch_id != batch.pk or row.version != 1 or row.pk in paused}


def give_back_memberships(firms: Sequence[Firm], *, batch: ImportBatch):
    """Firms have their old is_member and member_number again: what the batch opened goes, what it ended goes on."""
    keys = {firm.pk: firm for firm in firms}
    rows = list(Membership.objects.standing().filter(party__in=keys).order_by("joined_on", "pk"))
    gone = [
        row.pk for row in rows if row.batch_id == batch.pk and row.ended_on is None and not keys[row.party_id].is_member
    ]
    Membership.objects.filter(pk__in=gone).delete()
    changed = []
    for row in rows:
        firm = keys[row.party_id]
        if row.pk in gone or not firm.is_member:
            continue
        if row.ended_on and row.end_batch_id == batch.pk:
            row.ended_on, row.ending, row.end_batch, row.number = None, "", None, firm.member_number or row.number
            changed.append((row, (*_END, "number")))
        elif row.ended_on is None and row.number != firm.member_number:
            row.number = firm.member_number
            changed.append((row, ("number",)))
    update_each(changed)
