"""A scheme (评分办法) as a file: problems come as sentences for a layman, and what is written reads back the same."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

from .scoring import RuleBook, RuleBookError

SHIPPED = Path(__file__).parent / "data"
LARGEST = 1_000_000  # bytes; a real scheme has a few thousand


def _no_twins(pairs: list[tuple[str, object]]) -> dict:
    """JSON lets a key stand twice and keeps the last one; in a scheme that is a slip that changes points."""
    data: dict = {}
    for key, value in pairs:
        if key in data:
            raise RuleBookError([f"“{key}”在同一组里写了两次，请删去一个"])
        data[key] = value
    return data


def loads_scheme(content: str | bytes) -> RuleBook:
    """The RuleBook in the content of a scheme file (JSON, UTF-8). Raises RuleBookError with every problem found."""
    if isinstance(content, bytes):
        try:
            content = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise RuleBookError(["这个文件不是 UTF-8 编码的评分办法文件，请用本系统导出的文件"]) from None
    try:
        data = json.loads(content, parse_float=Decimal, parse_constant=str, object_pairs_hook=_no_twins)
    except json.JSONDecodeError as error:
        place = f"第 {error.lineno} 行第 {error.colno} 个字符"
        raise RuleBookError([f"评分办法文件的写法不对：{place}附近多了或少了符号，请核对引号、逗号和括号"]) from None
    except RuleBookError:
        raise
    except (RecursionError, ValueError):  # nested without end, or a number of thousands of digits
        raise RuleBookError(["这个文件不是评分办法文件，请用本系统导出的文件"]) from None
    return RuleBook.from_dict(data)


def read_scheme(path: Path | str) -> RuleBook:
    """The RuleBook in a scheme file. Raises RuleBookError (all problems), OSError where the file cannot be opened."""
    path = Path(path)
    if path.stat().st_size > LARGEST:
        raise RuleBookError([f"这个文件超过 {LARGEST // 1000} KB，不会是评分办法文件，请核对"])
    return loads_scheme(path.read_bytes())


def dumps_scheme(rulebook: RuleBook) -> str:
    """The scheme as the text of a file: indented, Chinese as it is, ends with a line break."""
    return json.dumps(rulebook.to_dict(), ensure_ascii=False, indent=2) + "\n"


def write_scheme(rulebook: RuleBook, path: Path | str) -> None:
    """Writes the scheme into a file that read_scheme reads back as an equal RuleBook."""
    Path(path).write_text(dumps_scheme(rulebook), encoding="utf-8")
