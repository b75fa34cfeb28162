"""The columns that an import kind looks for, and how a file's header row (表头) is recognised by them."""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import zip_longest
from typing import NamedTuple

KINDS = (
    "text",
    "code",
    "organisation",
    "any_code",
    "any_organisation",
    "date",
    "decimal",
    "integer",
    "yesno",
    "mobile",
    "digits",
)

# A cell longer than this is a sentence, not a column name.
_LONGEST_NAME = 40
_BRACKETED = re.compile(r"[(\[{【〔][^()\[\]{}【】〔〕]*[)\]}】〕]")
_MARKS = re.compile(r"[\s*＊:;,.、，。；·_\-/|\"'“”‘’?!#]+")
_UNITS = re.compile(r"(?:单位[:：]?)?(亿元|百万元|万元|千元|元|人民币|分|人|名|%|㎡|平方米)")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a layout: the key its value gets, the Chinese name it has with us, and other names it goes by.

    `required`: a file without it is not of this layout, and a row without it is refused; `expected`: of the file only.
    `unit` (元, 万元) is the unit that the value shall have; figures under a header that names another unit of money are
    converted into it. `any_code` and `any_organisation` take a wrong code as it stands (cells.WrongCode): the row has a
    name to go by, too.
    """

    key: str
    label: str
    synonyms: tuple[str, ...] = ()
    kind: str = "text"
    required: bool = False
    unit: str = ""
    expected: bool = False

    def __post_init__(self):
        if self.kind not in KINDS:
            raise ValueError(f"column {self.key}: unknown kind {self.kind!r}")
        object.__setattr__(self, "synonyms", tuple(self.synonyms))

    @property
    def names(self) -> tuple[str, ...]:
        return (self.label, *self.synonyms)

    @property
    def makes_layout(self) -> bool:
        """Whether a file without it is of another layout."""
        return self.required or self.expected

    @property
    def identifies(self) -> bool:
        """Whether a row of data can be expected to have a value here: a code, or a text that is required."""
        return self.kind.removeprefix("any_") in ("code", "organisation") or (self.required and self.kind == "text")


@dataclass(frozen=True, slots=True)
class FoundColumn:
    """A column of the file. `column` is None where nobody asked for it: its `key` then is its own header text."""

    index: int
    key: str
    header: str
    column: Column | None = None
    unit: str = ""

    @property
    def letter(self) -> str:
        """The column's letter in Excel (A, B … AA)."""
        letters, number = "", self.index + 1
        while number:
            number, rest = divmod(number - 1, 26)
            letters = chr(65 + rest) + letters
        return letters


@dataclass(frozen=True, slots=True)
class Header:
    """A header: `row` is its (last) row number in the sheet, counted from 1; `columns` are those that have a name."""

    row: int
    columns: tuple[FoundColumn, ...]
    missing: tuple[Column, ...] = field(default=())

    @property
    def found(self) -> frozenset[str]:
        return frozenset(column.key for column in self.columns if column.column)

    @property
    def complete(self) -> bool:
        """Nothing required is missing, and more than one lucky word matched where more than one was looked for."""
        wanted = len(self.found) + len(self.missing)
        return bool(self.found) and not any(c.makes_layout for c in self.missing) and len(self.found) >= min(2, wanted)


class _Name(NamedTuple):
    full: str
    base: str
    unit: str


@lru_cache(maxsize=8192)
def _name(text: str) -> _Name:
    """A header's text for comparing: whole, without what stands in brackets, and the unit that it names.

    「罚款金额（万元）」 gives 罚款金额万元, 罚款金额 and 万元; 「得 分」 and 「*得分：」 give 得分.
    """
    text = unicodedata.normalize("NFKC", text).casefold()
    bracketed = "".join(_BRACKETED.findall(text))
    base = _MARKS.sub("", _BRACKETED.sub("", text))
    full = _MARKS.sub("", re.sub(r"[()\[\]{}【】〔〕]", "", text))
    unit = _UNITS.search(bracketed) or re.search(r"[/:\s](亿元|万元|千元|元)\s*$", text)
    if unit and not bracketed:
        base = base.removesuffix(unit[1])
    return _Name(full, base or full, unit[1] if unit else "")


def _names_of(cells: Sequence) -> list[str]:
    """The cells of a row that may be column names, "" for those that cannot."""
    return [" ".join(cell.split()) if isinstance(cell, str) and len(cell) <= _LONGEST_NAME else "" for cell in cells]


def _assign(headers: Sequence[Sequence[str]], wanted: Sequence[Column]) -> dict[int, Column]:
    """Which of the file's columns is which wanted one. `headers` holds for each column the texts it may be called by.

    A name in full goes before a name without its brackets, a column's label before its synonyms, left before right.
    """
    assigned: dict[int, Column] = {}
    taken = set()
    for form in ("full", "base"):
        places: dict[str, int] = {}
        for index, texts in enumerate(headers):
            for text in texts:
                if text and index not in assigned:
                    places.setdefault(getattr(_name(text), form), index)
        for column in wanted:
            if column.key in taken:
                continue
            names = dict.fromkeys(getattr(_name(name), form) for name in column.names)
            index = next((places[name] for name in names if name in places and places[name] not in assigned), None)
            if index is not None:
                assigned[index] = column
                taken.add(column.key)
    return assigned


def _header(row: int, texts: Sequence[str], assigned: Mapping[int, Column], wanted: Sequence[Column]) -> Header:
    columns, seen = [], Counter(column.key for column in wanted)
    for index, text in enumerate(texts):
        column = assigned.get(index)
        if column:
            columns.append(FoundColumn(index, column.key, text, column, _name(text).unit))
        elif text:
            seen[text] += 1
            key = text if seen[text] == 1 else f"{text}（{seen[text]}）"
            columns.append(FoundColumn(index, key, text, None, _name(text).unit))
    found = {column.key for column in assigned.values()}
    return Header(row, tuple(columns), tuple(column for column in wanted if column.key not in found))


def _one_line(row: int, cells: Sequence, wanted: Sequence[Column]) -> Header:
    names = _names_of(cells)
    return _header(row, names, _assign([(name,) for name in names], wanted), wanted)


def _two_lines(row: int, upper: Sequence, lower: Sequence, wanted: Sequence[Column]) -> Header | None:
    """A header in two lines, 「调查得分」 over 「质量 | 安全」; None where the lower line looks like data.

    A group's name stands over its first column only; columns without a second line are merged downwards and empty
    there.
    """
    upper, lower = _names_of(upper), _names_of(lower)
    texts, options, group = [], [], ""
    for top, bottom in zip_longest(upper, lower, fillvalue=""):
        group = top or (group if bottom else "")
        texts.append(" ".join(filter(None, (group, bottom))))
        options.append((bottom, group + bottom) if bottom else (top,))
    assigned = _assign(options, wanted)
    below = dict(enumerate(lower))
    if not any(below.get(index) for index in assigned) or all(below.get(at) for at, top in enumerate(upper) if top):
        return None
    return _header(row + 1, texts, assigned, wanted)


def find_header(rows: Sequence[tuple[int, Sequence]], wanted: Sequence[Column]) -> Header | None:
    """The row among the first `rows` (row number, cells) that is the header of `wanted`: the one that names most of
    them.

    None where no row names any. The result may be incomplete (`Header.complete`): then it is the nearest there is.
    """
    best: Header | None = None
    for place, (number, cells) in enumerate(rows):
        candidates = [_one_line(number, cells, wanted)]
        if place + 1 < len(rows) and any(isinstance(cell, str) and cell.strip() for cell in cells):
            candidates.append(_two_lines(number, cells, rows[place + 1][1], wanted))
        for header in filter(None, candidates):
            if header.found and (best is None or _rank(header) > _rank(best)):
                best = header
    return best


def _rank(header: Header) -> tuple:
    return header.complete, len(header.found)


def match_header(headers: Sequence[str], layouts: Mapping[str, Sequence[Column]]) -> str | None:
    """The name of the layout that the column names `headers` fit best; None where none fits or two fit alike.

    A column that only one layout has weighs three times, and a layout without any such column in the file is not told
    from the others, so it is never chosen.
    """
    header = [(name, _one_line(1, headers, columns)) for name, columns in layouts.items()]
    return choose_layout({name: found for name, found in header if found.complete}, layouts)


def choose_layout(headers: Mapping[str, Header], layouts: Mapping[str, Sequence[Column]]) -> str | None:
    """As `match_header`, of headers already found: layout name → its complete header."""
    used = Counter(text for columns in layouts.values() for text in {_name(n).base for c in columns for n in c.names})
    scores = {}
    for name, header in headers.items():
        telling = [used[_name(column.header).base] == 1 for column in header.columns if column.column]
        if len(layouts) == 1 or any(telling):
            scores[name] = sum(3 if tells else 1 for tells in telling)
    best = max(scores.values(), default=0)
    winners = [name for name, score in scores.items() if score == best]
    return winners[0] if len(winners) == 1 else None
