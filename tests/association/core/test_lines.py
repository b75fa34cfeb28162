"""Small tables written one row a line."""

import datetime as dt

import pytest

from association.core.lines import (
    LineProblem,
    read_days,
    read_districts,
    read_pairs,
    write_days,
    write_districts,
    write_pairs,
)  # fmt: skip


def test_districts_are_read_with_either_comma_and_written_back():
    text = "东城区，430602、东城\n\n西县,西\n南山区"
    rows = [
        {"name": "东城区", "code": "430602", "aliases": ["东城"]},
        {"name": "西县", "code": "", "aliases": ["西"]},
        {"name": "南山区", "code": "", "aliases": []},
    ]
    assert read_districts(text) == rows
    assert read_districts(write_districts(rows)) == rows


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("东城区,4306", "「东城区」的行政区划代码应是一个 6 位数字，请核对。"),
        ("东城区,东\n西县,东", "「东」同时写在「东城区」和「西县」里，请只保留一处。"),
    ],
)
def test_districts_that_cannot_be_are_told(text, sentence):
    with pytest.raises(LineProblem) as problem:
        read_districts(text)
    assert str(problem.value) == sentence


def test_pairs():
    assert read_pairs("rating=XP{year}-{n}\n objection ＝ Y{year}{n} ") == {
        "rating": "XP{year}-{n}",
        "objection": "Y{year}{n}",
    }
    assert read_pairs(write_pairs({"a": "b=c"})) == {"a": "b=c"}
    with pytest.raises(LineProblem, match="种类=格式"):
        read_pairs("rating")


def test_days_are_read_as_notices_write_them():
    text = "5-1 至 5-5 劳动节\n2021年10月1日到10月3日 国庆节；6.14 端午节"
    days = read_days(text, 2021)
    assert len(days) == 9
    assert days[dt.date(2021, 5, 5)] == "劳动节"
    assert days[dt.date(2021, 6, 14)] == "端午节"
    assert dt.date(2021, 10, 3) in days


@pytest.mark.parametrize(
    ("line", "word"),
    [("劳动节", "看不懂"), ("2-30", "没有这一天"), ("5-5 至 5-1", "早于"), ("2022-1-3", "不在 2021 年")],
)
def test_days_that_cannot_be_are_told(line, word):
    with pytest.raises(LineProblem, match=word):
        read_days(line, 2021)


def test_days_are_written_as_spans_over_weekends():
    days = [dt.date(2021, 2, n) for n in (11, 12, 15, 16, 17)]
    assert (
        write_days([(day, "春节") for day in days] + [(dt.date(2021, 4, 5), "清明")]) == "2-11 至 2-17 春节\n4-5 清明"
    )
