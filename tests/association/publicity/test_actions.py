"""Drafts, objections and the clock."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from association.inbox.models import Todo
from association.publicity.actions import change_draft, delete_draft, end_due, prepare_list
from association.publicity.models import Objection, PublicityLine, PublicityList
from association.timeline.models import Event
from association.workflow.actions import MoveRefused, perform
from association.workflow.models import Step

from .conftest import at, object_to


def test_a_draft_holds_copies_of_its_lines_and_waits_to_be_published(draft, clerk):
    publicity = draft()
    assert publicity.state == "draft"
    assert publicity.prepared_by == clerk
    assert list(publicity.lines.values_list("position", "name", "district", "result", "state")) == [
        (number, f"甲{number}建设有限公司", "东区", "AAA", "open") for number in (1, 2, 3)
    ]
    todo = Todo.objects.open().get()
    assert (todo.right, todo.whose, todo.title) == ("publicity", "office", publicity.title)


def test_preparing_again_makes_the_same_draft_anew(draft, clerk, firm_party):
    first = draft()
    other = firm_party("乙建设有限公司")
    second = draft(0, lines=[(other.pk, None, other.name, "西区", "AA")], title="改过的标题")
    assert second.pk == first.pk
    assert [line.name for line in second.lines.all()] == ["乙建设有限公司"]
    assert PublicityList.objects.get().title == "改过的标题"
    assert Todo.objects.open().get().title == "改过的标题"


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ([], "名单里没有单位，不能生成公示名单。"),
        (
            [(None, None, "甲", "", "AAA"), (None, None, " ", "", "AA")],
            "名单第 2 行没有单位名称或结果，请补齐后再生成名单。",
        ),
        ([(None, None, "甲", "", "")], "名单第 1 行没有单位名称或结果，请补齐后再生成名单。"),
    ],
)
def test_a_list_with_nothing_in_it_or_in_a_line_is_not_made(draft, lines, sentence):
    with pytest.raises(ValidationError) as problem:
        draft(0, lines=lines)
    assert problem.value.messages == [sentence]
    assert not PublicityList.objects.exists()


@pytest.mark.parametrize("role", ["会长", "财务处", "编辑", "监事", "系统管理员"])
def test_only_who_may_publicise_prepares(draft, staff, role):
    with pytest.raises(PermissionDenied):
        draft(by=staff(role))


def test_a_draft_is_changed_with_old_and_new_kept(draft, clerk):
    publicity = change_draft(draft(), by=clerk, title="新标题", working_days=5)
    assert publicity.title == "新标题"
    event = Event.objects.get(verb="publicity.changed")
    assert event.changes == {"title": ["2020 年度信用评价结果公示", "新标题"]}


def test_lines_are_not_changed_through_a_draft(draft, clerk):
    with pytest.raises(TypeError):
        change_draft(draft(), by=clerk, state="publicised")


def test_a_draft_is_deleted_and_its_history_stays(draft, clerk):
    delete_draft(draft(), by=clerk)
    assert not PublicityList.objects.exists()
    assert not PublicityLine.objects.exists()
    assert not Todo.objects.open().exists()
    assert Event.objects.filter(verb="publicity.deleted").count() == 1


def test_what_is_published_is_neither_changed_nor_deleted(publicised, clerk):
    publicity = publicised()
    with pytest.raises(MoveRefused):
        change_draft(publicity, by=clerk, title="改")
    with pytest.raises(MoveRefused):
        delete_draft(publicity, by=clerk)


def test_preparing_after_publication_makes_another_draft(publicised, draft):
    publicity = publicised()
    assert draft(1, lines=[(None, None, "丙建设有限公司", "", "A")]).pk != publicity.pk


# -- Objections ------------------------------------------------------------------------------------


def test_an_objection_blocks_its_line_and_waits_to_be_checked(publicised, clerk):
    publicity = publicised()
    objection = object_to(publicity, clerk)
    assert objection.state == "open"
    assert objection.number == "异议〔2021〕1 号"
    assert list(publicity.lines.values_list("state", flat=True)) == ["blocked", "open", "open"]
    todo = Todo.objects.open().get(subject_type="publicity.objection")
    assert (todo.label, todo.right) == ("核查异议", "publicity")
    step = Step.objects.of(objection).get()
    assert (step.name, step.actor, step.target) == ("register", clerk, "open")


@pytest.mark.parametrize(
    ("received", "late", "state"),
    [
        ("2021-05-08 16:59:59", False, "blocked"),
        ("2021-05-08 17:00:00", False, "blocked"),
        ("2021-05-08 17:00:01", True, "open"),
        ("2021-05-09 08:00:00", True, "open"),
    ],
)
def test_what_came_until_the_last_second_counts_and_later_ones_move_nothing(ended, clerk, received, late, state):
    publicity = ended()  # ended at 17:00:01, entered two days later
    objection = object_to(publicity, clerk, received_at=at(received))
    publicity.refresh_from_db()
    assert objection.is_late is late
    assert publicity.lines.get(position=1).state == state
    assert publicity.state == "ended"


def test_a_late_objection_is_checked_but_never_moves_its_line(ended, clerk):
    publicity = ended()
    objection = object_to(publicity, clerk, received_at=at("2021-05-09 08:00"))
    perform(objection, "uphold", by=clerk, outcome="属实")
    assert publicity.lines.get(position=1).state == "open"


def test_one_click_twice_is_one_objection(publicised, clerk):
    publicity = publicised()
    first, second = (object_to(publicity, clerk, once_key="form-1") for _ in range(2))
    assert first.pk == second.pk
    assert Objection.objects.count() == 1


def test_a_clue_needs_no_name_but_a_named_objection_does(publicised, clerk):
    publicity = publicised()
    assert not object_to(publicity, clerk, is_named=False, objector="", contact="").is_named
    with pytest.raises(ValidationError):
        object_to(publicity, clerk, objector="")


@pytest.mark.parametrize(
    ("received", "sentence"),
    [
        ("2021-04-28 09:01", "收到时间不能晚于现在。"),
        ("2021-04-27 18:00", "公示从 2021-04-28 开始，收到时间不能更早，请核对。"),
    ],
)
def test_an_impossible_moment_is_not_taken(publicised, clerk, received, sentence):
    with pytest.raises(MoveRefused) as problem:
        object_to(publicised(), clerk, received_at=at(received))
    assert problem.value.messages == [sentence]


def test_drafts_and_withdrawn_lists_take_no_objections(draft, clerk):
    publicity = draft()
    with pytest.raises(MoveRefused):
        object_to(publicity, clerk)
    perform(publicity, "publicise", by=clerk)
    perform(publicity, "withdraw", by=clerk, note="名单有误")
    with pytest.raises(MoveRefused, match="已撤下"):
        object_to(publicity, clerk)


@pytest.mark.parametrize("role", ["会长", "财务处", "编辑", "监事"])
def test_only_who_may_publicise_registers(publicised, staff, role):
    publicity = publicised()
    with pytest.raises(PermissionDenied):
        object_to(publicity, staff(role))
    assert not Objection.objects.exists()


def test_the_events_of_an_objection_tell_nothing_of_the_objector(publicised, clerk):
    object_to(publicised(), clerk)
    told = " ".join(f"{e.sentence}{e.note}{e.changes}" for e in Event.objects.all())
    for secret in ("赵某", "13912345678", "处罚没有计入"):
        assert secret not in told


# -- The clock -------------------------------------------------------------------------------------


def test_the_clock_ends_a_list_after_its_last_second_and_once(publicised, travel):
    publicity = publicised()
    travel("2021-05-08 17:00:00")
    assert end_due() == 0
    travel("2021-05-08 17:00:01")
    assert end_due() == 1
    assert end_due() == 0
    publicity.refresh_from_db()
    assert publicity.state == "ended"
    step = Step.objects.of(publicity).last()
    assert (step.name, step.actor, step.signature, str(step.happened_on)) == ("end", None, "系统", "2021-05-08")


def test_an_ended_list_is_to_be_announced_by_the_next_working_day(ended):
    publicity = ended()
    todo = Todo.objects.open().get()
    assert (todo.label, todo.right) == ("发布公告", "decide")
    assert todo.due_at == publicity.due_at == at("2021-05-10 17:00")


def test_the_clock_works_off_a_list_entered_long_after(draft, clerk, travel):
    publicity = draft()
    travel("2026-03-01 09:00")
    perform(publicity, "publicise", by=clerk, happened_on=date(2021, 4, 28), note="补录当年的纸质公示")
    assert end_due() == 1
    publicity.refresh_from_db()
    assert (publicity.state, publicity.ends_at) == ("ended", at("2021-05-08 17:00"))


def test_prepare_list_takes_ten_thousand_lines_set_based(draft, django_assert_max_num_queries, clerk, travel):
    travel("2021-04-28 09:00")
    rows = [(None, None, f"第{number}建设有限公司", "东区", "AA") for number in range(10_000)]
    with django_assert_max_num_queries(170):
        publicity = prepare_list(
            kind="sample", round_key="big", title="大名单", issuer="协会", lines=rows, working_days=5,
            objection_phone="1", objection_address="1", by=clerk,
        )  # fmt: skip
    assert publicity.lines.count() == 10_000
