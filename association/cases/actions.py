"""Open cases (办件): one, or thousands at once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from association.accounts.models import User
from association.accounts.rules import name_of
from association.core.enums import Audience
from association.core.models import Counter
from association.core.numbers import take_numbers
from association.inbox.models import Todo
from association.parties.models import Party
from association.timeline.actions import build
from association.timeline.models import Event
from association.workflow.actions import OnBehalf
from association.workflow.models import Step
from association.workflow.table import get_workflow
from association.workflow.writing import due_of_turn, todo_values, turn_key

from .models import Case
from .registry import kind_of

SLICE = 1000


@dataclass(frozen=True)
class NewCase:
    """One case to open. `once_key` makes a double click, or the same row of a file, one."""

    party: Party
    party_name: str
    title: str
    once_key: str
    audience: Audience = Audience.PARTY
    due_at: datetime | None = None
    in_charge: User | None = None


def open_case(
    kind: str, *, party: Party, title: str, by, at: str, once_key: str, round_key: str = "", party_name: str = "",
    on_behalf: OnBehalf | None = None, happened_on: date | None = None, **fields,
) -> Case:  # fmt: skip
    """Open one case at a state; the one that is there when `once_key` has been used. `fields` as on NewCase."""
    new = NewCase(party=party, party_name=party_name or party.name, title=title, once_key=once_key, **fields)
    return open_cases(
        kind, [new], by=by, at=at, round_key=round_key, on_behalf=on_behalf, happened_on=happened_on
    )[0]  # fmt: skip


@transaction.atomic
def open_cases(
    kind: str, new: Sequence[NewCase], *, by, at: str, round_key: str = "", happened_on: date | None = None,
    on_behalf: OnBehalf | None = None,
) -> list[Case]:  # fmt: skip
    """Open many cases of one kind at a state, set-based; in the order given, those that were there among them.

    Each gets a number without gaps (in the year of `happened_on`), its first step, an event and, where somebody has to
    act, a to-do that is due as the kind's table says. Who may open a case is the calling action's to ask: it knows
    the kind's right. `by` may be None (the system). Raises KeyError for a kind that nobody registered, MoveRefused
    where the calendar lacks the year of the first due date.
    """
    if not new:
        return []
    day = happened_on or (on_behalf.received_on if on_behalf else timezone.localdate())
    Counter.take(kind, day.year, 0)  # its lock, held to the end: two double clicks come one after the other
    there = _there(one.once_key for one in new)
    fresh = list({one.once_key: one for one in new if one.once_key not in there}.values())
    cases = _insert(kind, fresh, at=at, round_key=round_key, day=day)
    name = name_of(by)
    Step.objects.bulk_create(_steps(cases, by=by, name=name, day=day, on_behalf=on_behalf), batch_size=SLICE)
    Event.objects.bulk_create(_events(cases, by=by, name=name, day=day, on_behalf=on_behalf), batch_size=SLICE)
    Todo.objects.bulk_create(_todos(cases), batch_size=SLICE)
    there |= {case.once_key: case for case in cases}
    return [there[one.once_key] for one in new]


def _there(keys) -> dict[str, Case]:
    keys, found = list(keys), {}
    for start in range(0, len(keys), SLICE):
        rows = Case.objects.select_related("party").filter(once_key__in=keys[start : start + SLICE])
        found |= {case.once_key: case for case in rows}
    return found


def _insert(kind, fresh, *, at, round_key, day) -> list[Case]:
    label = kind_of(kind).label
    due_at = due_of_turn(get_workflow(kind).turns.get(at), day)
    numbers = take_numbers(kind, day.year, len(fresh), default=f"{label}〔{{year}}〕{{n}} 号") if fresh else []
    cases = [
        Case(
            kind=kind, state=at, number=number, party=one.party, party_name=one.party_name, title=one.title,
            once_key=one.once_key, round_key=round_key, audience=one.audience, due_at=one.due_at or due_at,
            in_charge=one.in_charge,
        )
        for one, number in zip(fresh, numbers, strict=True)
    ]  # fmt: skip
    for case in cases:
        case.follow_turn()
    return Case.objects.bulk_create(cases, batch_size=SLICE)


def _steps(cases, *, by, name, day, on_behalf) -> Iterator[Step]:
    for case in cases:
        yield Step(
            subject_type="cases.case", subject_id=case.pk, party_id=case.party_id, audience=case.audience,
            name="open", label="登记", target=case.state, happened_on=day, actor=by, signature=name,
            channel=on_behalf.channel if on_behalf else "", received_on=on_behalf.received_on if on_behalf else None,
            scan=on_behalf.scan if on_behalf else None,
        )  # fmt: skip


def _events(cases, *, by, name, day, on_behalf) -> Iterator[Event]:
    for case in cases:
        sentence = f"{name}代{case.party_name}登记「{case.title}」" if on_behalf else f"{name}登记「{case.title}」"
        yield build(
            case, f"{case.kind}.opened", sentence, by=by, party=case.party, audience=case.audience, happened_on=day,
            channel=on_behalf.channel if on_behalf else "",
        )  # fmt: skip


def _todos(cases) -> Iterator[Todo]:
    """As workflow keeps them, for rows that have none yet."""
    for case in cases:
        values = todo_values(case)
        if values["count"]:
            yield Todo(subject_type="cases.case", subject_id=case.pk, once_key=turn_key(case), **values)
