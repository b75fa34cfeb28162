"""When the office is asked to rate again (重新测算), whose rows a dismissal holds for, figures of a scheme as they are given."""

import copy
import json

import pytest

from association.exchange.models import NameDecision
from association.inbox.models import Todo
from association.parties.models import Party
from evaluations.actions import load_scheme
from evaluations.decisions import decide, revoke
from evaluations.models import CreditRecord, Scheme
from evaluations.runs import rate_now
from evaluations.scheme_file import SHIPPED
from evaluations.scheme_rows import rulebook_of
from evaluations.scoring import RuleBook
from evaluations.waiting import groups
from tests.codes import firm_code

WAGES = ["企业名称", "立案日期", "欠薪项目", "涉及金额（元）", "涉及人数"]


def wages(*names, day="2020-06-01"):
    return "credit-records", [WAGES, *([name, day, "某工程", 1000, 1] for name in names)]


def roster(name, number):
    return "rating-roster", [["企业名称", "统一社会信用代码"], [name, firm_code(number)]]


def asked() -> bool:
    return Todo.objects.open().filter(kind="rate-again").exists()


# -- Rate again -------------------------------------------------------------------------------------------------------


def test_a_file_that_waits_or_says_nothing_new_does_not_ask(rated, bring):
    bring(*wages("外地公司"))
    bring(*wages("外地公司"))
    assert not asked()
    bring(*wages("甲建筑有限公司"))
    assert asked()
    rate_now(rated)
    bring(*wages("甲建筑有限公司"))
    assert not asked()


def test_a_roster_asks_and_the_same_again_does_not(rated, bring):
    bring(*roster("丁建筑有限公司", 4), round=2020)
    assert asked()
    rate_now(rated)
    bring(*roster("丁建筑有限公司", 4), round=2020)
    assert not asked()


def test_a_firm_entered_later_whose_rows_waited_asks(rated, bring):
    bring(*wages("戊建筑有限公司"))
    bring("firms", [["企业名称", "统一社会信用代码"], ["戊建筑有限公司", firm_code(5)]])
    assert CreditRecord.objects.get(raw_name="戊建筑有限公司").party
    assert asked()


def test_setting_a_name_aside_changes_no_point_and_does_not_ask(rated, bring, staff):
    bring(*wages("外地公司", "甲建公司"))
    by_name = {group.name: group.waiting for group in groups()}
    decide(by_name["外地公司"], party=None, by=staff("综合处"))
    assert not asked()
    decide(by_name["甲建公司"], party=Party.objects.get(code=firm_code(1)), by=staff("综合处"))
    assert asked()


# -- 不是本轮企业 -------------------------------------------------------------------------------------------------------


def test_a_firm_set_aside_that_joins_later_gets_its_rows(small_round, bring, staff):
    bring(*wages("丁建筑有限公司"))
    decide(groups()[0].waiting, party=None, by=staff("综合处"))

    bring(*roster("丁建筑有限公司", 4), round=2020)
    bring(*wages("丁建筑有限公司", day="2020-07-01"))

    rows = CreditRecord.objects.filter(raw_name="丁建筑有限公司")
    assert set(rows.values_list("party__code", "dismissed")) == {(firm_code(4), False)}


def test_next_years_rows_of_a_name_set_aside_ask_again(small_round, bring, staff):
    clerk = staff("综合处")
    bring(*wages("外地公司"))
    first, _moved = decide(groups()[0].waiting, party=None, by=clerk)
    assert first.round == 2020
    bring(*wages("外地公司", day="2020-09-01"))
    assert groups() == []

    bring(*wages("外地公司", day="2021-03-01"))

    assert [(group.name, group.count) for group in groups()] == [("外地公司", 1)]
    second, moved = decide(groups()[0].waiting, party=None, by=clerk)
    assert (second.round, moved, groups()) == (2021, 1, [])
    assert revoke(second, by=clerk, note="再看看") == 1
    assert NameDecision.objects.filter(revoked_at=None).get() == first


def test_next_year_the_name_may_turn_out_a_firm_after_all(small_round, bring, staff):
    clerk, jia = staff("综合处"), Party.objects.get(code=firm_code(1))
    bring(*wages("甲建公司"))
    decide(groups()[0].waiting, party=None, by=clerk)
    bring(*wages("甲建公司", day="2021-03-01"))
    decide(groups()[0].waiting, party=jia, by=clerk)
    assert set(CreditRecord.objects.filter(raw_name="甲建公司").values_list("party", flat=True)) == {jia.pk}


# -- Figures of a scheme ----------------------------------------------------------------------------------------------


@pytest.fixture
def thousandths() -> RuleBook:
    data = copy.deepcopy(json.loads((SHIPPED / "scheme_2020.json").read_text(encoding="utf-8")))
    data["name"] = "三位小数"
    for source in data["parts"][0]["sources"]:
        source["each"], source["cap"] = "0.125", "0.375"
    data["grades"][0]["from"] = "90.125"
    return RuleBook.from_dict(data)


def test_a_scheme_keeps_its_thousandths_and_is_the_same_scheme_again(association, thousandths):
    kept = Scheme.objects.get(pk=load_scheme(thousandths)[0].pk)
    assert rulebook_of(kept).fingerprint() == thousandths.fingerprint()
    assert load_scheme(thousandths) == (kept, False)


def test_points_of_thousandths_stand_on_the_sheet(association, thousandths, bring):
    from evaluations.actions import open_round

    load_scheme(thousandths)
    opened, _new = open_round(year=2020)
    bring(*roster("甲建筑有限公司", 1), round=2020)
    bring(*wages("甲建筑有限公司"))
    assert f"{rate_now(opened)[0].sheets.get().own_points.normalize():f}" == "3.875"
