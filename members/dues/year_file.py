"""The yearly table (年度会费收缴情况表) as a file to print on A4: sums by post and district, then each member."""

import io

from django.core.exceptions import PermissionDenied
from django.utils import timezone

from association.accounts.roles import Right
from association.accounts.rules import may
from association.core.models import Association
from association.core.words import word
from association.exchange.sheets import Head, new_book, set_up, styles
from association.timeline.actions import log_access

from ..models import DuesYear
from . import figures

_WIDTHS = (16, 34, 14, 14, 14, 10, 8, 8, 8)
_SUMS = ("家数", "应缴（元）", "已收（元）", "欠缴（元）", "收缴率", "缴清", "部分", "未缴")
_NAMES = ("members", "due", "received", "outstanding", "rate", "full", "part", "none")


def year_file(year: DuesYear, *, by, request=None) -> bytes:
    """The workbook. Raises PermissionDenied."""
    if not may(Right.READ)(by):
        raise PermissionDenied("您没有导出会费收缴情况的权限。")
    table, out = figures.yearly_table(year), io.BytesIO()
    book = new_book(out)
    try:
        sheet, style = book.add_worksheet("收缴情况"), styles(book)
        set_up(sheet, [Head("", width) for width in _WIDTHS], landscape=True, header_row=1)
        title = f"{Association.current().name}{year.year}年会费收缴情况表"
        sheet.merge_range(0, 0, 0, len(_WIDTHS) - 1, title, style["title"])
        when = f"{year.closed_on:%Y-%m-%d} 关账" if year.is_closed else "收缴中，数字还会变"
        said = f"{year.standard}；{when}；导出：{by.name} {timezone.localtime():%Y-%m-%d %H:%M}"
        sheet.write_string(1, 0, said, style["notes"])
        total = {"name": "合计"} | table["totals"]
        place = _sums(sheet, style, "按职务", "档次", [*table["posts"], total], 3)
        place = _sums(sheet, style, f"按{word('district')}", str(word("district")), [*table["districts"], total], place)
        _lines(sheet, style, table["lines"], place)
    finally:
        book.close()
    log_access("export", f"{year}收缴情况表", by=by, rows=len(table["lines"]), request=request)
    return out.getvalue()


def _sums(sheet, style, title: str, head: str, rows: list[dict], place: int) -> int:
    """One table of sums from row `place` on; the row for the next one."""
    sheet.write_string(place, 0, title, style["free"])
    for column, words in enumerate((head, *_SUMS)):
        sheet.write_string(place + 1, column, words, style["head"])
    for at, row in enumerate(rows, place + 2):
        sheet.write_string(at, 0, row["name"], style["text"])
        for column, name in enumerate(_NAMES, 1):
            _cell(sheet, style, at, column, row[name])
    return place + len(rows) + 4


def _lines(sheet, style, lines: list[dict], place: int):
    sheet.write_string(place, 0, "各会员", style["free"])
    for column, words in enumerate(("档次", "会员", str(word("district")), "应缴（元）", "已收（元）")):
        sheet.write_string(place + 1, column, words, style["head"])
    for at, line in enumerate(lines, place + 2):
        for column, name in enumerate(("label", "name", "district", "amount", "paid")):
            _cell(sheet, style, at, column, line[name])


def _cell(sheet, style, row: int, column: int, value):
    if isinstance(value, str):
        sheet.write_string(row, column, value, style["text"])
    else:
        sheet.write_number(row, column, value, style["figure"])
