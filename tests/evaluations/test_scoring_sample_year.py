"""The whole sample year out of its files: every firm, every figure, as expected.json says."""

import json
from datetime import date
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from association.core.qualifications import qualification_group
from association.core.text import name_key
from evaluations.scheme_file import SHIPPED, read_scheme
from evaluations.scoring import Fact, Result, Survey, dumps, explain, score, summarise

FOLDER = Path(__file__).parents[1] / "data" / "rating_2020"
RULES = read_scheme(SHIPPED / "scheme_2020.json")
# source: columns of name, code, document number, date, text, repaired
SOURCES = {
    "住建": ("单位名称", "统一社会信用代码", "处罚决定书文号", "处罚日期", "违法事实"),
    "劳动": ("企业名称", None, None, "立案日期", "欠薪项目"),
    "税务": ("纳税人名称", "纳税人识别号", None, "公告日期", "欠税税种"),
    "法院": ("被执行人名称", "组织机构代码", "案号", "发布时间", "执行法院"),
    "银行": ("借款企业", None, None, "逾期起始日", "贷款银行"),
}


def rows_of(name):
    sheet = CalamineWorkbook.from_path(FOLDER / f"{name}.xlsx").get_sheet_by_index(0)
    _, header, *rows = sheet.to_python()
    return [dict(zip(header, row, strict=True)) for row in rows]


@pytest.fixture(scope="module")
def expected():
    return json.loads((FOLDER / "expected.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def year():
    """(results, sheets by code, number of records of firms that did not apply)."""
    firms = {row["统一社会信用代码"]: row for row in rows_of("申报企业名册")}
    codes = {name_key(row["企业名称"]): code for code, row in firms.items()}
    codes |= {code[8:17]: code for code in firms} | {code: code for code in firms}
    facts, strangers = {code: [] for code in firms}, 0
    for source, (name, key, number, day, text) in SOURCES.items():
        for row in rows_of(f"信用信息_{source}"):
            given = row[key].replace("-", "") if key else ""
            code = codes.get(given) or codes.get(name_key(row[name]))
            if code is None:
                strangers += 1
                continue
            fact = Fact(len(facts[code]), source, row[day], row["是否修复"] == "是", row.get(number, ""), row[text])
            facts[code].append(fact)
    surveys = {code: [] for code in firms}
    items = RULES.part("综合评价").items
    for ident, row in enumerate(rows_of("业绩调查")):
        told = (row["工程名称"], row["建设单位"], row["调查方式"], row["调查日期"], row["调查人"])
        surveys[row["统一社会信用代码"]].append(Survey(ident, *told, {item: row[item] for item in items}))
    given = {row["统一社会信用代码"]: row["得分"] for row in rows_of("主管部门评分")}
    sheets = {code: score(RULES, facts[code], surveys[code], {"主管部门": given.get(code)}) for code in firms}
    results = [
        Result(code, qualification_group(row["资质类别及等级"]), row["是否会员"] == "是", sheets[code])
        for code, row in firms.items()
    ]
    return results, sheets, strangers


def test_every_firm_gets_what_is_expected(year, expected):
    summary = summarise(RULES, year[0], per_firm=True)
    assert summary["per_firm"] == expected["per_firm"]


def test_the_figures_of_the_year(year, expected):
    summary = summarise(RULES, year[0])
    assert summary == {key: expected[key] for key in summary}
    assert set(summary) == {"firms", "by_level", "members", "non_members", "full_marks", "points", "grades"}


def test_the_year_as_printed_is_the_same_json(year, expected):
    summary = json.loads(json.dumps(summarise(RULES, year[0], per_firm=True), ensure_ascii=False))
    assert summary == {key: expected[key] for key in summary}


def test_firms_that_did_not_apply_are_counted(year, expected):
    assert year[2] == expected["facts_of_unknown_firms"]


def test_every_record_and_every_survey_of_the_year_is_on_a_sheet(year, expected):
    _, sheets, strangers = year
    views = [explain(RULES, dumps(sheet.explanation)) for sheet in sheets.values()]
    assert sum(len(view.parts[0].facts) for view in views) + strangers == sum(expected["facts"].values()) + strangers
    assert sum(len(project.surveys) for view in views for project in view.parts[1].projects) == expected["survey_rows"]
    assert not any(view.others or view.missing or view.parts[1].unused_surveys for view in views)
    for view in views:
        for line in view.parts[0].facts:
            assert line.counted <= (date(2020, 1, 1) <= line.date <= date(2020, 12, 31))


def test_the_eighteen_firms_that_nobody_asked_about_are_told_apart(year):
    _, sheets, _ = year
    unsurveyed = [sheet for sheet in sheets.values() if sheet.unsurveyed]
    assert len(unsurveyed) == 18
    assert {sheet.points[1] for sheet in unsurveyed} == {0}
    assert any(sheet.points[1] == 0 and not sheet.unsurveyed for sheet in sheets.values())
