"""Column names as departments write them."""

import pytest

from association.exchange.columns import Column, FoundColumn, find_header, match_header

NAME = Column("name", "企业名称", ("单位名称", "企业全称"), required=True)
CODE = Column("code", "统一社会信用代码", ("纳税人识别号",), kind="code")
SCORE = Column("score", "得分", ("评分",), kind="decimal", required=True)
FINE = Column("fine", "罚款金额", kind="decimal", unit="元")


def header_of(*cells, wanted=(NAME, CODE, SCORE)):
    return find_header([(1, list(cells))], wanted)


def found(header) -> dict[str, int]:
    return {column.key: column.index for column in header.columns if column.column}


@pytest.mark.parametrize(
    "written",
    [
        "得分",
        "得 分",
        "得\n分",
        " 得分 ",
        "得分（满分92分）",
        "得分(分)",
        "*得分",
        "得分：",
        "得　分",
        "评分",
        "【得分】",
        "得分*",
    ],
)
def test_a_name_is_known_however_it_is_decorated(written):
    assert found(header_of("企业名称", written)) == {"name": 0, "score": 1}


@pytest.mark.parametrize("written", ["总得分", "得分排名", "得", "失分", "", None, 3.0, "得分" * 30])
def test_other_names_are_not(written):
    header = header_of("企业名称", written)
    assert found(header) == {"name": 0}
    assert not header.complete
    assert header.missing == (CODE, SCORE)


def test_order_and_unknown_columns_do_not_matter():
    header = header_of("备注", "得分", "", "序号", "企业名称")
    assert found(header) == {"score": 1, "name": 4}
    assert [column.key for column in header.columns] == ["备注", "score", "序号", "name"]


def test_a_full_name_goes_before_one_in_brackets_and_a_label_before_a_synonym():
    assert found(header_of("企业名称（曾用）", "企业名称", "得分"))["name"] == 1
    assert found(header_of("单位名称", "企业名称", "得分"))["name"] == 1


def test_one_column_is_never_two():
    both = (Column("one", "甲", ("乙",)), Column("two", "丙", ("乙",)))
    assert found(header_of("乙", "丙", wanted=both)) == {"one": 0, "two": 1}


def test_columns_of_one_name_keep_apart():
    header = header_of("企业名称", "得分", "备注", "备注", "得分")
    assert [column.key for column in header.columns] == ["name", "score", "备注", "备注（2）", "得分"]


@pytest.mark.parametrize(
    ("written", "unit"),
    [
        ("罚款金额（万元）", "万元"),
        ("罚款金额(元)", "元"),
        ("罚款金额（单位：万元）", "万元"),
        ("罚款金额/万元", "万元"),
        ("罚款金额", ""),
        ("罚款金额（含税）", ""),
    ],
)
def test_a_header_names_the_unit(written, unit):
    header = header_of("企业名称", written, wanted=(NAME, FINE))
    assert header.columns[1].key == "fine"
    assert header.columns[1].unit == unit


def test_the_row_that_names_most_columns_is_the_header():
    rows = [
        (1, ["2020 年度得分汇总", "", ""]),
        (2, ["企业名称", "", ""]),
        (3, ["", "", ""]),
        (4, ["序号", "企业名称", "得分"]),
        (5, [1.0, "甲", 3.0]),
        (6, ["序号", "企业名称", "得分"]),
    ]
    header = find_header(rows, (NAME, SCORE))
    assert header.row == 4
    assert header.complete


def test_nothing_found_is_none():
    assert find_header([(1, ["甲", "乙"]), (2, [1.0, ""])], (NAME, SCORE)) is None


def test_a_header_in_two_lines():
    marks = tuple(Column(key, key, required=True) for key in ("质量", "安全", "进度"))
    rows = [
        (1, ["项目调查表", "", "", "", ""]),
        (2, ["序号", "企业名称", "调查得分", "", ""]),
        (3, ["", "", "质量", "安全", "进度"]),
        (4, [1.0, "甲公司", 5.0, 4.0, 3.0]),
    ]
    header = find_header(rows, (NAME, *marks))
    assert header.row == 3
    assert header.complete
    assert [(column.index, column.key) for column in header.columns] == [
        (0, "序号"), (1, "name"), (2, "质量"), (3, "安全"), (4, "进度"),
    ]  # fmt: skip
    assert header.columns[3].header == "调查得分 安全"


def test_two_lines_whose_names_only_make_sense_together():
    wanted = (NAME, Column("got", "住建得分", required=True), Column("lost", "住建扣分"))
    rows = [(1, ["企业名称", "住建", ""]), (2, ["", "得分", "扣分"]), (3, ["甲公司", 1.0, 2.0])]
    header = find_header(rows, wanted)
    assert (header.row, found(header)) == (2, {"name": 0, "got": 1, "lost": 2})


def test_a_data_row_is_no_second_line():
    rows = [(1, ["企业名称", "得分"]), (2, ["甲", "得分"])]
    assert find_header(rows, (NAME, SCORE)).row == 1


def test_column_letters():
    assert [FoundColumn(index, "", "").letter for index in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


def test_an_unknown_kind_is_a_programming_mistake():
    with pytest.raises(ValueError, match="unknown kind"):
        Column("a", "甲", kind="number")


LAYOUTS = {
    "税务": (NAME, Column("tax", "欠税税种"), Column("amount", "欠税余额"), Column("date", "公告日期")),
    "银行": (NAME, Column("bank", "贷款银行"), Column("amount", "逾期本金"), Column("date", "逾期起始日")),
    "法院": (NAME, Column("case", "案号"), Column("date", "发布时间", ("公告日期",))),
}


@pytest.mark.parametrize(
    ("headers", "layout"),
    [
        (["企业名称", "欠税税种", "公告日期"], "税务"),
        (["贷款银行", "企业名称", "逾期本金（万元）"], "银行"),
        (["企业名称", "案号", "公告日期"], "法院"),
        (["企业名称", "公告日期"], None),
        (["企业名称"], None),
        (["欠税税种", "公告日期"], None),
        (["企业名称", "贷款银行", "案号"], None),
        ([], None),
    ],
)
def test_columns_tell_the_layout(headers, layout):
    assert match_header(headers, LAYOUTS) == layout
