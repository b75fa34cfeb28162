"""The round's list for publicity: who is on it, and how the ratings move with it."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.cache import cache
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from association.accounts.models import StandIn
from association.core.models import Association
from association.publicity.actions import end_due, register_objection
from association.publicity.models import LineState, PublicityList
from association.workflow.actions import MoveRefused, perform, void
from association.workflow.models import Step
from evaluations.actions import set_switch
from evaluations.enums import RatingState
from evaluations.models import Rating
from evaluations.publicity import make_list, still_checking
from evaluations.runs import rate_now
from tests.codes import firm_code


@pytest.fixture
def clerk(staff):
    return staff("综合处", name="王经办")


@pytest.fixture
def leader(staff):
    return staff("会长", name="李会长")


@pytest.fixture
def open_round_(rated, clerk):
    """甲 AAA, 乙 AA, 丙 without a score, 丁 below the lowest line."""
    return set_switch(rated, name="grades_open", on=True, by=clerk, note="复函")


def states() -> dict:
    return dict(Rating.objects.values_list("name", "case__state"))


def later(**delta):
    return time_machine.travel(timezone.now() + dt.timedelta(**delta))


def test_only_firms_with_a_grade_are_on_it_the_highest_first(open_round_, clerk, bring):
    bring(
        "authority-scores", [["企业名称", "统一社会信用代码", "得分"], ["丙建筑有限公司", firm_code(3), 20]], round=2020
    )
    rate_now(open_round_)
    made = make_list(open_round_, by=clerk)
    lines = made.lines.values_list("position", "name", "district", "result")
    assert list(lines) == [(1, "甲建筑有限公司", "东区", "AAA"), (2, "乙建筑有限公司", "东区", "AA")]
    assert (made.state, made.working_days, made.result_label) == ("draft", 5, "拟定等级")
    assert made.objection_phone == "0700-1234567"
    assert set(states().values()) == {RatingState.SCORING}


def test_the_button_makes_a_draft_and_again_the_same_draft(open_round_, client_of, clerk):
    client, url = client_of(clerk), f"/admin/evaluations/ratinground/{open_round_.pk}/publicity/"
    first = client.post(url)
    made = PublicityList.objects.get()
    assert first.url == made.get_absolute_url()
    assert client.post(url).url == first.url
    assert PublicityList.objects.count() == 1


def test_who_makes_a_draft_reads_which_firms_may_still_check_their_scores(open_round_, client_of, clerk):
    set_switch(open_round_, name="sheets_open", on=True, by=clerk, note="请企业核对")
    perform(Rating.objects.get(name="甲建筑有限公司").case, "ask", by=clerk)
    client, url = client_of(clerk), f"/admin/evaluations/ratinground/{open_round_.pk}/publicity/"
    assert "名单上有 1 家还在核对得分，最晚到" in client.post(url, follow=True).content.decode()
    with later(days=30):
        assert still_checking(PublicityList.objects.get()) == ""


def test_without_the_authoritys_consent_the_page_says_where_to_switch(rated, clerk, client_of):
    with pytest.raises(ValidationError, match="请先在评价轮次页面打开「主管部门同意公开」"):
        make_list(rated, by=clerk)
    page = client_of(clerk).get(f"/admin/evaluations/ratinground/{rated.pk}/change/").content.decode()
    assert "测算等级还不能公开" in page
    assert not PublicityList.objects.exists()


def test_what_else_keeps_a_list_from_being_made(small_round, open_round_, clerk, staff):
    Association.objects.update(phone="")
    cache.clear()
    with pytest.raises(ValidationError, match="请先在「协会信息」里填写"):
        make_list(open_round_, by=clerk)
    Association.objects.update(phone="0700-1")
    cache.clear()
    with pytest.raises(PermissionDenied):
        make_list(open_round_, by=staff("监事"))


def test_a_draft_goes_out_only_as_the_round_would_make_it_now(open_round_, clerk):
    made = make_list(open_round_, by=clerk)
    void(Rating.objects.get(name="乙建筑有限公司").case, by=clerk, reason="重复申报")
    with pytest.raises(MoveRefused, match="资料在第 1 次测算以后有变动，请先重新测算"):
        perform(made, "publicise", by=clerk)
    with pytest.raises(ValidationError, match="请先重新测算"):
        make_list(open_round_, by=clerk)
    rate_now(open_round_)
    with pytest.raises(MoveRefused, match="名单生成以后，「乙建筑有限公司」有变动，请在评价轮次里重新生成公示名单"):
        perform(made, "publicise", by=clerk)
    perform(make_list(open_round_, by=clerk), "publicise", by=clerk)
    assert list(made.lines.values_list("name", flat=True)) == ["甲建筑有限公司"]


def test_ratings_move_with_the_list_to_its_announcement(open_round_, clerk, leader):
    made = make_list(open_round_, by=clerk)
    perform(made, "publicise", by=clerk)
    assert states() == {"甲建筑有限公司": "publicised", "乙建筑有限公司": "publicised", "丙建筑有限公司": "scoring"}
    with later(days=30):
        assert end_due() == 1
        made.refresh_from_db()
        perform(made, "announce", by=leader, number="某建协〔2021〕1 号")
        assert states()["甲建筑有限公司"] == RatingState.CONCLUDED
        case = Rating.objects.get(name="甲建筑有限公司").case
        assert case.concluded_on == timezone.localdate()
        assert Rating.objects.get(name="甲建筑有限公司").grade == ""


def test_a_firm_objected_to_stays_behind_and_leaves_when_upheld(open_round_, clerk, leader):
    made = make_list(open_round_, by=clerk)
    perform(made, "publicise", by=clerk)
    line = made.lines.get(name="甲建筑有限公司")
    objection = register_objection(line=line, came="visit", content="有事实", by=clerk, objector="某某")
    with later(days=30):
        end_due()
        made.refresh_from_db()
        perform(made, "announce", by=leader)
        assert states()["甲建筑有限公司"] == RatingState.PUBLICISED
        assert states()["乙建筑有限公司"] == RatingState.CONCLUDED
        perform(objection, "uphold", by=clerk, outcome="属实")
        assert states()["甲建筑有限公司"] == RatingState.PROPOSED
        line.refresh_from_db()
        assert line.state == LineState.DROPPED


def test_a_firm_cleared_follows_in_the_supplementary_announcement(open_round_, clerk, leader):
    made = make_list(open_round_, by=clerk)
    perform(made, "publicise", by=clerk)
    line = made.lines.get(name="甲建筑有限公司")
    objection = register_objection(line=line, came="visit", content="有事实", by=clerk, objector="某某")
    with later(days=30):
        end_due()
        made.refresh_from_db()
        perform(made, "announce", by=leader)
        perform(objection, "dismiss", by=clerk, outcome="不属实")
        made.refresh_from_db()
        perform(made, "supplement", by=leader)
        assert states()["甲建筑有限公司"] == RatingState.CONCLUDED


def test_taken_down_the_ratings_go_back(open_round_, clerk):
    made = make_list(open_round_, by=clerk)
    perform(made, "publicise", by=clerk)
    perform(made, "withdraw", by=clerk, note="名单有误")
    assert states()["甲建筑有限公司"] == RatingState.PROPOSED
    again = make_list(open_round_, by=clerk)
    assert again != made
    assert again.lines.count() == 2


def test_those_already_publicised_are_not_listed_again(open_round_, clerk):
    perform(make_list(open_round_, by=clerk), "publicise", by=clerk)
    with pytest.raises(ValidationError, match="没有可以公示的企业"):
        make_list(open_round_, by=clerk)


def test_a_list_entered_afterwards_keeps_its_day_while_its_ratings_cannot_be_older_than_themselves(open_round_, clerk):
    made = make_list(open_round_, by=clerk)
    day = dt.date(2021, 4, 28)
    perform(made, "publicise", by=clerk, happened_on=day, note="补录：2021 年已张贴")
    made.refresh_from_db()
    assert made.starts_on == day
    assert made.ends_at == dt.datetime(2021, 5, 8, 17, tzinfo=ZoneInfo("Asia/Shanghai"))
    step = Step.objects.filter(subject_type="cases.case", name="publicise").first()
    assert step.happened_on == timezone.localdate()


def test_a_stand_in_for_publicity_signs_for_the_ratings_too(open_round_, clerk, leader, staff):
    made = make_list(open_round_, by=clerk)
    perform(made, "publicise", by=clerk)
    deputy = staff("秘书处", name="张某")
    today = timezone.localdate()
    StandIn.objects.create(
        principal=leader,
        deputy=deputy,
        starts_on=today,
        ends_on=today + dt.timedelta(60),
        matters=["publicity"],
        reason="出差",
    )
    with later(days=30):
        end_due()
        made.refresh_from_db()
        perform(made, "announce", by=deputy)
        assert states()["甲建筑有限公司"] == RatingState.CONCLUDED
        step = Step.objects.filter(subject_type="cases.case", name="announce").first()
        assert step.signature == "张某代李会长"
