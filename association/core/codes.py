"""统一社会信用代码 (GB 32100-2015) and 组织机构代码: cleaned, checked, and refused with a sentence that says what to
do.

18 characters out of 31 (no I O Z S V): 1 registrar, 1 kind, 6 area, 9 organisation code, 1 check character.
python-stdnum does the arithmetic; its own `validate` refuses registrars that are a letter, which the standard allows.
"""

import re
import unicodedata

from django.core.exceptions import ValidationError
from stdnum.cn import uscc

LENGTH = 18
CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"

_NOISE = re.compile(
    "[\\s\\x00-\\x1f\\x7f-\\xa0\u00ad\u180e\u200b-\u200f\u2010-\u2015\u202a-\u202f\u2060-\u206f\u2212\ufe00-\ufe0f\ufeff"
    "\\-_.,·•・。．'\"‘’“”`]+"
)
# 9.1430E+17: a code of digits alone that Excel took for a number.
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?[EＥ]\+?(?:1[5-9]|2\d)", re.IGNORECASE)
_RIGHT = re.compile(f"[{CHARACTERS}]{{2}}[0-9]{{6}}[{CHARACTERS}]{{10}}")
_MEANT = {"I": "数字 1", "O": "数字 0", "Z": "数字 2", "S": "数字 5", "V": "U 或 Y"}
_ORGANISATION = re.compile(r"[0-9A-Z]{8}[0-9X]")


def clean_code(text: str) -> str:
    """`text` as a code is written: half-width, upper case, without blanks, dashes, dots, quotes, invisible signs."""
    text = str(text)
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return _NOISE.sub("", text).upper()


def is_code(text: str) -> bool:
    """Whether `text` is a valid 统一社会信用代码 once cleaned."""
    try:
        check_code(text)
    except ValidationError:
        return False
    return True


def check_code(text: str) -> str:
    """The cleaned 统一社会信用代码 in `text`.

    Raises ValidationError with one sentence that says what is wrong and what to do: empty, damaged by Excel, of a wrong
    length, with a character that codes do not have (which, where, and what is probably meant), or a wrong check
    character.
    """
    code = clean_code(text)
    if not _RIGHT.fullmatch(code):
        _refuse_scientific(text)
        _refuse_length(code)
        _refuse_characters(code)
    if uscc.calc_check_digit(code) != code[-1]:
        if code.isdigit() and code.endswith("000"):
            raise _damaged(code)
        raise ValidationError("统一社会信用代码第 18 位不对，请核对营业执照", code="check")
    # Excel keeps 15 digits and fills up with zeros. One in 31 of those passes the check above by chance, so a code of
    # digits that ends in 000 must have its second check character right, too.
    if code.isdigit() and code.endswith("000") and organisation_check(code[8:16]) != code[16]:
        raise _damaged(code)
    return code


def _refuse_scientific(text: str) -> None:
    shown = unicodedata.normalize("NFKC", str(text)).strip().upper()
    if _SCIENTIFIC.fullmatch(shown):
        raise _damaged(shown)


def _damaged(shown: str) -> ValidationError:
    return ValidationError(
        f"统一社会信用代码被 Excel 当成数字（{shown}），后几位已经丢失，请把该列设为“文本”格式，照营业执照重新填写",
        code="damaged",
    )


def _refuse_length(code: str) -> None:
    if not code:
        raise ValidationError("请填写统一社会信用代码（18 位，见营业执照）", code="empty")
    if len(code) == LENGTH:
        return
    hint = {9: "，像是组织机构代码", 15: "，像是旧的营业执照注册号或税号"}.get(len(code), "")
    raise ValidationError(f"统一社会信用代码应为 18 位，这里是 {len(code)} 位{hint}，请照营业执照核对", code="length")


def _refuse_characters(code: str) -> None:
    """Raises for the first character of `code` that cannot stand where it stands."""
    for place, char in enumerate(code, start=1):
        if char in _MEANT:
            why = f"不会是字母 {char}，可能是{_MEANT[char]}"
        elif char not in CHARACTERS:
            why = f"的“{char}”不是数字或大写字母"
        elif 3 <= place <= 8 and not char.isdigit():
            why = "应为数字（第 3 至 8 位是行政区划码）"
        else:
            continue
        raise ValidationError(f"统一社会信用代码第 {place} 位{why}，请照营业执照核对", code="character")


def organisation_code(text: str) -> str:
    """The 组织机构代码 in `text` as nine characters (`MAP4CU0D-X` → `MAP4CU0DX`); out of a whole 18-character code its
    part.

    Empty where `text` has no such shape. The check character is not looked at: matching finds the firm or does not.
    """
    code = clean_code(text)
    if len(code) == LENGTH:
        code = code[8:17]
    return code if _ORGANISATION.fullmatch(code) else ""


def organisation_part(code: str) -> str:
    """Characters 9 to 17 of an 18-character code: the 组织机构代码 of its holder. Empty for any other length."""
    code = clean_code(code)
    return code[8:17] if len(code) == LENGTH else ""


def organisation_check(body: str) -> str:
    """The check character (0-9 or X) of the eight characters `body` of a 组织机构代码, by GB 11714-1997."""
    total = sum(int(char, 36) * weight for char, weight in zip(body, (3, 7, 9, 10, 5, 8, 4, 2), strict=True))
    return "0123456789X0"[11 - total % 11]
