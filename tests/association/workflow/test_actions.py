"""Moves on one row and on many, undo, void, due dates."""

from datetime import date, timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from association.accounts.models import StandIn
from association.cases.models import Case
from association.core import stamp
from association.core.models import CalendarYear
from association.inbox.models import Todo
from association.timeline.models import Event
from association.workflow.actions import (
    MoveRefused,
    OnBehalf,
    perform,
    perform_many,
    preview_many,
    undo_last,
    void,
)
from association.workflow.models import Step
from tests.workflow_factories import FACTORIES, People


@pytest.fixture
def people(association, staff, firm_party):
    return People(staff("综合处", name="王经办"), staff("秘书长", name="李秘书长"), firm_party)


@pytest.fixture
def cases(people):
    def make(count, state="submitted"):
        return [FACTORIES["rating"].make(state, people) for _ in range(count)]

    return make


def _traces(case) -> dict:
    """What a move leaves, without ids and moments."""
    case.refresh_from_db()
    step = Step.objects.of(case).last()
    event = Event.objects.filter(subject_id=case.pk, subject_type="cases.case").first()
    todo = Todo.objects.filter(once_key=f"turn:cases.case:{case.pk}").last()
    return {
        "case": (case.state, case.whose, case.due_at, case.version, case.accepted_on, case.submitted_on),
        "step": (
            step.name,
            step.label,
            step.source,
            step.target,
            step.happened_on,
            step.signature,
            step.note,
            step.before,
        ),
        "event": (event.verb, event.sentence, event.note, event.party_id == case.party_id, event.audience),
        "todo": todo
        and (todo.label, todo.kind, todo.whose, todo.right, todo.audience, todo.due_at, todo.done_at is None),
    }


@pytest.mark.parametrize(
    ("state", "move"),
    [("submitted", "accept"), ("submitted", "return"), ("submitted", "not_accept"), ("proposed", "reopen")],
)
def test_many_rows_are_left_as_one_by_one(cases, people, state, move):
    one, *many = cases(4, state)
    perform(one, move, by=people.clerk, note="原因")
    assert perform_many(many, move, by=people.clerk, note="原因") == (3, [])
    assert [_traces(case) for case in many] == [_traces(one)] * 3


def test_many_rows_take_few_queries(cases, people, django_assert_max_num_queries):
    many = cases(30)
    with django_assert_max_num_queries(25):
        perform_many(many, "accept", by=people.clerk)
    assert set(Case.objects.values_list("state", flat=True)) == {"scoring"}


def test_rows_that_cannot_move_are_named_with_the_reason_and_the_others_move(cases, people):
    good, gone = cases(2)
    perform(gone, "accept", by=people.clerk)
    preview = preview_many([good, gone], "accept", people.clerk)
    assert [bool(why) for _case, why in preview] == [False, True]
    moved, refused = perform_many([good, gone], "accept", by=people.clerk)
    assert (moved, [(case.pk, why) for case, why in refused]) == (
        1, [(gone.pk, "现在是「调查评分」，不能受理；可能有人刚刚办理过，请刷新页面。")],
    )  # fmt: skip


def test_without_the_right_nothing_moves_in_bulk(cases, staff):
    many = cases(2)
    moved, refused = perform_many(many, "accept", by=staff("监事"))
    assert (moved, len(refused)) == (0, 2)
    assert set(Case.objects.values_list("state", flat=True)) == {"submitted"}


def test_the_table_sets_the_due_date_at_closing_time_and_undo_puts_the_old_one_back(cases, people):
    with time_machine.travel("2021-04-28T01:00:00Z", tick=False):
        (case,) = cases(1, "draft")
        perform(case, "submit", by=people.clerk, on_behalf=OnBehalf("paper", date(2021, 4, 28)))
        assert f"{timezone.localtime(case.due_at):%Y-%m-%d %H:%M}" == "2021-05-08 17:00"
        assert Todo.objects.open().get().due_at == case.due_at
        undo_last(case, by=people.clerk, reason="点错了")
        assert (case.state, case.due_at, case.submitted_on) == ("draft", None, None)
        assert Todo.objects.open().get().label == "填写并提交申报"


def test_a_due_date_in_a_missing_year_stops_the_move_and_names_the_year(cases, people):
    with time_machine.travel("2021-12-29T01:00:00Z", tick=False):
        (case,) = cases(1, "draft")
        CalendarYear.objects.filter(year=2022).delete()
        with pytest.raises(MoveRefused, match="2022 年"):
            perform(case, "submit", by=people.clerk, on_behalf=OnBehalf("paper", date(2021, 12, 29)))
    case.refresh_from_db()
    assert case.state == "draft"


def test_an_earlier_day_needs_a_reason_and_never_lies_before_the_step_before(cases, people):
    (case,) = cases(1)
    yesterday = timezone.localdate() - timedelta(days=1)
    with pytest.raises(MoveRefused, match="补录"):
        perform(case, "accept", by=people.clerk, happened_on=yesterday)
    with pytest.raises(MoveRefused, match="不能早于上一步「登记」"):
        perform(case, "accept", by=people.clerk, happened_on=yesterday, note="补录")
    with pytest.raises(MoveRefused, match="不能晚于今天"):
        perform(case, "accept", by=people.clerk, happened_on=timezone.localdate() + timedelta(days=1), note="x")


def test_a_second_click_is_refused_by_the_version_that_was_seen(cases, people):
    (case,) = cases(1)
    seen = case.version
    perform(case, "accept", by=people.clerk, seen_version=seen)
    with pytest.raises(MoveRefused) as problem:
        perform(case, "return", by=people.clerk, note="原因", seen_version=seen)
    assert problem.value.code == "stale"


def test_a_stand_in_signs_for_the_principal(cases, people, staff):
    deputy, today = staff("编辑", name="赵编辑"), timezone.localdate()
    (case,) = cases(1)
    with pytest.raises(PermissionDenied):
        perform(case, "accept", by=deputy)
    StandIn.objects.create(principal=people.clerk, deputy=deputy, starts_on=today, ends_on=today, reason="出差")
    step = perform(case, "accept", by=deputy)
    assert step.signature == "赵编辑代王经办"
    assert Event.objects.filter(sentence="赵编辑代王经办办理「受理」").exists()


def test_only_who_made_the_step_takes_it_back_with_a_reason(cases, people):
    (case,) = cases(1)
    perform(case, "accept", by=people.clerk)
    with pytest.raises(MoveRefused, match="只能由本人撤回"):
        undo_last(case, by=people.leader, reason="不对")
    with pytest.raises(MoveRefused, match="请写明撤回的原因"):
        undo_last(case, by=people.clerk, reason=" ")
    step = undo_last(case, by=people.clerk, reason="点错了")
    assert (case.state, step.undo_reason, step.undone_by) == ("submitted", "点错了", people.clerk)


def test_a_void_case_keeps_its_number_and_leaves_lists_inbox_and_moves(cases, people):
    (case,) = cases(1)
    number = case.number
    with pytest.raises(MoveRefused, match="请写明作废的原因"):
        void(case, by=people.clerk, reason="")
    void(case, by=people.clerk, reason="重复登记")
    assert (case.number, case.void_reason, case.voided_by) == (number, "重复登记", people.clerk)
    assert not Case.objects.standing().exists()
    assert not Todo.objects.open().exists()
    for attempt in (
        lambda: perform(case, "accept", by=people.clerk),
        lambda: undo_last(case, by=people.clerk, reason="x"),
        lambda: void(case, by=people.clerk, reason="x"),
    ):
        with pytest.raises(MoveRefused, match="已经作废"):
            attempt()
    assert perform_many([case], "accept", by=people.clerk)[0] == 0


def test_void_needs_the_right_and_nothing_that_went_out(cases, people, staff):
    (case,) = cases(1)
    with pytest.raises(MoveRefused, match="没有作废的权限"):
        void(case, by=staff("监事"), reason="重复")
    Step.objects.of(case).update(went_out=True)
    with pytest.raises(MoveRefused, match="已经对外发出"):
        void(case, by=people.clerk, reason="重复")


@pytest.mark.django_db(transaction=True)
def test_what_is_void_is_on_no_public_page_any_more(cases, people):
    (case,) = cases(1)
    before = stamp.current()
    void(case, by=people.clerk, reason="重复登记")
    assert stamp.current() != before
