"""The doors that change a state: perform(), perform_many(), undo_last(). Nothing else does."""

from dataclasses import dataclass
from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from association.accounts.rules import Authority, authority
from association.core.enums import Audience
from association.documents.models import Document
from association.inbox.actions import close_todos, keep_todo
from association.inbox.models import Whose
from association.parties.models import Seat
from association.timeline.actions import label_of, record

from .models import Step
from .table import Transition, workflow_of


class MoveRefused(ValidationError):
    """The move cannot be made; the message is one Chinese sentence that says why and what to do."""


@dataclass(frozen=True)
class OnBehalf:
    """A step that staff enter for a party (代录): how it came, the day it was received, a scan."""

    channel: str
    received_on: date
    scan: Document | None = None


def acts_for_party(user, party) -> bool:
    if party is None:
        return False
    return Seat.objects.live().filter(user=user, party=party).exclude(right=Seat.Kind.READER).exists()


def allowed(thing, move: Transition, user, *, on_behalf=None, day=None) -> Authority | None:
    """In whose right `user` may make the move, or None."""
    if user is None:
        return Authority(None) if move.by_clock else None
    if move.party_may:
        if on_behalf is None:
            return Authority(user) if acts_for_party(user, thing.turn_party) else None
        return authority(user, move.right, thing.workflow_kind, day) if move.right else None
    return authority(user, move.right, thing.workflow_kind, day) if move.right else None


def moves_for(thing, user) -> list[Transition]:
    """The moves that the user's page shows as buttons; staff see the party's moves as 代录."""
    found = []
    for move in workflow_of(thing).from_state(thing.state):
        if move.hidden or (move.by_clock and move.right is None):
            continue
        if allowed(thing, move, user) or (
            move.party_may and move.right and authority(user, move.right, thing.workflow_kind)
        ):
            found.append(move)
    return found


def _signers(thing, name: str) -> set[int]:
    """The people behind the last standing step of that name: who entered it and for whom."""
    step = Step.objects.of(thing).standing().filter(name=name).last()
    return {pk for pk in (step.actor_id, step.principal_id) if pk} if step else set()


def why_not(thing, move: Transition, user, *, on_behalf=None, day=None) -> str:
    """Why the user cannot make the move now, as one Chinese sentence; "" when they can."""
    flow = workflow_of(thing)
    if thing.state not in move.sources:
        return f"现在是「{flow.states(thing.state).label}」，不能{move.label}；可能有人刚刚办理过，请刷新页面。"
    who = allowed(thing, move, user, on_behalf=on_behalf, day=day)
    if who is None:
        return f"您没有「{move.label}」的权限，请由有权限的人或其代理人办理。"
    if move.differs_from and user is not None:
        before = _signers(thing, move.differs_from)
        if {user.pk, who.principal.pk if who.principal else user.pk} & before:
            other = flow.get(move.differs_from).label
            return f"「{move.label}」与「{other}」须由两个人办理：您已办理「{other}」，请另一位有权限的人办理，或由其指定代理人。"
    return move.guard(thing) if move.guard else ""


def _check(thing, move, *, by, note, happened_on, on_behalf):
    reason = why_not(thing, move, by, on_behalf=on_behalf, day=timezone.localdate())
    if reason:
        if allowed(thing, move, by, on_behalf=on_behalf) is None and thing.state in move.sources:
            raise PermissionDenied(reason)
        raise MoveRefused(reason)
    if move.needs_note and not note.strip():
        raise MoveRefused(f"请写明{move.label}的原因。")
    today = timezone.localdate()
    if happened_on > today:
        raise MoveRefused("发生日期不能晚于今天。")
    if happened_on < today and on_behalf is None and not note.strip():
        raise MoveRefused("补录以前的日期，请在说明里写明原因。")
    last = Step.objects.of(thing).standing().last()
    if last and happened_on < last.happened_on:
        raise MoveRefused(f"发生日期不能早于上一步「{last.label}」的 {last.happened_on:%Y-%m-%d}。")


def _fields_before(thing, move) -> dict:
    kept = {}
    for name in move.restores:
        field = thing._meta.get_field(name)
        kept[name] = field.value_to_string(thing) if getattr(thing, field.attname) is not None else None
    return kept


def _restore(thing, before: dict):
    for name, value in before.items():
        field = thing._meta.get_field(name)
        setattr(thing, field.attname, None if value is None else field.to_python(value))


def move_state(thing, target: str):
    """Save the row in its new state. For this package and for opening a row at a state."""
    thing.state = target
    thing._moving = True
    try:
        thing.save()
    finally:
        thing._moving = False


def refresh_todo(thing):
    """Bring the one open Todo of a row in step with whose turn it is."""
    flow = workflow_of(thing)
    turn = flow.turns.get(thing.state)
    waits = turn is not None and turn.whose in (Whose.OFFICE, Whose.PARTY, Whose.AUTHORITY)
    return keep_todo(
        thing,
        kind=f"{flow.kind}:{thing.state}",
        label=turn.label if turn else "",
        title=str(thing),
        url=thing.get_absolute_url(),
        group_url=getattr(thing, "group_url", ""),
        once_key=f"turn:{label_of(thing)}:{thing.pk}",
        count=1 if waits else 0,
        whose=turn.whose if turn else Whose.NOBODY,
        right=(turn.right or "") if turn else "",
        party=thing.turn_party,
        audience=Audience.PARTY if turn and turn.whose == Whose.PARTY else Audience.STAFF,
        due_at=getattr(thing, "due_at", None),
    )


def _sentence(thing, move, who, on_behalf) -> str:
    party = thing.turn_party
    if on_behalf is not None:
        return f"{who.signature}代{party.name if party else '对方'}录入「{move.label}」"
    return f"{who.signature if who.user else '系统'}办理「{move.label}」"


def build_step(thing, move, *, by, who, note, happened_on, on_behalf) -> Step:
    return Step(
        subject_type=label_of(thing),
        subject_id=thing.pk,
        party=thing.turn_party,
        audience=Audience.PARTY if thing.turn_party else Audience.STAFF,
        name=move.name,
        label=move.label,
        source=thing.state,
        target=move.target,
        happened_on=happened_on,
        actor=by,
        principal=who.principal,
        signature=who.signature if who.user else "系统",
        note=note,
        channel=on_behalf.channel if on_behalf else "",
        received_on=on_behalf.received_on if on_behalf else None,
        scan=on_behalf.scan if on_behalf else None,
        before=_fields_before(thing, move) | {"state": thing.state},
        went_out=move.goes_out,
    )


@transaction.atomic
def perform(thing, name: str, *, by, note: str = "", happened_on: date | None = None, on_behalf=None, **data) -> Step:
    """Make one move: lock the row, check, effect, save, step, event, to-do, messages on commit.

    Raises PermissionDenied (no right), MoveRefused (not now, and why); `thing` is brought up to date in place.
    """
    locked = type(thing)._base_manager.select_for_update().get(pk=thing.pk)
    thing.refresh_from_db()
    move = workflow_of(locked).get(name)
    day = happened_on or (on_behalf.received_on if on_behalf else timezone.localdate())
    _check(locked, move, by=by, note=note, happened_on=day, on_behalf=on_behalf)
    who = allowed(locked, move, by, on_behalf=on_behalf)
    step = build_step(locked, move, by=by, who=who, note=note, happened_on=day, on_behalf=on_behalf)
    step.save()
    if move.effect:
        move.effect(locked, step, **data)
    move_state(locked, move.target)
    record(
        locked, f"{locked.workflow_kind}.{move.name}", _sentence(locked, move, who, on_behalf), by=by,
        party=locked.turn_party, audience=step.audience, note=note, happened_on=day, channel=step.channel,
        signature=step.signature,
    )  # fmt: skip
    refresh_todo(locked)
    if move.notify:
        move.notify(locked, step)
    thing.refresh_from_db()
    return step


def perform_many(things, name: str, *, by, note: str = "", happened_on: date | None = None, **data):
    """The same move on many rows, each by the same checks. Returns (moved, [(thing, why not)])."""
    moved, refused = 0, []
    for thing in things:
        try:
            perform(thing, name, by=by, note=note, happened_on=happened_on, **data)
            moved += 1
        except (MoveRefused, PermissionDenied) as problem:
            refused.append((thing, problem.messages[0] if isinstance(problem, MoveRefused) else str(problem)))
    return moved, refused


def undoable_step(thing, user) -> tuple[Step | None, str]:
    """(the step that this person may take back now, "") or (None, why not)."""
    step = Step.objects.of(thing).standing().last()
    if step is None or not step.source:
        return None, "还没有可以撤回的步骤。"
    if step.actor_id != user.pk:
        return None, f"上一步「{step.label}」由{step.signature}办理，只能由本人撤回。"
    if step.went_out:
        return None, f"「{step.label}」已经对外发出，不能撤回；有误请发更正公告。"
    if not workflow_of(thing).get(step.name).can_be_undone:
        return None, f"「{step.label}」不能撤回。"
    return step, ""


@transaction.atomic
def undo_last(thing, *, by, reason: str) -> Step:
    """Take the last step back (撤回上一步): the same person, with a reason, until it went out or somebody else acted."""
    locked = type(thing)._base_manager.select_for_update().get(pk=thing.pk)
    step, why = undoable_step(locked, by)
    if step is None:
        raise MoveRefused(why)
    if not reason.strip():
        raise MoveRefused("请写明撤回的原因。")
    move = workflow_of(locked).get(step.name)
    if move.reverse:
        move.reverse(locked, step)
    _restore(locked, {key: value for key, value in step.before.items() if key != "state"})
    move_state(locked, step.before["state"])
    step.undone_at, step.undone_by, step.undo_reason = timezone.now(), by, reason
    step.save()
    record(
        locked, f"{locked.workflow_kind}.undo", f"{by.name}撤回「{step.label}」", by=by, party=locked.turn_party,
        audience=step.audience, note=reason,
    )  # fmt: skip
    close_todos(subject=locked)
    refresh_todo(locked)
    thing.refresh_from_db()
    return step
