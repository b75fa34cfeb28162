"""Working days (工作日): weekends and holidays off, make-up days (调休) on. Pure functions over a table given to them.

民法典 201 and 203, 行政许可法 82: the first day is not counted, statutory holidays are no working days. The State
Council sets holidays and make-up days for each year in the November before, so a year may be missing: then nothing is
computed.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

_DAY = dt.timedelta(days=1)


class YearMissing(ValueError):
    """The working-day table does not cover `year`. Its text is a Chinese sentence for whoever can add the year."""

    def __init__(self, year: int):
        super().__init__(f"工作日历里还没有 {year} 年，请先在「系统 › 工作日历」补录该年的放假和调休安排")
        self.year = year


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """The table: which years are known, and the days on which they depart from Monday to Friday.

    `exceptions`: True for a weekend day that is worked (调休上班), False for a weekday off (节假日).
    """

    exceptions: Mapping[dt.date, bool]
    years: frozenset[int] = field(default_factory=frozenset)

    def works(self, day: dt.date) -> bool:
        """Whether `day` is a working day. Raises YearMissing."""
        if day.year not in self.years:
            raise YearMissing(day.year)
        return self.exceptions.get(day, day.weekday() < 5)


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """One exception of a year: a weekday off or a weekend day worked, with the Chinese name of its holiday."""

    date: dt.date
    working: bool
    name: str


def is_working_day(day: dt.date, table: WorkingDays) -> bool:
    """Whether `day` is a working day by `table`. Raises YearMissing."""
    return table.works(_as_date(day))


def add_working_days(start: dt.date, days: int, table: WorkingDays) -> dt.date:
    """The last of `days` working days after `start`; `start` itself is not counted, whatever day it is.

    2021-04-28 and 5 days give Saturday 2021-05-08. Raises YearMissing where `start` or any day up to the end lies in a
    year that the table does not cover, ValueError for a number of days below one.
    """
    if days < 1:
        raise ValueError(f"a term has at least one working day, not {days}")
    day = _as_date(start)
    if day.year not in table.years:
        raise YearMissing(day.year)
    while days:
        day += _DAY
        days -= table.works(day)
    return day


def working_days_between(start: dt.date, end: dt.date, table: WorkingDays) -> int:
    """Working days after `start` up to and including `end`: how many are left. Negative where `end` has passed.

    The inverse of `add_working_days`. Raises YearMissing.
    """
    start, end = _as_date(start), _as_date(end)
    if end < start:
        return -working_days_between(end, start, table)
    for year in range(start.year, end.year + 1):
        if year not in table.years:
            raise YearMissing(year)
    return sum(table.works(start + _DAY * number) for number in range(1, (end - start).days + 1))


def _as_date(day: dt.date) -> dt.date:
    return day.date() if isinstance(day, dt.datetime) else day


@lru_cache(maxsize=64)
def calendar_of(year: int) -> tuple[SpecialDay, ...]:
    """The exceptions of `year` as the State Council published them, in order of date, out of the chinesecalendar
    package.

    Weekdays off and weekend days worked; an ordinary weekend within a holiday is no exception. Raises YearMissing for
    years that the installed package does not know (1.11: 2004 to 2026).
    """
    from chinese_calendar.constants import Holiday, holidays, workdays

    names = {holiday.value: holiday.chinese for holiday in Holiday}
    # The national holiday tells a year that is really filled from one of which only a New Year's bridge is known.
    if holidays.get(dt.date(year, 10, 1)) is None:
        raise YearMissing(year)
    off = [
        SpecialDay(day, False, names[name]) for day, name in holidays.items() if day.year == year and day.weekday() < 5
    ]
    on = [
        SpecialDay(day, True, names[name]) for day, name in workdays.items() if day.year == year and day.weekday() > 4
    ]
    return tuple(sorted(off + on, key=lambda special: special.date))
