"""Every registered workflow: all states can be reached, and each state x role x move is as its table says."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from association.accounts.roles import ROLES
from association.workflow.actions import (
    MoveRefused,
    OnBehalf,
    allowed,
    moves_for,
    perform,
    why_not,
)
from association.workflow.models import StateLocked
from association.workflow.table import all_workflows, workflow_of
from tests.workflow_factories import FACTORIES, People

FLOWS = {flow.kind: flow for flow in all_workflows()}
STATES = [(kind, str(state)) for kind, flow in FLOWS.items() for state in flow.states.values]


@pytest.fixture
def people(association, staff, firm_party):
    return People(staff("综合处", "财务处", "编辑", name="王经办"), staff("秘书长", name="李秘书长"), firm_party)


@pytest.fixture
def by_role(staff):
    return {role: staff(role.name) for role in ROLES}


def _came():
    return OnBehalf(channel="paper", received_on=timezone.localdate())


def test_every_kind_has_a_factory():
    assert set(FACTORIES) == set(FLOWS)


@pytest.mark.parametrize("kind", FLOWS)
def test_every_state_is_reached(kind):
    reached = set(FACTORIES[kind].opens_at)
    while True:
        more = {move.target for move in FLOWS[kind].transitions if move.sources & reached} - reached
        if not more:
            break
        reached |= more
    assert reached == set(FLOWS[kind].states.values)


@pytest.mark.parametrize("kind", FLOWS)
def test_every_state_says_whose_turn_it_is_and_every_move_who_may(kind):
    flow = FLOWS[kind]
    assert set(flow.turns) == set(flow.states.values)
    assert [move.name for move in flow.transitions if not (move.right or move.is_theirs or move.by_clock)] == []
    assert set(flow.path) <= set(flow.states.values)


@pytest.mark.parametrize(("kind", "state"), STATES)
def test_buttons_are_those_of_the_table(kind, state, people, by_role, firm_user, person):
    thing = FACTORIES[kind].make(state, people)
    flow = workflow_of(thing)
    assert thing.state == state
    shown = [m for m in flow.transitions if state in m.sources and not m.hidden and (m.right or not m.by_clock)]
    for role, user in by_role.items():
        assert {m.name for m in moves_for(thing, user)} == {m.name for m in shown if m.right in role.rights}, role.name
    seats = {m.name for m in shown if m.party_may}
    if thing.turn_party is not None:
        assert {m.name for m in moves_for(thing, firm_user(thing.turn_party))} == seats
    assert moves_for(thing, firm_user()) == []
    assert moves_for(thing, person()) == []
    assert moves_for(thing, AnonymousUser()) == []


@pytest.mark.parametrize(("kind", "state"), STATES)
def test_only_the_right_people_make_a_move_from_the_right_states(kind, state, people, by_role):
    factory = FACTORIES[kind]
    thing = factory.make(state, people)
    for move in workflow_of(thing).transitions:
        behalf = _came() if move.is_theirs else None
        for role, user in by_role.items():
            may = move.right in role.rights
            assert (allowed(thing, move, user, on_behalf=behalf) is not None) == may, (role.name, move.name)
            why = why_not(thing, move, user, on_behalf=behalf)
            _try(thing, move, user, behalf, factory, may, why)


def _try(thing, move, user, behalf, factory, may, why):
    """Make the move and take it back by rolling back; refused ones leave the row as it was."""
    state, version = thing.state, thing.version
    kwargs = {"by": user, "note": "原因", "on_behalf": behalf} | factory.data.get(move.name, {})
    if not why:
        assert may
        assert state in move.sources
        with transaction.atomic():
            perform(thing, move.name, **kwargs)
            assert (thing.state, thing.version > version) == (move.target, True)
            transaction.set_rollback(True)
    else:
        expected = PermissionDenied if state in move.sources and not may else MoveRefused
        with pytest.raises(expected) as problem:
            perform(thing, move.name, **kwargs)
        assert why in str(problem.value)
    thing.refresh_from_db()
    assert (thing.state, thing.version) == (state, version)


@pytest.mark.parametrize("kind", FLOWS)
def test_a_party_makes_its_own_moves_and_no_other_firm_does(kind, people, firm_user):
    flow, factory = FLOWS[kind], FACTORIES[kind]
    for move in (m for m in flow.transitions if m.party_may):
        thing = factory.make(next(iter(move.sources)), people)
        with pytest.raises(PermissionDenied):
            perform(thing, move.name, by=firm_user(), note="原因")
        perform(thing, move.name, by=firm_user(thing.turn_party), note="原因", **factory.data.get(move.name, {}))
        assert thing.state == move.target


@pytest.mark.parametrize("kind", FLOWS)
def test_a_person_makes_their_own_moves_and_nobody_else_does(kind, people, firm_user, person):
    flow, factory = FLOWS[kind], FACTORIES[kind]
    for move in (m for m in flow.transitions if m.person_may):
        thing = factory.make(next(iter(move.sources)), people)
        strangers = [person(), firm_user()] + ([firm_user(thing.turn_party)] if thing.turn_party else [])
        for stranger in strangers:
            with pytest.raises(PermissionDenied):
                perform(thing, move.name, by=stranger, note="原因")
        perform(thing, move.name, by=thing.turn_person, note="原因", **factory.data.get(move.name, {}))
        assert thing.state == move.target


@pytest.mark.parametrize("kind", FLOWS)
def test_no_save_changes_a_state(kind, people):
    factory = FACTORIES[kind]
    thing = factory.make(factory.opens_at[0], people)
    thing.state = next(str(s) for s in FLOWS[kind].states.values if s != thing.state)
    with pytest.raises(StateLocked):
        thing.save()


@pytest.mark.parametrize("kind", FLOWS)
def test_moves_that_need_a_reason_ask_for_it(kind, people):
    flow, factory = FLOWS[kind], FACTORIES[kind]
    for move in (m for m in flow.transitions if m.needs_note and not m.hidden):
        thing = factory.make(next(iter(move.sources)), people)
        who = people.leader if move.right in people.leader.rights else people.clerk
        behalf = _came() if move.is_theirs else None
        if why_not(thing, move, who, on_behalf=behalf):
            continue  # its guard speaks first; that it does is the kind's own test
        with pytest.raises(MoveRefused, match="请写明"):
            perform(thing, move.name, by=who, on_behalf=behalf, note=" ", **factory.data.get(move.name, {}))
