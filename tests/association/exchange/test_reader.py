"""Tables out of files as offices send them."""

import datetime as dt
import io
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from association.exchange.columns import Column
from association.exchange.errors import ErrorCell, FormulaCell
from association.exchange.reader import read_table
from association.exchange.rowcells import read_cells
from tests import workbooks

DATA = Path(__file__).parents[2] / "data"
NAME = Column("name", "企业名称", ("单位名称", "纳税人名称", "被执行人名称", "借款企业"), required=True)
CODE = Column("code", "统一社会信用代码", ("纳税人识别号",), kind="code")
SCORE = Column("score", "得分", kind="decimal", required=True)
SCORES = {"得分": (NAME, CODE, SCORE)}
HEADER = ["序号", "企业名称", "得分"]


def rows_of(file, layouts=SCORES, **options) -> list[tuple]:
    """(row number, name, score) of each data row."""
    return [(number, row["name"], row["score"]) for number, row in read_table(file, layouts=layouts, **options).rows]


# -- the header and what surrounds the data


def test_a_title_above_and_columns_in_any_order():
    file = workbooks.xlsx(
        [
            ["主管部门评分汇总表", None, None, None],
            ["得 分", "备注", "单位名称", "序号"],
            [67, "补报", "甲公司建设", 1],
        ],
        merged=["A1:D1"],
    )
    table = read_table(file, layouts=SCORES, filename="评分.xlsx")
    assert (table.layout, table.sheet, table.header_row_number, table.filename) == ("得分", "Sheet1", 2, "评分.xlsx")
    assert list(table.rows) == [(3, {"score": 67.0, "备注": "补报", "name": "甲公司建设", "序号": 1.0})]
    assert [column.key for column in table.absent] == ["code"]
    assert [column.letter for column in table.columns] == ["A", "B", "C", "D"]


@pytest.mark.parametrize("above", [0, 1, 12, 29])
def test_the_header_may_be_on_any_of_the_first_thirty_rows(above):
    file = workbooks.xlsx([[f"说明第{number}条"] for number in range(above)] + [HEADER, [1, "甲公司建设", 67]])
    assert rows_of(file) == [(above + 2, "甲公司建设", 67.0)]


def test_a_table_that_starts_further_right_and_below():
    book = openpyxl.Workbook()
    for at, value in {
        "C5": "企业名称",
        "D5": "得分",
        "C6": "甲公司建设",
        "D6": 67,
        "C9": "乙公司建设",
        "D9": 0,
    }.items():
        book.active[at] = value
    assert rows_of(workbooks.saved(book)) == [(6, "甲公司建设", 67.0), (9, "乙公司建设", 0.0)]


def test_blank_rows_repeated_headers_totals_and_signatures_are_left_out():
    title = ["评分汇总表", None, None]
    file = workbooks.xlsx(
        [title, HEADER, [1, "甲公司建设", 67], [None] * 3, [None, " ", ""], ["本页小计", None, 67], title, HEADER,
         [2, "乙公司建设", 61], [3, None, None], ["合计", None, 128], ["合 计：", "2 家", 128], [None, "总计", 128],
         ["填表人：王某", None, "审核人：李某"], ["注：以上为年度得分", None, None], ["以上数据由市场科提供"],
         [None, None, "第2页"]],
    )  # fmt: skip
    table = read_table(file, layouts=SCORES)
    assert [(number, row["name"]) for number, row in table.rows] == [(3, "甲公司建设"), (9, "乙公司建设")]
    assert [number for number, _ in table.skipped] == [6, 7, 8, 11, 12, 13, 14, 15, 16, 17]
    assert dict(table.skipped)[11] == "合计 128"
    assert dict(table.skipped)[8] == "重复的表头"


def test_what_may_be_data_is_never_left_out():
    names = ["合计建设有限公司", "总计工程有限公司", "注册建筑公司", "日期建设", "甲"]
    file = workbooks.xlsx([HEADER, *([number, name, 60] for number, name in enumerate(names, 1)), [9, None, 60]])
    assert [name for _, name, _ in rows_of(file)] == [*names, ""]


def test_the_rows_can_be_read_again_and_again():
    table = read_table(workbooks.xlsx([HEADER, [1, "甲公司建设", 67], ["合计", None, 67]]), layouts=SCORES)
    assert list(table.rows) == list(table.rows)
    assert table.skipped == [(3, "合计 67")]


def test_a_header_alone_is_a_table_without_rows():
    assert rows_of(workbooks.xlsx([HEADER])) == []


def test_a_name_merged_over_several_rows_stands_in_each():
    file = workbooks.xlsx(
        [
            ["企业名称", "得分", "备注"],
            ["甲公司建设", 60, None],
            [None, 61, None],
            [None, None, None],
            ["乙公司建设", 62, None],
        ],
        merged=["A2:A4"],
    )
    assert rows_of(file) == [(2, "甲公司建设", 60.0), (3, "甲公司建设", 61.0), (5, "乙公司建设", 62.0)]


def test_a_row_merged_in_all_its_cells_is_one_row():
    file = workbooks.xlsx([HEADER, [1, "甲公司建设", 60], [None] * 3], merged=["A2:A3", "B2:B3", "C2:C3"])
    assert rows_of(file) == [(2, "甲公司建设", 60.0)]


def test_a_header_in_two_lines_with_merged_cells():
    file = workbooks.xlsx(
        [["序号", "企业名称", "评分", None], [None, None, "得分", "名次"], [1, "甲公司建设", 60, 1]],
        merged=["A1:A2", "B1:B2", "C1:D1"],
    )
    assert rows_of(file) == [(3, "甲公司建设", 60.0)]


def test_unknown_columns_are_kept_whole():
    table = read_table(
        workbooks.xlsx([[*HEADER, "备注", "备注", None], [1, "甲公司建设", 6, "a", "b", "c"]]), layouts=SCORES
    )
    assert [row for _, row in table.rows] == [
        {"序号": 1.0, "name": "甲公司建设", "score": 6.0, "备注": "a", "备注（2）": "b"}
    ]


# -- several sheets


def test_the_sheet_with_the_table_is_found_among_others():
    file = workbooks.xlsx(封面=[["关于报送评分的函"]], 数据=[HEADER, [1, "甲公司建设", 67]], 空表=[])
    table = read_table(file, layouts=SCORES)
    assert table.sheet == "数据"
    assert len(list(table.rows)) == 1
    assert table.notes == ["工作表「封面」的列名对不上，没有读入"]


def test_sheets_of_one_shape_are_read_one_after_the_other():
    file = workbooks.xlsx(
        一季度=[HEADER, [1, "甲公司建设", 67]],
        二季度=[["标题"], ["得分", "企业名称"], [61, "乙公司建设"]],
        说明=[["略"]],
    )
    assert rows_of(file) == [(2, "甲公司建设", 67.0), (3, "乙公司建设", 61.0)]
    assert [part.sheet.name for part in read_table(file, layouts=SCORES).parts] == ["一季度", "二季度"]


def test_a_sheet_copied_whole_is_read_once():
    rows = [HEADER, [1, "甲公司建设", 67]]
    table = read_table(workbooks.xlsx(**{"名册": rows, "名册 (2)": rows}), layouts=SCORES)
    assert len(list(table.rows)) == 1
    assert table.notes == ["工作表「名册 (2)」和「名册」内容完全相同，只读了一次"]


def test_hidden_sheets_are_not_read():
    file = workbooks.xlsx(现在=[HEADER, [1, "甲公司建设", 67]], 去年=[HEADER, [1, "乙公司建设", 60]], hidden=["去年"])
    table = read_table(file, layouts=SCORES)
    assert [row["name"] for _, row in table.rows] == ["甲公司建设"]
    assert table.notes == ["工作表「去年」是隐藏的，没有读入"]


# -- formulas and error values


def test_a_formula_without_a_result_is_not_empty():
    table = read_table(workbooks.xlsx([HEADER, [1, "甲公司建设", "=B1&A1"], [2, "乙公司建设", 60]]), layouts=SCORES)
    first, second = (row for _, row in table.rows)
    assert type(first["score"]) is FormulaCell
    assert first["score"] == "=B1&A1"
    assert second["score"] == 60.0
    values, _, problems = read_cells(table.columns, first)
    assert values["score"] is None
    assert "公式" in problems[0]["reason"]


def test_a_sheet_of_formulas_alone_loses_no_row():
    file = workbooks.xlsx([HEADER, *([f"=ROW()-{1}", f"=其他!B{row}", f"=其他!C{row}"] for row in (2, 3, 4))])
    assert [number for number, *_ in rows_of(file)] == [2, 3, 4]


FORMULAS = [
    ('<c r="C2"><f>1+1</f><v>2</v></c>', 2.0),
    ('<c r="C2" t="str"><f>"a"</f><v>a</v></c>', "a"),
    ('<c r="C2" t="str"><f>IF(1,"","")</f><v></v></c>', ""),
    ('<c r="C2"><f>1+1</f></c>', FormulaCell("=1+1")),
    ('<c r="C2"><f>1&lt;2</f><v/></c>', FormulaCell("=1<2")),
    ('<c r="C2"><f t="shared" si="0"/><v> </v></c>', FormulaCell("=")),
    ('<c t="e"><v>#REF!</v></c>', ErrorCell("#REF!")),
    ("<c t='e' r='C2'><f>1/0</f><v>#DIV/0!</v></c>", ErrorCell("#DIV/0!")),
    ('<c r="C2"><v>0</v></c>', 0.0),
]


@pytest.mark.parametrize(("cell", "value"), FORMULAS)
@pytest.mark.parametrize("prefix", ["", "x"])
def test_cells_with_formulas(cell, value, prefix):
    body = (
        f'<row r="1">{workbooks.text_cell("B1", "企业名称")}{workbooks.text_cell("C1", "得分")}</row>'
        f'<row r="2">{workbooks.text_cell("B2", "甲公司建设")}{cell}</row>'
    )
    if prefix:
        body = (
            body.replace("</", f"</{prefix}:")
            .replace("<", f"<{prefix}:")
            .replace(f"<{prefix}:/{prefix}:", f"</{prefix}:")
        )
    ((number, row),) = read_table(workbooks.with_sheet_xml(body, prefix=prefix), layouts=SCORES).rows
    assert number == 2
    assert (type(row["score"]), row["score"]) == (type(value), value)


def test_a_zero_that_a_program_left_for_excel_to_work_out_is_no_result():
    body = (
        f'<row r="1">{workbooks.text_cell("A1", "企业名称")}{workbooks.text_cell("B1", "得分")}</row>'
        f'<row r="2">{workbooks.text_cell("A2", "甲公司建设")}<c r="B2"><f>40+2</f><v>0</v></c></row>'
    )
    file = workbooks.with_sheet_xml(body)  # openpyxl asks for fullCalcOnLoad
    assert rows_of(file) == [(2, "甲公司建设", FormulaCell("=40+2"))]
    book = workbooks.part(file, "xl/workbook.xml").replace('fullCalcOnLoad="1"', "")
    assert rows_of(workbooks.repacked(file, xl__workbook_dot_xml=book)) == [(2, "甲公司建设", 0.0)]


# -- other formats

TEXT = "企业名称,统一社会信用代码,得分\n甲公司建设,91350100M000100Y43,67\n乙公司建设,,61.5\n合计,,128.5\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
@pytest.mark.parametrize("separator", [",", "\t", ";", "|"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_text_files(encoding, separator, newline):
    file = TEXT.replace(",", separator).replace("\n", newline).encode(encoding)
    assert rows_of(file) == [(2, "甲公司建设", "67"), (3, "乙公司建设", "61.5")]


def test_a_text_file_with_a_title_quotes_and_short_rows():
    file = '评分汇总表\n\n序号,企业名称,得分,"备\n注"\n1,"甲,公司",="067"\n2,乙公司建设,61,a,多出一格\n'.encode(
        "gb18030"
    )
    table = read_table(file, layouts=SCORES)
    assert list(table.rows) == [
        (4, {"序号": "1", "name": "甲,公司", "score": "067", "备 注": ""}),
        (5, {"序号": "2", "name": "乙公司建设", "score": "61", "备 注": "a"}),
    ]


def test_a_separator_named_by_excel():
    assert rows_of("sep=;\n企业名称;得分\n甲公司建设;1,5\n".encode()) == [(3, "甲公司建设", "1,5")]


def test_rare_characters_of_gb18030():
    file = "企业名称,得分\n湖东垚淼𠮷建设,60\n".encode("gb18030")
    assert rows_of(file) == [(2, "湖东垚淼𠮷建设", "60")]


@pytest.mark.parametrize("name", ["处罚.xls", "处罚.et"])
def test_an_old_binary_workbook(name):
    layouts = {
        "住建": (
            NAME,
            CODE,
            Column("on", "处罚日期", kind="date"),
            Column("fine", "罚款金额", kind="decimal", unit="元"),
        )
    }
    table = read_table(io.BytesIO((DATA / "workbooks" / "penalties.xls").read_bytes()), layouts=layouts, filename=name)
    rows = [(number, *read_cells(table.columns, cells)) for number, cells in table.rows]
    assert [(number, values["name"], values["on"]) for number, values, _, _ in rows] == [
        (3, "湖南示例甲建设有限公司", dt.date(2020, 3, 4)),
        (4, "湖南示例甲建设有限公司", dt.date(2020, 3, 5)),
        (5, "湖南示例乙建设有限公司", dt.date(2020, 3, 6)),
    ]
    assert rows[0][1]["fine"] == 15000
    assert rows[1][1]["code"] == "91430621MAQC00Y44Q"
    assert "错误值 #N/A" in rows[2][3][0]["reason"]
    assert table.skipped == [(6, "合计 4")]
    assert table.notes == ["工作表「说明」是隐藏的，没有读入"]


def test_results_of_formulas_in_an_old_workbook():
    data = (DATA / "workbooks" / "penalties.xls").read_bytes()
    empty_text = bytes.fromhex("030000000000ffff")  # how the sample's formula in D4 has its result
    assert data.count(empty_text) == 1

    def result(stored: bytes):
        file = data.replace(empty_text, stored)
        table = read_table(file, layouts={"住建": (NAME, Column("fine", "罚款金额", kind="decimal"))})
        return dict(table.rows)[4]["fine"]

    assert result(empty_text) == ""
    assert result(bytes.fromhex("0000000000000040")) == 2.0
    assert type(result(bytes.fromhex("000000000000ffff"))) is FormulaCell
    assert result(bytes.fromhex("020007000000ffff")) == ErrorCell("#DIV/0!")


def test_an_open_document():
    error = '<table:table-cell table:formula="of:=NA()" office:value-type="string" calcext:value-type="error"/>'
    file = workbooks.ods(
        [["评分", "", ""], HEADER, [1, "甲公司建设", 67], "<table:table-row table:number-rows-repeated='3'/>",
         [2, "乙公司建设", error], [3, "丙公司建设", '<table:table-cell table:formula="of:=1+1"/>'],
         ["<table:table-cell table:number-columns-repeated='1000'/>"]]
    )  # fmt: skip
    rows = rows_of(file)
    assert rows == [(3, "甲公司建设", 67.0), (7, "乙公司建设", "#N/A"), (8, "丙公司建设", "=1+1")]
    assert [type(row[2]) for row in rows] == [float, ErrorCell, FormulaCell]


@pytest.mark.parametrize("give", [lambda path: path, str, lambda path: path.read_bytes(), lambda path: path.open("rb")])
def test_a_file_may_come_as_path_bytes_or_stream(give):
    source = give(DATA / "rating_2020" / "主管部门评分.xlsx")
    table = read_table(source, layouts=SCORES)
    assert len(list(table.rows)) == 255
    if hasattr(source, "close"):
        source.close()


# -- the sample year

YES = Column("repaired", "是否修复", kind="yesno")
SOURCES = {
    "住建": (NAME, CODE, Column("no", "处罚决定书文号"), Column("on", "处罚日期", kind="date"),
             Column("amount", "罚款金额", kind="decimal", unit="元"), YES),
    "劳动": (NAME, Column("project", "欠薪项目"), Column("people", "涉及人数", kind="integer"),
             Column("amount", "涉及金额", kind="decimal", unit="元"), Column("on", "立案日期", kind="date"), YES),
    "税务": (NAME, CODE, Column("tax", "欠税税种"), Column("amount", "欠税余额", kind="decimal", unit="元"),
             Column("on", "公告日期", kind="date"), YES),
    "法院": (NAME, Column("org", "组织机构代码", kind="organisation"), Column("no", "案号"),
             Column("court", "执行法院"), Column("on", "发布时间", kind="date"), YES),
    "银行": (NAME, Column("bank", "贷款银行"), Column("amount", "逾期本金", kind="decimal", unit="元"),
             Column("on", "逾期起始日", kind="date"), YES),
}  # fmt: skip


@pytest.mark.parametrize(("source", "count"), [("住建", 98), ("劳动", 110), ("税务", 126), ("法院", 80), ("银行", 120)])
def test_the_sample_sources_are_told_by_their_columns_and_read_without_a_problem(source, count):
    table = read_table(DATA / "rating_2020" / f"信用信息_{source}.xlsx", layouts=SOURCES)
    assert (table.layout, table.header_row_number, table.notes) == (source, 2, [])
    rows = [read_cells(table.columns, cells) for _, cells in table.rows]
    assert len(rows) == count
    assert [problems for _, _, problems in rows if problems] == []
    assert table.skipped == []
    for values, kept, _ in rows:
        assert values["name"].endswith("（示例）")
        assert type(values["on"]) is dt.date
        assert values["repaired"] in (True, False)
        assert kept["name"] == values["name"]
        if source in ("住建", "银行"):  # these two give figures in 万元
            assert values["amount"] == Decimal(kept["amount"]) * 10_000
        if source in ("住建", "税务"):
            assert values["code"]
        if source == "法院":
            assert len(values["org"]) == 9


def test_the_sample_roster():
    columns = (NAME, CODE, Column("is_member", "是否会员", kind="yesno"), Column("phone", "联系电话", kind="mobile"),
               Column("capital", "注册资本", kind="decimal", unit="万元"))  # fmt: skip
    table = read_table(DATA / "rating_2020" / "申报企业名册.xlsx", layouts={"名册": columns})
    rows = [read_cells(table.columns, cells) for _, cells in table.rows]
    assert not any(problems for _, _, problems in rows)
    assert sum(values["is_member"] for values, _, _ in rows) == 120
    assert sum(not values["is_member"] for values, _, _ in rows) == 135
    assert {values["capital"] for values, _, _ in rows} >= {5000, 2000}


def test_the_sample_bank_statements_end_before_their_total():
    columns = (Column("at", "交易时间", kind="date"), Column("number", "交易流水号", required=True),
               Column("payer", "对方户名"), Column("amount", "贷方发生额", kind="decimal"))  # fmt: skip
    table = read_table(DATA / "members_2021" / "银行流水_2021上半年.xlsx", layouts={"流水": columns})
    rows = [read_cells(table.columns, cells) for _, cells in table.rows]
    assert len(rows) == 53
    assert not any(problems for _, _, problems in rows)
    assert table.header_row_number == 4
    assert table.skipped == [(58, "合计笔数：53")]


def test_a_signature_below_another_column_that_tells_firms_apart_is_no_row():
    """The first cells are empty; what a row of data must have in figures is not there either."""
    project, channel = Column("project", "工程名称", required=True), Column("channel", "调查方式", required=True)
    columns = (CODE, project, channel, Column("mark", "质量", kind="decimal", required=True))
    head = [column.label for column in columns]
    signed = [[None, "填表人：王某", None, None], [None, "填表人：王某", "审核人：李某", "日期：2021-02-03"]]
    data = [["91430600MA000001XX", "一期", "电话", 5], [None, "说明：二期工程", "电话", 4]]
    table = read_table(workbooks.xlsx([head, data[0], *signed, data[1]]), layouts={"调查": columns})
    assert [number for number, _ in table.rows] == [2, 5]
    assert [number for number, _ in table.skipped] == [3, 4]
