"""Membership itself (会籍): joining, leaving, resting, and what follows from it for the firm's file.

`Firm.is_member` and `Firm.member_number` are derived from the one open row and written here (and by import sessions, which
keep the rows in step, see roster_follow). Nothing lapses by itself. A membership ends today or earlier, never ahead of
time, so that what the file says of today is what the rows say.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from association.accounts.roles import Right
from association.accounts.rules import may, name_of, needs
from association.core.enums import Audience
from association.core.models import Counter
from association.core.stamp import raise_stamp
from association.parties.models import Party
from association.parties.registry import known_by
from association.timeline.actions import record

from .models import Firm, Membership, MembershipPause, MembershipRules, Tenure
from .terms import end_tenure

ENDED = "会籍终止"  # why the posts of a unit end with its membership


def _tell(
    membership: Membership, verb: str, sentence: str, *, by, on: date | None = None, note: str = "", changes=None,
    audience=Audience.PARTY,
):  # fmt: skip
    record(
        membership.party, f"membership.{verb}", f"{name_of(by)}{sentence}", by=by, party=membership.party,
        audience=audience, happened_on=on, note=note, changes=changes,
    )  # fmt: skip


def _lock(key: int) -> Party:
    [party] = Party.objects.select_for_update().filter(pk=key)
    return party


def _locked(membership: Membership) -> Membership:
    """The row as it stands, its party locked first: joining and leaving of one party come one after the other."""
    _lock(membership.party_id)
    [row] = Membership.objects.select_for_update(of=("self",)).select_related("party").filter(pk=membership.pk)
    if row.voided_at:
        raise ValidationError("这段会籍已经作废，请刷新页面。")
    return row


def _open(membership: Membership) -> Membership:
    row = _locked(membership)
    if row.ended_on:
        raise ValidationError(
            f"会籍已于 {row.ended_on:%Y-%m-%d} 终止（{row.get_ending_display()}），可能有人刚刚办理过，请刷新页面。"
        )
    return row


def _not_ahead(day: date, name: str, label: str):
    if day > timezone.localdate():
        raise ValidationError({name: f"{label}不能晚于今天，请核对。"})


# -- The firm's file --------------------------------------------------------------------------------------------------


def follow(parties: Iterable[Party], *, by, reason: str):
    """Bring is_member and member_number of these parties' firms in step with their open memberships. Two queries and
    one for each firm that changes."""
    keys = [party.pk for party in parties]
    numbers = dict(
        Membership.objects.standing().filter(party__in=keys, ended_on=None).values_list("party_id", "number")
    )
    for firm in Firm.objects.select_for_update(of=("self",)).filter(pk__in=keys):
        wanted = (firm.pk in numbers, numbers.get(firm.pk, ""))
        if (firm.is_member, firm.member_number) != wanted:
            firm.is_member, firm.member_number = wanted
            firm._history_user, firm._change_reason = by, reason[:100]
            firm.save()
    raise_stamp()


def _number_format() -> str:
    """As the rules say; where nobody has kept rules yet, as the members' list that came in writes its numbers."""
    rules = MembershipRules.current()
    last = Membership.objects.exclude(number="").order_by("-pk").values_list("number", flat=True).first()
    found = re.fullmatch(r"([^{}]*?)(\d+)", last or "") if rules._state.adding else None
    return f"{found[1]}{{n:0{len(found[2])}d}}" if found else rules.number_format


def next_number(joined_on: date) -> str:
    """The next member number (会员编号) by the house's format; numbers that came with a list are passed over."""
    wanted = _number_format()
    year = joined_on.year if "{year" in wanted else 0
    taken = set(Membership.objects.exclude(number="").values_list("number", flat=True))
    while True:
        number = wanted.format(year=joined_on.year, n=Counter.take("membership", year))
        if number not in taken:
            return number


def _number_for(party: Party, number: str, joined_on: date) -> str:
    """The number as given, else the one that the party bore before (a return keeps it), else the next one."""
    number = number.strip()
    if number:
        other = Membership.objects.standing().filter(number=number).exclude(party=party).select_related("party").first()
        if other:
            raise ValidationError({"number": f"会员编号 {number} 是「{other.party.name}」的，请核对。"})
        return number
    before = Membership.objects.filter(party=party).exclude(number="").order_by("-joined_on", "-pk").first()
    return before.number if before else next_number(joined_on)


# -- Joining ----------------------------------------------------------------------------------------------------------


def why_not_join(party: Party, joined_on: date) -> dict[str, str]:
    """{field: one sentence} why the party cannot be a member from that day on; {} where it can. Two queries."""
    if party.merged_into_id:
        return {"party": "这家单位已并入另一家，请在保留的单位上办理。"}
    if joined_on > timezone.localdate():
        return {"joined_on": "入会日期不能晚于今天，请核对。"}
    rows = list(Membership.objects.standing().filter(party=party))
    current = next((row for row in rows if row.ended_on is None), None)
    if current:
        return {"party": f"「{party.name}」已经是会员（{current.joined_on:%Y-%m-%d} 起），不用再办理入会。"}
    last = max((row.ended_on for row in rows), default=None)
    if last and joined_on < last:
        return {"joined_on": f"上一段会籍到 {last:%Y-%m-%d} 才终止，重新入会不能早于那一天。"}
    return {}


@transaction.atomic
def join(
    *, party: Party, joined_on: date, by, kind: str = "", number: str = "", body: str = "",
    meeting_on: date | None = None, case=None, note: str = "", letter: str = "", allowed: bool = False,
) -> Membership:  # fmt: skip
    """The party is a member from `joined_on` on; a return is a new row with the number it bore before.

    `allowed`: the move of a case has asked already whether `by` may. Raises PermissionDenied, ValidationError.
    """
    if not allowed:
        needs(by, Right.MEMBERS, "办理会籍")
    party = _lock(party.pk)
    if wrong := why_not_join(party, joined_on):
        raise ValidationError(wrong)
    again = Membership.objects.standing().filter(party=party).exists()
    kind = kind or (Membership.Kind.PERSON if party.kind == Party.Kind.PERSON else Membership.Kind.UNIT)
    row = Membership(
        party=party, kind=kind, number=_number_for(party, number, joined_on), joined_on=joined_on, body=body,
        meeting_on=meeting_on, case=case, note=note, letter=letter,
    )  # fmt: skip
    row.save()
    words = "重新入会" if again else "入会"
    _tell(row, "joined", f"登记「{party.name}」{words}，会员编号 {row.number}", by=by, on=joined_on, note=note)
    follow([party], by=by, reason=words)
    known_by(names={party.name_key})  # what it paid before it was a member may wait for it
    return row


@transaction.atomic
def correct(membership: Membership, *, by, note: str, joined_on: date | None = None, number: str | None = None):
    """Correct the day of joining or the number; a day that came unknown is known from now on. Raises ValidationError."""
    needs(by, Right.MEMBERS, "办理会籍")
    row, changes = _locked(membership), {}
    if joined_on and (joined_on != row.joined_on or not row.joined_on_known):
        _not_ahead(joined_on, "joined_on", "入会日期")
        _check_order(row, joined_on)
        changes["joined_on"] = [f"{row.joined_on:%Y-%m-%d}{'' if row.joined_on_known else '（不详）'}", f"{joined_on}"]
        row.joined_on, row.joined_on_known = joined_on, True
    if number is not None and number.strip() != row.number:
        changes["number"] = [row.number, number.strip()]
        row.number = _number_for(row.party, number, row.joined_on) if number.strip() else ""
    if changes:
        row.save()
        shown = {str(Membership._meta.get_field(name).verbose_name): pair for name, pair in changes.items()}
        _tell(row, "corrected", f"更正「{row.party.name}」的{'、'.join(shown)}", by=by, note=note, changes=shown)
        follow([row.party], by=by, reason="更正会籍")
    return row


def _check_order(row: Membership, joined_on: date):
    others = Membership.objects.standing().filter(party=row.party_id).exclude(pk=row.pk)
    if row.ended_on and joined_on > row.ended_on:
        raise ValidationError({"joined_on": f"入会日期不能晚于会籍终止的 {row.ended_on:%Y-%m-%d}，请核对。"})
    for other in others:
        before = other.joined_on < row.joined_on
        if before and other.ended_on and joined_on < other.ended_on:
            raise ValidationError({"joined_on": f"上一段会籍到 {other.ended_on:%Y-%m-%d} 才终止，请核对。"})


@transaction.atomic
def void(membership: Membership, *, by, reason: str) -> Membership:
    """Entered in error (作废): the row stays, marked, and counts for nothing. Raises ValidationError."""
    needs(by, Right.MEMBERS, "办理会籍")
    if not reason.strip():
        raise ValidationError({"reason": "请写明作废的原因。"})
    row = _locked(membership)
    row.voided_at, row.void_reason = timezone.now(), reason.strip()[:300]
    row.save()
    _tell(row, "voided", f"作废「{row.party.name}」{row.joined_on:%Y-%m-%d} 起的会籍", by=by, note=reason)
    follow([row.party], by=by, reason="会籍作废")
    return row


# -- Leaving ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def end(
    membership: Membership, *, ending: str, ended_on: date, by, body: str = "", meeting_on: date | None = None,
    note: str = "", allowed: bool = False,
) -> Membership:  # fmt: skip
    """The membership ends (退会、自动退会、除名、注销); `ended_on` is the first day without it. Its open pause and posts
    end with it. `allowed` as in join(). Raises PermissionDenied, ValidationError."""
    if not allowed:
        needs(by, Right.MEMBERS, "办理会籍")
    row = _open(membership)
    _not_ahead(ended_on, "ended_on", "终止日期")
    if ended_on < row.joined_on:
        raise ValidationError({"ended_on": f"终止日期不能早于入会的 {row.joined_on:%Y-%m-%d}，请核对。"})
    row.ended_on, row.ending, row.end_body, row.end_meeting_on, row.end_note = ended_on, ending, body, meeting_on, note
    row.save()
    _end_pause(row, ended_on)
    label = row.get_ending_display()
    _tell(row, "ended", f"登记「{row.party.name}」会籍终止（{label}）", by=by, on=ended_on, note=note)
    _end_posts(row, ended_on, by=by)
    follow([row.party], by=by, reason=f"会籍终止：{label}")
    return row


def _end_pause(row: Membership, day: date):
    for pause in MembershipPause.objects.filter(membership=row.pk, ends_on=None):
        pause.ends_on = max(pause.starts_on, day - timedelta(days=1))
        pause.save()


def _end_posts(row: Membership, day: date, *, by):
    """What the unit holds ends with its membership; by the same right as the membership's end."""
    held = Tenure.objects.standing().filter(party=row.party_id, ended_on=None)
    for tenure in held if by is None or may(Right.MEMBERS)(by) else ():
        end_tenure(tenure, on=max(day, tenure.starts_on), reason=ENDED, by=by)


@transaction.atomic
def for_each(memberships: Sequence[Membership], act) -> tuple[int, list]:
    """act(membership) for each, in one transaction. Returns (how many were done, [(membership, why not)])."""
    done, refused = 0, []
    for row in memberships:
        try:
            with transaction.atomic():
                act(row)
            done += 1
        except ValidationError as problem:
            refused.append((row, problem.messages[0]))
    return done, refused


def end_many(memberships: Sequence[Membership], *, ending: str, ended_on: date, by, **fields) -> tuple[int, list]:
    """end() for each. Returns as for_each()."""
    return for_each(memberships, lambda row: end(row, ending=ending, ended_on=ended_on, by=by, **fields))


@transaction.atomic
def keep(membership: Membership, *, until: date, reason: str, by) -> Membership:
    """It is on no list of those who lapse up to that day (保留). Raises PermissionDenied, ValidationError."""
    needs(by, Right.MEMBERS, "办理会籍")
    row = _open(membership)
    if until <= timezone.localdate():
        raise ValidationError({"until": "保留到哪一天，要填今天以后的日期。"})
    if not reason.strip():
        raise ValidationError({"reason": "请写明保留的原因。"})
    row.keep_until, row.keep_reason = until, reason.strip()[:300]
    row.save()
    words = f"决定保留「{row.party.name}」的会籍，{until:%Y-%m-%d} 以前不作自动退会"
    _tell(row, "kept", words, by=by, note=row.keep_reason, audience=Audience.STAFF)
    return row


def keep_many(memberships: Sequence[Membership], *, until: date, reason: str, by) -> tuple[int, list]:
    """keep() for each. Returns as for_each()."""
    return for_each(memberships, lambda row: keep(row, until=until, reason=reason, by=by))


@transaction.atomic
def keep_no_more(membership: Membership, *, reason: str, by) -> Membership:
    """The rule holds for it again (取消保留). Raises PermissionDenied, ValidationError."""
    needs(by, Right.MEMBERS, "办理会籍")
    row = _open(membership)
    if not row.is_kept():
        raise ValidationError("现在没有保留，请刷新页面。")
    row.keep_until, row.keep_reason = None, ""
    row.save()
    _tell(row, "kept-no-more", f"取消保留「{row.party.name}」的会籍", by=by, note=reason, audience=Audience.STAFF)
    return row


@transaction.atomic
def take_back_end(membership: Membership, *, by, reason: str) -> Membership:
    """The end was entered in error: the membership goes on as if it had never ended. Its posts stay ended."""
    needs(by, Right.MEMBERS, "办理会籍")
    if not reason.strip():
        raise ValidationError({"reason": "请写明撤销的原因。"})
    row = _locked(membership)
    if row.ended_on is None:
        raise ValidationError("会籍没有终止，请刷新页面。")
    later = Membership.objects.standing().filter(party=row.party_id, joined_on__gte=row.ended_on).exclude(pk=row.pk)
    if later.exists():
        raise ValidationError("这家单位以后又重新入会，不能撤销这次终止。")
    row.ended_on, row.ending, row.end_body, row.end_meeting_on, row.end_note = None, "", "", None, ""
    row.end_batch = None
    row.save()
    _tell(row, "end-undone", f"撤销「{row.party.name}」的会籍终止", by=by, note=reason)
    follow([row.party], by=by, reason="撤销会籍终止")
    return row


# -- Resting ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def pause(membership: Membership, *, starts_on: date, reason: str, by, body: str = "") -> MembershipPause:
    """A member's rights rest from `starts_on` on (中止会员权利). Raises ValidationError."""
    needs(by, Right.MEMBERS, "办理会籍")
    row = _open(membership)
    _not_ahead(starts_on, "starts_on", "中止日期")
    last = row.pauses.order_by("-starts_on").first()
    if last and last.ends_on is None:
        raise ValidationError(f"会员权利已于 {last.starts_on:%Y-%m-%d} 中止，还没有恢复，请刷新页面。")
    if starts_on < row.joined_on or (last and starts_on <= last.ends_on):
        raise ValidationError({"starts_on": "中止日期不能早于入会，也不能在上一次中止期间内，请核对。"})
    made = MembershipPause.objects.create(membership=row, starts_on=starts_on, reason=reason[:300], body=body)
    _tell(row, "paused", f"登记「{row.party.name}」中止会员权利", by=by, on=starts_on, note=reason)
    return made


@transaction.atomic
def resume(membership: Membership, *, on: date, by, note: str = "") -> MembershipPause:
    """The rights are the member's again from `on` on (恢复). Raises ValidationError."""
    needs(by, Right.MEMBERS, "办理会籍")
    row = _open(membership)
    _not_ahead(on, "on", "恢复日期")
    open_one = row.pauses.filter(ends_on=None).first()
    if open_one is None:
        raise ValidationError("会员权利没有中止，可能已经恢复，请刷新页面。")
    if on <= open_one.starts_on:
        raise ValidationError({"on": f"恢复日期须晚于中止的 {open_one.starts_on:%Y-%m-%d}，请核对。"})
    open_one.ends_on = on - timedelta(days=1)
    open_one.save()
    _tell(row, "resumed", f"登记「{row.party.name}」恢复会员权利", by=by, on=on, note=note)
    return open_one
