"""What must hold whatever comes in (hypothesis), against a slow and obvious way of counting."""

import json
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from evaluations.scheme_file import SHIPPED, loads_scheme, read_scheme
from evaluations.scoring import Fact, RuleBook, Survey, dumps, explain, light_of, score
from evaluations.scoring import shape as s

RULES = read_scheme(SHIPPED / "scheme_2020.json")
SOURCES = {"住建": (1, 2), "劳动": (1, 2), "税务": (1, 1), "法院": (2, 2), "银行": (1, 1)}
WEIGHTS = {"现场调查": Fraction(1, 2), "问卷": Fraction(3, 10), "电话": Fraction(1, 5)}

days = st.dates(date(2019, 11, 1), date(2021, 2, 28))
sources = st.sampled_from([*SOURCES, "环保"])
facts = st.lists(st.tuples(sources, st.none() | days, st.booleans()), max_size=30).map(
    lambda rows: [Fact(n, source, day, repaired) for n, (source, day, repaired) in enumerate(rows)]
)
marks = st.lists(st.integers(1, 5), min_size=5, max_size=5)
surveys = st.lists(st.tuples(st.sampled_from("甲乙丙"), st.sampled_from([*WEIGHTS]), marks), max_size=12).map(
    lambda rows: [Survey(n, name, "", channel, None, "", five) for n, (name, channel, five) in enumerate(rows)]
)
authority = st.none() | st.integers(0, 92) | st.decimals(0, 92, places=2)


def obvious_deduction(facts):
    taken = 0
    for source, (each, cap) in SOURCES.items():
        counted = [f for f in facts if f.source == source and f.date and f.date.year == 2020 and not f.repaired]
        taken += min(cap, each * len(counted))
    return max(0, 4 - taken)


def obvious_mean(surveys):
    projects = {}
    for row in surveys:
        means = projects.setdefault(row.project, {}).setdefault(row.channel, [])
        means.append(Fraction(sum(row.marks), 5))
    weighted = []
    for channels in projects.values():
        used = sum(WEIGHTS[channel] for channel in channels)
        means = {channel: sum(values) / len(values) for channel, values in channels.items()}
        weighted.append(sum(WEIGHTS[channel] / used * mean for channel, mean in means.items()))
    return sum(weighted) / len(weighted)


def obvious_points(mean):
    for start, points in ((Fraction(9, 2), 4), (4, 3), (3, 2), (2, 1)):
        if mean >= start:
            return points
    return 0


@given(facts)
def test_deductions_agree_with_the_obvious_way(facts):
    sheet = score(RULES, facts, [], {})
    assert sheet.points[0] == obvious_deduction(facts)
    assert 0 <= sheet.points[0] <= 4


@given(facts)
def test_every_record_is_explained_once_and_the_points_add_up(facts):
    sheet = score(RULES, facts, [], {})
    rows = sheet.explanation["p"][0]["f"]
    others = sheet.explanation.get("o", [])
    assert sorted(row[0] for row in rows + others) == [fact.id for fact in facts]
    assert {row[1] for row in others} <= {"环保"}
    assert sum(row[4] for row in rows) == 4 - sheet.points[0]
    for source, (_, cap) in SOURCES.items():
        assert sum(row[4] for row in rows if row[1] == source) <= cap
    order = [(row[2] or "9999", row[0]) for row in rows]
    assert order == sorted(order)


@given(facts)
def test_a_record_that_is_repaired_never_costs_points(facts):
    before = score(RULES, facts, [], {}).points[0]
    for place, fact in enumerate(facts):
        others = [*facts[:place], fact._replace(repaired=True), *facts[place + 1 :]]
        assert score(RULES, others, [], {}).points[0] >= before


@given(facts, surveys, authority, st.randoms())
def test_the_order_of_the_rows_does_not_matter(facts, surveys, given_points, random):
    sheet = score(RULES, facts, surveys, {"主管部门": given_points})
    random.shuffle(facts)
    random.shuffle(surveys)
    again = score(RULES, iter(facts), iter(surveys), {"主管部门": given_points})
    assert dumps(again.explanation) == dumps(sheet.explanation)
    assert again == sheet


@given(surveys)
def test_means_and_bands_agree_with_the_obvious_way(surveys):
    sheet = score(RULES, [], surveys, {})
    part = sheet.explanation["p"][1]
    if not surveys:
        assert "m" not in part
        return
    mean = obvious_mean(surveys)
    assert Fraction(*part["m"]) == mean
    assert sheet.points[1] == obvious_points(mean)


@given(surveys.filter(bool))
def test_the_shares_of_the_channels_used_sum_to_one(surveys):
    view = explain(RULES, score(RULES, [], surveys, {}).explanation)
    for project in view.parts[1].projects:
        assert sum(Fraction(cell.share_exact) for cell in project.cells if cell.share_exact) == 1


@given(surveys.filter(bool))
def test_the_shown_mean_never_reaches_a_band_that_the_mean_does_not(surveys):
    part = explain(RULES, score(RULES, [], surveys, {}).explanation).parts[1]
    assert obvious_points(Fraction(part.mean)) == int(part.points)


@given(st.integers(1, 10**6), st.sampled_from(["4.5", "4", "3", "2"]))
def test_bands_are_exact_at_their_edges(denominator, edge):
    """A project at the edge and one a hair below it: the first reaches the band, the two together do not."""
    start = Fraction(edge)
    below = start - Fraction(1, denominator)
    at_edge = Survey(1, "甲", "", "电话", None, "", [str(edge)] * 5)
    assert score(RULES, [], [at_edge], {}).points[1] == obvious_points(start)
    text = format(Decimal(below.numerator) / Decimal(below.denominator), "f")[:12]
    hair = Survey(2, "乙", "", "电话", None, "", [text] * 5)
    assert score(RULES, [], [at_edge, hair], {}).points[1] == obvious_points((start + Fraction(text)) / 2)


@given(facts, surveys, authority)
def test_total_and_grade_follow_from_the_parts(facts, surveys, given_points):
    sheet = score(RULES, facts, surveys, {"主管部门": given_points})
    if given_points is None:
        assert (sheet.total, sheet.grade, len(sheet.missing)) == (None, None, 1)
    else:
        assert sheet.total == sum(sheet.points) <= 100
        lines = {"AAA": 90, "AA": 80, "A": 60, "不予定级": 0}
        assert sheet.grade == next(label for label, line in lines.items() if sheet.total >= line)
    assert sheet.own == sheet.points[0] + sheet.points[1]
    assert all(0 <= got <= part.full for got, part in zip(sheet.points, RULES.parts, strict=True) if got is not None)


@given(facts, surveys, authority)
def test_what_is_stored_survives_json_and_can_always_be_explained(facts, surveys, given_points):
    sheet = score(RULES, facts, surveys, {"主管部门": given_points})
    stored = json.loads(dumps(sheet.explanation))
    assert stored == sheet.explanation
    assert light_of(RULES, stored)[:4] == (sheet.points, sheet.own, sheet.total, sheet.grade)
    view = explain(RULES, stored)
    assert sum(len(part.facts) for part in view.parts) + len(view.others) == len(facts)
    assert sum(len(project.surveys) for project in view.parts[1].projects) == len(surveys)
    assert all(line.reason for part in view.parts for line in part.facts)
    counted = [line for line in view.parts[0].facts if line.counted]
    assert all(line.points != "0" and line.code not in (s.OUTSIDE, s.REPAIRED, s.NO_DATE) for line in counted)


thousandths = st.integers(1, 4000).map(lambda n: Decimal(n) / 1000)


@given(st.lists(st.tuples(thousandths, thousandths), min_size=1, max_size=4), st.integers(0, 12))
def test_any_tariff_stays_within_its_cap_and_the_part(pairs, count):
    """Points of any number of decimals: exact sums, caps kept, never below 0 nor above full."""
    data = RULES.to_dict()
    tariffs = [(min(pair), max(pair)) for pair in pairs]
    data["parts"][0]["sources"] = [
        {"source": f"来源{n}", "each": str(each), "cap": str(cap)} for n, (each, cap) in enumerate(tariffs)
    ]
    rules = RuleBook.from_dict(data)
    facts = [Fact(n, f"来源{n % len(tariffs)}", date(2020, 1, 1) + timedelta(n)) for n in range(count)]
    taken = Decimal(0)
    for n, (each, cap) in enumerate(tariffs):
        taken += min(cap, each * sum(1 for fact in facts if fact.source == f"来源{n}"))
    assert score(rules, facts, [], {}).points[0] == max(Decimal(0), 4 - taken)
    assert loads_scheme(json.dumps(rules.to_dict())) == rules
