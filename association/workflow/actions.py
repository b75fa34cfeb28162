"""The doors that change a state: perform(), perform_many(), undo_last(), void(). Nothing else does."""

from collections.abc import Sequence
from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from association.accounts.rules import authority
from association.core.enums import Audience
from association.core.refusals import reason_of
from association.core.stamp import raise_stamp
from association.inbox.actions import close_todos
from association.timeline.actions import record

from .bulk import SLICE, move_slice
from .checks import (
    Facts,
    MoveRefused,
    OnBehalf,
    acts_for_party,
    allowed,
    moves_for,
    must_act_for,
    undoable_step,
    why_not,
    why_not_void,
)
from .models import Step
from .table import workflow_of
from .writing import build_step, day_of, due_of_turn, move_state, refresh_todo, restore, sentence_of

__all__ = [
    "MoveRefused", "OnBehalf", "acts_for_party", "allowed", "move_state", "moves_for", "must_act_for",
    "perform", "perform_many", "preview_many", "refresh_todo", "undo_last", "undoable_step", "void", "why_not", "why_not_void",
]  # fmt: skip


@transaction.atomic
def perform(
    thing, name: str, *, by, note: str = "", happened_on: date | None = None, on_behalf: OnBehalf | None = None,
    seen_version: int | None = None, under: Step | None = None, **data,
) -> Step:  # fmt: skip
    """Make one move: lock the row, check, effect, save, step, event, to-do, messages on commit.

    `seen_version` is the version that the person saw: another one refuses the move (a double click is one). `under`
    is the step of another row that makes this hidden move: it was allowed there, its signature holds here.
    Raises PermissionDenied (no right), MoveRefused (not now, and why); `thing` is brought up to date in place.
    """
    [locked] = type(thing)._base_manager.select_for_update().filter(pk=thing.pk)  # a move may make the next one
    thing.refresh_from_db()
    flow = workflow_of(locked)
    move = flow.get(name)
    if seen_version is not None and locked.version != seen_version:
        raise MoveRefused(_quicker(locked, move), code="stale")
    day = day_of(happened_on, on_behalf)
    facts = Facts([locked], move, by, on_behalf=on_behalf, under=under)
    facts.check(locked, note=note, happened_on=day)
    who = facts.authority(locked)
    step = build_step(locked, move, by=by, who=who, note=note, happened_on=day, on_behalf=on_behalf)
    step.save()
    if getattr(locked, "due_by_turn", False):
        locked.due_at = due_of_turn(flow.turns.get(move.target), day)
    if move.effect:
        move.effect(locked, step, **data)
    move_state(locked, move.target)
    record(
        locked, f"{locked.workflow_kind}.{move.name}", sentence_of(locked, move, who, on_behalf), by=by,
        party=locked.turn_party, audience=step.audience, note=note, happened_on=day, channel=step.channel,
        signature=step.signature,
    )  # fmt: skip
    refresh_todo(locked)
    if move.notify:
        move.notify(locked, step)
    thing.refresh_from_db()
    return step


def _quicker(locked, move) -> str:
    """What somebody did since the page was opened; whether the move can still be made."""
    last = Step.objects.of(locked).standing().last()
    if last is None or locked.state in move.sources:
        return "这一件刚刚被办理或修改过，请核对现在的情况，再确认一次。"
    return f"{last.signature}已经办理「{last.label}」，现在是「{locked.state_label}」，不能再办理「{move.label}」。"


def preview_many(things: Sequence, name: str, user, *, on_behalf: OnBehalf | None = None) -> list[tuple]:
    """[(thing, why not)] of one kind, "" where the move can be made: what a page shows before it does."""
    things = list(things)
    if not things:
        return []
    facts = Facts(things, workflow_of(things[0]).get(name), user, on_behalf=on_behalf)
    return [(thing, facts.why_not(thing)) for thing in things]


@transaction.atomic
def perform_many(
    things: Sequence, name: str, *, by, note: str = "", happened_on: date | None = None,
    on_behalf: OnBehalf | None = None, under: Step | None = None, **data,
) -> tuple[int, list[tuple]]:  # fmt: skip
    """The same move on many rows of one kind, each by the same checks. Returns (moved, [(thing, why not)]).

    Set-based where the move has no effect or an `effect_many`; else the rows go one by one. One transaction.
    """
    things = list(things)
    if not things:
        return 0, []
    move = workflow_of(things[0]).get(name)
    kwargs = {"by": by, "note": note, "happened_on": happened_on, "on_behalf": on_behalf, "under": under}
    if move.effect and not move.effect_many:
        return _one_by_one(things, name, kwargs | data)
    moved, refused = 0, []
    for start in range(0, len(things), SLICE):
        done, problems = move_slice(things[start : start + SLICE], move, data=data, **kwargs)
        moved += done
        refused += problems
    return moved, refused


def _one_by_one(things, name, kwargs):
    moved, refused = 0, []
    for thing in things:
        try:
            perform(thing, name, **kwargs)
            moved += 1
        except (MoveRefused, PermissionDenied) as problem:
            refused.append((thing, reason_of(problem)))
    return moved, refused


@transaction.atomic
def undo_last(thing, *, by, reason: str) -> Step:
    """Take the last step back (撤回上一步): the same person, with a reason, until it went out or others acted."""
    locked = type(thing)._base_manager.select_for_update().get(pk=thing.pk)
    step, why = undoable_step(locked, by)
    if step is None:
        raise MoveRefused(why)
    if not reason.strip():
        raise MoveRefused("请写明撤回的原因。")
    move = workflow_of(locked).get(step.name)
    if move.reverse:
        move.reverse(locked, step)
    restore(locked, step.before)
    move_state(locked, step.before["state"])
    step.undone_at, step.undone_by, step.undo_reason = timezone.now(), by, reason
    step.save()
    record(
        locked, f"{locked.workflow_kind}.undo", f"{by.name}撤回「{step.label}」", by=by, party=locked.turn_party,
        audience=step.audience, note=reason,
    )  # fmt: skip
    refresh_todo(locked)
    raise_stamp()  # as with void
    thing.refresh_from_db()
    return step


@transaction.atomic
def void(thing, *, by, reason: str):
    """Declare a row void that was entered in error (作废): the number stays, lists and sums leave it out.

    For models with voided_at, voided_by and void_reason. Raises PermissionDenied or MoveRefused.
    """
    locked = type(thing)._base_manager.select_for_update().get(pk=thing.pk)
    why = why_not_void(locked, by)
    if why:
        raise MoveRefused(why)
    if not reason.strip():
        raise MoveRefused("请写明作废的原因。")
    who = authority(by, workflow_of(locked).void_right, locked.workflow_kind)
    locked.voided_at, locked.voided_by, locked.void_reason = timezone.now(), by, reason.strip()[:300]
    locked.save()
    record(
        locked, f"{locked.workflow_kind}.void", f"{who.signature}作废「{locked}」", by=by, party=locked.turn_party,
        audience=Audience.PARTY if locked.turn_party else Audience.STAFF, note=reason, signature=who.signature,
    )  # fmt: skip
    close_todos(subject=locked)
    raise_stamp()  # it may be on a public page
    thing.refresh_from_db()
    return thing
