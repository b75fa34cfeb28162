"""The survey part (综合评价, 业绩调查): exact fractions from the marks to the band.

A project is a name and a client; a survey without a client belongs to the only project of that name. Brackets,
blanks and full-width writing make no difference. A survey counts only with all its marks: one with a gap or an
impossible mark is bad data, kept out and shown, never half counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from math import gcd, lcm
from typing import Any, NamedTuple

from association.core.text import name_key

from .days import LATEST, days
from .exact import exact, plain
from .plan import SurveyPlan
from .rows import Survey
from .shape import IMPOSSIBLE, INCOMPLETE, UNKNOWN_CHANNEL


class Counted(NamedTuple):
    """A survey that counts: the place of its channel, the sum of its marks."""

    id: int
    project: str
    client: str
    channel: int
    day: str
    surveyor: str
    total: int | Fraction
    marks: list


ONLY_INTS = {int}


def _by_date(row: Counted) -> tuple[str, int]:
    return row.day or LATEST, row.id


def _exact_marks(marks: list, plan: SurveyPlan) -> list[Fraction] | int:
    """The marks as fractions, or the code of what is wrong with them."""
    if len(marks) != len(plan.part.items) or any(mark is None or mark == "" for mark in marks):
        return INCOMPLETE
    try:
        numbers = [Fraction(exact(mark)) for mark in marks]
    except ValueError:
        return IMPOSSIBLE
    return numbers if all(plan.lowest <= n <= plan.highest for n in numbers) else IMPOSSIBLE


def _sum_of_marks(given: Any, plan: SurveyPlan) -> tuple[int | Fraction, list, int]:
    """(sum, marks in the order of the items, 0 or the code of what is wrong)."""
    items = plan.part.items
    marks = (
        [given.get(item) for item in items]
        if given.__class__ is dict or isinstance(given, Mapping)
        else list(given or ())
    )
    if len(marks) == len(items) and set(map(type, marks)) == ONLY_INTS and plan.whole.issuperset(marks):
        return sum(marks), marks, 0
    numbers = _exact_marks(marks, plan)
    if isinstance(numbers, int):
        return 0, [None if mark is None else str(mark) for mark in marks], numbers
    total = sum(numbers)
    return total, [plain(exact(mark)) for mark in marks], 0


def _ratio(value: int | Fraction, divisor: int) -> list[int]:
    """value / divisor in lowest terms, as [numerator, denominator]."""
    if value.__class__ is not int:
        divisor, value = divisor * value.denominator, value.numerator
    common = gcd(value, divisor)
    return [value // common, divisor // common]


def _by_project(surveys: list[Counted]) -> list[list[Counted]]:
    """The surveys in groups, one for each project, in the order of the projects' first surveys."""
    groups: dict[tuple[str, str], list[Counted]] = {}
    for row in surveys:
        groups.setdefault((name_key(row.project), name_key(row.client)), []).append(row)
    if len(groups) == 1:
        return [sorted(surveys, key=_by_date)]
    for name, client in list(groups):
        if not client:
            others = [key for key in groups if key[0] == name and key[1]]
            if len(others) == 1:
                groups[others[0]] += groups.pop((name, ""))
    return sorted((sorted(rows, key=_by_date) for rows in groups.values()), key=lambda rows: _by_date(rows[0]))


def _project(plan: SurveyPlan, rows: list[Counted]) -> list:
    """A project as stored: name, client, weighted mean, the means of its channels, its surveys."""
    sums: dict[int, list] = {}
    for row in rows:
        cell = sums.setdefault(row.channel, [0, 0])
        cell[0] += row.total
        cell[1] += 1
    each = len(plan.part.items)
    times = lcm(*[count for _, count in sums.values()])
    top = weight = 0
    for place, (total, count) in sums.items():
        top += plan.weights[place] * total * (times // count)
        weight += plan.weights[place]
    bottom = weight * times * each
    channels = [[place, _ratio(sums[place][0], sums[place][1] * each)] for place in sorted(sums)]
    client = next((row.client for row in rows if row.client), "")
    kept = [[row.id, row.channel, row.day, row.surveyor, row.marks] for row in rows]
    return [rows[0].project, client, _ratio(top, bottom), channels, kept]


def _sorted_out(plan: SurveyPlan, surveys: Iterable[Survey]) -> tuple[list[Counted], list[list]]:
    """The surveys that count, and as stored those that do not."""
    good, bad = [], []
    for survey in surveys:
        ident, project, client, channel, day, surveyor, given = survey[:7]
        total, marks, wrong = _sum_of_marks(given, plan)
        place = plan.channels[channel]
        if place is None:
            wrong = UNKNOWN_CHANNEL
        if wrong:
            bad.append([ident, channel or "", days[day], surveyor or "", marks, wrong, project or "", client or ""])
        else:
            good.append(Counted(ident, project or "", client or "", place, days[day], surveyor or "", total, marks))
    return good, sorted(bad, key=lambda row: (row[2], row[0]))


def _band(plan: SurveyPlan, top: int, bottom: int) -> tuple[int, Decimal]:
    """Place and points of the highest band whose start the mean top/bottom reaches; compared without division."""
    for place, (start, divisor, points) in enumerate(plan.bands):
        if top * divisor >= start * bottom:
            return place, points
    return -1, plan.part.below


def score_surveys(plan: SurveyPlan, surveys: Iterable[Survey]) -> tuple[Decimal, dict]:
    """Points and stored explanation of a survey part. Without any survey that counts: 0 points and no mean."""
    good, bad = _sorted_out(plan, surveys)
    stored: dict = {"p": 0}
    points = Decimal(0)
    if good:
        projects = [_project(plan, rows) for rows in _by_project(good)]
        top, bottom = 0, 1
        for _, _, (mean, divisor), _, _ in projects:
            top, bottom = top * divisor + mean * bottom, bottom * divisor
        mean = _ratio(top, bottom * len(projects))
        place, points = _band(plan, *mean)
        stored |= {"p": plain(points), "m": mean, "b": place, "j": projects}
    if bad:
        stored["x"] = bad
    return points, stored
