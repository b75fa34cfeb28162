"""The arithmetic of the rating (测算), pure: rows in, a Sheet out, no database, no clock.

A year has a million records, so the two loops work on whole numbers and plain lists; everything that is done once
per firm or once per scheme is written for reading.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from operator import itemgetter
from typing import Any

from .days import LATEST, days
from .exact import exact, plain
from .parts import BonusPart, DeductPart, ImportedPart, SurveyPart
from .plan import Plan, Route, plan_of
from .rows import Fact, Missing, Sheet, Survey
from .rulebook import RuleBook
from .shape import (
    CAPPED,
    CAPPED_PARTLY,
    COUNTED,
    EXHAUSTED,
    EXHAUSTED_PARTLY,
    NO_DATE,
    OUTSIDE,
    REPAIRED,
    UNKNOWN_SOURCE,
    VERSION,
)
from .survey import score_surveys

ELSEWHERE = Route(-1, -1, 0, 0, False, "")
NOWHERE = (ELSEWHERE,)  # the way of a record whose source the scheme does not know
NOTHING = Decimal(0)
_in_order = itemgetter(0, 1)


class Tally:
    """What the records of one firm add up to: per part what is left of it and what its sources' caps make due."""

    __slots__ = ("due", "held", "left", "others", "rows", "used")

    def __init__(self, plan: Plan):
        self.left = list(plan.full)
        self.due = [0] * len(plan.full)
        self.used = [0] * plan.slots
        self.rows: list[list[list]] = [[] for _ in plan.full]
        self.held: dict[int, list[str]] = {}
        self.others: list[list] = []


def _tally(plan: Plan, facts: Iterable[Fact]) -> Tally:
    """Walks the records by date, then id: the first ones use up a cap, later ones find it used up."""
    tally = Tally(plan)
    routes, first, last, shown = plan.routes, plan.first, plan.last, plan.shown
    used, due, lefts, rows = tally.used, tally.due, tally.left, tally.rows
    ordered = [(days[fact[2]] or LATEST, fact[0], fact) for fact in facts]
    ordered.sort(key=_in_order)
    for day, ident, fact in ordered:
        _, source, _, repaired, number, text, counterparty = fact[:7]
        for part, slot, points, cap, repairable, veto in routes.get(source, NOWHERE):
            if part < 0:
                code = UNKNOWN_SOURCE
            elif repaired and repairable:
                code, points = REPAIRED, 0
            elif first <= day <= last:
                code, left, room = COUNTED, lefts[part], cap - used[slot]
                if points > room:
                    code, points = (CAPPED_PARTLY if room else CAPPED), room
                used[slot] += points
                due[part] += points
                if points > left:
                    code, points = (EXHAUSTED_PARTLY if left else EXHAUSTED), left
                lefts[part] = left - points
                if veto:
                    tally.held.setdefault(part, []).append(veto)
            else:
                code, points = (NO_DATE if day is LATEST else OUTSIDE), 0
            row = [ident, source, "" if day is LATEST else day, code, shown[points], number, text, counterparty]
            while not row[-1] and len(row) > 5:
                del row[-1]
            (tally.others if part < 0 else rows[part]).append(row)
    return tally


def _part_of_facts(plan: Plan, tally: Tally, place: int) -> tuple[Decimal, dict]:
    """Points and stored explanation of a deduct, bonus or veto part."""
    part = plan.book.parts[place]
    stored: dict = {"p": 0, "f": tally.rows[place]}
    if place in tally.held:
        stored["h"] = max(tally.held[place], key=plan.rank.__getitem__)
    elif isinstance(part, DeductPart | BonusPart):
        full, left = plan.full[place], tally.left[place]
        scaled = left if isinstance(part, DeductPart) else full - left
        stored["p"] = plan.shown[scaled]
        if tally.due[place] > full:
            stored["d"] = plan.shown[tally.due[place]]
        return plan.worth[scaled], stored
    return NOTHING, stored


def _imported_part(part: ImportedPart, value: Any) -> tuple[Decimal | None, dict, Missing | None]:
    """Points as given; a score that cannot be right is not bent to fit but reported."""
    if value is None or value == "":
        return None, {"p": None}, Missing(part.name)
    try:
        points = exact(value)
    except ValueError:
        points = None
    if points is None or not 0 <= points <= part.full:
        return None, {"p": None, "x": str(value)}, Missing(part.name, str(value))
    return points, {"p": plain(points)}, None


def _grade(plan: Plan, total: Decimal, parts: list[dict], stored: dict) -> str:
    """The grade of the total, held down by what the vetoes say."""
    grade = reached = plan.book.grade_of(total)
    for part in parts:
        if "h" in part:
            grade = max(grade, part["h"], key=plan.rank.__getitem__)
    if grade != reached:
        stored["u"] = reached
    return grade


def _own(plan: Plan, points: list[Decimal | None]) -> Decimal | None:
    """The points of the association's own parts; None while one of them is missing."""
    own = [points[place] for place in plan.own]
    return None if None in own else sum(own, NOTHING)


def score(
    rulebook: RuleBook,
    facts: Iterable[Fact],
    surveys: Iterable[Survey],
    imported: Mapping[str, Any] | None,
) -> Sheet:
    """One firm's score sheet from its records, its surveys and the points given by others.

    `facts` and `surveys` come in any order (tuples shaped like Fact and Survey); `imported` maps names of imported
    parts to points (int, Decimal or text). The same input in another order gives the same Sheet.
    """
    plan = plan_of(rulebook)
    tally = _tally(plan, facts)
    surveys = list(surveys)
    points, missing, unsurveyed, parts = [], [], [], []
    for place, part in enumerate(rulebook.parts):
        if isinstance(part, SurveyPart):
            got, stored = score_surveys(plan.surveys[place], surveys)
            if "m" not in stored:
                unsurveyed.append(part.name)
        elif isinstance(part, ImportedPart):
            got, stored, gap = _imported_part(part, imported.get(part.name) if imported else None)
            if gap:
                missing.append(gap)
        else:
            got, stored = _part_of_facts(plan, tally, place)
        points.append(got)
        parts.append(stored)
    explanation: dict = {"v": VERSION, "t": None, "g": None, "p": parts}
    total = grade = None
    if not missing:
        total = min(sum(points, NOTHING), rulebook.full)
        grade = _grade(plan, total, parts, explanation)
        explanation["t"], explanation["g"] = plain(total), grade
    if tally.others:
        explanation["o"] = tally.others
    return Sheet(tuple(points), _own(plan, points), total, grade, tuple(missing), tuple(unsurveyed), explanation)
