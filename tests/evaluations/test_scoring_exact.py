"""Numbers for reading and for storing: exact inside, rounded only on the outside."""

from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluations.scoring.days import MOST, Days
from evaluations.scoring.exact import decimals, exact, plain, printed, rounded, short, shown_between


@pytest.mark.parametrize(
    ("value", "number"),
    [(3, "3"), ("4.50", "4.50"), (0.1, "0.1"), (81.5, "81.5"), (Decimal("1E+2"), "100"), (" 7 ", "7")],
)
def test_exact_is_what_is_written(value, number):
    assert exact(value) == Decimal(number)


@pytest.mark.parametrize("value", [None, True, "", "三", "1,000", float("nan"), "Infinity", [], Decimal("sNaN")])
def test_what_is_no_number_is_refused(value):
    with pytest.raises(ValueError, match="not a number"):
        exact(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [("3.0", "3"), ("2.50", "2.5"), ("-0.0", "0"), ("1E+2", "100"), ("0.001", "0.001"), ("1000", "1000")],
)
def test_printed_as_people_write(value, text):
    assert printed(Decimal(value)) == text
    assert str(plain(Decimal(value))) == text
    assert decimals(Decimal(value)) == len(text.partition(".")[2])


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [("9/2", 2, "4.50"), ("845/200", 2, "4.23"), ("13/3", 2, "4.33"), ("14/3", 0, "5"), ("-1/3", 1, "-0.3"),
     ("-1/300", 1, "0.0")],
)  # fmt: skip
def test_rounded_half_up(value, places, text):
    assert rounded(Fraction(value), places) == text


def test_short_means():
    assert (short(Fraction(4)), short(Fraction(22, 5)), short(Fraction(13, 3))) == ("4.0", "4.4", "4.33")


@given(st.fractions(0, 5), st.fractions(0, 5).filter(lambda edge: edge.denominator < 100))
def test_a_shown_mean_is_on_the_right_side_of_every_edge(value, edge):
    shown = Fraction(shown_between(value, [edge]))
    assert (shown >= edge) == (value >= edge)
    assert abs(shown - value) <= Fraction(1, 200)


def test_a_mean_too_close_for_decimals_is_shown_as_its_fraction():
    value = Fraction(9, 2) - Fraction(1, 10**12)
    assert shown_between(value, [Fraction(9, 2)]) == str(value)


def test_days_from_all_that_a_database_gives():
    days = Days()
    values = [date(2020, 2, 29), datetime(2020, 2, 29, 8), "2020-02-29", "2020-02-29 08:00:00"]
    assert {days[value] for value in values} == {"2020-02-29"}
    assert days[None] == days[""] == ""
    with pytest.raises(ValueError, match="out of range"):
        days["2021-02-29"]


def test_days_never_keeps_more_than_it_may():
    days = Days((str(number), "") for number in range(MOST + 1))
    assert days[date(2020, 1, 1)] == "2020-01-01"
    assert len(days) == 1
