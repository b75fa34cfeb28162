"""Words and drawings of the templates. No database."""

import datetime as dt
import re
from decimal import Decimal
from fractions import Fraction

import pytest
from django.core.paginator import Paginator
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import timezone

from association.core.templatetags import portal

SATURDAY = dt.date(2021, 5, 8)
EVENING_UTC = dt.datetime(2021, 5, 8, 9, 0, tzinfo=dt.UTC)  # 17:00 in Shanghai


def draw(source, **context):
    return Template(source).render(Context(context))


@pytest.mark.parametrize(
    ("form", "text"),
    [("", "2021 年 5 月 8 日（周六）"), ("year", "2021 年 5 月 8 日（周六）"), ("plain", "2021 年 5 月 8 日")],
)
def test_dates_in_sentences(form, text):
    assert portal.cn_date(SATURDAY, form) == text


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        (EVENING_UTC, "", "2021 年 5 月 8 日（周六）17:00"),
        (EVENING_UTC, "plain", "2021 年 5 月 8 日 17:00"),
        (SATURDAY, "", "2021 年 5 月 8 日（周六）"),
        (dt.datetime(2021, 5, 7, 16, 0, tzinfo=dt.UTC), "", "2021 年 5 月 8 日（周六）00:00"),
    ],
)
def test_moments_are_told_in_local_time(value, form, text):
    assert portal.cn_moment(value, form) == text


def test_a_date_of_this_year_needs_no_year():
    day = timezone.localdate().replace(month=5, day=8)
    assert portal.cn_date(day).startswith("5 月 8 日（周")
    assert portal.cn_date(day, "plain") == f"{day.year} 年 5 月 8 日"


def test_dates_in_tables():
    assert portal.iso_date(SATURDAY) == "2021-05-08"
    assert portal.iso_moment(EVENING_UTC) == "2021-05-08 17:00"
    assert portal.iso_moment(SATURDAY) == "2021-05-08"


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("money", 12000, "12,000.00"),
        ("money", Decimal("0.005"), "0.01"),
        ("wan", 124000, "12.4"),
        ("yuan", 124000, "12.4 万元"),
        ("yuan", Decimal("5800.50"), "5,800.5 元"),
        ("points", Decimal("3.00"), "3"),
        ("points", "4.2105", "4.21"),
        ("points", Fraction(29, 7), "4.14"),
        ("points", 100, "100"),
        ("points", 0, "0"),
        ("signed", -1, "−1"),
        ("signed", Decimal("2.50"), "+2.5"),
        ("signed", 0, "0"),
        ("signed", Decimal("-0.001"), "0"),
        ("count", 10000, "10,000"),
        ("count", 0, "0"),
    ],
)
def test_figures(name, value, text):
    assert getattr(portal, name)(value) == text


@pytest.mark.parametrize(
    "name", ["cn_date", "cn_moment", "iso_date", "iso_moment", "money", "wan", "yuan", "points", "signed", "count"]
)
def test_a_filter_never_raises(name):
    tell = getattr(portal, name)
    assert tell(None) == ""
    assert tell("") == ""
    assert tell("未调查") == "未调查"


def test_icon_is_decoration_unless_it_has_a_label():
    assert 'aria-hidden="true"' in draw('{% icon "search" %}')
    assert 'role="img" aria-label="查询 &lt;"' in draw('{% icon "search" label %}', label="查询 <")


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("0000-8888888", '<a href="tel:00008888888">0000-8888888</a>'),
        ("（0000）8888888", '<a href="tel:00008888888">（0000）8888888</a>'),
        ("8888888、8888889", "8888888、8888889"),
        ("<b>12345", "&lt;b&gt;12345"),
        (None, ""),
    ],
)
def test_a_single_number_can_be_tapped(text, drawn):
    assert draw("{{ text|phone }}", text=text) == drawn


def test_card_keeps_markup_inside_and_escapes_the_title():
    page = draw(
        '{% card title=title more_url="/all/" %}<b>{{ name }}</b>{% endcard %}', title="<正在公示>", name="<甲>"
    )
    assert "<b>&lt;甲&gt;</b>" in page
    assert "<h2>&lt;正在公示&gt;</h2>" in page
    assert 'href="/all/"' in page


def test_meter_is_held_between_nothing_and_full():
    assert 'width="50.0%"' in draw('{% meter 2 4 "行业自律" %}')
    assert '<rect width="100%" height="100%" rx="3"/>' in draw('{% meter 9 4 "行业自律" %}')
    assert '<rect width="0%" height="100%" rx="3"/>' in draw('{% meter -1 4 "行业自律" %}')
    assert '<rect width="0%" height="100%" rx="3"/>' in draw('{% meter missing 4 "行业自律" %}')


COLUMNS = [{"label": "企业", "main": True}, {"label": "分数", "align": "num"}]


def test_table_cells_carry_their_column_for_the_phone():
    page = draw(
        '{% data_table columns rows caption="名单" numbered_from=21 %}',
        columns=COLUMNS,
        rows=[["甲", 0], {"cells": [{"text": "乙", "url": "/b/"}, {"text": 3, "strong": True}], "muted": True}],
    )
    assert re.findall(r'class="nr">(\d+)<', page) == ["21", "22"]
    assert page.count('data-label="分数"') == 2
    assert '<a href="/b/">乙</a>' in page
    assert ">0</span>" in page
    assert page.count("data-muted") == 1


def test_table_refuses_rows_of_another_length():
    with pytest.raises(ValueError, match="zip"):
        draw('{% data_table columns rows caption="名单" %}', columns=COLUMNS, rows=[["甲"]])


def test_empty_table_says_so():
    assert "还没有企业" in draw(
        '{% data_table columns rows caption="名单" empty="还没有企业" %}', columns=COLUMNS, rows=[]
    )


def pager(number, query, size=10, total=255):
    request = RequestFactory().get(f"/list/{query}")
    page = Paginator(range(total), size).page(number)
    return draw('{% pager page unit="家" %}', page=page, request=request)


def test_pager_keeps_the_search_and_has_one_address_for_page_one():
    page = pager(2, "?q=甲&page=2")
    assert 'href="?q=%E7%94%B2" rel="prev"' in page
    assert 'href="?q=%E7%94%B2&amp;page=3" rel="next"' in page
    assert "共 255 家，第 2 / 26 页" in page


def test_pager_of_one_page_is_the_total_alone():
    page = pager(1, "", total=3)
    assert "共 3 家" in page
    assert "<a" not in page


def test_bars_are_as_long_as_their_percentage_and_told_in_words():
    page = draw('{% bar_chart rows title="等级" label_head="等级" %}', rows=[("AAA", 131), ("AA", 76), ("A", 48)])
    assert re.findall(r'class="mark" x="0" y="\d+" width="([\d.]+)%"', page) == ["51.4", "29.8", "18.8"]
    assert "<title id=" in page
    assert "AAA 131 家，AA 76 家，A 48 家。</desc>" in page
    assert "<td>AAA</td>" in page
    assert "51.4%" in page


def test_bars_without_a_percentage_are_drawn_against_the_highest():
    page = draw('{% bar_chart rows title="等级" shares=False %}', rows=[("AAA", 131), ("AA", 76)])
    assert re.findall(r'class="mark" x="0" y="\d+" width="([\d.]+)%"', page) == ["100.0", "58.0"]


def test_columns_stand_on_one_line_and_a_zero_has_no_height():
    page = draw('{% column_chart rows title="得分" %}', rows=[("7 分", 0), ("8 分", 39)])
    bars = re.findall(r'<rect class="mark" x="([\d.]+)%" y="(\d+)" width="([\d.]+)%" height="(\d+)"', page)
    assert [int(y) + int(height) for _, y, _, height in bars] == [176, 176]
    assert [height for *_, height in bars] == ["0", "150"]


@pytest.mark.parametrize("tag", ["bar_chart", "column_chart"])
def test_charts_without_data_say_so(tag):
    page = draw("{% " + tag + ' rows title="等级" %}', rows=[])
    assert "还没有数据" in page
    assert "<svg" not in page


def test_charts_of_zeros_divide_by_nothing():
    assert 'width="0.0%"' in draw('{% bar_chart rows title="等级" %}', rows=[("A", 0), ("B", None)])
