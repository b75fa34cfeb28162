"""Cells as offices fill them, made into values (清洗): each kind of column has one cleaner.

A cleaner takes what the reader gave (str, float, bool, date …) and returns a value, None for a blank cell ("" for
text), or raises CellProblem with one sentence. Nothing is guessed that could be wrong: digits that Excel dropped,
two-digit years and figures in another unit are refused.
"""

import datetime as dt
import math
import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.core.exceptions import ValidationError

from association.core.codes import check_code, organisation_code
from association.core.phones import clean_phone
from association.core.text import clean_text

from .errors import CellProblem, ErrorCell, FormulaCell

_ERROR_TEXTS = frozenset(
    ("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!", "#GETTING_DATA")
)
_BLANKS = frozenset(
    ("", "-", "--", "---", "—", "——", "/", "\\", "无", "空", "暂无", "没有", "N/A", "null", "NULL", "None")
)
_EXACT = 10**15  # Excel keeps 15 digits; a number from here on has lost some


def freeze(raw: Any) -> str:
    """The cell as text, as Excel shows it: for keeping a row as it came (JSON) and for showing it to people."""
    if type(raw) is float:
        return str(int(raw)) if raw.is_integer() and abs(raw) < _EXACT else f"{raw:.15g}"
    if type(raw) is dt.date:
        return raw.isoformat()
    if raw is None:
        return ""
    if isinstance(raw, bool):
        return "TRUE" if raw else "FALSE"
    if isinstance(raw, dt.datetime):
        return raw.strftime("%Y-%m-%d %H:%M:%S" if raw.second else "%Y-%m-%d %H:%M")
    return str(raw)


def shown(raw: Any) -> str:
    text = clean_text(freeze(raw))
    return text if len(text) <= 40 else text[:39] + "…"


def _refuse_broken(raw: Any) -> None:
    """Raises for what is no value at all, whatever the column."""
    if isinstance(raw, FormulaCell):
        raise CellProblem("这一格是还没有算出结果的公式，请用 Excel 打开并保存一次，或改填数值后再上传")
    if isinstance(raw, ErrorCell) or (isinstance(raw, str) and raw.strip() in _ERROR_TEXTS):
        raise CellProblem(f"这一格是 Excel 的错误值 {raw.strip()}，请改正公式或改填数值")


def _blank(raw: Any) -> bool:
    """Whether nothing is said; only for kinds in which a dash or 无 can be no value."""
    return raw is None or (isinstance(raw, str) and raw.strip() in _BLANKS)


# -- text


def text(raw: Any) -> str:
    """Clean text; numbers as Excel shows them, dates as 2020-03-04. Numbers of 16 digits and more are refused."""
    if type(raw) is str:
        cleaned = clean_text(raw)
        if cleaned[:1] == "#":
            _refuse_broken(cleaned)
        return cleaned
    _refuse_broken(raw)
    if isinstance(raw, (int, float)) and not isinstance(raw, bool) and abs(raw) >= _EXACT:
        raise CellProblem(
            f"“{freeze(raw)}”被 Excel 当成了数字，15 位以后的数字已经丢失，请把该列设为“文本”格式重新填写"
        )
    return clean_text(freeze(raw))


def digits(raw: Any) -> str:
    """A long number that is no figure (流水号, 账号); "" where Excel made a figure of it and lost its last digits."""
    if isinstance(raw, (int, float)) and not isinstance(raw, bool) and abs(raw) >= _EXACT:
        return ""
    return text(raw)


# -- codes


def code(raw: Any) -> str | None:
    """A checked 统一社会信用代码."""
    if _blank(raw):
        return None
    _refuse_broken(raw)
    try:
        return check_code(freeze(raw))
    except ValidationError as error:
        raise CellProblem(error.message) from error


def organisation(raw: Any) -> str | None:
    """A 组织机构代码 as nine characters; a whole 18-character code gives its part."""
    if _blank(raw):
        return None
    _refuse_broken(raw)
    if found := organisation_code(freeze(raw)):
        return found
    raise CellProblem(f"“{shown(raw)}”不是组织机构代码，应为 9 位，例如 MA4L1234-5")


class WrongCode(str):
    """A code as it was written that is none: its length, a character or the check character is wrong. `why` says so."""

    why = ""


def as_written(check: Callable[[Any], str | None], raw: Any) -> str | None:
    """The checked code, or what was written as a WrongCode."""
    try:
        return check(raw)
    except CellProblem as problem:
        found = WrongCode(clean_text(freeze(raw))[:40])
        found.why = problem.sentence
        return found


# -- dates

_DASHES = str.maketrans("‐‑‒–—―−﹣－．。·、", "-------------")
_YMD = re.compile(r"(\d{4})\s*[-/.\\年\s]\s*(\d{1,2})\s*[-/.\\月\s]\s*(\d{1,2})\s*[日号]?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:[\d ]{4,7})?")
_AFTER_DATE = re.compile(r"[\s,]*[(]?(?:(?:星期|周)[一二三四五六日天])?[)]?[\sT]*(?:[上下]午)?\s*(?:\d{1,2}[:时点].*)?")
_YEAR_MONTH = re.compile(r"\d{4}\s*[-/.\\年]\s*\d{1,2}\s*月?(?:份)?")
_TWO_DIGITS = re.compile(r"\d{2}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}")
_SERIALS = range(18_264, 73_051)  # 1950-01-01 to 2099-12-31 in Excel's count of days
_FIRST_DAY = dt.date(1899, 12, 30)
_CHINESE_DIGITS = str.maketrans("〇○零一二三四五六七八九", "000123456789")


def date(raw: Any) -> dt.date | None:
    """A day: a date cell, Excel's day number, or text such as 2020-3-4, 2020/3/4, 2020.3.4, 2020年3月4日, 20200304.

    A time of day is dropped. Two-digit years and months without a day are refused.
    """
    kind = type(raw)
    if kind is dt.date:
        return raw
    if kind is dt.datetime:
        return raw.date()
    if kind is str:
        return _date_of_text(raw) if raw else None
    if _blank(raw):
        return None
    _refuse_broken(raw)
    if kind in (float, int) and math.isfinite(raw):
        if raw == int(raw) and 19_000_000 < raw < 21_000_000:
            return _date_of_text(str(int(raw)))
        if int(raw) in _SERIALS:
            return _FIRST_DAY + dt.timedelta(days=int(raw))
    raise _no_date(raw)


def _no_date(raw: Any, why: str = "不是日期") -> CellProblem:
    return CellProblem(f"“{shown(raw)}”{why}，请写成 2020-03-05 这样的年月日")


@lru_cache(maxsize=8192)
def _date_of_text(raw: str) -> dt.date | None:
    if _blank(raw):
        return None
    _refuse_broken(raw)
    text = unicodedata.normalize("NFKC", clean_text(raw)).translate(_DASHES).strip()
    if "年" in text and not text[0].isdigit():
        text = _chinese_numerals(text)
    for pattern in (_COMPACT, _YMD):
        if (found := pattern.match(text)) and _AFTER_DATE.fullmatch(text[found.end() :]):
            try:
                day = dt.date(*map(int, found.groups()[:3]))
            except ValueError:
                raise _no_date(raw, "不是存在的日期") from None
            if not 1900 <= day.year <= 2099:
                raise _no_date(raw, "的年份不对")
            return day
    if _YEAR_MONTH.fullmatch(text):
        raise _no_date(raw, "没有写明是哪一日")
    if _TWO_DIGITS.fullmatch(text):
        raise _no_date(raw, "的年份没有写成四位，或者年月日的顺序不清楚")
    if text.isdigit() and int(text) in _SERIALS:
        return _FIRST_DAY + dt.timedelta(days=int(text))
    raise _no_date(raw)


def _chinese_numerals(text: str) -> str:
    """二〇二〇年三月十四日 → 2020年3月14日."""
    text = re.sub(r"(?<![一二三四五六七八九])十(?=[一二三四五六七八九])", "一", text)
    text = re.sub(r"(?<=[一二三])十(?=[一二三四五六七八九])", "", text)
    text = re.sub(r"(?<=[一二三])十", "〇", text).replace("十", "一〇")
    return text.translate(_CHINESE_DIGITS)


# -- figures

_NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+|(?=\.\d))(?:\.\d*)?(?:E[+-]?\d{1,2})?", re.IGNORECASE)
_MONEY = {
    "元": Decimal(1),
    "千元": Decimal(1000),
    "万元": Decimal(10_000),
    "百万元": Decimal(10**6),
    "亿元": Decimal(10**8),
}
_MONEY |= {"万": _MONEY["万元"], "亿": _MONEY["亿元"], "圆": _MONEY["元"], "元整": _MONEY["元"], "人民币": _MONEY["元"]}
_WITH_UNIT = re.compile(r"(.*?)(百万元|千元|万元|亿元|元整|元|圆|万|亿|分|人|名|个|家|项|次|笔|户|件)")


def decimal(raw: Any, *, header_unit: str = "", unit: str = "") -> Decimal | None:
    """An exact figure: 1,234.50, ￥1234.5, (5.00) for minus five, full-width digits, blanks within.

    `unit` is what the value shall be in, `header_unit` what the file's header says. A unit of money in the cell itself
    goes before the header's. Where neither is known to be the same and `unit` is empty, a figure in 万元 is refused
    rather than stored ten thousand times too small.
    """
    kind = type(raw)
    if kind is float or kind is int:
        number, written = _exact(raw), header_unit
    elif kind is str:
        number, written = _number_of_text(raw) if raw else (None, "")
        if number is None:
            return None
        if written in _MONEY and not (unit or header_unit) and _MONEY[written] != 1:
            raise CellProblem(f"“{shown(raw)}”带着单位“{written}”，请只填数字，并把单位写在表头里")
        if written not in _MONEY:
            written = header_unit
        elif not unit:
            unit = header_unit
    else:
        if _blank(raw):
            return None
        _refuse_broken(raw)
        raise CellProblem(f"“{shown(raw)}”不是数字，请改填数字（这一格可能设成了日期格式）")
    if unit and written and unit != written and unit in _MONEY and written in _MONEY:
        return number * (_MONEY[written] / _MONEY[unit])
    return number


def _exact(raw: float) -> Decimal:
    if not -_EXACT < raw < _EXACT:
        raise CellProblem(f"“{raw:g}”太大，不像是这里该填的数字，请核对")
    return Decimal(int(raw)) if raw == int(raw) else Decimal(f"{raw:.15g}")


@lru_cache(maxsize=8192)
def _number_of_text(raw: str) -> tuple[Decimal | None, str]:
    """The number in a text and the unit written after it."""
    if _blank(raw):
        return None, ""
    _refuse_broken(raw)
    text = re.sub(r"\s", "", unicodedata.normalize("NFKC", clean_text(raw)))
    text = re.sub(r"^(?:人民币|RMB|CNY|[¥￥$])+[:：]?", "", text, flags=re.IGNORECASE).translate(_MINUS)
    text = re.sub(r"^-[¥￥]", "-", text)
    unit = ""
    if found := _WITH_UNIT.fullmatch(text):
        text, unit = found[1], found[2]
    if text.startswith("(") and text.endswith(")"):
        text = "-" + text[1:-1]
    if not _NUMBER.fullmatch(text):
        raise CellProblem(f"“{shown(raw)}”不是数字，请只填数字")
    number = Decimal(text.replace(",", ""))
    if not -_EXACT < number < _EXACT:
        raise CellProblem(f"“{shown(raw)}”太大，不像是这里该填的数字，请核对")
    return number, unit


_MINUS = str.maketrans("‐‑‒–—―−﹣", "--------")


def integer(raw: Any) -> int | None:
    """A whole number; 33 人 and 33.0 are 33."""
    number = decimal(raw)
    if number is None:
        return None
    if number != int(number):
        raise CellProblem(f"“{shown(raw)}”不是整数，请填整数")
    return int(number)


# -- yes and no

_YES = frozenset(
    ("是", "√", "✓", "✔", "☑", "■", "V", "有", "对", "Y", "YES", "TRUE", "T", "1", "已", "会员", "会员单位")
)
_NO = frozenset(
    (
        "否",
        "×",
        "✗",
        "✘",
        "☒",
        "□",
        "X",
        "无",
        "错",
        "N",
        "NO",
        "FALSE",
        "F",
        "0",
        "未",
        "不",
        "-",
        "--",
        "/",
        "\\",
        "—",
        "——",
    )
)


def yesno(raw: Any) -> bool | None:
    """是, √, 有, 已修复, Y, 1 and their opposites; None for a blank cell."""
    if type(raw) is str:
        return _yesno_of_text(raw) if raw else None
    if isinstance(raw, bool):
        return raw
    if raw is None:
        return None
    _refuse_broken(raw)
    return _yesno_of_text(freeze(raw))


@lru_cache(maxsize=1024)
def _yesno_of_text(raw: str) -> bool | None:
    _refuse_broken(raw)
    text = re.sub(r"\s|[(（].*[)）]$|[。.!！]$", "", clean_text(raw)).upper()
    if text in ("", "空"):
        return None
    if text in _NO or re.match("未|尚未|没有|不是|不|非|否", text):
        return False
    if text in _YES or re.match("已|是[的，,]", text):
        return True
    raise CellProblem(f"“{shown(raw)}”看不出是“是”还是“否”，请填“是”或“否”")


# -- telephone


def mobile(raw: Any) -> str | None:
    """A mobile number of 11 digits or a landline with its area code."""
    if _blank(raw):
        return None
    _refuse_broken(raw)
    try:
        return clean_phone(freeze(raw))
    except ValidationError as error:
        raise CellProblem(error.message) from error
