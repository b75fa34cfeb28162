"""Mainland telephone numbers (手机号, 固定电话) in one form to store: 13812345678, 0730-8880000, 0730-8880000-801."""

import re
from functools import lru_cache

from django.core.exceptions import ValidationError

from .text import clean_text

_MOBILE = re.compile(r"(?:\+?86|0086)?(1[3-9]\d{9})")
_EXTENSION = re.compile(r"(?:转|分机|ext\.?|x|-)(\d{1,5})$", re.IGNORECASE)
_BETWEEN = re.compile(r"[、,;，；/|或及和]+|(?<=\d{7})\s+(?=[01])")


@lru_cache(maxsize=20_000)
def clean_phone(text: str) -> str:
    """The number in `text`, of several the first mobile, else the first that is valid.

    Raises ValidationError with one Chinese sentence where there is none.
    """
    text = clean_text(text)
    if mobile := _MOBILE.fullmatch(text):
        return mobile[1]
    if not text:
        raise ValidationError("请填写电话号码", code="empty")
    found = [number for number in map(_one, _BETWEEN.split(text)) if number]
    if not found:
        raise ValidationError(
            f"“{text[:30]}”不是有效的电话号码，手机请写 11 位，固定电话请带区号，例如 0730-8880000", code="invalid"
        )
    return next((number for number in found if len(number) == 11 and number[0] == "1"), found[0])


def _one(text: str) -> str:
    """The single number in `text`, or "" where it is none."""
    text = re.sub(r"[\s()（）·.]|[‐‑‒–—―−](?=\d)", lambda mark: "-" if mark[0] in "‐‑‒–—―−" else "", text)
    if mobile := _MOBILE.fullmatch(text.replace("-", "")):
        return mobile[1]
    import phonenumbers  # 40 ms of tables, needed by few rows

    extension = _EXTENSION.search(text) if len(re.sub(r"\D", "", text)) > 9 else None
    main = text[: extension.start()] if extension and len(re.sub(r"\D", "", text[: extension.start()])) >= 10 else text
    try:
        number = phonenumbers.parse(main, "CN")
    except phonenumbers.NumberParseException:
        return ""
    if number.country_code != 86 or not phonenumbers.is_valid_number(number):
        return ""
    digits = phonenumbers.national_significant_number(number)
    area = phonenumbers.length_of_geographical_area_code(number)
    shown = f"0{digits[:area]}-{digits[area:]}" if area else digits
    return f"{shown}-{extension[1]}" if extension and main != text else shown
