"""Exact numbers: points and marks are never binary fractions, and rounding happens only where somebody reads."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from fractions import Fraction

Number = int | Decimal | str | float


def exact(value: object) -> Decimal:
    """The Decimal that `value` is written as. Raises ValueError for anything that is not a finite number.

    A float means what it prints (a cell with 81.5 is 81.5); bool is no number.
    """
    if value.__class__ is int:
        return Decimal(value)
    if isinstance(value, bool) or value is None:
        raise ValueError(f"not a number: {value!r}")
    if isinstance(value, float):
        value = repr(value)
    try:
        number = Decimal(value.strip() if isinstance(value, str) else value)
    except (InvalidOperation, TypeError, ValueError):
        raise ValueError(f"not a number: {value!r}") from None
    if not number.is_finite():
        raise ValueError(f"not a number: {value!r}")
    return number


def printed(value: Decimal | int) -> str:
    """A number as people write it: no exponent, no trailing zeros, 3 and not 3.0."""
    text = format(value, "f") if isinstance(value, Decimal) else str(value)
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def plain(value: Decimal | int) -> int | str:
    """A number for JSON: an int where it is whole, else its exact text ("2.5")."""
    whole = int(value)
    return whole if whole == value else printed(value)


def decimals(value: Decimal) -> int:
    """How many decimal places a number really has."""
    return len(printed(value).partition(".")[2])


def rounded(value: Fraction, places: int) -> str:
    """A fraction for display, half up, always with `places` decimals."""
    scaled = abs(value) * 10**places
    whole = (scaled.numerator * 2 + scaled.denominator) // (scaled.denominator * 2)
    text = str(Decimal(whole).scaleb(-places).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP))
    return f"-{text}" if value < 0 and whole else text


def short(value: Fraction) -> str:
    """A mean for a table cell: one decimal where that is exact (4.4), else two (4.33)."""
    return rounded(value, 1) if (value * 10).denominator == 1 else rounded(value, 2)


def shown_between(value: Fraction, edges: list[Fraction], places: int = 2) -> str:
    """A mean for display that never seems to reach an edge that it does not reach.

    4.4967 would round to 4.50 beside "the 4.0 band", so it is shown with as many decimals as it takes (4.497).
    """
    for more in range(places, places + 7):
        text = rounded(value, more)
        seen = Fraction(text)
        if all((seen >= edge) == (value >= edge) for edge in edges):
            return text
    return str(value)


def apart(text: str) -> str:
    """A label within a Chinese sentence: a gap on both sides of Latin and figures ( AAA ), none around Chinese."""
    return f" {text} " if text.isascii() else text
