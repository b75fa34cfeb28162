"""A RuleBook made ready for a million records: looked-up routes and whole numbers instead of Decimals.

All points of deductions and bonuses are multiplied by one power of ten (`scale`), so that the hot loop adds ints.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from math import ceil, floor
from typing import NamedTuple

from association.core.text import name_key

from .exact import decimals, plain
from .parts import BonusPart, DeductPart, SurveyPart
from .rulebook import RuleBook


class Route(NamedTuple):
    """Where a record of a source goes: the part's place, the source's place in the list of caps, points times scale."""

    part: int
    slot: int
    each: int
    cap: int
    repairable: bool
    veto: str


class Spellings(dict):
    """A channel as files write it → its place in the scheme; None where it is none of them."""

    def __init__(self, part: SurveyPart):
        super().__init__()
        self.names = [channel.name for channel in part.channels]

    def __missing__(self, text: str | None) -> int | None:
        found = channel_named(text or "", self.names)
        if len(self) < 1000:
            self[text] = found
        return found


def channel_named(text: str, names: Sequence[str]) -> int | None:
    """Which of the channels `names` a cell means: blanks, brackets and the word 调查 aside; 电话回访 is 电话.

    None where it is none of them, or where it could be several (电话、问卷).
    """
    wanted = name_key(text)
    stems = [name_key(name).replace("调查", "") or name_key(name) for name in names]
    found = [place for place, stem in enumerate(stems) if stem in wanted]
    return found[0] if len(found) == 1 else None


class SurveyPlan(NamedTuple):
    """A survey part with whole weights; bands as (numerator, denominator, points) from the highest down.

    `lowest` and `highest` are the bounds of a mark; `whole` are the marks between them that are whole numbers.
    """

    part: SurveyPart
    channels: Spellings
    weights: tuple[int, ...]
    bands: tuple[tuple[int, int, Decimal], ...]
    lowest: Fraction
    highest: Fraction
    whole: frozenset[int]


class Plan(NamedTuple):
    book: RuleBook
    scale: int
    routes: dict[str, tuple[Route, ...]]
    slots: int
    full: tuple[int, ...]
    surveys: dict[int, SurveyPlan]
    shown: dict[int, int | str]
    worth: dict[int, Decimal]
    own: tuple[int, ...]
    rank: dict[str, int]
    first: str
    last: str


def _scaled(value: Decimal, scale: int) -> int:
    return int(value * scale)


def _survey_plan(part: SurveyPart) -> SurveyPlan:
    scale = 10 ** max(decimals(channel.weight) for channel in part.channels)
    channels = Spellings(part)
    weights = tuple(_scaled(channel.weight, scale) for channel in part.channels)
    bands = tuple((*band.at_least.as_integer_ratio(), band.points) for band in part.bands)
    lowest, highest = Fraction(part.lowest), Fraction(part.highest)
    whole = frozenset(range(ceil(lowest), floor(highest) + 1))
    return SurveyPlan(part, channels, weights, bands, lowest, highest, whole)


def tariffs_of(part: object) -> tuple:
    """The tariffs of a deduct or bonus part; none for other kinds."""
    if isinstance(part, DeductPart):
        return part.sources
    return part.tags if isinstance(part, BonusPart) else ()


class Worth(dict):
    """Points times scale → points; worked out once for each value."""

    def __init__(self, scale: int):
        super().__init__()
        self.scale = scale

    def __missing__(self, value: int) -> Decimal:
        self[value] = points = Decimal(value) / self.scale
        return points


class Shown(dict):
    """Points times scale → the number that stands in the explanation; worked out once for each value."""

    def __init__(self, scale: int):
        super().__init__()
        self.scale = scale

    def __missing__(self, value: int) -> int | str:
        self[value] = shown = plain(Decimal(value) / self.scale)
        return shown


@lru_cache(maxsize=16)
def plan_of(book: RuleBook) -> Plan:
    """The plan of a scheme; made once per scheme."""
    numbers = [part.full for part in book.parts]
    numbers += [n for part in book.parts for t in tariffs_of(part) for n in (t.each, t.cap)]
    scale = 10 ** max(map(decimals, numbers))
    routes: dict[str, tuple[Route, ...]] = {}
    slots = 0
    for place, part in enumerate(book.parts):
        for tariff in tariffs_of(part):
            amounts = _scaled(tariff.each, scale), _scaled(tariff.cap, scale)
            route = Route(place, slots, *amounts, isinstance(part, DeductPart), "")
            routes[tariff.source] = (*routes.get(tariff.source, ()), route)
            slots += 1
        for veto in getattr(part, "vetoes", ()):
            route = Route(place, slots, 0, 0, True, veto.grade)
            routes[veto.source] = (*routes.get(veto.source, ()), route)
            slots += 1
    return Plan(
        book=book,
        scale=scale,
        routes=routes,
        slots=slots,
        full=tuple(_scaled(part.full, scale) for part in book.parts),
        surveys={n: _survey_plan(part) for n, part in enumerate(book.parts) if isinstance(part, SurveyPart)},
        shown=Shown(scale),
        worth=Worth(scale),
        own=tuple(place for place, part in enumerate(book.parts) if part.own),
        rank={label: place for place, label in enumerate(book.labels)},
        first=book.period.first.isoformat(),
        last=book.period.last.isoformat(),
    )
