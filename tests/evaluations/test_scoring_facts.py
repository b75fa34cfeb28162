"""Records: which count, how much each takes, and in which order a cap is used up."""

import json
from datetime import date, datetime
from decimal import Decimal

import pytest

from evaluations.scheme_file import SHIPPED, read_scheme
from evaluations.scoring import Fact, RuleBook, score
from evaluations.scoring import shape as s

FILE = SHIPPED / "scheme_2020.json"
RULES = read_scheme(FILE)
DAY = date(2020, 6, 18)


def facts_of(sheet, place=0):
    """(id, code, points) of each record of a part, in the order of the sheet."""
    return [(row[0], row[3], row[4]) for row in sheet.explanation["p"][place]["f"]]


def scored(*facts, rules=RULES):
    return score(rules, facts, [], {"主管部门": 80})


def with_parts(*parts, **changes):
    data = json.loads(FILE.read_text(encoding="utf-8"))
    data["parts"] += parts
    return RuleBook.from_dict(data | changes)


def test_no_record_leaves_the_full_points():
    sheet = scored()
    assert sheet.points[0] == 4
    assert sheet.explanation["p"][0] == {"p": 4, "f": []}


@pytest.mark.parametrize(("source", "left"), [("住建", 3), ("劳动", 3), ("税务", 3), ("法院", 2), ("银行", 3)])
def test_each_source_takes_its_points(source, left):
    assert scored(Fact(1, source, DAY)).points[0] == left


@pytest.mark.parametrize(("source", "left"), [("住建", 2), ("劳动", 2), ("税务", 3), ("法院", 2), ("银行", 3)])
def test_each_source_takes_no_more_than_its_cap(source, left):
    assert scored(*(Fact(n, source, DAY) for n in range(1, 6))).points[0] == left


def test_first_and_last_day_of_the_period_count():
    days = [date(2019, 12, 31), date(2020, 1, 1), date(2020, 12, 31), date(2021, 1, 1)]
    sheet = scored(*(Fact(n, "住建", day) for n, day in enumerate(days)))
    assert facts_of(sheet) == [(0, s.OUTSIDE, 0), (1, s.COUNTED, 1), (2, s.COUNTED, 1), (3, s.OUTSIDE, 0)]
    assert sheet.points[0] == 2


def test_a_repaired_record_does_not_count_and_uses_up_no_cap():
    sheet = scored(Fact(1, "税务", date(2020, 1, 1), True), Fact(2, "税务", DAY))
    assert facts_of(sheet) == [(1, s.REPAIRED, 0), (2, s.COUNTED, 1)]


def test_a_record_outside_the_period_uses_up_no_cap():
    sheet = scored(Fact(1, "税务", date(2019, 1, 1)), Fact(2, "税务", DAY))
    assert facts_of(sheet) == [(1, s.OUTSIDE, 0), (2, s.COUNTED, 1)]


def test_a_record_without_a_date_does_not_count_and_comes_last():
    sheet = scored(Fact(1, "税务", None), Fact(2, "税务", ""), Fact(3, "税务", DAY))
    assert facts_of(sheet) == [(3, s.COUNTED, 1), (1, s.NO_DATE, 0), (2, s.NO_DATE, 0)]


def test_which_of_several_capped_records_counts_is_the_earliest_then_the_smallest_id():
    facts = [Fact(9, "税务", date(2020, 3, 1)), Fact(7, "税务", date(2020, 5, 1)), Fact(8, "税务", date(2020, 3, 1))]
    assert facts_of(scored(*facts)) == [(8, s.COUNTED, 1), (9, s.CAPPED, 0), (7, s.CAPPED, 0)]
    assert scored(*facts) == scored(*reversed(facts))


def test_never_below_zero_and_the_rows_add_up_to_what_was_taken():
    facts = [Fact(n, source, date(2020, n, 1)) for n, source in enumerate(["法院", "住建", "银行", "税务", "劳动"], 1)]
    sheet = scored(*facts)
    assert sheet.points[0] == 0
    assert facts_of(sheet) == [
        (1, s.COUNTED, 2),
        (2, s.COUNTED, 1),
        (3, s.COUNTED, 1),
        (4, s.EXHAUSTED, 0),
        (5, s.EXHAUSTED, 0),
    ]
    assert sheet.explanation["p"][0]["d"] == 6


def test_the_last_record_may_take_only_what_is_left():
    facts = [Fact(n, source, date(2020, n, 1)) for n, source in enumerate(["住建", "银行", "税务", "法院"], 1)]
    sheet = scored(*facts)
    assert facts_of(sheet)[-1] == (4, s.EXHAUSTED_PARTLY, 1)
    assert (sheet.points[0], sheet.explanation["p"][0]["d"]) == (0, 5)


def test_a_cap_may_cut_a_record_in_two():
    data = json.loads(FILE.read_text(encoding="utf-8"))
    data["parts"][0]["sources"][0] = {"source": "住建", "each": "0.8", "cap": "1.5"}
    sheet = scored(*(Fact(n, "住建", DAY) for n in (1, 2, 3)), rules=RuleBook.from_dict(data))
    assert facts_of(sheet) == [(1, s.COUNTED, "0.8"), (2, s.CAPPED_PARTLY, "0.7"), (3, s.CAPPED, 0)]
    assert sheet.points[0] == Decimal("2.5")
    assert sheet.explanation["p"][0]["p"] == "2.5"
    assert sheet.own == Decimal("2.5")


def test_tenths_do_not_drift():
    data = json.loads(FILE.read_text(encoding="utf-8"))
    data["parts"][0]["sources"][0] = {"source": "住建", "each": 0.1, "cap": 4}
    sheet = scored(*(Fact(n, "住建", DAY) for n in range(39)), rules=RuleBook.from_dict(data))
    assert sheet.points[0] == Decimal("0.1")


def test_a_source_that_the_scheme_does_not_know_is_kept_and_worth_nothing():
    sheet = scored(Fact(1, "环保", DAY, text="超标排放"), Fact(2, "环保", None, True), Fact(3, "住建", DAY))
    assert sheet.points[0] == 3
    assert sheet.explanation["o"] == [
        [1, "环保", "2020-06-18", s.UNKNOWN_SOURCE, 0, "", "超标排放"],
        [2, "环保", "", s.UNKNOWN_SOURCE, 0],
    ]


def test_what_is_stored_of_a_record():
    fact = Fact(5, "法院", DAY, False, "（2020）某执1号", "失信", "某某项目")
    assert scored(fact).explanation["p"][0]["f"] == [
        [5, "法院", "2020-06-18", 0, 2, "（2020）某执1号", "失信", "某某项目"]
    ]


@pytest.mark.parametrize("day", [DAY, "2020-06-18", "2020-06-18T09:30:00", datetime(2020, 6, 18, 9, 30)])
def test_dates_may_come_as_a_database_gives_them(day):
    assert scored((1, "住建", day, False, "", "", "")) == scored(Fact(1, "住建", DAY))


def test_a_date_that_is_none_is_not_passed_over():
    with pytest.raises(ValueError, match="Invalid isoformat"):
        scored(Fact(1, "住建", "去年六月"))


BONUS = {
    "name": "良好行为",
    "kind": "bonus",
    "max": 5,
    "own": True,
    "tags": [{"tag": "省级奖项", "each": 2, "cap": 3}, {"tag": "市级奖项", "each": 1, "cap": 4}],
}


def test_bonus_gives_by_tag_up_to_its_cap_and_the_full_points():
    rules = with_parts(BONUS)
    facts = [Fact(1, "省级奖项", DAY), Fact(2, "省级奖项", DAY)]
    sheet = scored(*facts, rules=rules)
    assert facts_of(sheet, 3) == [(1, s.COUNTED, 2), (2, s.CAPPED_PARTLY, 1)]
    assert sheet.points[3] == 3
    facts += [Fact(n, "市级奖项", DAY) for n in (3, 4, 5)]
    sheet = scored(*facts, rules=rules)
    assert facts_of(sheet, 3)[2:] == [(3, s.COUNTED, 1), (4, s.COUNTED, 1), (5, s.EXHAUSTED, 0)]
    assert (sheet.points[3], sheet.explanation["p"][3]["d"]) == (5, 6)
    assert sheet.own == 9


def test_bonus_outside_the_period_gives_nothing_and_repair_does_not_matter():
    sheet = scored(Fact(1, "市级奖项", date(2019, 1, 1)), Fact(2, "市级奖项", DAY, True), rules=with_parts(BONUS))
    assert facts_of(sheet, 3) == [(1, s.OUTSIDE, 0), (2, s.COUNTED, 1)]


def test_the_total_with_bonus_is_never_above_full():
    sheet = score(with_parts(BONUS), [Fact(n, "市级奖项", DAY) for n in range(4)], [], {"主管部门": 92})
    assert (sum(sheet.points), sheet.total) == (100, 100)
    sheet = score(with_parts(BONUS, full=101), [Fact(n, "市级奖项", DAY) for n in range(4)], [], {"主管部门": 92})
    assert sheet.total == 100


VETO = {
    "name": "一票否决",
    "kind": "veto",
    "rules": [{"source": "重大事故", "grade": "不予定级"}, {"source": "法院", "grade": "A"}],
}


def test_a_veto_holds_the_grade_down():
    rules = with_parts(VETO)
    best = {"主管部门": 92}
    assert score(rules, [], [], best).grade == "AAA"
    sheet = score(rules, [Fact(1, "法院", DAY)], [], best)
    assert (sheet.total, sheet.grade, sheet.explanation["u"]) == (94, "A", "AAA")
    sheet = score(rules, [Fact(1, "法院", DAY), Fact(2, "重大事故", DAY)], [], best)
    assert (sheet.grade, sheet.explanation["p"][3]["h"]) == ("不予定级", "不予定级")
    assert sheet.points[3] == 0


@pytest.mark.parametrize("fact", [Fact(1, "重大事故", DAY, True), Fact(1, "重大事故", date(2019, 1, 1))])
def test_a_repaired_or_old_record_vetoes_nothing(fact):
    sheet = score(with_parts(VETO), [fact], [], {"主管部门": 92})
    assert (sheet.grade, "u" in sheet.explanation) == ("AAA", False)


def test_a_veto_never_lifts_a_grade():
    sheet = score(with_parts(VETO), [Fact(1, "法院", DAY)], [], {"主管部门": 10})
    assert (sheet.grade, "u" in sheet.explanation) == ("不予定级", False)


def test_one_source_may_deduct_and_veto():
    sheet = score(with_parts(VETO), [Fact(1, "法院", DAY)], [], {"主管部门": 92})
    assert (facts_of(sheet, 0), facts_of(sheet, 3)) == ([(1, s.COUNTED, 2)], [(1, s.COUNTED, 0)])
