"""The parts of a scheme (评分办法的各项): plain frozen values, all numbers Decimal.

Names of parts, sources, channels and grades come from the scheme's data; nothing here knows any of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar

from .exact import plain

DEDUCT, BONUS, SURVEY, IMPORTED, VETO = "deduct", "bonus", "survey", "imported", "veto"
KIND_LABELS = {DEDUCT: "扣分项", BONUS: "加分项", SURVEY: "调查项", IMPORTED: "导入项", VETO: "否决项"}


@dataclass(frozen=True, slots=True)
class Tariff:
    """What each record of one source takes or gives, and how much the source can take or give in all (points)."""

    source: str
    each: Decimal
    cap: Decimal


@dataclass(frozen=True, slots=True)
class Channel:
    """A way of asking (调查方式) and its weight."""

    name: str
    weight: Decimal


@dataclass(frozen=True, slots=True)
class Band:
    """From this mean on (inclusive), these points."""

    at_least: Decimal
    points: Decimal


@dataclass(frozen=True, slots=True)
class GradeLine:
    """From this total on (inclusive), this grade."""

    label: str
    at_least: Decimal


@dataclass(frozen=True, slots=True)
class Veto:
    """A counted record of this source holds the grade at `grade` or below (the label below the lowest = 一票否决)."""

    source: str
    grade: str


@dataclass(frozen=True, slots=True)
class Part:
    """What every part has: its name, its full points, whether the points are the association's own (own)."""

    name: str
    full: Decimal
    own: bool = False

    kind: ClassVar[str] = ""

    def to_dict(self) -> dict:
        """The part as it stands in a scheme file."""
        return self._head()

    def _head(self) -> dict:
        head: dict = {"name": self.name, "kind": self.kind}
        if self.kind != VETO:
            head |= {"max": plain(self.full), "own": self.own}
        return head


@dataclass(frozen=True, slots=True)
class DeductPart(Part):
    """Starts full; each counted record takes points, up to a cap for its source; never below 0."""

    sources: tuple[Tariff, ...] = ()

    kind: ClassVar[str] = DEDUCT

    def to_dict(self) -> dict:
        rows = [{"source": t.source, "each": plain(t.each), "cap": plain(t.cap)} for t in self.sources]
        return self._head() | {"sources": rows}


@dataclass(frozen=True, slots=True)
class BonusPart(Part):
    """Starts at 0; each counted record gives points, up to a cap for its tag (its source); never above full."""

    tags: tuple[Tariff, ...] = ()

    kind: ClassVar[str] = BONUS

    def to_dict(self) -> dict:
        rows = [{"tag": t.source, "each": plain(t.each), "cap": plain(t.cap)} for t in self.tags]
        return self._head() | {"tags": rows}


@dataclass(frozen=True, slots=True)
class SurveyPart(Part):
    """Marks from clients: mean of the items, per channel and project, weighted, averaged over projects, then a band."""

    items: tuple[str, ...] = ()
    lowest: Decimal = Decimal(1)
    highest: Decimal = Decimal(5)
    channels: tuple[Channel, ...] = ()
    bands: tuple[Band, ...] = ()
    below: Decimal = Decimal(0)

    kind: ClassVar[str] = SURVEY

    def to_dict(self) -> dict:
        return self._head() | {
            "items": list(self.items),
            "marks": {"lowest": plain(self.lowest), "highest": plain(self.highest)},
            "channels": [{"name": c.name, "weight": plain(c.weight)} for c in self.channels],
            "bands": [{"from": plain(b.at_least), "points": plain(b.points)} for b in self.bands],
            "below": plain(self.below),
        }


@dataclass(frozen=True, slots=True)
class ImportedPart(Part):
    """Points given by somebody else, taken as they are."""

    kind: ClassVar[str] = IMPORTED


@dataclass(frozen=True, slots=True)
class VetoPart(Part):
    """Gives no points; its records hold the grade down."""

    vetoes: tuple[Veto, ...] = ()

    kind: ClassVar[str] = VETO

    def to_dict(self) -> dict:
        return self._head() | {"rules": [{"source": v.source, "grade": v.grade} for v in self.vetoes]}


@dataclass(frozen=True, slots=True)
class Period:
    """The days a record must fall on to count, both included (评价期)."""

    first: date
    last: date

    @property
    def label(self) -> str:
        """「2020 年」 for a calendar year, else both days."""
        first, last = self.first, self.last
        if first.year == last.year and (first.month, first.day, last.month, last.day) == (1, 1, 12, 31):
            return f"{first.year} 年"
        return f"{first.isoformat()} 至 {last.isoformat()}"
