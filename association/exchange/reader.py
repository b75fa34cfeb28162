"""Reads a table out of an office's file: finds the sheet and the header, and gives the data rows below it.

Title rows above, columns in any order, unknown columns, several sheets of one shape, blank rows, repeated headers,
total lines and signatures (合计, 填表人) are what such files are made of. Values are not touched; see `cells`.
"""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import IO, Any

from .cells import freeze
from .columns import Column, FoundColumn, Header, choose_layout, find_header
from .errors import UnreadableFile
from .limits import Limits
from .workbook import Sheet, open_workbook, read_bytes

HEADER_ROWS = 30  # the header is looked for in the first rows of a sheet

_TOTAL = re.compile(
    r"(?:本页|本表|累计|全部|以上)?(?:合计|总计|小计|共计|总合计)(?:$|[:：（(]|\d|笔数|金额|户数|家数|数量|人数|数$|共)"
)
_WHO = "填表|制表|填报|统计|编制|报送|审核|复核|经办|打印|导出|批准|核准|主管|负责|单位负责|联系"
_FOOTER = re.compile(
    f"(?:{_WHO})(?:人员?|单位|部门|日期|时间|电话)?(?:签字|签名|签章|盖章)?[:：]"
    r"|(?:注|备注|说明|填表说明|附注|日期)\d*[:：]|(?:单位)?[（(]?(?:盖章|公章)[)）]?[:：]?$|第\d+页"
)


class _RowJudge:
    """Tells data rows from the rest of a sheet."""

    def __init__(self, header: Header, above: Sequence[Sequence]):
        """`above`: the rows of the sheet from its first to the header; printed on several pages, they come again."""
        wanted = [found for found in header.columns if found.column]
        keys = [found.index for found in wanted if found.column.identifies]
        self._keys = keys or [found.index for found in wanted]
        self._lead = self._keys[0]
        self._figures = [
            found.index for found in wanted if found.column.required and found.column.kind not in ("text", "code")
        ]
        self._repeated = {_plain(cells) for cells in above}
        self._leads = {str(cells[self._lead]) for cells in above if self._lead < len(cells)}

    def __call__(self, cells: list) -> str | None:
        """None for a data row; else what to tell of the row that is left out, "" where it says nothing."""
        lead, start = cells[self._lead], cells[0]
        # Nearly every row begins like this one; only the others are looked at closely.
        ordinary = type(lead) is str and len(lead) > 3 and lead not in self._leads and not _odd(lead)
        if ordinary and (start is lead or type(start) is not str or not _odd(start)):
            return None
        filled = [(index, cell) for index, cell in enumerate(cells) if cell != "" and not _is_space(cell)]
        if not filled:
            return ""
        if _plain(cells) in self._repeated:
            return "重复的表头"
        named = any(index in self._keys for index, _ in filled)
        first, key = _squeezed(filled[0][1]), _squeezed(lead)
        signed = _FOOTER.match(first) and (not named or (not key and not self._has_figures(cells)))
        if _TOTAL.match(first) or _TOTAL.match(key) or _FOOTER.match(key) or signed:
            return " ".join(freeze(cell) for _, cell in filled)
        if named or len(filled) > 1:
            return None
        return filled[0][1] if first and not first.isdigit() else ""  # a lone number was numbered in advance

    def _has_figures(self, cells: Sequence) -> bool:
        """Whether a figure or date that a row of data must have is there: under a signature (填表人) none is."""
        found = [cells[place] for place in self._figures]
        return any(cell != "" and not _is_space(cell) and not _FOOTER.match(_squeezed(cell)) for cell in found)


def _odd(text: str) -> bool:
    return len(text) < 60 and (_TOTAL.match(text) or _FOOTER.match(text)) is not None


def _is_space(cell: Any) -> bool:
    return isinstance(cell, str) and not cell.strip()


def _squeezed(cell: Any) -> str:
    return re.sub(r"\s", "", cell) if isinstance(cell, str) else ""


def _plain(cells: Sequence) -> tuple:
    texts = [_squeezed(cell) if isinstance(cell, str) else cell for cell in cells]
    while texts and texts[-1] == "":
        texts.pop()
    return tuple(texts)


@dataclass(slots=True)
class SheetTable:
    """The rows of one sheet under its header. `skipped` fills while they are read: (row number, its words)."""

    sheet: Sheet
    header: Header
    skipped: list[tuple[int, str]] = field(default_factory=list)

    def rows(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """(row number as Excel shows it, column key → raw cell) of each data row."""
        self.skipped = []
        keys = [found.key for found in self.header.columns]
        places = [found.index for found in self.header.columns]
        width = places[-1] + 1
        straight = places == list(range(width))
        judge = _RowJudge(self.header, [cells for _, cells in islice(self.sheet.rows(), self.header.row)])
        for number, cells in self.sheet.rows(self.header.row + 1):
            if len(cells) < width:
                cells += [""] * (width - len(cells))
            reason = judge(cells)
            if reason is None:
                row = cells if straight else [cells[place] for place in places]
                yield number, dict(zip(keys, row, strict=False))
            elif reason:
                self.skipped.append((number, reason))


@dataclass(slots=True)
class Table:
    """What was found in a file. `layout` is the name of the layout it fits, `notes` are sentences about what was left
    out.

    A row is (row number as Excel shows it, from 1; column key → raw cell). Columns that nobody asked for have their
    own header text as key, so that the row can be kept in full. `parts` has the sheets apart, each with its own
    columns.
    """

    layout: str
    parts: tuple[SheetTable, ...]
    filename: str = ""
    notes: list[str] = field(default_factory=list)

    @property
    def sheet(self) -> str:
        return self.parts[0].sheet.name

    @property
    def header_row_number(self) -> int:
        return self.parts[0].header.row

    @property
    def columns(self) -> tuple[FoundColumn, ...]:
        return self.parts[0].header.columns

    @property
    def above(self) -> list[list]:
        """The rows above the header: title, account, period."""
        return [cells for _, cells in islice(self.parts[0].sheet.rows(), self.header_row_number - 1)]

    @property
    def absent(self) -> tuple[Column, ...]:
        """Columns of the layout that the file does not have; none of them is required."""
        return self.parts[0].header.missing

    @property
    def rows(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """All rows from the first, sheet after sheet; each access starts anew."""
        return (row for part in self.parts for row in part.rows())

    @property
    def skipped(self) -> list[tuple[int, str]]:
        """Rows with words in them that are no data (total lines, notes), as far as `rows` was read."""
        return [row for part in self.parts for row in part.skipped]


def read_table(
    file: str | os.PathLike | bytes | IO[bytes],
    *,
    layouts: Mapping[str, Sequence[Column]],
    filename: str = "",
    max_bytes: int = Limits.bytes,
    max_rows: int = Limits.rows,
) -> Table:
    """The table in `file` (path, bytes or file object) that fits one of `layouts` (name → its columns) best.

    Of several visible sheets the one that names most columns is read, and after it those with the same columns. Raises
    UnreadableFile where the file cannot be read, is larger than allowed (`max_bytes`, `max_rows` of all sheets
    together), or has no header row with the required columns.
    """
    limits = Limits(bytes=max_bytes, rows=max_rows)
    sheets = [sheet for sheet in open_workbook(read_bytes(file, limits), limits) if sheet.height]
    if not sheets:
        raise UnreadableFile("表格里没有任何内容，请检查后重新上传")
    visible = [sheet for sheet in sheets if sheet.visible]
    near = [(sheet, _headers(sheet, layouts)) for sheet in visible]
    found = [(sheet, *chosen) for sheet, headers in near if (chosen := _choose(headers, layouts))]
    if not found:
        raise _no_header(near, [sheet for sheet in sheets if not sheet.visible], layouts)
    _, layout, best = max(found, key=lambda entry: len(entry[2].found))
    table = Table(layout, (), filename)
    parts = [
        SheetTable(sheet, header) for sheet, name, header in found if name == layout and header.found == best.found
    ]
    table.parts = tuple(_without_copies(parts, table.notes))
    _refuse_mixed_units(table.parts)
    if sum(part.sheet.height for part in table.parts) > max_rows:
        raise UnreadableFile(f"几张工作表加起来超过 {max_rows} 行的上限，请分成几个文件上传")
    read = {id(part.sheet) for part in parts}
    table.notes += [f"工作表「{sheet.name}」的列名对不上，没有读入" for sheet in visible if id(sheet) not in read]
    table.notes += [f"工作表「{sheet.name}」是隐藏的，没有读入" for sheet in sheets if not sheet.visible]
    return table


def _headers(sheet: Sheet, layouts: Mapping[str, Sequence[Column]]) -> dict[str, Header]:
    """For each layout the row of `sheet` that comes nearest to its header."""
    rows = list(islice(sheet.rows(), HEADER_ROWS))
    found = {name: find_header(rows, columns) for name, columns in layouts.items()}
    return {name: header for name, header in found.items() if header}


def _choose(headers: Mapping[str, Header], layouts: Mapping[str, Sequence[Column]]) -> tuple[str, Header] | None:
    complete = {name: header for name, header in headers.items() if header.complete}
    name = choose_layout(complete, layouts)
    return (name, complete[name]) if name else None


def _without_copies(parts: Sequence[SheetTable], notes: list[str]) -> Iterator[SheetTable]:
    """A sheet copied whole (名册 (2)) would bring every row twice."""
    kept: list[SheetTable] = []
    for part in parts:
        twin = next((other for other in kept if other.sheet.height == part.sheet.height and _same(other, part)), None)
        if twin:
            notes.append(f"工作表「{part.sheet.name}」和「{twin.sheet.name}」内容完全相同，只读了一次")
            continue
        kept.append(part)
        yield part


def _same(one: SheetTable, other: SheetTable) -> bool:
    return all(left == right for left, right in zip(one.sheet.rows(), other.sheet.rows(), strict=False))


def _refuse_mixed_units(parts: Sequence[SheetTable]) -> None:
    units = [{found.key: found.unit for found in part.header.columns if found.column} for part in parts]
    for key in units[0]:
        if len({unit[key] for unit in units}) > 1:
            label = next(found.column.label for found in parts[0].header.columns if found.key == key)
            raise UnreadableFile(f"几张工作表里「{label}」的单位不一样，请统一单位，或分成几个文件上传")


def _no_header(near, hidden: Sequence[Sheet], layouts: Mapping[str, Sequence[Column]]) -> UnreadableFile:
    """Says what was looked for, and what is missing in the row that came nearest."""
    for sheet in hidden:
        if _choose(_headers(sheet, layouts), layouts):
            return UnreadableFile(f"要的表在隐藏的工作表「{sheet.name}」里，请取消隐藏，保存后再上传")
    headers = [header for _, found in near for header in found.values()]
    if len(layouts) > 1:
        names = "、".join(layouts)
        if any(header.complete for header in headers):
            return UnreadableFile(f"从列名看不出是哪一种资料（{names}），请先选定来源再上传")
        return UnreadableFile(
            f"没有找到表头：前 {HEADER_ROWS} 行的列名和{names}都对不上，请核对列名，或先选定来源再上传"
        )
    wanted = [column for columns in layouts.values() for column in columns]
    required = [column.label for column in wanted if column.makes_layout] or [column.label for column in wanted]
    sentence = f"没有找到表头：前 {HEADER_ROWS} 行里没有一行写着列名{_quoted(required)}"
    best = max(headers, key=lambda header: len(header.found), default=None)
    missing = [column.label for column in best.missing if column.makes_layout] if best else required
    if missing != required:  # where all are missing, no row came near
        sentence += f"；最接近的是第 {best.row} 行" + (f"，缺{_quoted(missing)}" if missing else "")
    return UnreadableFile(f"{sentence}。请核对列名后再上传")


def _quoted(labels: Sequence[str]) -> str:
    return "".join(f"「{label}」" for label in labels[:8]) + ("等" if len(labels) > 8 else "")
