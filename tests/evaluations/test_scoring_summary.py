"""The year's figures, and what changed between two runs."""

import json
from decimal import Decimal

import pytest

from evaluations.scheme_file import SHIPPED, read_scheme
from evaluations.scoring import Change, Fact, Light, Result, RuleBook, compare, dumps, light_of, score, summarise

FILE = SHIPPED / "scheme_2020.json"
RULES = read_scheme(FILE)


def sheet(imported=80, *sources):
    facts = [Fact(n, source, "2020-06-18") for n, source in enumerate(sources)]
    return score(RULES, facts, [], {"主管部门": imported})


def light(*points, total, grade):
    points = tuple(None if p is None else Decimal(p) for p in points)
    own = None if None in points[:2] else points[0] + points[1]
    return Light(points, own, None if total is None else Decimal(total), grade)


def test_the_shape_is_that_of_the_report():
    results = [
        Result("A1", "一级", True, light(4, 4, 90, total=98, grade="AAA")),
        Result("A2", "劳务", False, light(4, 0, 80, total=84, grade="AA")),
        Result("A3", "一级", False, light(4, 4, None, total=None, grade=None)),
        Result("A4", None, True, light("2.5", 0, "70.5", total=73, grade="A")),
    ]
    assert summarise(RULES, results, per_firm=True) == {
        "firms": 4,
        "by_level": {"一级": 2, "劳务": 1, "其他": 1},
        "members": 2,
        "non_members": 2,
        "full_marks": 2,
        "points": {"2.5": 1, "4": 1, "8": 2},
        "grades": {"AAA": 1, "AA": 1, "A": 1},
        "per_firm": {
            "A1": {"行业自律": 4, "综合评价": 4, "主管部门": 90, "总分": 98, "等级": "AAA"},
            "A2": {"行业自律": 4, "综合评价": 0, "主管部门": 80, "总分": 84, "等级": "AA"},
            "A3": {"行业自律": 4, "综合评价": 4, "主管部门": None, "总分": None, "等级": None},
            "A4": {"行业自律": 2.5, "综合评价": 0, "主管部门": 70.5, "总分": 73, "等级": "A"},
        },
    }


def test_per_firm_only_where_asked_and_points_in_order():
    results = [Result(str(n), "一级", True, sheet(80, *["住建"] * n)) for n in (2, 0, 1)]
    summary = summarise(RULES, iter(results))
    assert "per_firm" not in summary
    assert list(summary["points"]) == ["2", "3", "4"]


def test_grades_come_from_the_best_down_with_the_label_below():
    results = [Result(str(n), "一级", True, sheet(given)) for n, given in enumerate([10, 92, 60, 80])]
    assert list(summarise(RULES, results)["grades"]) == ["AAA", "AA", "A", "不予定级"]


def test_no_firms():
    assert summarise(RULES, []) == {
        "firms": 0, "by_level": {}, "members": 0, "non_members": 0, "full_marks": 0, "points": {}, "grades": {},
    }  # fmt: skip


def test_own_points_that_are_missing_are_counted_nowhere():
    data = json.loads(FILE.read_text(encoding="utf-8"))
    data["parts"][2]["own"] = True
    rules = RuleBook.from_dict(data)
    results = [Result("1", "一级", True, score(rules, [], [], {})), Result("2", "一级", True, sheet())]
    assert score(rules, [], [], {}).own is None
    assert summarise(rules, results)["points"] == {"4": 1}


@pytest.mark.parametrize("given", [80, "80.25", None])
def test_the_figures_are_read_back_from_the_stored_explanation(given):
    whole = sheet(given, "住建", "法院")
    again = light_of(RULES, json.loads(dumps(whole.explanation)))
    assert again == Light(whole.points, whole.own, whole.total, whole.grade)


def differences(old, new, **books):
    return list(compare(old, new, old_book=RULES, **books))


def test_only_firms_that_changed_are_listed_with_the_part():
    old = [(1, sheet(80)), (2, sheet(80, "住建")), (5, sheet(85))]
    new = [(1, sheet(80)), (2, sheet(80)), (5, sheet(86))]
    first, second = differences(old, new)
    assert (first.key, first.changes) == (2, (Change("行业自律", 3, 4), Change("总分", 83, 84)))
    assert first.sentence == "行业自律由 3 分变为 4 分；总分由 83 分变为 84 分"
    assert second.sentence == "主管部门由 85 分变为 86 分；总分由 89 分变为 90 分；等级由 AA 变为 AAA"
    assert (second.old, second.new) == (old[2][1], new[2][1])


def test_a_change_that_the_total_hides_is_listed():
    old, new = light(3, 1, 80, total=84, grade="AA"), light(4, 0, 80, total=84, grade="AA")
    (difference,) = differences([(1, old)], [(1, new)])
    assert [change.what for change in difference.changes] == ["行业自律", "综合评价"]


def test_a_score_that_came_or_went():
    (difference,) = differences([(1, sheet(None))], [(1, sheet(60))])
    assert difference.sentence == "主管部门由无变为 60 分；总分由无变为 64 分；等级由无变为 A"


def test_firms_that_came_and_went():
    gone, come = differences([(1, sheet()), (2, sheet())], [(2, sheet()), (3, sheet())])
    assert (gone.key, gone.new, gone.sentence) == (1, None, "上次测算中有，本次没有")
    assert (come.key, come.old, come.sentence) == (3, None, "上次测算中没有，本次新增")


def test_against_nothing_everything_is_new():
    assert [d.key for d in differences([], [(1, sheet()), (2, sheet())])] == [1, 2]
    assert differences([(1, sheet())], [(1, sheet())]) == []


def test_rows_out_of_order_are_refused():
    with pytest.raises(ValueError, match="ascending"):
        differences([(2, sheet()), (1, sheet())], [(1, sheet()), (2, sheet())])


def test_runs_of_two_schemes():
    data = json.loads(FILE.read_text(encoding="utf-8"))
    data["parts"][1]["name"] = "业绩"
    other = RuleBook.from_dict(data)
    new = score(other, [], [], {"主管部门": 80})
    (difference,) = differences([(1, sheet())], [(1, new)], new_book=other)
    assert difference.sentence == "综合评价由 0 分变为无；业绩由无变为 0 分"
