"""Each kind of cell: what it accepts, and the sentence for what it does not."""

import contextlib
import datetime as dt
import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from association.exchange import cells
from association.exchange.cells import freeze
from association.exchange.columns import Column, find_header
from association.exchange.errors import CellProblem, ErrorCell, FormulaCell
from association.exchange.rowcells import RowCleaner, read_cells

from .conftest import sentence

CODE = "91350100M000100Y43"
CLEANERS = [
    cells.text,
    cells.code,
    cells.organisation,
    cells.date,
    cells.decimal,
    cells.integer,
    cells.yesno,
    cells.mobile,
]
BLANK_KINDS = [cleaner for cleaner in CLEANERS if cleaner is not cells.text]


# -- all kinds


@pytest.mark.parametrize("cleaner", CLEANERS)
def test_a_formula_without_a_result_is_a_problem(cleaner):
    assert sentence(cleaner, FormulaCell("=A1*2")).startswith("这一格是还没有算出结果的公式")


@pytest.mark.parametrize("cleaner", CLEANERS)
@pytest.mark.parametrize("raw", [ErrorCell("#N/A"), "#N/A", "#REF!", " #DIV/0! "])
def test_an_error_value_is_a_problem(cleaner, raw):
    assert f"错误值 {raw.strip()}" in sentence(cleaner, raw)


@pytest.mark.parametrize("cleaner", BLANK_KINDS)
@pytest.mark.parametrize("raw", ["", " ", None, "\u3000"])
def test_blank_is_none(cleaner, raw):
    assert cleaner(raw) is None


@pytest.mark.parametrize("cleaner", [cells.code, cells.date, cells.decimal, cells.integer, cells.mobile])
@pytest.mark.parametrize("raw", ["-", "—", "——", "/", "无", "暂无"])
def test_a_stroke_means_nothing_to_tell(cleaner, raw):
    assert cleaner(raw) is None


@given(
    st.one_of(st.text(), st.floats(), st.booleans(), st.dates(), st.datetimes(), st.times(), st.timedeltas(), st.none())
)
@pytest.mark.parametrize("cleaner", CLEANERS)
def test_whatever_stands_in_a_cell_gives_a_value_or_a_sentence(cleaner, raw):
    with contextlib.suppress(CellProblem):
        value = cleaner(raw)
        assert value is None or value == "" or cleaner(value) == value


# -- text


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("", ""),
        (" ＡＢ 公司\n", "AB 公司"),
        (5000.0, "5000"),
        (0.1 + 0.2, "0.3"),
        (12.5, "12.5"),
        (dt.date(2020, 3, 4), "2020-03-04"),
        (dt.datetime(2020, 3, 4, 5, 6), "2020-03-04 05:06"),
        (True, "TRUE"),
        ("#1 楼", "#1 楼"),
        (999_999_999_999_999.0, "999999999999999"),
    ],
)
def test_text(raw, value):
    assert cells.text(raw) == value


@pytest.mark.parametrize("raw", [4.346718436957132e15, 1e17, -1e15])
def test_a_long_number_has_lost_digits(raw):
    assert "15 位以后的数字已经丢失" in sentence(cells.text, raw)


# -- codes


def test_code():
    assert cells.code(f" {CODE.lower()} ") == CODE
    assert sentence(cells.code, "91350100M000100Y44") == "统一社会信用代码第 18 位不对，请核对营业执照"


@pytest.mark.parametrize("raw", [9.14306005123457e17, "9.1430E+17", "9.14306005123457E+17", "914306000512345000"])
def test_a_code_as_a_number_is_refused(raw):
    assert "被 Excel 当成数字" in sentence(cells.code, raw)


def test_organisation():
    assert cells.organisation("MAP4CU0D-X") == "MAP4CU0DX"
    assert cells.organisation(CODE) == "M000100Y4"
    assert cells.organisation(737970310.0) == "737970310"
    assert "应为 9 位" in sentence(cells.organisation, "MAP4")


# -- dates


@pytest.mark.parametrize(
    "raw",
    [
        dt.date(2020, 3, 4),
        dt.datetime(2020, 3, 4, 12, 31),
        43894.0,
        43894.5,
        43894,
        20200304.0,
        "43894",
        "2020-3-4",
        "2020-03-04",
        "2020/3/4",
        "2020.3.4",
        "2020．3．4",
        "２０２０－０３－０４",
        "2020—3—4",
        "2020年3月4日",
        "2020 年 3 月 4 日",
        "2020年03月04号",
        "20200304",
        "20200304123100",
        "2020-03-04 12:31:00",
        "2020-03-04T12:31:00",
        "2020/3/4 0:00",
        "2020年3月4日 12时31分",
        "2020年3月4日（星期三）",
        "2020-03-04 下午 3:05",
        " 2020-3-4\n",
        "二〇二〇年三月四日",
        "二○二○年三月四日",
    ],
)
def test_a_day_in_many_hands(raw):
    assert cells.date(raw) == dt.date(2020, 3, 4)


@pytest.mark.parametrize(
    ("raw", "day"),
    [
        ("二〇二一年十二月三十一日", (2021, 12, 31)),
        ("二〇二一年十月二十日", (2021, 10, 20)),
        ("二〇二一年一月十五日", (2021, 1, 15)),
    ],
)
def test_tens_in_chinese(raw, day):
    assert cells.date(raw) == dt.date(*day)


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ("2020年3月", "“2020年3月”没有写明是哪一日"),
        ("2020-03", "没有写明是哪一日"),
        ("2020.3", "没有写明是哪一日"),
        ("20-3-4", "年份没有写成四位"),
        ("20年3月4日", "年份没有写成四位"),
        ("3/4/2020", "顺序不清楚"),
        ("2020-13-01", "不是存在的日期"),
        ("2021-02-29", "不是存在的日期"),
        ("0020-02-29", "年份不对"),
        ("明天", "“明天”不是日期"),
        ("2020-3-4 甲", "不是日期"),
        ("2020-3-4、2020-3-5", "不是日期"),
        (2020.0, "“2020”不是日期"),
        (2020.3, "不是日期"),
        (True, "不是日期"),
        (dt.time(3, 4), "不是日期"),
        (dt.timedelta(days=3), "不是日期"),
        (float("nan"), "不是日期"),
    ],
)
def test_what_is_no_day_is_refused(raw, words):
    found = sentence(cells.date, raw)
    assert words in found
    assert found.endswith("请写成 2020-03-05 这样的年月日")


@given(st.dates(dt.date(1950, 1, 1), dt.date(2099, 12, 31)))
def test_every_day_reads_alike_in_every_form(day):
    forms = [
        day,
        day.isoformat(),
        f"{day:%Y%m%d}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{day.year}/{day.month}/{day.day}",
    ]
    forms += [float((day - dt.date(1899, 12, 30)).days), freeze(day)]
    assert {cells.date(form) for form in forms} == {day}


# -- yes and no


@pytest.mark.parametrize(
    "raw",
    [
        "是",
        " 是 ",
        "√",
        "有",
        "已修复",
        "已完成信用修复",
        "Y",
        "yes",
        "１",
        "1",
        1.0,
        True,
        "是（2021-03-01）",
        "是。",
        "会员",
    ],
)
def test_yes(raw):
    assert cells.yesno(raw) is True


@pytest.mark.parametrize(
    "raw",
    [
        "否",
        "×",
        "无",
        "未修复",
        "尚未修复",
        "没有",
        "不是",
        "非会员",
        "N",
        "no",
        "0",
        0.0,
        False,
        "否（补录）",
        "-",
        "/",
    ],
)
def test_no(raw):
    assert cells.yesno(raw) is False


@pytest.mark.parametrize("raw", ["空", "", "  "])
def test_neither(raw):
    assert cells.yesno(raw) is None


@pytest.mark.parametrize("raw", ["也许", 2.0, "是否", "修复中", dt.date(2020, 3, 4)])
def test_unclear(raw):
    assert "看不出是“是”还是“否”" in sentence(cells.yesno, raw)


# -- telephone


def test_mobile():
    assert cells.mobile(18941633782.0) == "18941633782"
    assert cells.mobile("189 4163 3782") == "18941633782"
    assert cells.mobile("0730-8880000") == "0730-8880000"
    assert "不是有效的电话号码" in sentence(cells.mobile, 1.8e9)
    assert "不是有效的电话号码" in sentence(cells.mobile, "1894163378")


# -- rows

COLUMNS = find_header(
    [(1, ["企业名称", "代码", "罚款（万元）", "日期", "备注"])],
    (
        Column("name", "企业名称", required=True),
        Column("code", "代码", kind="code"),
        Column("fine", "罚款", kind="decimal", unit="元"),
        Column("on", "日期", kind="date"),
    ),
).columns


def row(**changes):
    return {"name": " 甲 公司", "code": CODE, "fine": 1.5, "on": dt.date(2020, 3, 4), "备注": "", **changes}


def test_a_row_is_cleaned_by_its_columns():
    values, problems = RowCleaner(COLUMNS)(row())
    assert values == {"name": "甲 公司", "code": CODE, "fine": Decimal(15000), "on": dt.date(2020, 3, 4)}
    assert problems == []


def test_every_problem_of_a_row_is_told_under_the_header_of_the_file():
    values, problems = RowCleaner(COLUMNS)(row(name=" ", fine="甲", on="2020年3月"))
    assert values == {"name": "", "code": CODE, "fine": None, "on": None}
    assert problems == [
        {"column": "企业名称", "value": "", "reason": "没有填写企业名称，请补填"},
        {"column": "罚款（万元）", "value": "甲", "reason": "“甲”不是数字，请只填数字"},
        {
            "column": "日期",
            "value": "2020年3月",
            "reason": "“2020年3月”没有写明是哪一日，请写成 2020-03-05 这样的年月日",
        },
    ]


def test_the_whole_row_can_be_kept_as_json():
    raw = row(备注=FormulaCell("=1"), code=ErrorCell("#N/A"), on=dt.datetime(2020, 3, 4), fine=True)
    _, kept, _ = read_cells(COLUMNS, raw)
    assert json.loads(json.dumps(kept, ensure_ascii=False)) == {
        "name": " 甲 公司", "code": "#N/A", "fine": "TRUE", "on": "2020-03-04 00:00", "备注": "=1",
    }  # fmt: skip
    assert {type(text) for text in kept.values()} == {str}


def test_blank_cells_are_not_kept_and_tables_do_not_mix():
    assert read_cells(COLUMNS, row())[1].keys() == {"name", "code", "fine", "on"}
    other = find_header([(1, ["企业名称"])], (Column("name", "企业名称"),)).columns
    assert read_cells(other, {"name": "乙"})[0] == {"name": "乙"}
    assert read_cells(COLUMNS, row())[0]["fine"] == Decimal(15000)


@given(
    st.one_of(st.floats(), st.text(), st.dates(), st.datetimes(), st.times(), st.timedeltas(), st.booleans(), st.none())
)
def test_every_cell_freezes_to_text(raw):
    assert type(freeze(raw)) is str
