"""What a move writes, for one row and for many: the step, the due date, whose turn it is."""

from datetime import date, datetime, time

from django.utils import timezone

from association.core.enums import Audience
from association.core.models import add_working_days
from association.core.workdays import YearMissing
from association.inbox.actions import keep_todo
from association.inbox.models import Whose
from association.timeline.actions import label_of

from .checks import MoveRefused, is_void
from .models import Step
from .table import Turn, workflow_of

WAITS = (Whose.OFFICE, Whose.PARTY, Whose.AUTHORITY)
CLOSES_AT = time(17)  # deadlines are instants: 17:00:00 included


def fields_before(thing, move) -> dict:
    """What undo puts back: the state, the due date, and the fields that the move's effect sets."""
    names = (*move.restores, *(("due_at",) if getattr(thing, "due_by_turn", False) else ()))
    kept = {"state": thing.state}
    for name in dict.fromkeys(names):
        model_field = thing._meta.get_field(name)
        kept[name] = model_field.value_to_string(thing) if getattr(thing, model_field.attname) is not None else None
    return kept


def restore(thing, before: dict):
    for name, value in before.items():
        if name != "state":
            model_field = thing._meta.get_field(name)
            setattr(thing, model_field.attname, None if value is None else model_field.to_python(value))


def move_state(thing, target: str):
    """Save the row in its new state. For this package and for opening a row at a state."""
    thing.state = target
    thing._moving = True
    try:
        thing.save()
    finally:
        thing._moving = False


def due_of_turn(turn: Turn | None, day: date) -> datetime | None:
    """Until when the turn that begins on `day` lasts. Raises MoveRefused where the calendar lacks the year."""
    if turn is None or not turn.working_days:
        return None
    try:
        return timezone.make_aware(datetime.combine(add_working_days(day, turn.working_days), CLOSES_AT))
    except YearMissing as missing:
        raise MoveRefused(f"算不出下一步的期限：{missing}。") from missing


def todo_values(thing) -> dict:
    """The fields of the Todo of whose turn it is; `count` is 0 where nobody has to act."""
    flow = workflow_of(thing)
    turn = flow.turns.get(thing.state)
    waits = turn is not None and turn.whose in WAITS and not is_void(thing)
    person = thing.turn_person if turn is not None and turn.whose == Whose.PARTY else None
    return {
        "kind": f"{flow.kind}:{thing.state}",
        "label": turn.label if turn else "",
        "title": str(thing),
        "url": thing.get_absolute_url(),
        "desk_url": thing.desk_url,
        **({} if thing.turn_person is None else {"user": person}),
        "group_url": getattr(thing, "group_url", ""),
        "count": 1 if waits else 0,
        "whose": turn.whose if turn else Whose.NOBODY,
        "right": (turn.right or "") if turn else "",
        "party": thing.turn_party,
        "audience": Audience.PARTY if turn and turn.whose == Whose.PARTY else Audience.STAFF,
        "due_at": getattr(thing, "due_at", None),
    }


def turn_key(thing) -> str:
    return f"turn:{label_of(thing)}:{thing.pk}"


def refresh_todo(thing):
    """Bring the one open Todo of a row in step with whose turn it is."""
    return keep_todo(thing, once_key=turn_key(thing), **todo_values(thing))


def sentence_of(thing, move, who, on_behalf) -> str:
    party = thing.turn_party
    if on_behalf is not None:
        return f"{who.signature}代{party.name if party else thing.turn_person or '对方'}录入「{move.label}」"
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
        before=fields_before(thing, move),
        went_out=move.goes_out,
    )


def day_of(happened_on, on_behalf) -> date:
    return happened_on or (on_behalf.received_on if on_behalf else timezone.localdate())
