"""Points given by others, the total and the grade."""

from decimal import Decimal

import pytest

from evaluations.scheme_file import SHIPPED, read_scheme
from evaluations.scoring import Fact, Missing, score

RULES = read_scheme(SHIPPED / "scheme_2020.json")


def scored(given, *facts):
    return score(RULES, facts, [], given)


@pytest.mark.parametrize(
    ("given", "grade"),
    [(86, "AAA"), ("85.999", "AA"), (76, "AA"), ("75.5", "A"), (56, "A"), ("55.99", "不予定级"), (0, "不予定级")],
)
def test_the_grade_follows_the_exact_total(given, grade):
    sheet = scored({"主管部门": given})
    assert sheet.total == Decimal(str(given)) + 4
    assert sheet.grade == grade
    assert sheet.missing == ()


@pytest.mark.parametrize("given", [None, {}, {"主管部门": None}, {"主管部门": ""}, {"别的": 80}])
def test_without_the_authority_there_is_no_total_and_no_grade(given):
    sheet = scored(given)
    assert (sheet.total, sheet.grade) == (None, None)
    assert sheet.missing == (Missing("主管部门"),)
    assert sheet.missing[0].sentence == "还没有主管部门的得分，暂不计算总分和等级"
    assert sheet.points == (4, 0, None)
    assert sheet.own == 4


@pytest.mark.parametrize("given", ["92.5", -1, "九十", float("nan"), float("inf"), True])
def test_a_score_that_cannot_be_right_is_reported_not_bent(given):
    sheet = scored({"主管部门": given})
    assert (sheet.total, sheet.grade) == (None, None)
    assert sheet.missing == (Missing("主管部门", str(given)),)
    assert "超出范围" in sheet.missing[0].sentence
    assert sheet.explanation["p"][2] == {"p": None, "x": str(given)}


@pytest.mark.parametrize("given", [81.5, "81.5", " 81.50 ", Decimal("81.500")])
def test_a_score_counts_as_written(given):
    sheet = scored({"主管部门": given})
    assert sheet.points[2] == Decimal("81.5")
    assert sheet.explanation["p"][2] == {"p": "81.5"}
    assert sheet.explanation["t"] == "85.5"


def test_zero_from_the_authority_is_a_score():
    assert scored({"主管部门": 0}).total == 4


def test_not_surveyed_is_told_apart_from_nothing_missing():
    sheet = scored({"主管部门": 92}, Fact(1, "住建", "2020-06-18"))
    assert sheet.unsurveyed == ("综合评价",)
    assert (sheet.total, sheet.grade) == (95, "AAA")
