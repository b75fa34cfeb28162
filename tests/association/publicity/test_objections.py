"""What an objection and the decision on it do to the line, before and after the announcement."""

import datetime as dt

import pytest

from association.inbox.models import Todo
from association.workflow.actions import MoveRefused, perform, undo_last

from .conftest import at, object_to


@pytest.mark.parametrize(("move", "line"), [("uphold", "dropped"), ("dismiss", "cleared")])
def test_a_decision_moves_the_line_and_an_answer_is_owed(publicised, clerk, move, line):
    publicity = publicised()
    objection = object_to(publicity, clerk)
    with pytest.raises(MoveRefused, match="请写明核查结论"):
        perform(objection, move, by=clerk)
    perform(objection, move, by=clerk, outcome="查阅处罚决定书")
    assert publicity.lines.get(position=1).state == line
    assert (objection.decided_on, objection.outcome) == (dt.date(2021, 4, 28), "查阅处罚决定书")
    todo = Todo.objects.open().get(subject_type="publicity.objection")
    assert (todo.label, todo.due_at) == ("答复异议人", at("2021-05-06 17:00"))
    perform(objection, "close", by=clerk, way="call")
    assert (objection.state, objection.answered_on) == ("closed", dt.date(2021, 4, 28))
    assert not Todo.objects.open().filter(subject_type="publicity.objection").exists()


@pytest.mark.parametrize(
    ("decisions", "line"),
    [(("dismiss", None), "blocked"), (("uphold", None), "dropped"), (("dismiss", "dismiss"), "cleared"),
     (("dismiss", "uphold"), "dropped"), (("uphold", "dismiss"), "dropped")],
)  # fmt: skip
def test_two_objections_to_a_line(publicised, clerk, decisions, line):
    publicity = publicised()
    objections = [object_to(publicity, clerk) for _ in decisions]
    for objection, move in zip(objections, decisions, strict=True):
        if move:
            perform(objection, move, by=clerk, outcome="已查")
    assert publicity.lines.get(position=1).state == line


def test_a_decision_taken_back_holds_the_line_again(publicised, clerk):
    publicity = publicised()
    objection = object_to(publicity, clerk)
    perform(objection, "dismiss", by=clerk, outcome="不属实")
    undo_last(objection, by=clerk, reason="还要再查")
    assert (objection.state, objection.outcome, objection.is_upheld, objection.decided_on) == ("open", "", None, None)
    assert publicity.lines.get(position=1).state == "blocked"
    assert Todo.objects.open().get(subject_type="publicity.objection").label == "核查异议"


def test_a_decision_is_not_taken_back_once_it_was_announced(ended, clerk, leader):
    publicity = ended()
    objection = object_to(publicity, clerk, received_at=at("2021-05-08 10:00"))
    perform(objection, "dismiss", by=clerk, outcome="不属实")
    perform(publicity, "announce", by=leader)
    with pytest.raises(MoveRefused, match="已经按原结论公告"):
        undo_last(objection, by=clerk, reason="还要再查")
    assert publicity.lines.get(position=1).state == "cleared"


def test_upholding_what_came_in_time_but_was_entered_after_the_announcement_asks_for_a_correction(
    announced, clerk, leader
):
    publicity = announced()
    objection = object_to(publicity, clerk, received_at=at("2021-05-08 10:00"))
    line = publicity.lines.get(position=1)
    assert (objection.is_late, line.state) == (False, "open")
    perform(objection, "uphold", by=clerk, outcome="属实")
    assert publicity.lines.get(position=1).announcement is not None
    assert Todo.objects.open().get(kind="publicity:correct").right == "decide"
    perform(publicity, "correct", by=leader, note="异议成立", body="撤销第 1 行。")
    assert not Todo.objects.open().filter(kind="publicity:correct").exists()
