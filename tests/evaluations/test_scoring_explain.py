"""The stored explanation read back as a score sheet: every record and survey with its reason, in the firm's words."""

import json
from datetime import date

import pytest

from evaluations.scheme_file import SHIPPED, read_scheme
from evaluations.scoring import Fact, RuleBook, Survey, dumps, explain, score

FILE = SHIPPED / "scheme_2020.json"
RULES = read_scheme(FILE)
MINUS = "−"

FACTS = [
    Fact(1, "住建", date(2020, 12, 20), False, "某建罚〔2020〕1号", "安全防护不到位，罚款 11 万元"),
    Fact(2, "劳动", date(2020, 6, 18), False, "", "拖欠农民工工资", "某某项目"),
    Fact(3, "银行", date(2020, 6, 18), True, "", "贷款逾期 124 万元"),
    Fact(4, "税务", date(2019, 11, 3), False, "", "欠税公告"),
    Fact(5, "环保", None),
]
SURVEYS = [
    Survey(1, "某某苑 2 期", "某某置业", "现场调查", date(2021, 2, 20), "张某", [5, 4, 4, 4, 5]),
    Survey(2, "某某苑 2 期", "某某置业", "问卷", date(2021, 2, 21), "李某", [4, 4, 4, 4, 4]),
    Survey(3, "另一苑", "", "电话", None, "", [4, 4, 4, 4, 5]),
    Survey(4, "另一苑", "", "微信", None, "王某", [4, 4, 4, None, 5]),
]


def view(facts=(), surveys=(), imported=81, rules=RULES):
    sheet = score(rules, facts, surveys, {"主管部门": imported})
    return explain(rules, dumps(sheet.explanation), {"住建": "住建部门", "劳动": ""})


def with_parts(*parts):
    data = json.loads(FILE.read_text(encoding="utf-8"))
    data["parts"] += parts
    return RuleBook.from_dict(data)


def test_the_head_of_the_sheet():
    sheet = view(FACTS, SURVEYS)
    assert (sheet.total, sheet.full, sheet.grade, sheet.own, sheet.own_full) == ("86", "100", "AA", "5", "8")
    assert sheet.grade_sentence == "总分 86 分，达到 AA 的 80 分线"
    assert sheet.missing == ()
    assert [(p.name, p.points, p.full, p.percent, p.own) for p in sheet.parts] == [
        ("行业自律", "2", "4", 50, True),
        ("综合评价", "3", "4", 75, True),
        ("主管部门", "81", "92", 88, False),
    ]


def test_the_same_from_text_and_from_the_stored_dict():
    stored = score(RULES, FACTS, SURVEYS, {"主管部门": 81}).explanation
    assert explain(RULES, dumps(stored)) == explain(RULES, json.loads(dumps(stored))) == explain(RULES, stored)


def test_each_record_says_why_it_counts_or_not():
    part = view(FACTS).parts[0]
    assert part.sentence == "起评 4 分，扣 2 分，得 2 分"
    assert [(line.id, line.points, line.counted, line.reason) for line in part.facts] == [
        (4, "0", False, "发生在评价期（2020 年）以外，不计分"),
        (2, MINUS + "1", True, "扣 1 分"),
        (3, "0", False, "已修复，不计分"),
        (1, MINUS + "1", True, "扣 1 分"),
    ]


def test_a_record_says_from_whom_of_what_date_and_with_which_number():
    line = view(FACTS).parts[0].facts[3]
    assert (line.source, line.from_whom, line.date) == ("住建", "住建部门", date(2020, 12, 20))
    assert (line.document_no, line.text) == ("某建罚〔2020〕1号", "安全防护不到位，罚款 11 万元")
    project = view(FACTS).parts[0].facts[1]
    assert (project.counterparty, project.from_whom) == ("某某项目", "")


def test_a_sheet_of_the_first_version_is_still_read():
    """Its records had an amount, always empty, before the counterparty."""
    stored = score(RULES, FACTS, (), {"主管部门": 81}).explanation
    for record in stored["p"][0]["f"]:
        record[7:] = ["", *record[7:]] if len(record) > 7 else []
    assert explain(RULES, stored | {"v": 1}) == explain(RULES, score(RULES, FACTS, (), {"主管部门": 81}).explanation)


def test_records_of_unknown_sources_stand_apart():
    (line,) = view(FACTS).others
    assert (line.id, line.date, line.points, line.reason) == (5, None, "0", "来源“环保”不在评分办法之内，不计分")


def test_a_record_over_its_cap_or_without_a_date():
    part = view([Fact(1, "税务", "2020-02-01"), Fact(2, "税务", "2020-03-01"), Fact(3, "税务", None)]).parts[0]
    assert [line.reason for line in part.facts] == [
        "扣 1 分",
        "税务最多扣 1 分，已扣满，不再扣分",
        "没有日期，不能判断是否在评价期内，不计分",
    ]


def test_a_part_that_is_used_up():
    facts = [Fact(n, source, f"2020-0{n}-01") for n, source in enumerate(["住建", "银行", "税务", "法院", "劳动"], 1)]
    part = view(facts).parts[0]
    assert part.sentence == "起评 4 分，应扣 6 分，扣完为止，得 0 分"
    assert [(line.points, line.reason) for line in part.facts[3:]] == [
        (MINUS + "1", "只扣本项余下的 1 分"),
        ("0", "本项 4 分已扣完，不再扣分"),
    ]


def test_a_cap_that_cuts_a_record_in_two():
    data = json.loads(FILE.read_text(encoding="utf-8"))
    data["parts"][0]["sources"][3] = {"source": "法院", "each": 2, "cap": "2.5"}
    facts = [Fact(1, "法院", "2020-01-01"), Fact(2, "法院", "2020-02-01")]
    part = view(facts, rules=RuleBook.from_dict(data)).parts[0]
    assert (part.sentence, part.percent) == ("起评 4 分，扣 2.5 分，得 1.5 分", 37)
    assert part.facts[1].reason == "应扣 2 分，法院最多扣 2.5 分，实扣 0.5 分"
    assert (part.facts[1].points, part.facts[1].counted) == (MINUS + "0.5", True)


def test_nothing_to_deduct():
    assert view().parts[0].sentence == "起评 4 分，没有扣分，得 4 分"


def test_the_survey_part_says_how_the_mean_came_about():
    part = view(FACTS, SURVEYS).parts[1]
    assert part.sentence == "业绩调查加权平均 4.23，达到 4.0 档，得 3 分"
    assert (part.mean, part.mean_exact, part.mean_formula) == ("4.23", "169/40", "（4.25＋4.20）÷2")
    assert part.channels == (("现场调查", "0.5"), ("问卷", "0.3"), ("电话", "0.2"))
    assert part.surveyed


def test_each_project_shows_its_channels_and_their_weights():
    visited, phoned = view(FACTS, SURVEYS).parts[1].projects
    assert (visited.name, visited.client, visited.mean) == ("某某苑 2 期", "某某置业", "4.25")
    assert visited.formula == "（4.4×0.5＋4.0×0.3）÷0.8"
    assert [(c.name, c.weight, c.share, c.share_exact, c.mean, c.surveys) for c in visited.cells] == [
        ("现场调查", "0.5", "0.63", "5/8", "4.4", 1),
        ("问卷", "0.3", "0.38", "3/8", "4.0", 1),
        ("电话", "0.2", "", "", "—", 0),
    ]
    assert (phoned.mean, phoned.mean_exact, phoned.formula) == ("4.20", "21/5", "4.2")
    assert phoned.cells[2].share == "1"


def test_each_survey_is_shown_with_its_marks():
    survey = view(FACTS, SURVEYS).parts[1].projects[0].surveys[0]
    assert (survey.channel, survey.date, survey.surveyor, survey.mean) == ("现场调查", date(2021, 2, 20), "张某", "4.4")
    assert survey.marks == (("质量", "5"), ("安全", "4"), ("进度", "4"), ("农民工工资", "4"), ("服务", "5"))


def test_all_channels_need_no_divisor():
    surveys = [SURVEYS[0], SURVEYS[1], SURVEYS[2]._replace(project="某某苑 2 期", marks=[4, 4, 4, 4, 4])]
    (project,) = view(surveys=surveys).parts[1].projects
    assert project.formula == "4.4×0.5＋4.0×0.3＋4.0×0.2"
    assert view(surveys=surveys).parts[1].mean_formula == ""


def test_surveys_that_do_not_count_say_why():
    bad = [
        SURVEYS[3],
        SURVEYS[0]._replace(id=8, marks=[5, 5, 5, 5]),
        SURVEYS[0]._replace(id=9, marks=[5, 5, 5, 5, 7]),
    ]
    part = view(surveys=bad).parts[1]
    assert (part.surveyed, part.sentence, part.points) == (False, "未调查，没有得分", "0")
    assert [(line.id, line.reason) for line in part.unused_surveys] == [
        (4, "调查方式“微信”不在评分办法之内，不计分"),
        (8, "评分没有填全，不计分"),
        (9, "有的评分不在 1 至 5 分之内，不计分"),
    ]
    assert part.unused_surveys[0].marks[3] == ("农民工工资", "—")
    assert part.unused_surveys[1].marks[4] == ("服务", "—")


def test_a_bad_result_is_not_the_same_as_no_survey():
    part = view(surveys=[SURVEYS[2]._replace(marks=[1, 2, 2, 2, 2])]).parts[1]
    assert (part.surveyed, part.points) == (True, "0")
    assert part.sentence == "业绩调查加权平均 1.80，未达到最低的 2.0 档，得 0 分"


@pytest.mark.parametrize(
    ("mark", "shown", "band"),
    [("4.499", "4.499", "达到 4.0 档"), ("4.5", "4.50", "达到 4.5 档"), ("1.9996", "1.9996", "未达到最低的 2.0 档")],
)
def test_a_mean_just_below_a_band_does_not_look_as_if_it_reached_it(mark, shown, band):
    part = view(surveys=[SURVEYS[2]._replace(marks=[mark] * 5)]).parts[1]
    assert part.sentence.startswith(f"业绩调查加权平均 {shown}，{band}，得 ")


def test_the_authoritys_part():
    assert view().parts[2].sentence == "评定 81 分"
    sheet = view(imported=None)
    assert (sheet.total, sheet.grade, sheet.grade_sentence, sheet.parts[2].points) == ("—", "", "", "—")
    assert sheet.missing == ("还没有主管部门的得分，暂不计算总分和等级",)
    assert sheet.parts[2].sentence == sheet.missing[0]
    assert view(imported="920").missing == ("主管部门的得分“920”超出范围，请核对后重新导入",)


def test_a_total_below_the_lowest_line():
    assert view(imported=10).grade_sentence == "总分 14 分，低于最低线 60 分，不予定级"


def test_bonus_reads_as_giving():
    tags = [{"tag": "省级奖项", "each": 2, "cap": 3}, {"tag": "市级奖项", "each": 1, "cap": 2}]
    rules = with_parts({"name": "良好行为", "kind": "bonus", "max": 4, "own": True, "tags": tags})
    assert view(rules=rules).parts[3].sentence == "没有加分，得 0 分"
    facts = [Fact(n, "省级奖项", f"2020-0{n}-01") for n in (1, 2, 3)]
    part = view(facts, rules=rules).parts[3]
    assert part.sentence == "加 3 分，得 3 分"
    assert [(line.points, line.reason) for line in part.facts] == [
        ("+2", "加 2 分"),
        ("+1", "应加 2 分，省级奖项最多加 3 分，实加 1 分"),
        ("0", "省级奖项最多加 3 分，已加满，不再加分"),
    ]
    facts += [Fact(n, "市级奖项", f"2020-0{n}-01") for n in (4, 5)]
    part = view(facts, rules=rules).parts[3]
    assert part.sentence == "应加 5 分，最多 4 分，得 4 分"
    assert part.facts[4].reason == "本项已加满，不再加分"


def test_a_veto_says_what_it_does():
    rules = with_parts({"name": "一票否决", "kind": "veto", "rules": [{"source": "重大事故", "grade": "不予定级"}]})
    sheet = view(imported=92, rules=rules)
    assert (sheet.parts[3].sentence, sheet.parts[3].percent) == ("没有触发", 0)
    sheet = view([Fact(1, "重大事故", "2020-05-01")], imported=92, rules=rules)
    assert sheet.grade == "不予定级"
    assert sheet.grade_sentence == "按总分为 AAA，因“一票否决”最高定为不予定级"
    assert sheet.parts[3].sentence == "有记录触发，等级最高定为不予定级"
    assert (sheet.parts[3].facts[0].reason, sheet.parts[3].facts[0].points) == ("等级最高定为不予定级", "0")


def test_grades_in_chinese_stand_without_gaps():
    data = json.loads(FILE.read_text(encoding="utf-8"))
    data["grades"] = [{"label": "优秀", "from": 90}, {"label": "B1", "from": 60}]
    rules = RuleBook.from_dict(data)
    assert view(imported=90, rules=rules).grade_sentence == "总分 94 分，达到优秀的 90 分线"
    assert view(imported=60, rules=rules).grade_sentence == "总分 64 分，达到 B1 的 60 分线"


def test_an_explanation_of_another_scheme_is_refused():
    stored = score(RULES, [], [], {}).explanation
    bonus = {"name": "加分", "kind": "bonus", "max": 1, "own": True, "tags": [{"tag": "奖", "each": 1, "cap": 1}]}
    with pytest.raises(ValueError, match="does not belong"):
        explain(with_parts(bonus), stored)
    with pytest.raises(ValueError, match="does not belong"):
        explain(RULES, stored | {"v": 3})
