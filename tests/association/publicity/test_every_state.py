"""State × role × move of lists and objections: each is allowed exactly where the table says."""

import pytest
from django.core.exceptions import PermissionDenied

from association.accounts.roles import ROLES, Right
from association.publicity.workflow import LIST, OBJECTION
from association.workflow.actions import MoveRefused, moves_for, perform

from .conftest import object_to

_WHO = {role.name: role.rights for role in ROLES} | {"一般人员": frozenset()}


@pytest.mark.parametrize("role", _WHO)
@pytest.mark.parametrize("state", LIST.states.values)
def test_list_moves_by_state_and_role(state, role, draft, publicised, ended, announced, clerk, staff, person):
    make = {"draft": draft, "publicised": publicised, "ended": ended, "announced": announced}
    if state == "withdrawn":
        publicity = publicised()
        perform(publicity, "withdraw", by=clerk, note="有误")
    else:
        publicity = make[state]()
    user = staff(role) if role != "一般人员" else person()
    assert publicity.state == state
    _allowed_exactly(publicity, LIST, user, _WHO[role])


@pytest.mark.parametrize("role", _WHO)
@pytest.mark.parametrize("state", OBJECTION.states.values)
def test_objection_moves_by_state_and_role(state, role, publicised, clerk, staff, person):
    objection = object_to(publicised(), clerk)
    if state in ("upheld", "closed"):
        perform(objection, "uphold", by=clerk, outcome="属实")
    if state == "dismissed":
        perform(objection, "dismiss", by=clerk, outcome="不属实")
    if state == "closed":
        perform(objection, "close", by=clerk, way="call")
    user = staff(role) if role != "一般人员" else person()
    _allowed_exactly(objection, OBJECTION, user, _WHO[role])


def _allowed_exactly(thing, flow, user, rights):
    wanted = [move.name for move in flow.from_state(thing.state) if move.right in rights and not move.by_clock]
    assert [move.name for move in moves_for(thing, user)] == wanted
    for move in flow.transitions:
        if thing.state not in move.sources:
            with pytest.raises(MoveRefused):
                perform(thing, move.name, by=user, note="x")
        elif move.right not in rights:
            with pytest.raises(PermissionDenied):
                perform(thing, move.name, by=user, note="x")


def test_every_state_is_reached_from_the_first():
    for flow, first in ((LIST, "draft"), (OBJECTION, "open")):
        seen, todo = {first}, [first]
        while todo:
            for move in flow.from_state(todo.pop()):
                if move.target not in seen:
                    seen.add(move.target)
                    todo.append(move.target)
        assert seen == set(flow.states.values)


def test_the_second_signature_is_another_right_than_the_first():
    assert LIST.get("publicise").right == Right.PUBLICITY
    assert LIST.get("announce").right == Right.DECIDE
    assert {move.differs_from for move in LIST.transitions if move.right == Right.DECIDE} == {"publicise"}
