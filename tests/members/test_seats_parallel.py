"""Two people at the same moment about seats and requests, in real transactions on PostgreSQL."""

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile

from association.core.models import StaleVersion
from association.documents.library import keep
from association.parties.actions import give_seat
from association.parties.models import Invitation, Party, Seat
from association.timeline.models import Event
from association.workflow.actions import MoveRefused, perform
from members import seats
from members.models import SeatRequest
from members.registration import ask
from tests.codes import firm_code
from tests.parallel import at_once

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
ROUNDS = 5


def outcome(results, told=ValidationError) -> tuple[int, int]:
    """(how many went through, how many were told); anything else raises."""
    strange = [one for one in results if isinstance(one, Exception) and not isinstance(one, told)]
    if strange:
        raise strange[0]
    return sum(not isinstance(one, Exception) for one in results), sum(isinstance(one, told) for one in results)


@pytest.fixture
def heads(person, party):
    """Two administrators."""
    return [give_seat(user=person(name), party=party, by=None) for name in ("王总", "陈副总")]


def asked(user, *, name, code, key, **paper) -> SeatRequest:
    file = keep(ContentFile(f"a,{key}\n".encode(), name="paper.csv"), by=user, purpose="seat")
    return ask(name=name, code=code, right="admin", once_key=key, user=user, **(paper or {"licence": file}))


def test_two_administrators_who_leave_at_once_leave_one(heads, party):
    for _round in range(ROUNDS):
        Seat.objects.filter(party=party).delete()
        pair = [give_seat(user=seat.user, party=party, by=None) for seat in heads]
        results = at_once(*(lambda seat=seat: seats.end(seat, by=seat.user) for seat in pair))
        assert outcome(results) == (1, 1)
        assert Seat.objects.live().filter(party=party, right=Seat.Kind.ADMIN).count() == 1


def test_two_who_change_the_same_right_do_not_overwrite_each_other(heads, party, person):
    clerk = give_seat(user=person("李四"), party=party, by=None, right=Seat.Kind.CLERK)
    results = at_once(
        *(
            lambda by=seat.user, right=right: seats.change_right(clerk, right=right, by=by, seen_version=clerk.version)
            for seat, right in zip(heads, (Seat.Kind.ADMIN, Seat.Kind.READER), strict=True)
        )
    )
    assert outcome(results, StaleVersion) == (1, 1)
    [told] = [one for one in results if isinstance(one, StaleVersion)]
    clerk.refresh_from_db()
    assert told.current.right == clerk.right


def test_an_invitation_is_accepted_once_or_withdrawn(heads, party, person):
    for number in range(ROUNDS):
        new = person(f"新人{number}")
        row = seats.invite(party=party, mobile=new.mobile, name=new.name, by=heads[0].user)
        results = at_once(
            lambda row=row, new=new: seats.accept(row, by=new), lambda row=row: seats.withdraw(row, by=heads[1].user)
        )
        assert outcome(results) == (1, 1)
        taken = Invitation.objects.get(pk=row.pk).taken_at is not None
        assert Seat.objects.live().filter(user=new, party=party).exists() == taken


def test_accepted_by_two_clicks_is_one_seat(heads, party, person):
    new = person("赵六")
    row = seats.invite(party=party, mobile=new.mobile, name="赵六", by=heads[0].user)
    first, second = at_once(lambda: seats.accept(row, by=new), lambda: seats.accept(row, by=new))
    assert first == second
    assert Seat.objects.filter(user=new, party=party).count() == 1


def test_one_number_is_invited_once(heads, party):
    results = at_once(
        *(
            lambda by=seat.user, name=name: seats.invite(party=party, mobile="13912345678", name=name, by=by)
            for seat, name in zip(heads, ("赵六", "赵陆"), strict=True)
        )
    )
    assert outcome(results) == (1, 1)
    assert Invitation.objects.count() == 1


def test_a_seat_is_taken_over_by_one(heads, party, person):
    old = give_seat(user=person("李四"), party=party, by=None, right=Seat.Kind.CLERK)
    new = [give_seat(user=person(name), party=party, by=None, right=Seat.Kind.READER) for name in ("甲", "乙")]
    results = at_once(
        *(lambda by=seat.user, to=to: seats.hand_over(old, to=to, by=by) for seat, to in zip(heads, new, strict=True))
    )
    assert outcome(results) == (1, 1)
    assert Seat.objects.live().filter(party=party, right=Seat.Kind.CLERK).count() == 1
    assert Event.objects.filter(party=party, sentence__contains="接替李四").count() == 1


def test_one_request_is_verified_once(staff, person, association):
    clerks = [staff("秘书处"), staff("秘书长")]
    for number in range(ROUNDS):
        row = asked(person(), name=f"新城{number}建设有限公司", code=firm_code(4700 + number), key=f"r{number}")
        results = at_once(*(lambda by=by, row=row: perform(row, "approve", by=by) for by in clerks))
        assert outcome(results, MoveRefused) == (1, 1)
        assert Party.objects.filter(code=row.code).count() == 1
        assert Seat.objects.filter(party__code=row.code).count() == 1


def test_two_requests_for_one_new_firm_make_one_file(staff, person, association):
    clerks = [staff("秘书处"), staff("秘书长")]
    for number in range(ROUNDS):
        code = firm_code(4800 + number)
        rows = [asked(person(), name=f"新城{number}建设有限公司", code=code, key=f"{number}-{one}") for one in "ab"]
        pairs = zip(clerks, rows, strict=True)
        results = at_once(*(lambda by=by, row=row: perform(row, "approve", by=by) for by, row in pairs))
        assert outcome(results, MoveRefused) == (1, 1)
        [told] = [one for one in results if isinstance(one, Exception)]
        assert "授权委托书" in str(told)
        assert Party.objects.filter(code=code).count() == 1
        assert sorted(SeatRequest.objects.filter(code=code).values_list("state", flat=True)) == [
            "approved",
            "submitted",
        ]


def test_the_office_and_the_firms_administrator_decide_once(staff, person, heads, party):
    new, office = person("钱五"), staff("秘书处")
    letter = keep(ContentFile(b"a,b\n", name="letter.csv"), by=new, purpose="seat")
    row = asked(new, name=party.name, code=party.code, key="join", letter=letter)
    results = at_once(
        lambda: perform(row, "approve", by=office), lambda: perform(row, "disown", by=heads[0].user, note="不认识")
    )
    assert outcome(results, MoveRefused) == (1, 1)
    row.refresh_from_db()
    assert Seat.objects.filter(user=new, party=party).exists() == (row.state == "approved")


def test_one_person_asks_once(person, association):
    user = person("钱五")
    file = keep(ContentFile(b"a,b\n", name="paper.csv"), by=user, purpose="seat")
    values = {"name": "新城建设有限公司", "code": firm_code(4711), "right": "admin", "user": user, "licence": file}
    results = at_once(*(lambda key=key: ask(once_key=key, **values) for key in ("one", "two")))
    assert outcome(results) == (1, 1)
    clicks = at_once(lambda: ask(once_key="one", **values), lambda: ask(once_key="one", **values))
    assert len({one.pk for one in clicks if isinstance(one, SeatRequest)}) <= 1
    assert SeatRequest.objects.count() == 1
