"""Numbers on paper (编号): a Counter without gaps, written in the association's own format."""

import re

from .models import Association, Counter

# What a format has in its place, as staff write it: 年度, 序号, and 序号 with zeros before it (四位序号: 0001).
_DIGITS = "零一二三四五六七八九"
_STORED = re.compile(r"\{(year|n(?::0(\d)d)?)\}")
_WRITTEN = re.compile(rf"[{{｛]\s*(?:(年度|年)|(?:([{_DIGITS}\d])位)?(?:顺)?序号)\s*[}}｝]")

_kinds: dict[str, str] = {}


def name_numbers(kind: str, label: str) -> None:
    """A kind of number that the association may write in its own way, by what staff call it."""
    _kinds[kind] = label


def kinds_of_numbers() -> dict[str, str]:
    """{kind: what staff call it}."""
    return dict(_kinds)


def in_words(text: str) -> str:
    """A stored format as staff read it: XP{year}-{n:04d} → XP{年度}-{四位序号}."""

    def word(found):
        width = f"{_DIGITS[int(found[2])]}位" if found[2] else ""
        return "{年度}" if found[1] == "year" else f"{{{width}序号}}"

    return _STORED.sub(word, text)


def from_words(text: str) -> str:
    """The stored format of what staff wrote; the stored way of writing is taken too."""

    def word(found):
        if found[1]:
            return "{year}"
        width = found[2] and (found[2] if found[2].isascii() else _DIGITS.index(found[2]))
        return f"{{n:0{width}d}}" if width else "{n}"

    return _WRITTEN.sub(word, text)


def format_problem(text: str) -> str:
    """What is wrong with a stored number format, as one Chinese sentence; "" when it can be used."""
    shown = in_words(text)
    try:
        first, second, later = text.format(year=2021, n=1), text.format(year=2021, n=2), text.format(year=2022, n=1)
    except (KeyError, IndexError, ValueError, AttributeError):
        return f"编号格式「{shown}」写法不对：只能用 {{年度}} 和 {{序号}}（或 {{四位序号}}），例如 XP{{年度}}-{{四位序号}}。"
    if first in (second, later):
        return f"编号格式「{shown}」会产生重号，请同时写上 {{年度}} 和 {{序号}}。"
    return ""


def take_numbers(name: str, year: int, count: int = 1, *, default: str) -> list[str]:
    """The next `count` numbers of a kind and year, in the caller's transaction (rolled back, they are free again).

    The format is the association's own for `name` (`{year}`, `{n}` or `{n:04d}`), else `default`.
    """
    wanted = Association.current().number_formats.get(name, default)
    first = Counter.take(name, year, count)
    return [wanted.format(year=year, n=number) for number in range(first, first + count)]
