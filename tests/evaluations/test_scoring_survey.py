"""Surveys: means per channel and project, weights of the channels used, exact bands."""

import json
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from evaluations.scheme_file import SHIPPED, read_scheme
from evaluations.scoring import RuleBook, Survey, channel_named, score
from evaluations.scoring import shape as s
from evaluations.scoring.plan import plan_of

FILE = SHIPPED / "scheme_2020.json"
RULES = read_scheme(FILE)
DAY = date(2021, 2, 20)
SITE, PAPER, PHONE = "现场调查", "问卷", "电话"


def survey(ident, channel, *marks, project="某某小区", client="某某置业", day=DAY):
    marks = marks if len(marks) > 1 else marks * 5
    return Survey(ident, project, client, channel, day, "张某", list(marks))


def part_of(*surveys, rules=RULES):
    sheet = score(rules, [], surveys, {"主管部门": 80})
    return sheet, sheet.explanation["p"][1]


def mean_of(*surveys):
    return Fraction(*part_of(*surveys)[1]["m"])


def test_one_survey_is_the_mean_of_its_marks():
    assert mean_of(survey(1, PHONE, 5, 4, 4, 4, 5)) == Fraction(22, 5)


def test_all_three_channels_by_their_weights():
    surveys = [survey(1, SITE, 5), survey(2, PAPER, 4), survey(3, PHONE, 3)]
    assert mean_of(*surveys) == Fraction("0.5") * 5 + Fraction("0.3") * 4 + Fraction("0.2") * 3


def test_weights_of_unused_channels_fall_away():
    assert mean_of(survey(1, SITE, 5), survey(2, PHONE, 3)) == Fraction(5 * 5 + 2 * 3, 7)
    assert mean_of(survey(1, PAPER, 5), survey(2, PHONE, 3)) == Fraction(3 * 5 + 2 * 3, 5)
    assert mean_of(survey(1, PHONE, 3)) == 3


def test_several_surveys_of_one_channel_are_averaged_within_it_first():
    surveys = [survey(1, PHONE, 1), survey(2, PHONE, 2), survey(3, PHONE, 5), survey(4, SITE, 5)]
    assert mean_of(*surveys) == (Fraction("0.2") * Fraction(8, 3) + Fraction("0.5") * 5) / Fraction("0.7")


def test_every_project_weighs_the_same_whatever_it_was_asked():
    surveys = [survey(n, SITE, 5, project="甲") for n in range(3)] + [survey(9, PHONE, 2, project="乙")]
    assert mean_of(*surveys) == Fraction(7, 2)


def test_channels_are_averaged_within_a_project_not_across_projects():
    surveys = [survey(1, SITE, 5, project="甲"), survey(2, PHONE, 1, project="甲"), survey(3, PHONE, 5, project="乙")]
    assert mean_of(*surveys) == (Fraction(5 * 5 + 2, 7) + 5) / 2


@pytest.mark.parametrize(
    ("marks", "points"),
    [
        ((5, 5, 5, 5, 5), 4),
        (("4.5",) * 5, 4),
        (("4.5", "4.5", "4.5", "4.5", "4.499"), 3),
        ((4,) * 5, 3),
        ((4, 4, 4, 4, 3), 2),
        ((3,) * 5, 2),
        ((3, 3, 3, 3, 2), 1),
        ((2,) * 5, 1),
        ((2, 2, 2, 2, 1), 0),
        ((1,) * 5, 0),
    ],
)
def test_a_band_is_reached_at_its_start_and_not_before(marks, points):
    sheet, _ = part_of(survey(1, SITE, *marks))
    assert sheet.points[1] == points


def test_a_mean_that_is_a_band_only_as_a_fraction():
    """(4 2/3 + 4 1/3) / 2 is 4.5; in binary fractions it is less."""
    surveys = [survey(n, PHONE, mark, project="甲") for n, mark in enumerate([5, 5, 4])]
    surveys += [survey(n, PHONE, mark, project="乙") for n, mark in enumerate([5, 4, 4], 3)]
    sheet, part = part_of(*surveys)
    assert (part["m"], sheet.points[1]) == ([9, 2], 4)


def test_unsurveyed_and_surveyed_zero_are_told_apart():
    sheet, part = part_of()
    assert (sheet.points[1], sheet.unsurveyed, part) == (0, ("综合评价",), {"p": 0})
    sheet, part = part_of(survey(1, PHONE, 1))
    assert (sheet.points[1], sheet.unsurveyed, part["b"], part["m"]) == (0, (), -1, [1, 1])


def test_the_date_of_a_survey_never_excludes_it():
    assert mean_of(survey(1, PHONE, 4, day=date(2015, 1, 1)), survey(2, SITE, 4, day=None)) == 4


def test_marks_by_name_are_the_same_as_in_order():
    marks = {"服务": 1, "质量": 5, "安全": 4, "进度": 3, "农民工工资": 2, "备注": "好"}
    named, listed = part_of(survey(1, PHONE)._replace(marks=marks)), part_of(survey(1, PHONE, 5, 4, 3, 2, 1))
    assert named == listed


@pytest.mark.parametrize("five", [5, "5", 5.0, Decimal("5.0"), " 5 "])
def test_marks_may_come_as_text_or_number(five):
    _, part = part_of(survey(1, PHONE, five, five, five, five, five))
    assert part["m"] == [5, 1]
    assert part["j"][0][4][0][4] == [5] * 5


@pytest.mark.parametrize(
    ("marks", "code"),
    [
        ([5, 5, 5, 5], s.INCOMPLETE),
        ([5, 5, 5, 5, 5, 5], s.INCOMPLETE),
        ([5, 5, None, 5, 5], s.INCOMPLETE),
        ([5, 5, "", 5, 5], s.INCOMPLETE),
        ([], s.INCOMPLETE),
        (None, s.INCOMPLETE),
        ({"质量": 5}, s.INCOMPLETE),
        ([5, 5, 5, 5, 6], s.IMPOSSIBLE),
        ([5, 5, 5, 5, 0], s.IMPOSSIBLE),
        ([5, 5, 5, 5, "好"], s.IMPOSSIBLE),
        ([5, 5, 5, 5, True], s.IMPOSSIBLE),
        ([5, 5, 5, 5, float("nan")], s.IMPOSSIBLE),
    ],
)
def test_a_survey_with_bad_marks_is_kept_out_and_shown(marks, code):
    bad = survey(2, SITE, 1)._replace(marks=marks)
    sheet, part = part_of(survey(1, PHONE, 4), bad)
    assert part["m"] == [4, 1]
    assert [(row[0], row[5]) for row in part["x"]] == [(2, code)]
    json.dumps(sheet.explanation, allow_nan=False)


def test_only_bad_surveys_are_as_good_as_none():
    sheet, part = part_of(survey(1, "微信", 5))
    assert (sheet.unsurveyed, "m" in part) == (("综合评价",), False)
    assert part["x"][0][1:2] + part["x"][0][5:] == ["微信", s.UNKNOWN_CHANNEL, "某某小区", "某某置业"]


def test_a_project_is_the_same_however_its_brackets_and_blanks_are_written():
    surveys = [
        survey(1, SITE, 5, project="某某小区（2期）", client="某某置业有限公司"),
        survey(2, PHONE, 3, project="某某小区 (２期)", client="某某置业有限公司 "),
    ]
    _, part = part_of(*surveys)
    assert len(part["j"]) == 1
    assert part["m"] == [31, 7]


def test_projects_of_the_same_name_for_two_clients_are_two():
    _, part = part_of(survey(1, SITE, 5, client="甲公司"), survey(2, PHONE, 3, client="乙公司"))
    assert [(row[0], row[1]) for row in part["j"]] == [("某某小区", "甲公司"), ("某某小区", "乙公司")]
    assert part["m"] == [4, 1]


@pytest.mark.parametrize("blank", ["", None])
def test_a_survey_without_client_belongs_to_the_only_project_of_that_name(blank):
    _, part = part_of(survey(1, PHONE, 3, client=blank), survey(2, SITE, 5, client="甲公司"))
    assert [(row[0], row[1]) for row in part["j"]] == [("某某小区", "甲公司")]
    assert part["m"] == [31, 7]


def test_a_survey_without_client_stands_alone_where_the_name_is_used_twice():
    surveys = [survey(1, SITE, 5, client="甲公司"), survey(2, SITE, 5, client="乙公司"), survey(3, SITE, 2, client="")]
    _, part = part_of(*surveys)
    assert [row[1] for row in part["j"]] == ["甲公司", "乙公司", ""]
    assert part["m"] == [4, 1]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("现场调查", 0), ("现场", 0), (" 现 场 调查 ", 0), ("现场走访", 0), ("问卷", 1), ("问卷调查", 1),
        ("（电话）", 2), ("电话回访", 2), ("电话、问卷", None), ("微信", None), ("调查", None), ("", None),
    ],
)  # fmt: skip
def test_channels_as_files_write_them(text, place):
    assert channel_named(text, [SITE, PAPER, PHONE]) == place


def test_the_scoring_reads_channels_as_files_write_them():
    assert mean_of(survey(1, "现场", 5), survey(2, "电话回访", 3)) == Fraction(31, 7)
    assert part_of(survey(1, None, 5))[0].unsurveyed == ("综合评价",)


def test_items_and_range_are_the_schemes():
    data = json.loads(FILE.read_text(encoding="utf-8"))
    data["parts"][1] |= {"items": ["满意度"], "marks": {"lowest": 0, "highest": 10}}
    data["parts"][1]["bands"] = [{"from": 8, "points": 4}, {"from": "0.5", "points": "1.5"}]
    rules = RuleBook.from_dict(data)
    sheet, part = part_of(survey(1, PHONE)._replace(marks=[10]), survey(2, SITE)._replace(marks=[0]), rules=rules)
    assert part["m"] == [20, 7]
    assert (sheet.points[1], part["p"]) == (Decimal("1.5"), "1.5")


def test_what_is_stored_of_a_project():
    _, part = part_of(survey(7, PHONE, 5, 4, 4, 4, 5), survey(3, SITE, 4, day="2021-02-18"))
    assert part["j"] == [
        [
            "某某小区",
            "某某置业",
            [144, 35],
            [[0, [4, 1]], [2, [22, 5]]],
            [[3, 0, "2021-02-18", "张某", [4] * 5], [7, 2, "2021-02-20", "张某", [5, 4, 4, 4, 5]]],
        ]
    ]


def test_projects_stand_by_their_first_survey_undated_ones_last():
    surveys = [survey(1, PHONE, 3, project="丙", day=None), survey(2, SITE, 4, project="乙")]
    surveys += [survey(3, SITE, 5, project="甲", day="2021-02-01"), survey(4, PHONE, 5, project="乙", day="2021-01-01")]
    _, part = part_of(*surveys)
    assert [row[0] for row in part["j"]] == ["乙", "甲", "丙"]


def test_a_file_full_of_odd_channels_is_not_remembered_for_ever():
    spellings = plan_of(RULES).surveys[1].channels
    surveys = [survey(n, f"第 {n} 种") for n in range(2000)]
    _, part = part_of(*surveys)
    assert len(part["x"]) == 2000
    assert len(spellings) <= 1000
    assert mean_of(survey(1, "电话 回访", 4)) == 4
