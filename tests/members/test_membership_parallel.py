"""Two people at the same moment with one membership, on real PostgreSQL: one decides, the other is told."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from association.cases.models import Case, Slot
from association.timeline.models import Event
from association.workflow.actions import MoveRefused, OnBehalf, perform
from members import joining, standing
from members.enums import LEAVING
from members.models import Firm, Membership
from tests.parallel import at_once

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
TODAY = timezone.localdate()
FILLED = {"contact_name": "钱经理", "contact_phone": "13900001111", "business": "房屋建筑施工"}


@pytest.fixture
def people(staff, clerk):
    return [clerk, staff("综合处", name="钱处长")]


@pytest.fixture
def proposed(firm, clerk) -> Case:
    """An application that waits for its last decision."""
    row = joining.enter(party=firm().party, by=clerk, channel="paper", received_on=TODAY, values=FILLED)
    Slot.objects.update(is_required=False)
    for move in ("accept", "propose"):
        perform(row.case, move, by=clerk)
    return row.case


@pytest.fixture
def member(firm, clerk) -> Membership:
    return standing.join(party=firm().party, joined_on=date(2020, 1, 1), by=clerk)


def told(results) -> str:
    """What the one who was later is told; the other one got through."""
    lost = [one for one in results if isinstance(one, Exception)]
    assert len(lost) == 1, results
    assert isinstance(lost[0], ValidationError), repr(lost[0])
    return lost[0].messages[0]


def test_one_application_is_approved_once(proposed, staff):
    leaders = [staff("会长"), staff("秘书长")]
    results = at_once(*(lambda by=by: perform(Case.objects.get(), "conclude", by=by) for by in leaders))
    assert "已入会" in told(results)
    row = Membership.objects.get()
    assert (row.number, Firm.objects.get().member_number) == ("HY0001", "HY0001")
    assert Event.objects.filter(verb="membership.joined").count() == 1


def test_approved_or_withdrawn_but_not_both(proposed, staff, clerk):
    leader = staff("会长")
    results = at_once(
        lambda: perform(Case.objects.get(), "conclude", by=leader),
        lambda: perform(
            Case.objects.get(),
            "withdraw",
            by=clerk,
            note="单位来电",
            on_behalf=OnBehalf(channel="phone", received_on=TODAY),
        ),
    )
    assert told(results)
    assert Case.objects.get().state == ("concluded" if Membership.objects.exists() else "withdrawn")


def test_one_firm_is_written_down_as_a_member_once(firm, people):
    party = firm().party
    results = at_once(*(lambda by=by: standing.join(party=party, joined_on=TODAY, by=by) for by in people))
    assert "已经是会员" in told(results)
    assert Membership.objects.count() == 1


def test_lapsed_or_left_but_ended_once(member, people):
    came = OnBehalf(channel="letter", received_on=TODAY)
    asked = joining.ask_to_leave(membership=member, by=people[0], reason="停业", on_behalf=came)
    results = at_once(
        lambda: standing.end_many([member], ending="lapsed", ended_on=TODAY, by=people[0], body="理事会"),
        lambda: perform(Case.objects.get(pk=asked.pk), "conclude", by=people[1]),
    )
    row = Membership.objects.get()
    if isinstance(results[1], MoveRefused):
        assert "已于" in results[1].messages[0]
        assert (row.ending, results[0]) == ("lapsed", (1, []))
        assert Case.objects.get(kind=LEAVING).state == "submitted"
    else:
        [(_row, why)] = results[0][1]
        assert "已于" in why
        assert row.ending == "left"
    assert not Firm.objects.get().is_member
    assert Event.objects.filter(verb="membership.ended").count() == 1


def test_kept_or_lapsed_and_whoever_is_later_is_told(member, people):
    until = date(TODAY.year + 1, 1, 1)
    results = at_once(
        lambda: standing.keep(member, until=until, reason="已联系", by=people[0]),
        lambda: standing.end(member, ending="lapsed", ended_on=TODAY, by=people[1], body="理事会"),
    )
    assert not isinstance(results[1], Exception), results[1]
    assert Membership.objects.get().ending == "lapsed"
    if isinstance(results[0], Exception):
        assert "已于" in told(results)


def test_two_ends_are_one(member, people):
    results = at_once(
        *(lambda by=by: standing.end(member, ending="closed", ended_on=TODAY, by=by, body="理事会") for by in people)
    )
    assert "已于" in told(results)
    assert Event.objects.filter(verb="membership.ended").count() == 1
