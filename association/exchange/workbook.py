"""Opens what an office sends (.xlsx .xls .et .ods .csv .txt) as sheets of plain rows, or says in one sentence why it
cannot.

What a file is, its first bytes say, not its name: .et may be either kind of Excel, and .xls is often a web page.
Everything that could be dear is measured before calamine builds it in memory.
"""

import contextlib
import io
import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import IO

import python_calamine as calamine

from .errors import UnreadableFile
from .limits import DAMAGED, LOCKED, MEGABYTE, WANTED, Limits
from .packages import scan_package
from .scan import Scan
from .scan_xls import MAGIC as COMPOUND
from .scan_xls import CompoundFile, is_locked, scan_xls
from .textfile import TextTable

_SIGNATURES = (
    (b"%PDF", " PDF 文件"),
    (b"\x89PNG", "图片"),
    (b"\xff\xd8\xff", "图片"),
    (b"GIF8", "图片"),
    (b"BM", "图片"),
    (b"II*\0", "图片"),
    (b"MM\0*", "图片"),
    (b"Rar!", " RAR 压缩包"),
    (b"7z\xbc\xaf", " 7z 压缩包"),
    (b"\x1f\x8b", "压缩包"),
    (b"{\\rtf", " Word 文档"),
)


@dataclass(slots=True)
class Sheet:
    """One sheet. `rows()` may be called again and again."""

    name: str
    visible: bool
    height: int
    _source: object = field(repr=False)
    _scan: Scan = field(default_factory=Scan, repr=False)
    _merged: dict[int, dict[int, object]] | None = field(default=None, repr=False)

    def rows(self, start: int = 1) -> Iterator[tuple[int, list]]:
        """(row number as Excel shows it, cells from column A on) from row `start`; blank cells are "".

        A cell merged over several rows is given in each of them that has anything of its own. Formulas without a result
        and error values come as FormulaCell and ErrorCell.
        """
        if self._merged is None:
            self._merged = self._merged_cells()
        problems, merged, number = self._scan.problems, self._merged, 0
        for number, cells in islice(self._plain_rows(), start - 1, None):
            if number - 1 in problems:
                cells = _overlaid(cells, problems[number - 1])
            if number in merged and any(cell != "" for cell in cells):
                cells = _overlaid(cells, merged[number])
            yield number, cells
        # calamine ends at the last value, a sheet of formulas alone may go on
        for row in sorted(row for row in problems if row >= max(number, start - 1)):
            yield row + 1, _overlaid([], problems[row] | merged.get(row + 1, {}))

    def _plain_rows(self) -> Iterator[tuple[int, list]]:
        if isinstance(self._source, TextTable):
            return enumerate(self._source(), start=1)
        return enumerate(_calamine_rows(self._source), start=1)

    def _merged_cells(self) -> dict[int, dict[int, object]]:
        """Row number → column → the value that a cell merged downwards has there."""
        tall = [area for area in self._scan.merged if area[2] > area[0]]
        tops = {area[0] + 1 for area in tall}
        values = {number: cells for number, cells in self._plain_rows() if number in tops} if tall else {}
        merged: dict[int, dict[int, object]] = {}
        for top, left, bottom, _right in tall:
            cells = _overlaid(values.get(top + 1, []), self._scan.problems.get(top, {}))
            if left < len(cells) and cells[left] != "":
                for row in range(top + 1, min(bottom, self.height - 1) + 1):
                    merged.setdefault(row + 1, {})[left] = cells[left]
        return merged


def _calamine_rows(source: calamine.CalamineSheet) -> Iterator[list]:
    """Rows from the first of the sheet; calamine leaves out the empty columns before the first that has a value."""
    left = [""] * (source.start or (0, 0))[1]
    with _calamine_errors():
        if left:
            yield from (left + row for row in source.iter_rows())
        else:
            yield from source.iter_rows()


def _overlaid(cells: list, others: dict[int, object]) -> list:
    cells += [""] * (max(others, default=-1) + 1 - len(cells))
    for column, value in others.items():
        cells[column] = value
    return cells


def read_bytes(file: str | os.PathLike | bytes | IO[bytes], limits: Limits) -> bytes:
    """The whole content of a path, a file object or bytes. Raises UnreadableFile if it is too large or empty."""
    if isinstance(file, bytes):
        size, data = len(file), file
    elif isinstance(file, (str, os.PathLike)):
        path = Path(file)
        if not path.is_file():
            raise UnreadableFile(f"找不到文件 {path.name}，请核对文件名和位置")
        size = path.stat().st_size
        data = path.read_bytes() if size <= limits.bytes else b""
    else:
        file.seek(0, os.SEEK_END)
        size = file.tell()
        file.seek(0)
        data = file.read() if size <= limits.bytes else b""
    if size > limits.bytes:
        raise UnreadableFile(
            f"文件有 {size / MEGABYTE:.1f} MB，超过 {limits.bytes / MEGABYTE:g} MB 的上限，"
            "请删去图片和多余的工作表，或分成几个文件上传"
        )
    if not data.strip(b"\0 \t\r\n\xef\xbb\xbf"):
        raise UnreadableFile("文件是空的，里面没有任何内容，请检查后重新上传")
    return data


def open_workbook(data: bytes, limits: Limits) -> list[Sheet]:
    """The sheets of the file with the content `data`, in its order, hidden ones among them. Raises UnreadableFile."""
    if data.startswith(COMPOUND):
        return _open_xls(data, limits)
    if data.startswith(b"PK"):
        return _with_calamine(data, scan_package(data, limits), limits)
    for signature, what in _SIGNATURES:
        if data.startswith(signature):
            raise UnreadableFile(f"这是{what}，不是表格，{WANTED}")
    if data[4:8] == b"ftyp" or (data[:4] == b"RIFF" and data[8:12] == b"WEBP"):
        raise UnreadableFile(f"这是图片或视频，不是表格，{WANTED}")
    table = TextTable(data, limits)
    return [Sheet("", True, table.height, table)]


# -- old binary workbooks


def _open_xls(data: bytes, limits: Limits) -> list[Sheet]:
    try:
        compound = CompoundFile(data)
        names = compound.names
        if "EncryptedPackage" in names:
            raise UnreadableFile(LOCKED)
        book = compound.stream("Workbook" if "Workbook" in names else "Book") if names & {"Workbook", "Book"} else b""
        if book and is_locked(book):
            raise UnreadableFile(LOCKED)
        scans = scan_xls(book)
    except (ValueError, IndexError, struct.error) as error:
        raise UnreadableFile(DAMAGED) from error
    if not book:
        what = "Word 文档" if "WordDocument" in names else "PPT 演示文稿" if "PowerPoint Document" in names else ""
        raise UnreadableFile(f"这{f'是{what}，' if what else ''}不是表格，{WANTED}")
    return _with_calamine(data, scans, limits)


# -- both, by calamine


def _with_calamine(data: bytes, scans: list[Scan], limits: Limits) -> list[Sheet]:
    for scan in scans:
        if limits.exceeded_by(scan.extent):
            raise UnreadableFile(
                f"工作表「{scan.name}」写到了第 {scan.extent.rows} 行，超过 {limits.rows} 行的上限，"
                "请删掉下面多余的行和右边多余的列（选中后右键删除），或分成几个文件上传"
            )
    sheets = []
    with _calamine_errors():
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        known = len(scans) == len(book.sheets_metadata)
        for index, meta in enumerate(book.sheets_metadata):
            if meta.typ != calamine.SheetTypeEnum.WorkSheet:
                continue
            scan, source = scans[index] if known else Scan(), book.get_sheet_by_index(index)
            scan.merged += [(*first, *last) for first, last in source.merged_cell_ranges or ()]
            height = max(source.end[0] + 1 if source.end else 0, *(row + 1 for row in scan.problems), 0)
            visible = meta.visible == calamine.SheetVisibleEnum.Visible
            sheets.append(Sheet(meta.name, visible, height, source, scan))
    return sheets


@contextlib.contextmanager
def _calamine_errors():
    try:
        yield
    except calamine.PasswordError as error:
        raise UnreadableFile(LOCKED) from error
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise UnreadableFile(DAMAGED) from error
    except BaseException as error:
        # A panic in the Rust code is no Exception; the file caused it, so the file is at fault.
        if type(error).__name__ == "PanicException":
            raise UnreadableFile(DAMAGED) from error
        raise
