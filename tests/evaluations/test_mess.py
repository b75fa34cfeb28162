"""Files as offices really send them: other names, blanks, brackets, widths, text dates, doubles, strangers."""

import datetime as dt
from decimal import Decimal

import pytest

from association.parties.actions import add_name
from association.parties.models import Party, PartyName
from evaluations.models import AuthorityScore, CreditRecord, Rating, Survey
from evaluations.runs import rate_now
from tests.codes import firm_code

from .conftest import SURVEY_HEAD

ROSTER = ["序号", "单位名称", "社会信用代码", "主项资质", "会员", "所属县市区", "备注"]


@pytest.fixture
def roster(empty_round, bring):
    rows = [
        ["某某市 2020 年度申报企业名册"],
        [],
        ROSTER,
        [1, " 宏远（集团）建设有限公司 ", firm_code(1).lower(), "建筑工程施工总承包壹级", "√", "东", ""],
        [2, "恒通　路桥有限公司", f" {firm_code(2)[:9]} {firm_code(2)[9:]}", "施工劳务不分等级", "×", "西区", "补报"],
        [3, "ＡＢＣ装饰有限公司", firm_code(3), "建筑装修装饰工程专业承包一级", "", "东区", ""],
        [3, "ＡＢＣ装饰有限公司", firm_code(3), "建筑装修装饰工程专业承包一级", "", "东区", ""],
        [
            4,
            "错码建设有限公司",
            firm_code(4)[:-1] + ("0" if firm_code(4)[-1] != "0" else "1"),
            "建筑工程三级",
            "否",
            "东区",
            "",
        ],
        ["合计", 4],
        ["填表人：张三"],
    ]
    return bring("rating-roster", rows, round=2020)


def records(bring, *rows, head=("企业名称", "立案日期", "欠薪项目", "涉及金额（万元）", "涉及人数", "是否修复")):
    return bring("credit-records", [["某部门台账"], list(head), *rows])


def test_a_messy_roster_gives_clean_firms_and_tells_what_it_could_not_read(roster):
    assert (roster.created, roster.unchanged, roster.rejected) == (3, 1, 1)
    problem = roster.rows.get(verdict="rejected").problems[0]
    assert "第 18 位" in problem["reason"]
    assert list(
        Rating.objects.order_by("case_id").values_list("name", "code", "qualification_group", "is_member", "district")
    ) == [
        ("宏远（集团）建设有限公司", firm_code(1), "一级", True, "东区"),
        ("恒通 路桥有限公司", firm_code(2), "劳务", False, "西区"),
        ("ABC装饰有限公司", firm_code(3), "专业承包", False, "东区"),
    ]


@pytest.mark.parametrize(
    "written",
    [
        "宏远(集团)建设有限公司",
        "宏远〔集团）建设有限公司",
        "宏远（集团）　建设有限公司",
        "宏远【集团】建设有限公司",
        "宏远（集团)建设有限公司\n",
        "宏远\u200b（集团）建设有限公司",
    ],
)
def test_a_name_is_the_same_name_however_it_is_typed(roster, bring, written):
    records(bring, [written, "2020-05-06", "某工程", 1.5, 3, "否"])
    row = CreditRecord.objects.get()
    assert row.party == Party.objects.get(code=firm_code(1))
    assert row.amount == 15000


@pytest.mark.parametrize(
    "written",
    ["2020/5/6", "2020.5.6", "2020年5月6日", "20200506", "２０２０－０５－０６", dt.datetime(2020, 5, 6), 43957],
)
def test_a_day_is_the_same_day_however_it_is_typed(roster, bring, written):
    records(bring, ["恒通路桥有限公司", written, "某工程", 1, 1, "否"])
    assert CreditRecord.objects.get().date == dt.date(2020, 5, 6)


def test_rows_that_say_nothing_certain_are_refused_not_guessed(roster, bring):
    batch = records(
        bring,
        ["恒通路桥有限公司", "2020年5月", "某工程", 1, 1, "否"],
        ["恒通路桥有限公司", "20-5-6", "某工程", 1, 1, "否"],
        ["恒通路桥有限公司", "2020-05-06", "某工程", "很多", 1, "否"],
        ["恒通路桥有限公司", "2020-05-06", "某工程", 1, 1, "正在办"],
        ["", "2020-05-06", "某工程", 1, 1, "否"],
    )
    assert (batch.created, batch.rejected) == (0, 5)
    assert CreditRecord.objects.count() == 0


def test_a_former_name_finds_the_firm_and_two_bearers_of_one_name_wait(roster, bring, staff):
    clerk = staff("秘书处")
    first, second = Party.objects.get(code=firm_code(1)), Party.objects.get(code=firm_code(2))
    add_name(first, name="老字号建设公司", by=clerk)
    records(bring, ["老字号建设公司", "2020-05-06", "甲工程", 1, 1, "否"])
    assert CreditRecord.objects.get(fact__contains="1 万元").party == first
    for party, years in ((first, (2018, 2019)), (second, (2020, 2021))):
        add_name(
            party, name="同名建设公司", by=clerk, kind=PartyName.Kind.FORMER,
            starts_on=dt.date(years[0], 1, 1), ends_on=dt.date(years[1], 12, 31),
        )  # fmt: skip

    records(
        bring,
        ["同名建设公司", "2019-05-06", "乙工程", 2, 1, "否"],
        ["同名建设公司", "2020-05-06", "乙工程", 2, 1, "否"],
        ["同名建设公司", "2025-05-06", "乙工程", 2, 1, "否"],
    )

    found = CreditRecord.objects.filter(raw_name="同名建设公司").order_by("date")
    assert [row.party for row in found] == [first, second, None]


def test_equal_rows_of_one_file_are_several_facts_and_stay_so_when_it_comes_again(roster, bring):
    rows = [["恒通路桥有限公司", "2020-05-06", "某工程", 1, 1, "否"]] * 2
    assert records(bring, *rows).created == 2
    assert records(bring, *rows).unchanged == 2
    run, _new = rate_now(Rating.objects.first().round)
    assert run.sheets.get(rating__code=firm_code(2)).own_points == 2


def test_strangers_wait_and_are_never_made_into_firms(roster, bring):
    before = Party.objects.count()
    batch = records(bring, ["外地建设有限公司", "2020-05-06", "某工程", 1, 1, "否"])
    assert (batch.waiting, batch.created) == (1, 0)
    assert Party.objects.count() == before


def test_scores_and_surveys_with_other_headers_in_another_order(roster, bring):
    bring(
        "authority-scores",
        [["主管部门评分", "单位名称"], ["８５．５", "恒通 路桥有限公司"], [91, "abc装饰有限公司"]],
        round=2020,
    )
    found = dict(AuthorityScore.objects.values_list("party__code", "score"))
    assert found == {firm_code(2): Decimal("85.5"), firm_code(3): Decimal(91)}
    head = list(reversed(SURVEY_HEAD))
    row = ["恒通路桥有限公司", "", "某工程", "某业主", "电话回访", "2021.3.4", "李某", "4", 5, "４", 4.5, 5]
    batch = bring("surveys", [head, list(reversed(row))], round=2020)
    assert batch.created == 1
    survey = Survey.objects.get()
    assert (survey.channel, survey.date, survey.marks["农民工工资"]) == ("电话", dt.date(2021, 3, 4), "4.5")


def test_what_came_first_waits_until_the_roster_comes(empty_round, bring):
    rows = [
        ["企业名称", "立案日期", "欠薪项目", "涉及金额（元）"],
        ["甲建筑（集团）有限公司", "2020-05-06", "某工程", 1000],
    ]
    assert bring("credit-records", rows).waiting == 1
    bring("rating-roster", [["企业名称", "统一社会信用代码"], ["甲建筑(集团)有限公司", firm_code(9)]], round=2020)
    assert CreditRecord.objects.get().party == Party.objects.get(code=firm_code(9))
