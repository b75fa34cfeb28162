"""A year in figures (汇总) and what changed between two runs (与上次测算的差异)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple, Protocol

from .exact import apart, exact, printed
from .rulebook import RuleBook


class Scored(Protocol):
    """What of a Sheet is counted: a Sheet has it, and so has a row read back from a run."""

    points: tuple[Decimal | None, ...]
    own: Decimal | None
    total: Decimal | None
    grade: str | None


class Light(NamedTuple):
    """The figures of a Sheet without its explanation, in the order of the scheme's parts."""

    points: tuple[Decimal | None, ...]
    own: Decimal | None
    total: Decimal | None
    grade: str | None


def light_of(rulebook: RuleBook, stored: Mapping[str, Any]) -> Light:
    """The figures in a stored explanation (the dict of shape.py)."""
    points = tuple(None if part["p"] is None else exact(part["p"]) for part in stored["p"])
    own = [got for got, part in zip(points, rulebook.parts, strict=True) if part.own]
    total = None if stored["t"] is None else exact(stored["t"])
    return Light(points, None if None in own else sum(own, Decimal(0)), total, stored["g"])


class Result(NamedTuple):
    """One firm of a run; `group` is its qualification group (None where the text names none)."""

    code: str
    group: str | None
    is_member: bool
    sheet: Scored


UNGROUPED = "其他"


def _number(value: Decimal | None) -> int | float | None:
    """A number for a reader's JSON: 86 or 86.5."""
    if value is None:
        return None
    return int(value) if value == int(value) else float(value)


def _points_first(item: tuple[str, int]) -> Decimal:
    return exact(item[0])


def _per_firm(rulebook: RuleBook, sheet: Scored) -> dict:
    row: dict = {part.name: _number(got) for part, got in zip(rulebook.parts, sheet.points, strict=True)}
    return row | {"总分": _number(sheet.total), "等级": sheet.grade}


def summarise(rulebook: RuleBook, results: Iterable[Result], *, per_firm: bool = False) -> dict:
    """The year's figures as `rate --json` prints them; a count that is 0 is left out.

    firms, by_level (qualification groups), members, non_members, full_marks (firms with all of the association's own
    points), points (firms by the association's own points), grades (computed grades; firms without one are in none)
    and, with `per_firm`, each firm's points, total and grade by its code. Firms of no known group are 「其他」.
    """
    levels: Counter[str] = Counter()
    points: Counter[str] = Counter()
    grades: Counter[str] = Counter()
    firms = members = full_marks = 0
    own_full = rulebook.own_full
    each: dict[str, dict] = {}
    for code, group, is_member, sheet in results:
        firms += 1
        members += bool(is_member)
        levels[group or UNGROUPED] += 1
        if sheet.own is not None:
            points[printed(sheet.own)] += 1
            full_marks += sheet.own == own_full
        if sheet.grade is not None:
            grades[sheet.grade] += 1
        if per_firm:
            each[code] = _per_firm(rulebook, sheet)
    summary: dict[str, Any] = {
        "firms": firms,
        "by_level": dict(levels),
        "members": members,
        "non_members": firms - members,
        "full_marks": full_marks,
        "points": dict(sorted(points.items(), key=_points_first)),
        "grades": {label: grades[label] for label in rulebook.labels if grades[label]},
    }
    if per_firm:
        summary["per_firm"] = each
    return summary


class Change(NamedTuple):
    """One figure of a firm before and after; None where it was not there."""

    what: str
    old: Decimal | str | None
    new: Decimal | str | None

    @property
    def sentence(self) -> str:
        """「行业自律由 2 分变为 3 分」"""
        return f"{self.what}由{_told(self.old)}变为{_told(self.new).rstrip()}"


def _told(value: Decimal | str | None) -> str:
    if value is None:
        return "无"
    return apart(value) if isinstance(value, str) else f" {printed(value)} 分"


class Difference(NamedTuple):
    """A firm that two runs see differently. `old` or `new` is None where the firm was not in that run."""

    key: Any
    old: Scored | None
    new: Scored | None
    changes: tuple[Change, ...]

    @property
    def sentence(self) -> str:
        if self.old is None:
            return "上次测算中没有，本次新增"
        if self.new is None:
            return "上次测算中有，本次没有"
        return "；".join(change.sentence for change in self.changes)


def _figures(names: list[str], sheet: Scored) -> dict[str, Decimal | str | None]:
    figures: dict[str, Any] = dict(zip(names, sheet.points, strict=True))
    return figures | {"总分": sheet.total, "等级": sheet.grade}


def _changes(old: dict[str, Any], new: dict[str, Any]) -> tuple[Change, ...]:
    names = [*old, *(name for name in new if name not in old)]
    names.sort(key=lambda name: name in ("总分", "等级"))
    return tuple(Change(name, old.get(name), new.get(name)) for name in names if old.get(name) != new.get(name))


def _ascending(rows: Iterable[tuple[Any, Scored]]) -> Iterator[tuple[Any, Scored]]:
    last = None
    for key, sheet in rows:
        if last is not None and not key > last:
            raise ValueError(f"rows must come in ascending order of their key: {key!r} after {last!r}")
        last = key
        yield key, sheet


def compare(
    old_rows: Iterable[tuple[Any, Scored]],
    new_rows: Iterable[tuple[Any, Scored]],
    *,
    old_book: RuleBook,
    new_book: RuleBook | None = None,
) -> Iterator[Difference]:
    """The firms whose points, total or grade differ between two runs, and in which part.

    Both row streams are (key, sheet) in ascending order of an unambiguous key (the firm's id), so that two runs of
    any size are compared in constant memory; raises ValueError otherwise. The runs may have had different schemes.
    """
    old_names = [part.name for part in old_book.parts]
    new_names = [part.name for part in (new_book or old_book).parts]
    left, right = _ascending(old_rows), _ascending(new_rows)
    old, new = next(left, None), next(right, None)
    while old or new:
        if new is None or (old is not None and old[0] < new[0]):
            yield Difference(old[0], old[1], None, ())
            old = next(left, None)
        elif old is None or new[0] < old[0]:
            yield Difference(new[0], None, new[1], ())
            new = next(right, None)
        else:
            changes = _changes(_figures(old_names, old[1]), _figures(new_names, new[1]))
            if changes:
                yield Difference(new[0], old[1], new[1], changes)
            old, new = next(left, None), next(right, None)
