"""What a firm and the office may see of a sheet, by the round's two switches."""

import pytest
from django.contrib.auth.models import AnonymousUser

from evaluations.actions import set_switch
from evaluations.models import Rating, ScoreSheet
from evaluations.queries import history_of, sheet_for
from tests.codes import firm_code


@pytest.fixture
def jia(rating_of, rated) -> Rating:
    return rating_of(1)


@pytest.fixture
def firm(jia, firm_user):
    return firm_user(jia.party)


def opened(rating, staff, **switches):
    for name, on in switches.items():
        set_switch(rating.round, name=name, on=on, by=staff("综合处"), note="复函")
    return Rating.objects.select_related("round", "case", "party").get(pk=rating.pk)


@pytest.mark.parametrize(
    ("sheets", "grades", "parts", "total"),
    [
        (False, False, None, None),
        (False, True, None, None),
        (True, False, ["行业自律", "综合评价"], "—"),
        (True, True, ["行业自律", "综合评价", "主管部门"], "96"),
    ],
)
def test_a_firm_sees_what_the_switches_let_it_see(jia, firm, staff, sheets, grades, parts, total):
    found = sheet_for(firm, opened(jia, staff, sheets_open=sheets, grades_open=grades))
    if parts is None:
        assert found.sheet is None
        return
    assert [part.name for part in found.sheet.parts] == parts
    assert found.sheet.total == total
    assert found.sheet.grade == ("AAA" if grades else "")
    assert (found.show_all, found.show_others) == (grades, False)
    assert found.sheet.own == "6"


def test_the_office_sees_all_whatever_the_switches(jia, staff):
    found = sheet_for(staff("监事"), jia)
    assert (found.sheet.total, found.show_all, found.show_others) == ("96", True, True)


def test_nobody_else_sees_anything(jia, staff, firm_user, rating_of):
    rating = opened(jia, staff, sheets_open=True, grades_open=True)
    for user in (firm_user(rating_of(2).party), staff("编辑"), AnonymousUser()):
        assert sheet_for(user, rating).sheet is None
    assert not ScoreSheet.objects.visible_to(AnonymousUser()).exists()


def test_before_a_run_there_is_no_sheet(small_round, rating_of, staff):
    assert sheet_for(staff("综合处"), rating_of(1)).sheet is None


def test_the_history_shows_the_issued_grade_and_never_a_computed_one(jia, firm, firm_user, rating_of, bring):
    assert history_of(jia.party, firm) == [
        {
            "year": 2020, "title": "2020 年度企业信用等级评价", "grade": "", "issued_on": None, "number": "",
            "url": f"/desk/ratings/{jia.case.uid}/",
        }
    ]  # fmt: skip
    rows = [["企业名称", "统一社会信用代码", "等级"], ["甲建筑有限公司", firm_code(1), "AA"]]
    bring("issued-grades", rows, round=2020, number="某建发 5 号", date="2021-05-20")
    assert history_of(jia.party, firm)[0]["grade"] == "AA"
    assert sheet_for(firm, rating_of(1)).rating.grade == "AA"
    assert history_of(jia.party, firm_user(rating_of(2).party)) == []


def test_a_sheet_takes_few_queries(jia, firm, staff, django_assert_max_num_queries):
    rating = opened(jia, staff, sheets_open=True)
    with django_assert_max_num_queries(3):
        sheet_for(firm, rating)
