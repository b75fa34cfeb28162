"""A row of a file made into values: the cleaners of its columns, put together once for all rows."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from .cells import as_written, code, date, decimal, digits, freeze, integer, mobile, organisation, shown, text, yesno
from .columns import FoundColumn
from .errors import CellProblem

_CLEANERS: Mapping[str, Callable[[Any], Any]] = {
    "text": text,
    "code": code,
    "organisation": organisation,
    "any_code": partial(as_written, code),
    "any_organisation": partial(as_written, organisation),
    "date": date,
    "integer": integer,
    "yesno": yesno,
    "mobile": mobile,
    "digits": digits,
}


def cleaner(found: FoundColumn) -> Callable[[Any], Any]:
    """The cleaner of a column of a file that was asked for."""
    if found.column.kind == "decimal":
        return partial(decimal, header_unit=found.unit, unit=found.column.unit)
    return _CLEANERS[found.column.kind]


class RowCleaner:
    """The cleaners of a table's columns, put together once for all its rows."""

    def __init__(self, columns: Sequence[FoundColumn]):
        self._plan = [
            (found.key, found.header, cleaner(found), found.column.required) for found in columns if found.column
        ]

    def __call__(self, cells: Mapping[str, Any]) -> tuple[dict[str, Any], list[dict[str, str]]]:
        """(values by column key, problems). A problem is {"column": its header in the file, "value", "reason"}."""
        values, problems = {}, []
        for key, header, clean, required in self._plan:
            raw = cells[key]
            try:
                values[key] = value = clean(raw)
            except CellProblem as problem:
                values[key] = None
                problems.append({"column": header, "value": shown(raw), "reason": problem.sentence})
                continue
            if required and (value is None or value == ""):
                problems.append({"column": header, "value": shown(raw), "reason": f"没有填写{header}，请补填"})
        return values, problems


_latest: tuple[Sequence[FoundColumn] | None, RowCleaner | None] = (None, None)


def read_cells(columns: Sequence[FoundColumn], cells: Mapping[str, Any]) -> tuple[dict, dict[str, str], list[dict]]:
    """(values, the whole row as text without its blank cells, problems) of one row of a table with `columns`."""
    global _latest
    known, row_cleaner = _latest
    if known is not columns:
        row_cleaner = RowCleaner(columns)
        _latest = (columns, row_cleaner)
    values, problems = row_cleaner(cells)
    return values, {key: raw if type(raw) is str else freeze(raw) for key, raw in cells.items() if raw != ""}, problems
