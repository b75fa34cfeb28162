"""As `scan`, for old binary workbooks (.xls, .et): the records of MS-XLS inside the compound file of MS-CFB.

Only what is needed to see how far a sheet reaches and which of its cells are errors or formulas without a result;
calamine gives both as "".
"""

import struct

from .errors import ErrorCell, FormulaCell
from .scan import Extent, Scan

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}
_END_OF_CHAIN = 0xFFFFFFFA  # this and above are no sectors
_FORMULA, _STRING, _BOOLERR, _BOUNDSHEET, _EOF, _FILEPASS = 0x06, 0x207, 0x205, 0x85, 0x0A, 0x2F
_BESIDE_FORMULA = (0x4BC, 0x221, 0x21, 0x236)  # SHRFMLA, ARRAY, TABLE stand between a formula and its text
_VALUES = (0xFD, 0x204, 0x203, 0x27E, 0xD6, _BOOLERR, _FORMULA)  # LABELSST, LABEL, NUMBER, RK, RSTRING
_MULRK, _DIMENSIONS, _SST = 0xBD, 0x200, 0xFC


class CompoundFile:
    """The streams of a compound file by name. Raises ValueError or struct.error where its tables make no sense."""

    def __init__(self, data: bytes):
        if data[:8] != MAGIC:
            raise ValueError("not a compound file")
        self._data = data
        self._size = 1 << struct.unpack_from("<H", data, 30)[0]
        if self._size not in (512, 4096):
            raise ValueError("impossible sector size")
        self._refuse_impossible_counts()
        first_directory, self._cutoff, first_mini = (struct.unpack_from("<I", data, at)[0] for at in (48, 56, 60))
        self._fat = self._table(self._fat_sectors())
        self._mini_fat = self._table(self._chain(first_mini, self._fat))
        self._entries = self._directory(first_directory)
        self._mini_stream = b""
        if root := self._entries.get("Root Entry"):
            self._mini_stream = self._sectors(root[0])[: root[1]]

    def _refuse_impossible_counts(self) -> None:
        """calamine reserves memory by the numbers in the header, and where that fails the process ends."""
        for at in (40, 44, 64, 72):
            if struct.unpack_from("<I", self._data, at)[0] > len(self._data) // self._size + 1:
                raise ValueError("more sectors than the file has")

    @property
    def names(self) -> frozenset[str]:
        return frozenset(self._entries)

    def stream(self, name: str) -> bytes:
        start, size = self._entries[name]
        if size >= self._cutoff:
            return self._sectors(start)[:size]
        mini = (self._mini_stream[at * 64 : at * 64 + 64] for at in self._chain(start, self._mini_fat))
        return b"".join(mini)[:size]

    def _fat_sectors(self) -> list[int]:
        found = list(struct.unpack_from("<109I", self._data, 76))
        following, seen = struct.unpack_from("<I", self._data, 68)[0], set()
        while following < _END_OF_CHAIN and following not in seen:
            seen.add(following)
            numbers = struct.unpack(f"<{self._size // 4}I", self._sector(following))
            found += numbers[:-1]
            following = numbers[-1]
        return [sector for sector in found if sector < _END_OF_CHAIN]

    def _table(self, sectors: list[int]) -> tuple[int, ...]:
        joined = b"".join(map(self._sector, sectors))
        return struct.unpack(f"<{len(joined) // 4}I", joined[: len(joined) // 4 * 4])

    def _sector(self, number: int) -> bytes:
        return self._data[(number + 1) * self._size : (number + 2) * self._size].ljust(self._size, b"\0")

    def _chain(self, start: int, table: tuple[int, ...]) -> list[int]:
        chain, number = [], start
        while number < _END_OF_CHAIN:
            if number >= len(table) or len(chain) > len(table):
                raise ValueError("broken sector chain")
            chain.append(number)
            number = table[number]
        return chain

    def _sectors(self, start: int) -> bytes:
        return b"".join(map(self._sector, self._chain(start, self._fat)))

    def _directory(self, start: int) -> dict[str, tuple[int, int]]:
        raw, entries = self._sectors(start), {}
        for at in range(0, len(raw) - 127, 128):
            length = struct.unpack_from("<H", raw, at + 64)[0]
            if raw[at + 66] and 2 <= length <= 64:
                name = raw[at : at + length - 2].decode("utf-16-le", "replace")
                first, size = struct.unpack_from("<II", raw, at + 116)
                if size > len(self._data):
                    raise ValueError("a stream longer than the file")
                entries.setdefault(name, (first, size))
        return entries


def is_locked(book: bytes) -> bool:
    """Whether the workbook stream `book` is encrypted (a FILEPASS record near its start)."""
    return any(kind == _FILEPASS for kind, _ in _records(book, 0))


def scan_xls(book: bytes) -> list[Scan]:
    """The sheets of the stream Workbook (or Book), in the order of the file, with exact extents.

    Raises ValueError or struct.error where the stream makes no sense, also for what would make calamine reserve memory
    without bounds.
    """
    sheets = []
    for kind, at in _records(book, 0):
        if kind == _BOUNDSHEET:
            sheets.append((_sheet_name(book, at), struct.unpack_from("<I", book, at)[0]))
        elif kind == _SST and struct.unpack_from("<I", book, at + 4)[0] > len(book):
            raise ValueError("more texts than the file has")
    return [_scan_sheet(book, *sheet) for sheet in sheets]


def _records(book: bytes, at: int):
    """(kind, offset of the body) of each record from `at` to the end of its substream."""
    while at + 4 <= len(book):
        kind, size = struct.unpack_from("<HH", book, at)
        yield kind, at + 4
        if kind == _EOF:
            return
        at += 4 + size


def _sheet_name(book: bytes, at: int) -> str:
    length, wide = book[at + 6], book[at + 7] & 1
    name = book[at + 8 : at + 8 + length * (2 if wide else 1)]
    return name.decode("utf-16-le" if wide else "latin-1", "replace")


def _scan_sheet(book: bytes, name: str, offset: int) -> Scan:
    scan, rows, columns = Scan(name), 0, 0
    awaited = None  # a formula whose text follows in a STRING record
    for kind, at in _records(book, offset):
        if awaited and kind not in _BESIDE_FORMULA:
            if kind != _STRING:
                scan.problems.setdefault(awaited[0], {})[awaited[1]] = FormulaCell("=")
            awaited = None
        if kind in _VALUES:
            row, column = struct.unpack_from("<HH", book, at)
            rows, columns = max(rows, row + 1), max(columns, column + 1)
            if kind == _FORMULA and book[at + 12 : at + 14] == b"\xff\xff":
                if book[at + 6] == 0:
                    awaited = row, column
                elif book[at + 6] == 2:
                    scan.problems.setdefault(row, {})[column] = _error(book[at + 8])
            elif kind == _BOOLERR and book[at + 7]:
                scan.problems.setdefault(row, {})[column] = _error(book[at + 6])
        elif kind == _DIMENSIONS:
            _refuse_impossible_dimensions(book, at)
        elif kind == _MULRK:
            row, first = struct.unpack_from("<HH", book, at)
            figures = struct.unpack_from("<H", book, at - 2)[0] // 6  # of six bytes each, six more stand around them
            rows, columns = max(rows, row + 1), max(columns, first + figures)
    scan.extent = Extent(rows, columns)
    return scan


def _refuse_impossible_dimensions(book: bytes, at: int) -> None:
    """calamine reserves a rectangle of the size that this record tells. BIFF8 has rows of four bytes, BIFF5 of two."""
    size = struct.unpack_from("<H", book, at - 2)[0]
    first_row, last_row, first, last = struct.unpack_from("<IIHH" if size == 14 else "<HHHH", book, at)
    if not (first_row <= last_row <= 65_536 and first <= last <= 256):
        raise ValueError("impossible dimensions")


def _error(code: int) -> ErrorCell:
    return ErrorCell(_ERRORS.get(code, "#N/A"))
