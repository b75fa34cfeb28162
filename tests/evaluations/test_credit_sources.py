"""The sources of credit records: their files are recognised, their rows read as sentences, and known again."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from association.exchange.columns import match_header
from evaluations.credit_sources import (
    KEYS,
    Source,
    amount_text,
    document_key,
    record_identity,
    record_key,
    shipped_rows,
    shipped_sources,
    survey_key,
)
from evaluations.scheme_file import SHIPPED, read_scheme

FOLDER = Path(__file__).parents[1] / "data" / "rating_2020"
SOURCES = shipped_sources()
LAYOUTS = {name: source.columns for name, source in SOURCES.items()}


def header_of(name):
    return CalamineWorkbook.from_path(FOLDER / f"{name}.xlsx").get_sheet_by_index(0).to_python()[1]


def test_the_shipped_sources_are_those_of_the_shipped_scheme():
    rules = read_scheme(SHIPPED / "scheme_2020.json")
    assert list(SOURCES) == [tariff.source for tariff in rules.part("行业自律").sources]


@pytest.mark.parametrize("source", SOURCES)
def test_every_sample_file_is_told_by_its_columns(source):
    header = header_of(f"信用信息_{source}")
    assert match_header(header, LAYOUTS) == source
    assert match_header([text for text in reversed(header) if text != "是否修复"], LAYOUTS) == source


@pytest.mark.parametrize("name", ["申报企业名册", "业绩调查", "主管部门评分"])
def test_other_files_are_no_credit_records(name):
    assert match_header(header_of(name), LAYOUTS) is None


@pytest.mark.parametrize(
    ("header", "source"),
    [
        (["序号", "当事人", "行政处罚决定书文号", "处罚决定日期", "处罚事由", "罚没金额（元）", "信用修复"], "住建"),
        (["用人单位", "欠薪工程", "涉及农民工人数", "拖欠工资金额（万元）", "立案时间"], "劳动"),
        (["企业名称", "统一社会信用代码", "税种", "欠税金额（元）", "公告时间"], "税务"),
        (["失信被执行人", "统一社会信用代码", "执行案号", "立案法院", "发布日期", "失信情形"], "法院"),
        (["企业名称", "放款银行", "逾期金额(万元)", "逾期日期", "修复状态"], "银行"),
        (["企业名称", "日期", "是否修复"], None),
    ],
)
def test_files_with_other_names_for_the_columns(header, source):
    assert match_header(header, LAYOUTS) == source


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES.keys())
def test_every_layout_has_what_matching_and_scoring_need(source):
    columns = {column.key: column for column in source.columns}
    assert {"name", "date", "amount", "repaired", "document_no"} <= set(columns) <= set(KEYS)
    assert columns["date"].required
    assert columns["amount"].unit == "元"
    for column in source.columns:
        assert len(set(column.names)) == len(column.names)


@pytest.mark.parametrize(
    ("source", "row", "sentence"),
    [
        ("住建", {"fact": "安全防护不到位", "amount": Decimal(110000)}, "安全防护不到位，罚款 11 万元"),
        ("住建", {"fact": "违法分包", "amount": None}, "违法分包"),
        ("住建", {"amount": "8000.50"}, "行政处罚，罚款 8000.5 元"),
        ("劳动", {"people": 28, "amount": 220000}, "拖欠农民工工资，涉及 28 人、22 万元"),
        ("劳动", {"people": 0, "amount": 0}, "拖欠农民工工资"),
        ("税务", {"fact": "增值税", "amount": Decimal("684000.00")}, "欠缴增值税，余额 68.4 万元"),
        ("税务", {"amount": 684}, "欠税公告，余额 684 元"),
        ("法院", {}, "列为失信被执行人"),
        ("法院", {"fact": "有履行能力而拒不履行", "amount": ""}, "列为失信被执行人，有履行能力而拒不履行"),
        ("银行", {"amount": 1240000.0, "counterparty": "某某银行"}, "贷款逾期，本金 124 万元"),
    ],
)
def test_a_row_reads_as_a_sentence(source, row, sentence):
    assert SOURCES[source].sentence(row) == sentence


@pytest.mark.parametrize(
    ("source", "row", "giver"),
    [
        ("法院", {"counterparty": "某某区人民法院"}, "某某区人民法院"),
        ("法院", {"counterparty": " "}, "人民法院"),
        ("银行", {"counterparty": "某某银行"}, "某某银行"),
        ("劳动", {"counterparty": "某某项目"}, "劳动保障监察部门"),
        ("住建", {}, "住房和城乡建设部门"),
    ],
)
def test_a_row_says_from_whom_it_is(source, row, giver):
    assert SOURCES[source].giver(row) == giver


@pytest.mark.parametrize(
    ("amount", "text"),
    [(None, ""), ("", ""), (0, ""), ("9999.99", "9999.99 元"), (10000, "1 万元"), (-50000, "-5 万元")],
)
def test_amounts_in_sentences(amount, text):
    assert amount_text(amount) == text


def test_a_layout_with_an_unknown_key_is_refused():
    row = shipped_rows()[0]
    row["layout"]["columns"][0]["key"] = "firm"
    row["layout"]["details"] = ["{people} 人"]
    with pytest.raises(ValueError, match=r"来源“住建”的列里没有或不认识：firm、name、people"):
        Source.from_parts(name="住建", authority="", fact_label="", layout=row["layout"])


def test_an_empty_layout_has_no_columns():
    layout = {"columns": [{"key": "name", "label": "单位名称"}]}
    source = Source.from_parts(name="环保", authority="生态环境部门", fact_label="环境处罚", layout=layout)
    assert (source.sentence({}), source.giver({})) == ("环境处罚", "生态环境部门")


PENALTY = {"name": "某某建设（集团）有限公司", "code": "91430600MA4L000X0A", "document_no": "某建罚〔2020〕1号"}
WAGES = {
    "name": "某某建设（集团）有限公司",
    "date": date(2020, 6, 18),
    "amount": Decimal(220000),
    "counterparty": "某某项目",
}


def test_a_document_number_is_what_makes_a_record_the_same():
    other = PENALTY | {
        "document_no": "某建罚[2020] 1 号",
        "date": date(2020, 1, 1),
        "repaired": True,
    }
    assert record_identity("住建", PENALTY) == record_identity("住建", other, 2)
    assert record_identity("住建", PENALTY) != record_identity("法院", PENALTY)
    assert record_identity("住建", PENALTY) != record_identity("住建", PENALTY | {"document_no": "某建罚〔2020〕2号"})
    assert record_identity("住建", PENALTY) != record_identity("住建", PENALTY | {"name": "另一建设有限公司"})


@pytest.mark.parametrize("text", ["", None, "无", "/", "—", " - ", "暂无", "null", "（无）", "N/A"])
def test_a_cell_that_says_there_is_no_number_is_none(text):
    assert document_key(text) == ""
    assert record_key("住建", WAGES | {"document_no": text}) == record_key("住建", WAGES)


def test_without_a_number_firm_date_amount_and_counterparty_make_it():
    same = {"name": "某某建设(集团)有限公司 ", "date": "2020-06-18", "amount": "220000.00", "counterparty": "某某 项目"}
    assert record_identity("劳动", same | {"repaired": True, "people": 9}) == record_identity("劳动", WAGES)
    assert record_key("劳动", WAGES | {"date": datetime(2020, 6, 18, 8)}) == record_key("劳动", WAGES)
    for change in ({"name": "另一建设有限公司"}, {"date": date(2020, 6, 19)}, {"amount": 220001}, {"counterparty": ""}):
        assert record_identity("劳动", WAGES | change) != record_identity("劳动", WAGES)
    assert record_identity("银行", WAGES) != record_identity("劳动", WAGES)


def test_the_second_of_equal_rows_in_a_file_is_another_record():
    assert record_identity("劳动", WAGES, 1) != record_identity("劳动", WAGES, 2)
    assert record_identity("劳动", WAGES, 2) == record_identity("劳动", dict(WAGES), 2)


def test_a_firm_without_a_name_goes_by_its_code():
    row = WAGES | {"name": "", "org_code": "MA4L000X-0"}
    assert record_key("劳动", row) == record_key("劳动", row | {"org_code": "ma4l000x0"})
    assert record_key("劳动", row) != record_key("劳动", WAGES)


def test_an_identity_stays_the_same_for_ever():
    """Stored with every record: a change here would make each known row a new one."""
    assert record_identity("劳动", WAGES) == "6b7eba5de3242ab429ccdeb6790547d0"
    assert record_identity("住建", PENALTY) == "67de2e674ae845fa59e69599ca8e51d1"


def test_unreadable_dates_and_amounts_do_not_stop_it():
    row = {"name": "某某公司", "date": "去年", "amount": "若干"}
    assert record_key("劳动", row) == ("row", "劳动", "某某公司", "去年", "若干", "")


def test_a_survey_is_the_same_with_other_marks():
    row = {
        "name": "某某公司", "project": "某某苑（2期）", "client": "某某置业", "channel": "电话",
        "date": date(2021, 2, 20), "surveyor": "张某",
    }  # fmt: skip
    assert survey_key(row | {"marks": [5]}) == survey_key(row | {"project": "某某苑 (2期)", "date": "2021-02-20"})
    for change in ({"channel": "问卷"}, {"project": "另一苑"}, {"surveyor": "李某"}, {"date": None}):
        assert survey_key(row | change) != survey_key(row)
