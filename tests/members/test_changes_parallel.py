"""Two people at the same moment with one firm's change of data, on real PostgreSQL."""

import uuid
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from association.cases.models import Case
from association.inbox.models import Todo
from association.parties.actions import create_party, give_seat
from association.parties.models import PartyName
from association.timeline.models import Event
from association.workflow.actions import MoveRefused, OnBehalf, perform
from association.workflow.models import Step
from members import actions, calls, changes
from members.models import CallNote, ChangeProposal, Firm
from tests.codes import firm_code
from tests.parallel import at_once

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def wanted(association):
    party = create_party(name="旧名建筑有限公司", code=firm_code(1), by=None)
    return Firm.objects.create(party=party, address="老路 1 号")


def proposed(by, firm, **values):
    came = OnBehalf(channel="paper", received_on=timezone.localdate())
    return changes.propose(firm, by=by, wanted=values, once_key="one", on_behalf=came)


def test_one_proposal_is_accepted_once_and_the_other_is_told(wanted, staff):
    people = [staff("秘书处"), staff("综合处")]
    proposed(people[0], wanted, name="新名建设有限公司", address="新路 2 号")
    results = at_once(*(lambda by=by: perform(Case.objects.get(), "accept", by=by) for by in people))
    refused = [one for one in results if isinstance(one, Exception)]
    assert [type(one) for one in refused] == [MoveRefused]
    assert "现在是「已写入档案」" in refused[0].messages[0]
    assert Step.objects.filter(name="accept").count() == Step.objects.filter(name="apply").count() == 1
    assert PartyName.objects.filter(party=wanted.party_id, kind=PartyName.Kind.FORMER).count() == 1
    assert Firm.objects.get().address == "新路 2 号"


def test_accepted_or_withdrawn_but_not_both(wanted, staff, person):
    clerk, own = staff("秘书处"), person()
    give_seat(user=own, party=wanted.party, by=None)
    proposed(clerk, wanted, address="新路 2 号")
    results = at_once(
        lambda: perform(Case.objects.get(), "accept", by=clerk), lambda: perform(Case.objects.get(), "withdraw", by=own)
    )
    assert len([one for one in results if isinstance(one, MoveRefused)]) == 1
    state = Case.objects.get().state
    assert (state, Firm.objects.get().address) in (("applied", "新路 2 号"), ("withdrawn", "老路 1 号"))


def test_a_change_of_the_file_and_its_acceptance_wait_for_each_other(wanted, staff):
    clerk, other = staff("秘书处"), staff("综合处")
    proposed(clerk, wanted, address="新路 2 号")
    seen = changes.fingerprint(changes.differences(ChangeProposal.objects.get()))
    results = at_once(
        lambda: perform(Case.objects.get(), "accept", by=clerk, seen=seen),
        lambda: actions.change_firm(Firm.objects.get(), by=other, address="别的路 9 号"),
    )
    told = isinstance(results[0], MoveRefused)
    assert not isinstance(results[1], Exception)
    assert Firm.objects.get().address == "别的路 9 号"  # the later one, or the one that the office is asked about
    assert Case.objects.get().state == ("submitted" if told else "applied")


def test_two_of_the_firm_ask_at_once_and_one_is_told(wanted, person):
    people = [person(), person()]
    for one in people:
        give_seat(user=one, party=wanted.party, by=None)

    def ask(by, street):
        return changes.propose(Firm.objects.get(), by=by, wanted={"address": street}, once_key=street)

    results = at_once(lambda: ask(people[0], "甲路 1 号"), lambda: ask(people[1], "乙路 1 号"))
    refused = [one for one in results if isinstance(one, ValidationError)]
    assert "正在办理" in refused[0].messages[0]
    assert ChangeProposal.objects.count() == 1


def test_the_clock_runs_twice_and_writes_once(wanted, staff):
    clerk = staff("秘书处")
    proposal = proposed(clerk, wanted, address="新路 2 号")
    tomorrow = timezone.localdate() + timedelta(days=1)
    perform(proposal.case, "accept", by=clerk, takes_effect_on=tomorrow)
    ChangeProposal.objects.update(takes_effect_on=timezone.localdate())
    assert sorted(at_once(changes.apply_due, changes.apply_due)) == [0, 1]
    assert Step.objects.filter(name="apply").count() == 1


def test_two_clicks_at_once_note_one_call(wanted, staff, client_of):
    clerk = staff("秘书处")
    clients = [client_of(clerk) for _click in range(4)]
    typed = {"way": "in", "topic": "问会费", "once": str(uuid.uuid4()), "follow_up_on": str(timezone.localdate())}
    noted = at_once(*(lambda one=one: one.post(f"/admin/members/firm/{wanted.pk}/call/", typed) for one in clients))
    assert [answer.status_code for answer in noted] == [302] * 4
    note = CallNote.objects.get()
    assert Event.objects.filter(verb="call.noted").count() == 1
    assert Todo.objects.open().filter(once_key=calls.todo_key(note)).count() == 1


def test_one_promise_is_answered_once(wanted, staff):
    people = [staff("秘书处"), staff("综合处")]
    note = calls.note_call(party=wanted.party, by=people[0], topic="问会费", follow_up_on=timezone.localdate())
    results = at_once(*(lambda by=by: calls.answer_call(note, by=by, words=f"{by.name}答") for by in people))
    assert len([one for one in results if isinstance(one, ValidationError)]) == 1
    assert CallNote.objects.get().content.count("回复：") == 1
