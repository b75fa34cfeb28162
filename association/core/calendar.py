"""Write years into the working-day table (工作日历), and say whether it covers what a clock needs."""

from collections.abc import Callable

from django.db import transaction

from . import workdays
from .models import CalendarDay, CalendarYear

SOURCE = "国务院办公厅节假日安排通知（chinesecalendar 数据）"

_listeners: list[Callable[[], None]] = []


def on_years_written(function: Callable[[], None]) -> Callable[[], None]:
    """`function()` is called after a year was written, in its transaction: how rooms above hear of it."""
    _listeners.append(function)
    return function


def _written():
    for function in _listeners:
        function()


@transaction.atomic
def load_year(year: int, *, replace: bool = False) -> tuple[CalendarYear, int]:
    """The year as the State Council published it: (row, days written). A year on file stays as staff have it, with 0.

    Raises workdays.YearMissing where the installed data do not reach; then staff enter the year by hand.
    """
    published = workdays.calendar_of(year)
    row, new = CalendarYear.objects.get_or_create(year=year, defaults={"source": SOURCE})
    if not new and not replace:
        return row, 0
    row.days.all().delete()
    CalendarDay.objects.bulk_create(
        CalendarDay(year=row, date=day.date, is_working=day.working, note=day.name) for day in published
    )
    _written()
    return row, len(published)


@transaction.atomic
def enter_year(year: int, *, off, worked, source: str = "") -> CalendarYear:
    """Put a year down as entered by hand: `off` and `worked` are {date: note}, replacing what it held."""
    row, _ = CalendarYear.objects.get_or_create(year=year)
    row.source = source
    row.save()
    row.days.all().delete()
    rows = [CalendarDay(year=row, date=day, is_working=False, note=note) for day, note in off.items()]
    rows += [CalendarDay(year=row, date=day, is_working=True, note=note) for day, note in worked.items()]
    CalendarDay.objects.bulk_create(sorted(rows, key=lambda day: day.date))
    _written()
    return row
