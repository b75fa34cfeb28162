"""Who may make a move, and why not: the questions that perform(), perform_many() and the pages ask."""

from dataclasses import dataclass, field
from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from association.accounts.rules import Authority, authority
from association.documents.models import Document
from association.parties.models import Seat

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


def is_void(thing) -> bool:
    return getattr(thing, "voided_at", None) is not None


def seats_of(user, party_ids, *, administrator: bool = False) -> set[int]:
    """The parties among these that the person acts for (as their administrator); a reader's seat does not act."""
    ids = {pk for pk in party_ids if pk}
    if user is None or not user.is_authenticated or not ids:
        return set()
    seats = Seat.objects.live().filter(user=user, party__in=ids).exclude(right=Seat.Kind.READER)
    if administrator:
        seats = seats.filter(right=Seat.Kind.ADMIN)
    return set(seats.values_list("party_id", flat=True))


def acts_for_party(user, party) -> bool:
    return party is not None and party.pk in seats_of(user, [party.pk])


def must_act_for(user, party):
    """Raises PermissionDenied where the person holds no seat that acts for the party."""
    if not acts_for_party(user, party):
        raise PermissionDenied("您没有为这家单位办理的席位。")


def allowed(thing, move: Transition, user, *, on_behalf=None, day=None) -> Authority | None:
    """In whose right `user` may make the move, or None."""
    return Facts([thing], move, user, on_behalf=on_behalf, day=day).authority(thing)


def as_staff(thing, move: Transition, user) -> Authority | None:
    """The right by which staff make the move: their own move, or a party's on its behalf (代录)."""
    return authority(user, move.right, thing.workflow_kind) if move.right else None


def moves_for(thing, user) -> list[Transition]:
    """The moves that the user's page shows as buttons; staff see the party's moves as 代录."""
    if is_void(thing):
        return []
    return [
        move
        for move in workflow_of(thing).from_state(thing.state)
        if not move.hidden
        and not (move.by_clock and move.right is None)
        and (allowed(thing, move, user) or (move.is_theirs and as_staff(thing, move, user)))
    ]


def why_not(thing, move: Transition, user, *, on_behalf=None, day=None) -> str:
    """Why the user cannot make the move now, as one Chinese sentence; "" when they can."""
    return Facts([thing], move, user, on_behalf=on_behalf, day=day).why_not(thing)


@dataclass
class Facts:
    """What the checks of one move need to know of many rows of one kind, read at once."""

    things: list
    move: Transition
    user: object
    on_behalf: OnBehalf | None = None
    day: date | None = None
    under: Step | None = None  # the step of another row that makes this (hidden) move: its signature holds here too
    _by_right: dict = field(default_factory=dict)
    _seats: set | None = None
    _steps: dict | None = None
    _guards: dict | None = None

    def authority(self, thing) -> Authority | None:
        """In whose right the person may make the move on this row, or None."""
        move, user = self.move, self.user
        if user is None:
            return Authority(None) if move.by_clock else None
        if move.hidden and self.under is not None and self.under.actor_id == user.pk:
            return Authority(user, self.under.principal)
        if move.person_may and self.on_behalf is None:
            return Authority(user) if user.is_authenticated and thing.turn_person == user else None
        if move.party_may and self.on_behalf is None:
            party = thing.turn_party
            return Authority(user) if party is not None and party.pk in self._seats_held() else None
        if move.right is None:
            return None
        kind = thing.workflow_kind
        if kind not in self._by_right:
            self._by_right[kind] = authority(user, move.right, kind, self.day)
        return self._by_right[kind]

    def _seats_held(self) -> set[int]:
        if self._seats is None:
            parties = (thing.turn_party for thing in self.things)
            ids = [party.pk for party in parties if party is not None]
            self._seats = seats_of(self.user, ids, administrator=self.move.administrator)
        return self._seats

    def steps(self, thing) -> list[Step]:
        """The standing steps of a row, oldest first."""
        if self._steps is None:
            self._steps = {}
            first = self.things[0]
            rows = Step.objects.filter(
                subject_type=first._meta.label_lower, subject_id__in=[t.pk for t in self.things]
            ).standing()
            for step in rows.only(
                "subject_id", "name", "label", "happened_on", "actor", "principal", "signature", "source", "entered_at"
            ):
                self._steps.setdefault(step.subject_id, []).append(step)
        return self._steps.get(thing.pk, [])

    def last_step(self, thing) -> Step | None:
        steps = self.steps(thing)
        return steps[-1] if steps else None

    def _signers(self, thing, name: str) -> set[int]:
        """The people behind the last standing step of that name: who entered it and for whom."""
        step = next((step for step in reversed(self.steps(thing)) if step.name == name), None)
        return {pk for pk in (step.actor_id, step.principal_id) if pk} if step else set()

    def _guard(self, thing) -> str:
        move = self.move
        if move.guard_many and len(self.things) > 1:
            if self._guards is None:
                self._guards = move.guard_many(self.things)
            return self._guards.get(thing.pk, "")
        return move.guard(thing) if move.guard else ""

    def why_not(self, thing) -> str:
        """Why the move cannot be made on this row now, as one Chinese sentence; "" when it can."""
        move, user, flow = self.move, self.user, workflow_of(thing)
        if is_void(thing):
            return "这一件已经作废，不能再办理。"
        if thing.state not in move.sources:
            return f"现在是「{thing.state_label}」，不能{move.label}；可能有人刚刚办理过，请刷新页面。"
        who = self.authority(thing)
        if who is None:
            return f"您没有「{move.label}」的权限，请由有权限的人或其代理人办理。"
        people = {user.pk, who.principal.pk if who.principal else user.pk} if user is not None else set()
        if move.differs_from and people & self._signers(thing, move.differs_from):
            other = flow.get(move.differs_from).label
            return (
                f"「{move.label}」与「{other}」须由两个人办理：您已办理「{other}」，"
                "请另一位有权限的人办理，或由其指定代理人。"
            )
        return self._guard(thing)

    def check(self, thing, *, note: str, happened_on: date):
        """Raise PermissionDenied or MoveRefused where the move cannot be made on this row as asked."""
        move = self.move
        reason = self.why_not(thing)
        if reason:
            if not is_void(thing) and thing.state in move.sources and self.authority(thing) is None:
                raise PermissionDenied(reason)
            raise MoveRefused(reason)
        check_words(move, note=note, happened_on=happened_on, on_behalf=self.on_behalf)
        last = self.last_step(thing)
        if last and happened_on < last.happened_on:
            raise MoveRefused(
                f"{_day(self.on_behalf)}不能早于上一步「{last.label}」的 {last.happened_on:%Y-%m-%d}。",
                code="happened_on",
            )


def _day(on_behalf) -> str:
    """As the page calls the day of a step."""
    return "收到日期" if on_behalf else "发生日期"


def check_words(move: Transition, *, note: str, happened_on: date, on_behalf: OnBehalf | None):
    """What a move asks of its reason and its day, whatever the row. Raises MoveRefused."""
    if move.needs_note and not note.strip():
        raise MoveRefused(f"请写明{move.label}的原因。", code="note")
    today = timezone.localdate()
    if happened_on > today or (on_behalf and on_behalf.received_on > today):
        raise MoveRefused(f"{_day(on_behalf)}不能晚于今天。", code="happened_on")
    if happened_on < today and on_behalf is None and not note.strip():
        raise MoveRefused("补录以前的日期，请在说明里写明原因。", code="note")


def undoable_step(thing, user, steps: list[Step] | None = None) -> tuple[Step | None, str]:
    """(the step that this person may take back now, "") or (None, why not). `steps`: all of the row, where they are read."""
    standing = Step.objects.of(thing).standing() if steps is None else [s for s in steps if s.undone_at is None]
    step = standing.last() if steps is None else next(reversed(standing), None)
    if is_void(thing):
        return None, "这一件已经作废，不能再办理。"
    if step is None or not step.source:
        return None, "还没有可以撤回的步骤。"
    if step.actor_id != user.pk:
        return None, f"上一步「{step.label}」由{step.signature}办理，只能由本人撤回。"
    if step.went_out:
        return None, f"「{step.label}」已经对外发出，不能撤回；有误请发更正公告。"
    if not workflow_of(thing).get(step.name).can_be_undone:
        return None, f"「{step.label}」不能撤回。"
    return step, ""


def why_not_void(thing, user) -> str:
    """Why the person cannot void the row (作废), or ""."""
    flow = workflow_of(thing)
    if not hasattr(thing, "voided_at") or flow.void_right is None:
        return "这一件不能作废。"
    if is_void(thing):
        return "这一件已经作废。"
    if authority(user, flow.void_right, thing.workflow_kind) is None:
        return "您没有作废的权限，请由有权限的人或其代理人办理。"
    if Step.objects.of(thing).standing().filter(went_out=True).exists():
        return "这一件已经对外发出，不能作废；有误请发更正公告。"
    return ""
