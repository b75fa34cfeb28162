"""参评企业 in the admin: the list, a firm's page with its sheet, moves by staff, for the firm and in bulk."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from association.workflow.actions import MoveRefused, perform
from association.workflow.models import Step
from evaluations.actions import set_switch
from evaluations.enums import RatingState
from evaluations.models import Rating
from evaluations.runs import rate_now
from tests.codes import firm_code
from tests.pages import is_login

LIST = "/admin/evaluations/rating/"


@pytest.fixture
def jia(rated, rating_of) -> Rating:
    return rating_of(1)


def names_in(client, **query) -> list[str]:
    page = client.get(LIST, query).content.decode()
    return [name for name in ("甲建筑有限公司", "乙建筑有限公司", "丙建筑有限公司") if name in page]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, "甲乙丙"), ({"round__year": "2020"}, "甲乙丙"), ({"round__year": "2019"}, ""), ({"computed": "AAA"}, "甲"),
        ({"computed": "-"}, "丙"), ({"points": "8"}, "丙"), ({"missing": "survey"}, "乙"), ({"missing": "score"}, "丙"),
        ({"missing": "sheet"}, ""), ({"missing": "grade"}, "甲乙丙"), ({"is_member__exact": "1"}, "甲"),
        ({"district": "东区"}, "甲乙丙"), ({"district": "西区"}, ""),
        ({"qualification_group__exact": "三级"}, "甲乙丙"),
        ({"state": "scoring"}, "甲乙丙"), ({"state": "void"}, ""), ({"q": "jjz"}, "甲"), ({"q": firm_code(2)}, "乙"),
        ({"points": "x"}, ""), ({"q": "没有"}, ""),
    ],
)  # fmt: skip
def test_the_list_finds_and_filters(rated, client_of, query, found):
    assert names_in(client_of("监事"), **query) == [f"{name}建筑有限公司" for name in found]


def test_the_list_takes_as_many_queries_for_many_as_for_three(rated, client_of, bring):
    client = client_of("综合处")
    client.get(LIST)
    with CaptureQueriesContext(connection) as few:
        client.get(LIST)
    bring(
        "rating-roster",
        [["企业名称", "统一社会信用代码"]] + [[f"新{n}建设公司", firm_code(n)] for n in range(20, 40)],
        round=2020,
    )
    rate_now(rated)
    with CaptureQueriesContext(connection) as many:
        client.get(LIST)
    assert len(many) == len(few)


def test_the_page_explains_every_point(jia, client_of):
    page = client_of("监事").get(f"{LIST}{jia.pk}/change/").content.decode()
    for words in (
        "轮到协会：调查评分",
        "未取得施工许可证",
        "建罚〔2020〕1 号",
        "起评 4 分，扣 2 分，得 2 分",
        "示例工程",
        "AAA",
        "打印评分表",
    ):
        assert words in page
    assert 'name="_save"' not in page
    sheet = client_of("监事").get(f"{LIST}{jia.pk}/sheet/").content.decode()
    assert "安全防护不到位" in sheet
    assert "住房和城乡建设部门" in sheet  # who provides the record
    assert "打印人：监事" in sheet


def test_without_a_run_the_sheet_says_what_to_do(small_round, rating_of, client_of):
    client, rating = client_of("综合处"), rating_of(1)
    assert "还没有测算结果" in client.get(f"{LIST}{rating.pk}/change/").content.decode()
    assert "还没有评分表" in client.get(f"{LIST}{rating.pk}/sheet/").content.decode()


def test_a_move_is_made_on_its_page_and_taken_back(jia, client_of):
    client = client_of("综合处")
    client.post(f"{LIST}{jia.pk}/move/propose/", {"happened_on": Step.objects.of(jia.case).last().happened_on})
    jia.case.refresh_from_db()
    assert jia.case.state == RatingState.PROPOSED
    client.post(f"{LIST}{jia.pk}/move/-undo/", {"note": "点错了"})
    jia.case.refresh_from_db()
    assert jia.case.state == RatingState.SCORING


@pytest.mark.parametrize("name", ["publicise", "announce", "unlist", "nothing"])
def test_moves_of_the_publicity_list_are_no_pages_here(jia, client_of, name):
    assert client_of("秘书长").get(f"{LIST}{jia.pk}/move/{name}/").status_code == 404


def test_what_the_firm_would_do_staff_enter_for_it(jia, client_of, staff, rated):
    clerk = staff("综合处", name="王经办")
    set_switch(rated, name="sheets_open", on=True, by=clerk)
    perform(jia.case, "ask", by=clerk)
    client = client_of(clerk)
    assert "怎样收到" in client.post(f"{LIST}{jia.pk}/move/confirm/", {"received_on": "2026-01-01"}).content.decode()
    day = Step.objects.of(jia.case).last().happened_on
    client.post(f"{LIST}{jia.pk}/move/confirm/", {"channel": "paper", "received_on": day})
    step = Step.objects.of(jia.case).last()
    assert (step.name, step.channel, step.signature) == ("confirm", "paper", "王经办")


def test_in_bulk_a_page_lists_who_moves_and_who_cannot_before_it_does(rated, jia, client_of, bring):
    client = client_of("综合处")
    bring("rating-roster", [["企业名称", "统一社会信用代码"], ["未测算公司", firm_code(30)]], round=2020)
    ticked = {
        "action": "move_propose",
        "_selected_action": [str(pk) for pk in Rating.objects.values_list("pk", flat=True)],
    }
    page = client.post(LIST, ticked).content.decode()
    assert "将办理 3 件" in page
    assert "这家企业还没有测算结果，请先测算" in page
    assert set(Rating.objects.values_list("case__state", flat=True)) == {"scoring"}
    day = Step.objects.of(jia.case).last().happened_on
    client.post(LIST, ticked | {"confirmed": "yes", "happened_on": day})
    assert sorted(Rating.objects.values_list("case__state", flat=True)) == [
        "proposed",
        "proposed",
        "proposed",
        "scoring",
    ]


def test_firms_are_asked_only_once_the_sheets_are_open(rated, jia, staff):
    clerk = staff("综合处")
    with pytest.raises(MoveRefused, match="请先在评价轮次里打开「向企业开放评分表」"):
        perform(jia.case, "ask", by=clerk)
    set_switch(rated, name="sheets_open", on=True, by=clerk)
    perform(jia.case, "ask", by=clerk)
    assert (jia.case.state, jia.case.whose) == (RatingState.CHECKING, "party")


@pytest.mark.parametrize(("move", "state"), [("confirm", RatingState.PROPOSED), ("object", RatingState.SCORING)])
def test_a_firm_confirms_or_objects_for_itself_and_nobody_elses(rated, jia, staff, firm_user, rating_of, move, state):
    clerk = staff("综合处")
    set_switch(rated, name="sheets_open", on=True, by=clerk)
    perform(jia.case, "ask", by=clerk)
    with pytest.raises(PermissionDenied):
        perform(jia.case, move, by=firm_user(rating_of(2).party), note="不对")
    perform(jia.case, move, by=firm_user(jia.party), note="第 2 条不是本单位")
    assert jia.case.state == state


def test_a_voided_rating_is_out_of_lists_and_of_the_next_run(rated, jia, client_of):
    client = client_of("综合处")
    client.post(f"{LIST}{jia.pk}/move/-void/", {"note": "重复登记"})
    assert names_in(client) == ["乙建筑有限公司", "丙建筑有限公司"]
    assert names_in(client, state="void") == ["甲建筑有限公司"]
    run, _new = rate_now(rated)
    assert run.population == 2


@pytest.mark.parametrize("name", ["change", "sheet", "history", "move/propose"])
def test_every_address_is_closed_to_others(jia, client, client_of, firm_user, name):
    url = f"{LIST}{jia.pk}/{name}/"
    assert is_login(client.get(url))
    assert client_of("编辑").get(url).status_code in (403, 404)
    assert client_of(firm_user(jia.party)).get(url).status_code == 404
