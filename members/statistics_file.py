"""会员统计 as a file: the page's tables one under the other on a sheet to print on A4. Leaves an AccessLog row."""

import io
from datetime import date

from django.utils import timezone

from association.accounts.roles import Right
from association.accounts.rules import needs
from association.core.models import Association
from association.exchange.sheets import Head, new_book, set_up, styles
from association.timeline.actions import log_access

from . import statistics

_WIDTHS = (26, 14, 14, 14)


def statistics_file(day: date, *, by, request=None) -> bytes:
    """The workbook. Raises PermissionDenied."""
    needs(by, Right.READ, "导出会员统计")
    out = io.BytesIO()
    book = new_book(out)
    try:
        sheet, style = book.add_worksheet("会员统计"), styles(book)
        set_up(sheet, [Head("", width) for width in _WIDTHS], landscape=False, header_row=1)
        sheet.merge_range(0, 0, 0, 3, "", style["title"])
        sheet.write_string(0, 0, f"{Association.current().name}会员统计", style["title"])
        said = f"截至 {day:%Y-%m-%d}；导出：{by.name} {timezone.localtime():%Y-%m-%d %H:%M}"
        sheet.write_string(1, 0, said, style["notes"])
        place, written = 3, 0
        for table in statistics.tables(day):
            place, written = _write(sheet, style, table, place), written + len(table.rows)
    finally:
        book.close()
    log_access("export", f"会员统计（{day:%Y-%m-%d}）", by=by, rows=written, request=request)
    return out.getvalue()


def _write(sheet, style, table: statistics.Table, place: int) -> int:
    """One table from row `place` on; the row for the next one."""
    sheet.write_string(place, 0, f"{table.title}（{table.note}）" if table.note else str(table.title), style["free"])
    for column, head in enumerate(table.heads):
        sheet.write_string(place + 1, column, str(head), style["head"])
    for number, row in enumerate(table.rows, place + 2):
        for column, cell in enumerate(row):
            if isinstance(cell, int):
                sheet.write_number(number, column, cell, style["figure"])
            else:
                sheet.write_string(number, column, cell, style["text"])
    return place + len(table.rows) + 4
