"""Figures and whole numbers as people type them, money in its unit: a value, or a sentence that says what is wrong."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from association.exchange import cells
from association.exchange.cells import freeze

from .conftest import sentence


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (11.0, "11"),
        (84.30000000000001, "84.3"),
        (0.1 + 0.2, "0.3"),
        (-2.5, "-2.5"),
        ("1,234.50", "1234.50"),
        ("1，234.50", "1234.50"),
        ("1,214,344.55", "1214344.55"),
        ("１２．５", "12.5"),
        (" 1 234.5 ", "1234.5"),
        ("￥1,234.5", "1234.5"),
        ("¥ 1234.5", "1234.5"),
        ("人民币1234.5元", "1234.5"),
        ("-5", "-5"),
        ("－5", "-5"),
        ("−5", "-5"),
        ("(5.00)", "-5.00"),
        ("（5.00）", "-5.00"),
        ("+5", "5"),
        (".5", "0.5"),
        ("5.", "5"),
        ("85分", "85"),
        ("100元整", "100"),
        ("1.2E+05", "1.2E+5"),
        ("0", "0"),
        (0.0, "0"),
    ],
)
def test_figures(raw, value):
    assert cells.decimal(raw) == Decimal(value)


@pytest.mark.parametrize(
    "raw",
    [
        "十二",
        "12,34",
        "1,2345",
        "1.2.3",
        "12-13",
        "80%",
        "约12",
        "--5",
        "12 13a",
        dt.date(2020, 3, 4),
        True,
        "1E99",
        1e15,
        "E5",
    ],
)
def test_what_is_no_figure_is_refused(raw):
    assert "数字" in sentence(cells.decimal, raw)


@pytest.mark.parametrize(
    ("raw", "header_unit", "unit", "value"),
    [
        (11.0, "万元", "元", "110000"),
        ("11", "万元", "元", "110000"),
        ("1.5万元", "", "元", "15000"),
        ("1.5万", "元", "元", "15000"),
        ("0.2亿", "", "万元", "2000"),
        (684000.0, "元", "万元", "68.4"),
        (684000.0, "", "元", "684000"),
        ("11万元", "万元", "万元", "11"),
        ("11万元", "万元", "", "11"),
        ("110000元", "万元", "", "11"),
        ("110000元", "", "", "110000"),
        (11.0, "万元", "", "11"),
        (85.0, "分", "", "85"),
    ],
)
def test_money_is_converted_into_the_unit_of_the_column(raw, header_unit, unit, value):
    assert cells.decimal(raw, header_unit=header_unit, unit=unit) == Decimal(value)


def test_a_unit_that_nothing_explains_is_refused():
    assert "并把单位写在表头里" in sentence(cells.decimal, "11万元")


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=2))
def test_a_figure_survives_every_way_of_writing_it(number):
    assert cells.decimal(str(number)) == number
    assert cells.decimal(f"{number:,}") == number
    assert cells.decimal(f"￥{number:,}" if number >= 0 else f"({-number:,})") == number
    assert cells.decimal(float(number)) == number
    assert cells.decimal(freeze(float(number))) == number


@pytest.mark.parametrize(
    ("raw", "value"), [(33.0, 33), ("33人", 33), ("3 3", 33), ("1,033", 1033), ("33.0", 33), (0.0, 0)]
)
def test_whole_numbers(raw, value):
    found = cells.integer(raw)
    assert found == value
    assert type(found) is int


@pytest.mark.parametrize("raw", [33.5, "33.5", "三十三"])
def test_what_is_no_whole_number_is_refused(raw):
    assert "数" in sentence(cells.integer, raw)
