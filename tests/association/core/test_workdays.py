"""Working days with holidays and make-up days (调休)."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from association.core.workdays import (
    WorkingDays,
    YearMissing,
    add_working_days,
    calendar_of,
    is_working_day,
    working_days_between,
)

YEARS = (2020, 2021, 2022, 2025, 2026)
TABLE = WorkingDays({day.date: day.working for year in YEARS for day in calendar_of(year)}, frozenset(YEARS))
days_of_2021 = st.dates(date(2021, 1, 1), date(2021, 12, 31))


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2021-04-23", "2021-04-29"),
        ("2021-04-28", "2021-05-08"),
        ("2021-09-28", "2021-10-11"),
        ("2021-02-08", "2021-02-20"),
        ("2025-09-28", "2025-10-11"),
        ("2026-02-12", "2026-02-26"),
    ],
)
def test_five_working_days_of_a_publicity(start, end):
    assert add_working_days(date.fromisoformat(start), 5, TABLE) == date.fromisoformat(end)


def test_a_start_on_a_day_off_is_no_different():
    assert add_working_days(date(2021, 5, 1), 1, TABLE) == date(2021, 5, 6)


def test_a_moment_counts_as_its_day():
    assert add_working_days(datetime(2021, 4, 28, 17, 30), 5, TABLE) == date(2021, 5, 8)
    assert is_working_day(datetime(2021, 5, 8, 9, 0), TABLE)


def test_the_year_2021_had_250_working_days():
    assert working_days_between(date(2020, 12, 31), date(2021, 12, 31), TABLE) == 250
    assert working_days_between(date(2020, 12, 31), date(2021, 6, 30), TABLE) == 122


def test_make_up_days_work_and_holidays_do_not():
    assert is_working_day(date(2021, 5, 8), TABLE)
    assert not is_working_day(date(2021, 5, 3), TABLE)
    assert not is_working_day(date(2021, 5, 9), TABLE)
    assert is_working_day(date(2021, 5, 10), TABLE)


def test_a_missing_year_is_named():
    with pytest.raises(YearMissing) as caught:
        add_working_days(date(2026, 12, 28), 5, TABLE)
    assert caught.value.year == 2027
    assert "还没有 2027 年" in str(caught.value)


@pytest.mark.parametrize(
    "ask",
    [
        lambda: add_working_days(date(2023, 12, 29), 1, TABLE),
        lambda: is_working_day(date(2023, 1, 3), TABLE),
        lambda: working_days_between(date(2022, 12, 1), date(2025, 1, 2), TABLE),
        lambda: calendar_of(2003),
        lambda: calendar_of(2100),
    ],
)
def test_nothing_is_computed_over_a_gap(ask):
    with pytest.raises(YearMissing):
        ask()


@pytest.mark.parametrize("days", [0, -3])
def test_a_term_has_at_least_one_day(days):
    with pytest.raises(ValueError, match="at least one"):
        add_working_days(date(2021, 4, 28), days, TABLE)


@given(days_of_2021, st.integers(1, 60))
def test_the_end_is_a_working_day_and_counting_back_gives_the_term(start, days):
    end = add_working_days(start, days, TABLE)
    assert is_working_day(end, TABLE)
    assert end > start
    assert working_days_between(start, end, TABLE) == days
    assert working_days_between(end, start, TABLE) == -days


@given(days_of_2021, st.integers(1, 30), st.integers(1, 30))
def test_two_terms_in_a_row_are_one_long_term(start, first, second):
    assert add_working_days(add_working_days(start, first, TABLE), second, TABLE) == add_working_days(
        start, first + second, TABLE
    )


@given(days_of_2021, st.integers(1, 30))
def test_a_later_start_never_ends_earlier(start, days):
    assert add_working_days(start, days, TABLE) <= add_working_days(start + timedelta(1), days, TABLE)


@given(st.sets(days_of_2021), days_of_2021, st.integers(1, 10))
def test_a_table_of_ones_own_is_followed(off, start, days):
    table = WorkingDays(dict.fromkeys(off, False), frozenset({2021, 2022}))
    assert add_working_days(start, days, table) not in off


def test_the_calendar_holds_exceptions_with_their_names_only():
    days = {day.date: day for day in calendar_of(2021)}
    assert days[date(2021, 5, 3)].name == "劳动节"
    assert not days[date(2021, 5, 3)].working
    assert days[date(2021, 5, 8)].working
    assert date(2021, 5, 2) not in days  # a Sunday off anyway
    assert date(2021, 4, 30) not in days  # a Friday worked anyway
    assert list(days) == sorted(days)
    assert all((day.weekday() > 4) == special.working for day, special in days.items())


def test_the_package_fills_every_year_that_it_knows():
    for year in range(2007, 2027):
        assert len(calendar_of(year)) >= 10
