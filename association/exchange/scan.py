"""A look into a workbook before calamine reads it: how far its sheets reach, and cells that calamine would give as
empty.

calamine lays a sheet out as a full rectangle, so one forgotten blank in the last row of Excel would take gigabytes;
and it reads error values (#N/A) and formulas without a result as "", which would lose them in silence. Each function
here takes one format and returns a `Scan` a sheet; rows and columns count from 0.
"""

import html
import re
from dataclasses import dataclass, field
from typing import IO, NamedTuple
from xml.parsers import expat

from .errors import ErrorCell, FormulaCell


class Extent(NamedTuple):
    """Numbers of rows and columns up to the last cell that has a value."""

    rows: int
    columns: int


_NOTHING = Extent(0, 0)


@dataclass(slots=True)
class Scan:
    """What calamine does not tell of a sheet. `problems`: row → column → cell; `merged`: (top, left, bottom, right)."""

    name: str = ""
    extent: Extent = _NOTHING
    problems: dict[int, dict[int, FormulaCell | ErrorCell]] = field(default_factory=dict)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)


# -- .xlsx

_CHUNK = 1 << 20
# Patterns with a literal start run ten times faster, so the XML of Excel and WPS, which has neither prefixes (<x:row>)
# nor single quotes, has its own.
_ROW, _ANY_ROW = re.compile(rb"<row\b([^>]*?)/?>"), re.compile(rb"<(?:\w+:)?row\b([^>]*?)/?>")
_AA, _ANY_AA = re.compile(rb' r="[A-Z]{2}\d'), re.compile(rb"\sr=[\"'][A-Z]{2}\d")
_AAA, _ANY_AAA = re.compile(rb' r="[A-Z]{3}\d'), re.compile(rb"\sr=[\"'][A-Z]{3}\d")
_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c>)", re.DOTALL)
_FORMULA = re.compile(rb"<(?:\w+:)?f\b[^>]*?(?:/>|>([^<]*)<)")
_VALUE = re.compile(rb"<(?:\w+:)?v\b[^>]*?(?:/>|>([^<]*)<)")
_ROW_NUMBER = re.compile(rb"\br=[\"'](\d+)[\"']")
_CELL_NAME = re.compile(rb"\br=[\"']([A-Z]{1,3})(\d+)[\"']")
_CELL_TYPE = re.compile(rb"\bt=[\"'](\w+)[\"']")
_SUSPICIOUS = (b"<f", b't="e"', b":f", b"t='e'")  # the first two in plain XML, all four in any other


def scan_xlsx_sheet(stream: IO[bytes], *, recalculate: bool) -> Scan:
    """One worksheet's XML, read in pieces. Its `extent` has the last row, and columns rounded up to 26, 702 or 16,384.

    `recalculate`: the workbook asks to be worked out when opened (fullCalcOnLoad), as files written by programs do;
    then the 0 that stands in its formulas is no result. Raises zipfile's errors where the stream is damaged.
    """
    scan, last, columns = Scan(), 0, 26
    for piece in _whole_rows(stream):
        plain = b":row" not in piece and b"='" not in piece
        if any(mark in piece for mark in _SUSPICIOUS[: 2 if plain else 4]):
            for row, body in _rows(piece, last):
                if found := _problems_in_row(body, recalculate):
                    scan.problems[row] = found
        for tag in (_ROW if plain else _ANY_ROW).finditer(piece):
            last = _row_number(tag, last)
            scan.extent = Extent(max(scan.extent.rows, last), columns)
        if columns < 702 and (_AA if plain else _ANY_AA).search(piece):
            columns = 702
        if columns < 16_384 and (_AAA if plain else _ANY_AAA).search(piece):
            columns = 16_384
    scan.extent = Extent(scan.extent.rows, columns)
    return scan


def _row_number(tag: re.Match, last: int) -> int:
    """The number (from 1) of a row by its tag; a row without one follows the `last`."""
    told = _ROW_NUMBER.search(tag[1])
    return int(told[1]) if told else last + 1


def _rows(piece: bytes, last: int):
    """(row from 0, XML of its cells) of each row in a piece that follows the row numbered `last`."""
    tags = list(_ANY_ROW.finditer(piece))
    ends = [*(tag.start() for tag in tags[1:]), len(piece)]
    for tag, end in zip(tags, ends, strict=False):
        last = _row_number(tag, last)
        yield last - 1, piece[tag.end() : end]


def measure_xlsx_sheet(stream: IO[bytes]) -> Extent:
    """The exact extent of cells with a value, at ten times the cost: for sheets that seem too large at first sight.

    A column formatted down to the last row of Excel has no values there and does not count.
    """
    last = rows = columns = 0
    for piece in _whole_rows(stream):
        for row, body in _rows(piece, last):
            last = row + 1
            filled = [column for column, _, inner in _cells(body) if inner and inner.strip()]
            if filled:
                rows, columns = max(rows, last), max(columns, max(filled) + 1)
    return Extent(rows, columns)


def _whole_rows(stream: IO[bytes]):
    """The stream in pieces that end with a row, so that no row is torn."""
    kept = b""
    while chunk := stream.read(_CHUNK):
        kept += chunk
        cut = kept.rfind(b"row>") + 4
        if cut > 4:
            yield kept[:cut]
            kept = kept[cut:]
    if kept:
        yield kept


def _cells(body: bytes):
    """(column, attributes, inner XML or None) of each cell in a row; one without a name follows the one before."""
    column = -1
    for cell in _CELL.finditer(body):
        named = _CELL_NAME.search(cell[1])
        column = _column_number(named[1]) if named else column + 1
        yield column, cell[1], cell[2]


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def _problems_in_row(body: bytes, recalculate: bool) -> dict[int, FormulaCell | ErrorCell]:
    if not any(mark in body for mark in _SUSPICIOUS):
        return {}
    found = {}
    for column, attributes, inner in _cells(body):
        if not inner:
            continue
        kind, value, formula = _CELL_TYPE.search(attributes), _VALUE.search(inner), _FORMULA.search(inner)
        shown = (value[1] or b"").strip() if value else b""
        if kind and kind[1] == b"e":
            found[column] = ErrorCell(shown.decode("utf-8", "replace") or "#N/A")
        elif formula and (
            (not shown and not (value and kind and kind[1] == b"str")) or (recalculate and shown == b"0")
        ):
            found[column] = FormulaCell("=" + html.unescape((formula[1] or b"").decode("utf-8", "replace")))
    return found


# -- .ods


class _OdsWalk:
    """Follows content.xml tag by tag, since only counting repeated rows and columns tells where a cell stands."""

    def __init__(self):
        self.scans: list[Scan] = []
        self.row = self.column = self.repeated_rows = 0
        self.depth = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        values = {
            key.rpartition(":")[2] if key.startswith("table:") else key: value for key, value in attributes.items()
        }
        if name == "table":
            self.depth += 1
            if self.depth == 1:
                self.scans.append(Scan(values.get("name", "")))
                self.row = 0
        elif self.depth == 1 and name == "table-row":
            self.column, self.repeated_rows = 0, int(values.get("number-rows-repeated", 1))
        elif self.depth == 1 and name in ("table-cell", "covered-table-cell"):
            self._cell(values, int(values.get("number-columns-repeated", 1)))

    def _cell(self, values: dict[str, str], repeated: int) -> None:
        scan, kind = self.scans[-1], values.get("office:value-type")
        formula = values.get("formula")
        if kind or formula:
            extent = scan.extent
            rows, columns = self.row + self.repeated_rows, self.column + repeated
            scan.extent = Extent(max(extent.rows, rows), max(extent.columns, columns))
        if values.get("calcext:value-type") == "error":
            scan.problems.setdefault(self.row, {})[self.column] = ErrorCell("#N/A")
        elif formula and not kind:
            scan.problems.setdefault(self.row, {})[self.column] = FormulaCell("=" + formula.removeprefix("of:="))
        down, across = int(values.get("number-rows-spanned", 1)), int(values.get("number-columns-spanned", 1))
        if down > 1:
            scan.merged.append((self.row, self.column, self.row + down - 1, self.column + across - 1))
        self.column += repeated

    def end(self, tag: str) -> None:
        name = tag.rpartition(":")[2]
        if name == "table":
            self.depth -= 1
        elif name == "table-row" and self.depth == 1:
            self.row += self.repeated_rows


def scan_ods(stream: IO[bytes]) -> list[Scan]:
    """The sheets of an .ods file's content.xml, in order, with exact extents. Raises expat.ExpatError on broken XML."""
    walk, parser = _OdsWalk(), expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = walk.start, walk.end
    parser.ParseFile(stream)
    return walk.scans
