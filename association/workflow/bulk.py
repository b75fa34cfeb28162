"""The same move on many rows: the checks of perform(), set-based writes."""

from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.utils import timezone

from association.core.refusals import reason_of
from association.inbox.models import Todo
from association.timeline.actions import build, label_of
from association.timeline.models import Event

from .checks import Facts, MoveRefused
from .models import Step
from .table import workflow_of
from .writing import build_step, day_of, due_of_turn, sentence_of, todo_values, turn_key

SLICE = 1000
MOST_WRITES = 20  # distinct sets of new values that are written by one UPDATE each; more go by bulk_update


def _locked(things) -> list:
    """The rows as they stand, locked, in the order given, with their parties."""
    model = type(things[0])
    rows = model._base_manager.select_for_update(of=("self",)).filter(pk__in=[thing.pk for thing in things])
    if any(f.name == "party" and f.is_relation for f in model._meta.concrete_fields):
        rows = rows.select_related("party")
    found = rows.in_bulk()
    return [found[thing.pk] for thing in things if thing.pk in found]


def move_slice(things, move, *, by, note, happened_on, on_behalf, under, data) -> tuple[int, list[tuple]]:
    """Move up to SLICE rows, in the caller's transaction; the writes are few however many rows there are."""
    rows = _locked(things)
    if not rows:
        return 0, []
    day = day_of(happened_on, on_behalf)
    facts = Facts(rows, move, by, on_behalf=on_behalf, under=under)
    good, refused = [], []
    for row in rows:
        try:
            facts.check(row, note=note, happened_on=day)
            good.append(row)
        except (MoveRefused, PermissionDenied) as problem:
            refused.append((row, reason_of(problem)))
    if good:
        _write(good, move, facts, by=by, note=note, day=day, on_behalf=on_behalf, data=data)
    return len(good), refused


def _write(rows, move, facts, *, by, note, day, on_behalf, data):
    steps = [
        build_step(row, move, by=by, who=facts.authority(row), note=note, happened_on=day, on_behalf=on_behalf)
        for row in rows
    ]
    Step.objects.bulk_create(steps, batch_size=SLICE)
    before = [_values(row) for row in rows]
    dues = {}
    for row in rows:
        if getattr(row, "due_by_turn", False):
            flow = workflow_of(row)
            if flow.kind not in dues:
                dues[flow.kind] = due_of_turn(flow.turns.get(move.target), day)
            row.due_at = dues[flow.kind]
    if move.effect_many:
        move.effect_many(rows, steps, **data)
    for row in rows:
        row.state = move.target
        if hasattr(row, "follow_turn"):
            row.follow_turn()
    _save(rows, before)
    Event.objects.bulk_create(
        [
            build(
                row, f"{row.workflow_kind}.{move.name}",
                sentence_of(row, move, facts.authority(row), on_behalf), by=by, party=row.turn_party,
                audience=step.audience, note=note, happened_on=day, channel=step.channel, signature=step.signature,
            )
            for row, step in zip(rows, steps, strict=True)
        ],
        batch_size=SLICE,
    )  # fmt: skip
    _keep_todos(rows)
    if move.notify:
        for row, step in zip(rows, steps, strict=True):
            move.notify(row, step)


def _values(row) -> dict:
    return {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields}


def _save(rows, before):
    """Write what changed: rows that get the same new values by one UPDATE."""
    model, now, together = type(rows[0]), timezone.now(), {}
    for row, old in zip(rows, before, strict=True):
        changed = tuple((name, value) for name, value in _values(row).items() if old[name] != value)
        together.setdefault(changed, []).append(row)
    if len(together) <= MOST_WRITES:
        for changed, same in together.items():
            model._base_manager.filter(pk__in=[row.pk for row in same]).update(
                **dict(changed), version=F("version") + 1, updated_at=now
            )
        return
    for row in rows:
        row.version, row.updated_at = row.version + 1, now
    names = {name for changed in together for name, _value in changed} | {"version", "updated_at"}
    fields = [f.name for f in model._meta.concrete_fields if f.attname in names]
    model._base_manager.bulk_update(rows, fields, batch_size=200)


def _keep_todos(rows):
    """As refresh_todo() for each row: open ones are brought up to date, missing ones made, done ones closed."""
    now = timezone.now()
    open_todos = {
        todo.once_key: todo for todo in Todo.objects.filter(once_key__in=[turn_key(row) for row in rows], done_at=None)
    }
    close, new, together = [], [], {}
    for row in rows:
        values = todo_values(row)
        found = open_todos.get(turn_key(row))
        if not values["count"]:
            if found:
                close.append(found.pk)
        elif found is None:
            new.append(
                Todo(
                    once_key=turn_key(row), subject_type=label_of(row), subject_id=row.pk,
                    **values | {"title": values["title"][:200]},
                )
            )  # fmt: skip
        else:
            changed = tuple(
                (name, value) for name, value in values.items()
                if name not in ("title", "url", "party") and getattr(found, name) != value
            )  # fmt: skip
            together.setdefault(changed, []).append(found.pk)
    raised = {"version": F("version") + 1, "updated_at": now}
    Todo.objects.filter(pk__in=close).update(done_at=now, **raised)
    for changed, pks in together.items():
        if changed:
            Todo.objects.filter(pk__in=pks).update(**dict(changed), **raised)
    Todo.objects.bulk_create(new, batch_size=SLICE)
