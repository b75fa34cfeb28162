"""import-export Resources with Chinese column names: one definition of a table's columns for its way in and out.

Underneath are our own ways, for speed: rows come in by the import kind's session (cleaned, judged, written by sets,
with history), and go out as plain values streamed from the database.

    class FirmResource(TableResource):
        kind = "firms"                                              # the import kind that judges and writes
        name = ColumnField(NAME, "party__name", width=34)           # a column that comes in and goes out
        grade = ColumnField("信用等级", "latest_grade", width=8)     # one that only goes out
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from import_export import fields, resources
from import_export.results import Result, RowResult

from .columns import Column, find_header
from .kinds import CleanRow, Judged, V, kind_named
from .rowcells import read_cells
from .sheets import Head

CHUNK = 2000
SLICE = 500
_TYPES = {
    V.CREATED: RowResult.IMPORT_TYPE_NEW, V.UPDATED: RowResult.IMPORT_TYPE_UPDATE,
    V.UNCHANGED: RowResult.IMPORT_TYPE_SKIP, V.WAITING: RowResult.IMPORT_TYPE_SKIP,
    V.REJECTED: RowResult.IMPORT_TYPE_INVALID,
}  # fmt: skip


def shown(value: Any) -> Any:
    """A value as a cell shows it: 是 or 否, 2021-05-08, 2021-05-08 17:00; figures stay figures."""
    if value is None:
        return ""
    if value is True or value is False:
        return "是" if value else "否"
    if isinstance(value, datetime):
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, Decimal):
        return value.quantize(Decimal(1)) if value == value.to_integral() else value.normalize()
    return value


class ColumnField(fields.Field):
    """A column: an import Column or just a title, the path of its value, how wide and how it is shown.

    `mask` is applied to the value of personal data for whoever has no need of it in full; `show` turns a stored value
    into what the cell shows.
    """

    def __init__(
        self, column: Column | str, attribute: str | None = None, *, width: int = 12, figure: bool = False,
        mask: Callable | None = None, show: Callable | None = None,
    ):  # fmt: skip
        self.column = column if isinstance(column, Column) else None
        title = column.label if isinstance(column, Column) else column
        super().__init__(attribute=attribute, column_name=title, readonly=self.column is None)
        self.head, self.mask, self.show = Head(title, width, figure), mask, show or shown

    def cell(self, value, *, masked: bool):
        if masked and self.mask is not None:
            return self.mask("" if value is None else str(value))
        return self.show(value)

    def export(self, instance, **kwargs):
        """import-export's own way out; masked unless it is told `masked=False`."""
        return self.cell(self.get_value(instance), masked=kwargs.get("masked", True))


class TableResource(resources.Resource):
    """Base of our Resources. `kind`: the import kind behind import_data(), "" for tables that only go out."""

    kind = ""

    @classmethod
    def columns(cls) -> tuple[Column, ...]:
        """The columns that a file may have, as the reader looks for them."""
        return tuple(field.column for field in cls.fields.values() if getattr(field, "column", None))

    # -- out -------------------------------------------------------------------------------------------------------

    def out_fields(self) -> list[ColumnField]:
        return [field for field in self.get_export_fields() if field.attribute]

    def heads(self) -> list[Head]:
        return [Head("序号", 6, figure=True), *(field.head for field in self.out_fields())]

    def stream(self, queryset: models.QuerySet, *, masked: bool) -> Iterator[list]:
        """The cells of each row with a running number, without building model objects. One query a pass."""
        wanted = self.out_fields()
        cells = [_cell_of(field, masked) for field in wanted]
        rows = queryset.values_list(*(field.attribute for field in wanted))
        for number, row in enumerate(rows.iterator(chunk_size=CHUNK), 1):
            yield [number, *(cell(value) for cell, value in zip(cells, row, strict=True))]

    # -- in --------------------------------------------------------------------------------------------------------

    def import_data(
        self, dataset, dry_run=False, raise_errors=False, use_transactions=None, collect_failed_rows=False, **kwargs
    ) -> Result:
        """A tablib Dataset through the kind's own session. kwargs: `user` who does it, `options` of the kind.

        One transaction; rows with a problem are invalid rows of the Result, the others are written unless `dry_run`.
        """
        result = Result()
        result.diff_headers, result.total_rows = self.get_diff_headers(), len(dataset)
        header = find_header([(1, list(dataset.headers or ()))], self.columns())
        if header is None or not header.complete:
            missing = "、".join(column.label for column in self.columns() if column.required)
            result.append_base_error(self.get_error_result_class()(ValidationError(f"缺少这些列：{missing}")))
            return result
        rows = _clean_rows(dataset, header.columns)
        session = kind_named(self.kind).session(kwargs.get("options") or {}, kwargs.get("user"))
        with transaction.atomic():
            for start in range(0, len(rows), SLICE):
                judged = session.judge(rows[start : start + SLICE])
                if not dry_run:
                    session.write(judged)
                for one in judged:
                    _append(result, one)
            if not dry_run:
                for _ in session.last_steps():
                    pass
                session.finish()
        return result


def _cell_of(field: ColumnField, masked: bool) -> Callable:
    """A function of the stored value, with what does not depend on the row decided once."""
    if masked and field.mask is not None:
        return lambda value: field.mask("" if value is None else str(value))
    show = field.show
    return lambda value: value if value.__class__ is str and show is shown else show(value)


def _clean_rows(dataset, columns: Sequence) -> list[CleanRow]:
    rows = []
    for number, cells in enumerate(dataset, 2):
        raw = {found.key: cells[found.index] for found in columns}
        values, kept, problems = read_cells(columns, {key: _plain(cell) for key, cell in raw.items()})
        rows.append(CleanRow(number, values, kept, problems))
    return rows


def _plain(cell):
    """A cell as the reader of files would give it."""
    return "" if cell is None else f"{cell:f}" if isinstance(cell, Decimal) else cell


def _append(result: Result, one: Judged):
    if one.verdict == V.REJECTED:
        problem = ValidationError([f"{found['column']}：{found['reason']}" for found in one.problems])
        result.append_invalid_row(one.row.number, one.row.raw, problem)
        result.increment_row_result_total(_row_result(one))
        return
    result.append_row_result(_row_result(one))
    result.increment_row_result_total(result.rows[-1])


def _row_result(one: Judged) -> RowResult:
    found = RowResult()
    found.number, found.import_type, found.diff = one.row.number, _TYPES[one.verdict], []
    found.row_values, found.object_repr = one.row.values, one.shown
    return found
