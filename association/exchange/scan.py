"""A look into a workbook before calamine reads it: how far its sheets reach, and cells that calamine would give as empty.

calamine lays a sheet out as a full rectangle, so one forgotten blank in the last row of Excel would take gigabytes; and it
reads error values (#N/A) and formulas without a result as "", which would lose them in silence. Each function here takes
one format and returns a `Scan` a sheet; rows and columns count from 0.
"""

import html
import re
from dataclasses import dataclass, field
from typing import IO, NamedTuple
from xml.parsers import expat

from .errors import ErrorCell, FormulaCell


class Extent(NamedTuple):
    """Numbers of rows and columns up to the last cell that has a value."""

    rows: int = 0
    columns: int = 0


@dataclass(slots=True)
class Scan:
    """What calamine does not tell of one sheet. `problems`: row → column → the cell; `merged`: (top, left, bottom, right)."""

    extent: Extent = Extent()
    problems: dict[int, dict[int, FormulaCell | ErrorCell]] = field(default_factory=dict)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)


# -- .xlsx

_CHUNK = 1 << 20
_ROW = re.compile(rb"<(?:\w+:)?row\b([^>]*?)/?>")
_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c>)", re.DOTALL)
_FORMULA = re.compile(rb"<(?:\w+:)?f\b[^>]*?(?:/>|>([^<]*)<)")
_VALUE = re.compile(rb"<(?:\w+:)?v\b[^>]*?(?:/>|>([^<]*)<)")
_ROW_NUMBER = re.compile(rb"\br=[\"'](\d+)[\"']")
_CELL_NAME = re.compile(rb"\br=[\"']([A-Z]{1,3})(\d+)[\"']")
_CELL_TYPE = re.compile(rb"\bt=[\"'](\w+)[\"']")
_SUSPICIOUS = (b"<f>", b"<f ", b"<f/", b":f>", b":f ", b":f/", b't="e"', b"t='e'")


def scan_xlsx_sheet(stream: IO[bytes], *, recalculate: bool) -> Scan:
    """One worksheet's XML, read in pieces. Its `extent` is exact in rows and rounded up to 26, 702 or 16,384 columns.

    `recalculate`: the workbook asks to be worked out when opened (fullCalcOnLoad), as files written by programs do; the 0 that
    stands in its formulas is no result then. Raises zipfile's errors where the stream is damaged.
    """
    scan, row, columns = Scan(), -1, 26
    for piece in _whole_rows(stream):
        suspicious = any(piece.find(mark) >= 0 for mark in _SUSPICIOUS)
        tags = list(_ROW.finditer(piece))
        for number, tag in enumerate(tags):
            told = _ROW_NUMBER.search(tag[1])
            row = int(told[1]) - 1 if told else row + 1
            if suspicious:
                body = piece[tag.end() : tags[number + 1].start() if number + 1 < len(tags) else len(piece)]
                if found := _problems_in_row(body, recalculate):
                    scan.problems[row] = found
            scan.extent = Extent(max(scan.extent.rows, row + 1), columns)
        if columns < 702 and (b'="A' in piece or b"='" in piece) and re.search(rb" r=[\"'][A-Z]{2}", piece):
            columns = 702
        if columns == 702 and re.search(rb" r=[\"'][A-Z]{3}\d", piece):
            columns = 16_384
        scan.extent = Extent(scan.extent.rows, columns)
    return scan


def measure_xlsx_sheet(stream: IO[bytes]) -> Extent:
    """The exact extent of cells with a value, at ten times the cost: for sheets that seem too large at first sight.

    A column formatted down to the last row of Excel has no values there and does not count.
    """
    row, rows, columns = -1, 0, 0
    for piece in _whole_rows(stream):
        tags = list(_ROW.finditer(piece))
        for number, tag in enumerate(tags):
            told = _ROW_NUMBER.search(tag[1])
            row = int(told[1]) - 1 if told else row + 1
            body = piece[tag.end() : tags[number + 1].start() if number + 1 < len(tags) else len(piece)]
            filled = [column for column, _, inner in _cells(body) if inner and inner.strip()]
            if filled:
                rows, columns = max(rows, row + 1), max(columns, max(filled) + 1)
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
    """(column, attributes, inner XML or None) of each cell in a row's XML; a cell without a name follows the one before."""
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
        elif formula and ((not shown and not (value and kind and kind[1] == b"str")) or (recalculate and shown == b"0")):
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
        values = {key.rpartition(":")[2] if key.startswith("table:") else key: value for key, value in attributes.items()}
        if name == "table":
            self.depth += 1
            if self.depth == 1:
                self.scans.append(Scan())
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
