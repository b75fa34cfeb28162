"""The workflow table (流程表): who may move what where. Plain data that a layman can read; registered by kind."""

from collections.abc import Callable
from dataclasses import dataclass, field

from association.accounts.roles import Right
from association.inbox.models import Whose


@dataclass(frozen=True)
class Transition:
    """One row of the table.

    `right` is what staff need (own or as stand-in); `party_may` lets the party's seats do it themselves, and staff for
    them on behalf (代录); with `administrator` only its administrators (单位管理员). `person_may` is the same for a
    row that belongs to a person (`turn_person`): that person moves it, or staff on behalf.
    `effect(thing, step, **data)` runs inside the transaction; `reverse(thing, step)` undoes what it wrote elsewhere: a
    move with an effect and no reverse cannot be taken back. `restores` are the thing's own fields that the effect sets.
    `differs_from` names an earlier move that another person must have made (two signatures). `about` and `tells` (who
    is told, and how) are sentences for the confirm page.
    `hidden`: made by another row's move (a publicity list), never a button of its own.
    `guard(thing)` gives a Chinese sentence why the move cannot be made now, or ""; `quiet`: no button while it does.
    For many rows at once: `effect_many(things, steps, **data)` sets fields of the things in memory (they are saved
    together) and writes elsewhere set-based; `guard_many(things)` gives {pk: sentence} for those that cannot.
    """

    name: str
    label: str
    sources: frozenset[str]
    target: str
    right: Right | None = None
    party_may: bool = False
    administrator: bool = False
    person_may: bool = False
    needs_note: bool = False
    form: type | None = None
    guard: Callable | None = None
    guard_many: Callable | None = None
    effect: Callable | None = None
    effect_many: Callable | None = None
    reverse: Callable | None = None
    restores: tuple[str, ...] = ()
    notify: Callable | None = None
    differs_from: str = ""
    goes_out: bool = False
    danger: bool = False
    by_clock: bool = False
    hidden: bool = False
    quiet: bool = False
    about: str = ""
    tells: str = ""

    @property
    def is_theirs(self) -> bool:
        """A party's or a person's own move, which staff enter on behalf (代录)."""
        return self.party_may or self.person_may

    @property
    def can_be_undone(self) -> bool:
        return not self.goes_out and (self.effect is None or self.reverse is not None or bool(self.restores))


def stamp(field_name: str) -> dict:
    """What a Transition takes where it only puts the day of the step into a field of the thing."""

    def effect(thing, step, **_data):
        setattr(thing, field_name, step.happened_on)

    def effect_many(things, steps, **_data):
        for thing, step in zip(things, steps, strict=True):
            effect(thing, step)

    return {"effect": effect, "effect_many": effect_many, "restores": (field_name,)}


@dataclass(frozen=True)
class Turn:
    """Whose move it is in a state, what they have to do, and how many working days they have."""

    whose: Whose
    label: str = ""
    right: Right | None = None
    working_days: int | None = None


@dataclass(frozen=True)
class Workflow:
    kind: str
    label: str
    states: type  # TextChoices: labels for staff
    party_labels: dict[str, str]
    turns: dict[str, Turn]
    transitions: tuple[Transition, ...]
    path: tuple[str, ...] = field(default=())  # the states drawn as stations, in order
    void_right: Right | None = None  # who may declare a row void (作废); None: nobody

    def __post_init__(self):
        names = [t.name for t in self.transitions]
        if len(set(names)) != len(names):
            raise ValueError(f"{self.kind}: a move is named twice")
        known = set(self.states.values)
        used = {t.target for t in self.transitions} | {s for t in self.transitions for s in t.sources} | set(self.turns)
        if used - known:
            raise ValueError(f"{self.kind}: unknown states {used - known}")

    def get(self, name: str) -> Transition:
        for transition in self.transitions:
            if transition.name == name:
                return transition
        raise KeyError(f"{self.kind} has no move {name!r}")

    def from_state(self, state: str) -> tuple[Transition, ...]:
        return tuple(t for t in self.transitions if state in t.sources)

    def label_for(self, state: str, *, staff: bool) -> str:
        label = self.states(state).label
        return label if staff else self.party_labels.get(state, label)


_workflows: dict[str, Workflow] = {}


def register(workflow: Workflow) -> Workflow:
    if workflow.kind in _workflows:
        raise ValueError(f"workflow {workflow.kind} is registered twice")
    _workflows[workflow.kind] = workflow
    return workflow


def workflow_of(thing) -> Workflow:
    return _workflows[thing.workflow_kind]


def all_workflows() -> tuple[Workflow, ...]:
    return tuple(_workflows.values())


def get_workflow(kind: str) -> Workflow:
    return _workflows[kind]
