"""Tables in text files (.csv, .txt): which encoding, which separator, and the rows."""

import codecs
import contextlib
import csv
import io
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from .errors import UnreadableFile
from .limits import SAVE_AS, WANTED, Limits

_SEPARATORS = (",", "\t", ";", "|")
# A quoted cell over more lines than this is a quotation mark that nobody closed: it would swallow all rows below.
_LINES_IN_A_CELL = 30
_SNIFFED_ROWS = 40
_MARKUP = ("<html", "<!doctype", "<table", "<meta", "<head", "<style", "<div", "<body", "<?xml", "mime-version:")


class TextTable:
    """The rows of a text file. Calling it starts from the beginning; rows are equally long, blank cells are ""."""

    def __init__(self, data: bytes, limits: Limits):
        self._data, self._encoding = data, _encoding(data)
        start = data[:2000].decode(self._encoding, "ignore").lstrip("\ufeff \t\r\n").lower()
        if start.startswith(_MARKUP):
            raise UnreadableFile(f"这其实是网页（只是改了扩展名），不是 Excel 或 CSV，{SAVE_AS}")
        self._separator, self._skipped = self._sniff(start)
        self.width, self.height = self._measure(limits)

    def __call__(self) -> Iterator[list[str]]:
        for row in self._records(self._separator):
            if '="' in "".join(row):  # ="0730" is how a CSV file keeps Excel from making a number of it
                row = [cell[2:-1] if cell.startswith('="') and cell.endswith('"') else cell for cell in row]
            yield row + [""] * (self.width - len(row))

    def _records(self, separator: str) -> Iterator[list[str]]:
        stream = io.TextIOWrapper(io.BytesIO(self._data), self._encoding, newline="")
        rows, line = csv.reader(stream, delimiter=separator), 0
        try:
            for row in rows:
                if rows.line_num - line > _LINES_IN_A_CELL:
                    raise UnreadableFile(
                        f"第 {line + 1} 行有一个没有成对的英文双引号，下面的行会被并成一格，请补上或删掉后再上传"
                    )
                line = rows.line_num
                yield row
        except csv.Error as error:
            raise UnreadableFile(f"第 {line + 1} 行起读不出来，{SAVE_AS}") from error

    def _sniff(self, start: str) -> tuple[str, int]:
        """The separator that cuts most rows into equally many cells."""
        if start.startswith("sep=") and len(start) > 4:
            return start[4], 1
        best = (0, ",")
        for separator in _SEPARATORS:
            widths = Counter()
            with contextlib.suppress(UnreadableFile):  # what is wrong is told of the separator that is chosen
                widths.update(len(row) for row in islice(self._records(separator), _SNIFFED_ROWS) if len(row) > 1)
            score = max((width * count for width, count in widths.items()), default=0)
            if score > best[0]:
                best = (score, separator)
        return best[1], 0

    def _measure(self, limits: Limits) -> tuple[int, int]:
        width = height = 0
        for row in self._records(self._separator):
            width, height = max(width, len(row)), height + 1
            if limits.exceeded_by((height, 1)):
                raise UnreadableFile(f"文件超过 {limits.rows} 行的上限，请分成几个文件上传")
        if limits.exceeded_by((height, width)):
            raise UnreadableFile(f"有一行分出了 {width} 格，不像一般的表格，请检查分隔符后再上传")
        return width, height


def _encoding(data: bytes) -> str:
    """UTF-16 by its mark, UTF-8 where it is valid, else GB18030 (which GBK and GB2312 are part of)."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ("utf-16",)
    elif b"\0" in data:
        encodings = ()
    else:
        encodings = ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            codecs.decode(data, encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    raise UnreadableFile(f"这不是 Excel 或 CSV 文件，或者文字编码认不出来，{WANTED}")
