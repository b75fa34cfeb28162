"""Tables out to Excel, one row at a time: typed cells, a title, who and when, ready to print on A4.

Text goes out as text, so no formula runs and no digit of a code is lost; figures are numbers.
"""

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

import xlsxwriter
from django.conf import settings

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
STEP = 1000  # rows between two words of progress
LONGEST = 32_000  # characters that a cell of Excel holds
_OPTIONS = {
    "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
}  # fmt: skip


@dataclass(frozen=True)
class Head:
    """A column: its title, its width in characters, and whether its cells are figures."""

    title: str
    width: int = 10
    figure: bool = False


def new_book(target) -> xlsxwriter.Workbook:
    """A workbook that holds one row in memory; `target` is a path or a binary file."""
    return xlsxwriter.Workbook(target, _OPTIONS | {"tmpdir": settings.FILE_UPLOAD_TEMP_DIR})


def write_table(
    target, *, title: str, notes: str, heads: Sequence[Head], rows: Iterable[Sequence], landscape: bool
) -> Iterator[int]:
    """Write an .xlsx into `target`: title, notes (who, when, filter, number of rows), header, rows. Yields rows written.

    The header stays in view and is printed on each page; a page is as wide as A4.
    """
    book = new_book(target)
    try:
        sheet, style = book.add_worksheet("名单"), styles(book)
        set_up(sheet, heads, landscape)
        sheet.set_row(0, 28)
        _merged(sheet, 0, len(heads), title, style["title"])
        _merged(sheet, 1, len(heads), notes, style["notes"])
        for place, head in enumerate(heads):
            sheet.write_string(2, place, str(head.title), style["head"])
        figures = [head.figure for head in heads]
        done = 0
        for done, row in enumerate(rows, 1):
            _write(sheet, done + 2, figures, row, style)
            if done % STEP == 0:
                yield done
        sheet.autofilter(2, 0, max(2, done + 2), len(heads) - 1)
    finally:
        book.close()
    yield done


def table_bytes(**table) -> bytes:
    """As write_table(), whole and at once."""
    out = io.BytesIO()
    for _ in write_table(out, **table):
        pass
    return out.getvalue()


def set_up(sheet, heads: Sequence[Head], landscape: bool, *, header_row: int = 2):
    for place, head in enumerate(heads):
        sheet.set_column(place, place, head.width)
    sheet.freeze_panes(header_row + 1, min(2, len(heads)))
    sheet.repeat_rows(header_row)
    sheet.set_paper(9)
    sheet.set_landscape() if landscape else sheet.set_portrait()
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.set_footer("&C第 &P 页，共 &N 页")


def styles(book) -> dict:
    edge = {"border": 1, "border_color": "#C5D0D4", "valign": "vcenter"}
    return {
        "title": book.add_format({"bold": True, "font_size": 15, "align": "center", "valign": "vcenter"}),
        "notes": book.add_format({"font_color": "#55656C", "font_size": 9, "align": "left"}),
        "head": book.add_format({**edge, "bold": True, "bg_color": "#EEF5F6", "align": "center", "text_wrap": True}),
        "must": book.add_format(
            {**edge, "bold": True, "bg_color": "#EEF5F6", "align": "center", "text_wrap": True, "font_color": "#B5301F"}
        ),
        "text": book.add_format({**edge, "num_format": "@"}),
        "wrapped": book.add_format({**edge, "num_format": "@", "text_wrap": True, "font_color": "#B5301F"}),
        "free": book.add_format({"num_format": "@"}),
        "figure": book.add_format(edge),
    }


def _merged(sheet, row, width, text, style):
    if width > 1:
        sheet.merge_range(row, 0, row, width - 1, "", style)
    sheet.write_string(row, 0, text, style)


def _write(sheet, place, figures, row, style):
    text, number = style["text"], style["figure"]
    for column, value in enumerate(row):
        if value is None or value == "":
            sheet.write_blank(place, column, None, text)
        elif figures[column] and isinstance(value, int | Decimal):
            sheet.write_number(place, column, value, number)
        else:
            sheet.write_string(place, column, str(value)[:LONGEST], text)
