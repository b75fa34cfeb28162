"""Signs of life (活动记录): what says that a member still takes part. Apps hand in how they know; the rule of lapse asks.

register("缴纳会费", lambda keys: {party id: the last day})
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Max
from django.db.models.functions import TruncDate

from association.cases.models import Case

from .models import Membership, PointEntry, TermChangeLine

SLICE = 5000


@dataclass(frozen=True)
class Sign:
    """The last sign of a party: the day, and what it was."""

    day: date
    label: str


_finders: list[tuple[str, Callable]] = []


def register(label: str, finder: Callable[[Sequence[int]], dict[int, date]]) -> Callable:
    """`finder(party ids) -> {party id: last day}`, in a fixed number of queries."""
    _finders.append((label, finder))
    return finder


def labels() -> list[str]:
    """What counts, in the order of registration."""
    return [label for label, _finder in _finders]


def last_signs(keys: Sequence[int]) -> dict[int, Sign]:
    """{party id: its latest sign} of those that have one. A fixed number of queries a SLICE of parties."""
    found: dict[int, Sign] = {}
    for start in range(0, len(keys), SLICE):
        part = keys[start : start + SLICE]
        for label, finder in _finders:
            for key, day in finder(part).items():
                if key not in found or found[key].day < day:
                    found[key] = Sign(day, label)
    return found


def _latest(rows, day, key: str = "party_id") -> dict[int, date]:
    return dict(rows.order_by().values_list(key).annotate(last=Max(day)))


register("入会", lambda keys: _latest(Membership.objects.standing().filter(party__in=keys, ended_on=None), "joined_on"))
register("积分", lambda keys: _latest(PointEntry.objects.standing().filter(party__in=keys), "happened_on"))
register(
    "核对换届资料",
    lambda keys: _latest(
        TermChangeLine.objects.filter(party__in=keys, answered_at__isnull=False), TruncDate("answered_at")
    ),
)
register(
    "参加信用评价等业务",
    lambda keys: _latest(Case.objects.standing().filter(party__in=keys, submitted_on__isnull=False), "submitted_on"),
)
