"""The working-day table: loaded by command, entered by hand, and asked by clocks."""

import datetime as dt
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from association.core.calendar import enter_year, load_year
from association.core.models import CalendarDay, CalendarYear, add_working_days
from association.core.workdays import YearMissing

pytestmark = pytest.mark.django_db


def _load(*args):
    out = StringIO()
    call_command("load_calendar", *args, stdout=out)
    return out.getvalue().splitlines()


def test_the_command_loads_years_and_leaves_known_ones_alone():
    assert _load("2021") == ["2021 年：写入 25 个特殊日期。"]
    CalendarDay.objects.filter(date="2021-05-08").update(is_working=False)
    assert _load("2021", "2020")[0] == "2021 年：已有，未改动。"
    assert not CalendarDay.objects.get(date="2021-05-08").is_working
    _load("2021", "--replace")
    assert CalendarDay.objects.get(date="2021-05-08").is_working


def test_a_year_outside_the_data_is_named_and_the_others_are_written(capsys):
    assert _load("2021", "2199") == ["2021 年：写入 25 个特殊日期。"]
    assert "没有 2199 年，请在「系统 › 工作日历」" in capsys.readouterr().err
    assert [row.year for row in CalendarYear.objects.all()] == [2021]


def test_where_no_year_is_known_the_command_fails():
    with pytest.raises(CommandError, match=r"没有 2198 年、2199 年.*工作日历"):
        _load("2198", "2199")
    assert not CalendarYear.objects.exists()


def test_days_are_counted_by_the_table():
    load_year(2021)
    assert add_working_days(dt.date(2021, 4, 28), 5) == dt.date(2021, 5, 8)


def test_a_missing_year_says_which_and_where_to_enter_it():
    load_year(2021)
    with pytest.raises(YearMissing, match=r"没有 2022 年.*「系统 › 工作日历」"):
        add_working_days(dt.date(2021, 12, 30), 5)


def test_a_year_entered_by_hand_replaces_what_it_held():
    load_year(2021)
    enter_year(2021, off={dt.date(2021, 1, 1): "元旦"}, worked={dt.date(2021, 1, 9): "调休"}, source="通知")
    assert list(CalendarDay.objects.values_list("date", "is_working", "note")) == [
        (dt.date(2021, 1, 1), False, "元旦"),
        (dt.date(2021, 1, 9), True, "调休"),
    ]
    assert CalendarYear.objects.get().source == "通知"
