"""RuleBook (评分办法): everything a year's scoring depends on, frozen, exact, with a fingerprint."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from .checks import problems_of
from .exact import plain
from .parse import FORMAT, RuleBookError, parse
from .parts import GradeLine, ImportedPart, Part, Period, SurveyPart


@dataclass(frozen=True)
class RuleBook:
    """One year's scheme. Always valid: building one that does not fit together raises RuleBookError.

    `full` is the total in points, `parts` stand in the order of the score sheet, `grades` from the highest down,
    `below` is what a total under the lowest line is called, `basis` the document that the scheme rests on.
    """

    name: str
    year: int
    period: Period
    full: Decimal
    parts: tuple[Part, ...]
    grades: tuple[GradeLine, ...]
    below: str
    basis: str = ""

    def __post_init__(self) -> None:
        problems = problems_of(self)
        if problems:
            raise RuleBookError(problems)

    def __hash__(self) -> int:
        return self._hash

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> RuleBook:
        """Builds a RuleBook from the dict of a scheme file (shape: evaluations/data/scheme_2020.json).

        Numbers may be ints, strings or Decimals. Raises RuleBookError, whose `problems` are all the Chinese sentences.
        """
        return cls(**parse(data))

    def to_dict(self) -> dict:
        """The scheme as plain JSON values; from_dict(to_dict()) is equal to the original."""
        data: dict = {
            "format": FORMAT,
            "name": self.name,
            "year": self.year,
            "period": {"from": self.period.first.isoformat(), "to": self.period.last.isoformat()},
            "full": plain(self.full),
            "parts": [part.to_dict() for part in self.parts],
            "grades": [{"label": line.label, "from": plain(line.at_least)} for line in self.grades],
            "below": self.below,
        }
        if self.basis:
            data["basis"] = self.basis
        return data

    def fingerprint(self) -> str:
        """sha256 (hex) over the canonical JSON: the same for the same scheme, however its file was written."""
        return self._fingerprint

    def part(self, name: str) -> Part:
        """The part of that name; raises KeyError."""
        for part in self.parts:
            if part.name == name:
                return part
        raise KeyError(name)

    @property
    def own_parts(self) -> tuple[Part, ...]:
        """The parts whose points are the association's own (协会评分)."""
        return tuple(part for part in self.parts if part.own)

    @property
    def own_full(self) -> Decimal:
        return sum((part.full for part in self.own_parts), Decimal(0))

    @property
    def imported_parts(self) -> tuple[ImportedPart, ...]:
        return tuple(part for part in self.parts if isinstance(part, ImportedPart))

    @property
    def survey_parts(self) -> tuple[SurveyPart, ...]:
        return tuple(part for part in self.parts if isinstance(part, SurveyPart))

    @property
    def labels(self) -> tuple[str, ...]:
        """All grades from the highest down, the label below the lowest line last."""
        return (*(line.label for line in self.grades), self.below)

    def grade_of(self, total: Decimal) -> str:
        """The grade that a total reaches; a total exactly on a line reaches it."""
        for line in self.grades:
            if total >= line.at_least:
                return line.label
        return self.below

    @cached_property
    def _fingerprint(self) -> str:
        text = json.dumps(self.to_dict(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    @cached_property
    def _hash(self) -> int:
        return hash(self._fingerprint)
