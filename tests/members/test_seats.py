"""Who acts for a firm: invitations, rights, taking over, the last administrator."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from association.core.models import StaleVersion
from association.inbox.actions import keep_todo
from association.inbox.models import Todo, Whose
from association.outbox.models import Message
from association.parties.actions import end_seat, give_seat
from association.parties.models import Invitation, Seat
from association.timeline.models import Event
from members import seats


@pytest.fixture
def colleague(person, party):
    """colleague("李四", right): somebody else with a seat at the firm; gives the seat."""

    def make(name="李四", right=Seat.Kind.CLERK):
        return give_seat(user=person(name), party=party, by=None, right=right)

    return make


def seat_of(user, party):
    return Seat.objects.live().get(user=user, party=party)


def sentences(party):
    return list(Event.objects.filter(party=party).order_by("pk").values_list("sentence", flat=True))


# -- Invitations -----------------------------------------------------------------------------------


def test_who_has_an_account_is_told_and_takes_the_seat(party, head, person):
    clerk = person("李四")
    row = seats.invite(party=party, mobile=clerk.mobile, name="李四", by=head)
    message = Message.objects.get(user=clerk)
    assert "「宏达建筑有限公司」邀请您" in message.subject
    assert message.url == f"/desk/invited/{row.uid}/"
    seat = seats.accept(row, by=clerk)
    assert (seat.user, seat.right) == (clerk, Seat.Kind.CLERK)
    assert seats.accept(row, by=clerk) == seat  # clicked twice
    assert "李四接受邀请，担任「经办人」" in sentences(party)
    assert Message.objects.filter(user=head, subject="李四已接受邀请").count() == 1


def test_who_has_no_account_gets_a_text_message_where_there_is_sms(party, head, settings):
    settings.SMS_BACKEND = "tests.phone.take"
    seats.invite(party=party, mobile="13900000001", name="李四", by=head)
    row = Message.objects.get(address="13900000001")
    assert (row.channel, row.user) == ("sms", None)
    assert "王总邀请您担任经办人" in row.body


def test_only_the_invited_number_takes_the_seat(party, head, person):
    row = seats.invite(party=party, mobile="13900000001", name="李四", by=head)
    for answer in (seats.accept, seats.decline):
        with pytest.raises(PermissionDenied):
            answer(row, by=person())
    assert Seat.objects.filter(party=party).count() == 1


@pytest.mark.parametrize(("days", "is_good"), [(6, True), (7, False)])
def test_an_invitation_runs_out(party, head, person, time_machine, days, is_good):
    clerk = person("李四")
    row = seats.invite(party=party, mobile=clerk.mobile, name="李四", by=head)
    time_machine.move_to(timezone.now() + timedelta(days=days, minutes=1))
    if is_good:
        assert seats.accept(row, by=clerk).party == party
        return
    with pytest.raises(ValidationError, match="过期"):
        seats.accept(row, by=clerk)
    again = seats.invite(party=party, mobile=clerk.mobile, name="李四", by=head, days=14)
    assert seats.accept(again, by=clerk).party == party


def test_what_is_withdrawn_or_declined_is_over(party, head, person):
    clerk = person("李四")
    first = seats.invite(party=party, mobile=clerk.mobile, name="李四", by=head)
    seats.withdraw(first, by=head)
    with pytest.raises(ValidationError, match="撤回"):
        seats.accept(first, by=clerk)
    second = seats.invite(party=party, mobile=clerk.mobile, name="李四", by=head)
    seats.decline(second, by=clerk)
    with pytest.raises(ValidationError, match="撤回"):
        seats.accept(second, by=clerk)
    assert Message.objects.filter(user=head, subject="李四没有接受邀请").exists()


def test_one_number_is_invited_once_and_a_double_click_is_one(party, head):
    first = seats.invite(party=party, mobile="13900000001", name="李四", by=head)
    assert seats.invite(party=party, mobile="13900000001", name="李四", by=head) == first
    with pytest.raises(ValidationError, match="已经邀请过"):
        seats.invite(party=party, mobile="13900000001", name="李四", right=Seat.Kind.READER, by=head)
    with pytest.raises(ValidationError, match="已经是本单位的单位管理员"):
        seats.invite(party=party, mobile=head.mobile, name="王总", by=head)
    assert Invitation.objects.count() == 1


def test_a_firm_cannot_send_text_messages_to_the_whole_town(party, head):
    for number in range(seats.MOST_A_DAY):
        seats.invite(party=party, mobile=f"1390000{number:04d}", name="某人", by=head)
    with pytest.raises(ValidationError, match="一天最多"):
        seats.invite(party=party, mobile="13911111111", name="某人", by=head)


def test_the_timeline_keeps_no_whole_number(party, head):
    seats.invite(party=party, mobile="13912345678", name="李四", by=head)
    assert "王总邀请李四（139****5678）为「经办人」" in sentences(party)


def test_only_administrators_and_who_opens_accounts_run_seats(party, head, colleague, staff, firm_user, person):
    clerk = colleague()
    for stranger in (clerk.user, firm_user(), person(), staff("综合处"), staff("监事")):
        for act in (
            lambda by: seats.invite(party=party, mobile="13900000001", name="某人", by=by),
            lambda by: seats.end(seat_of(head, party), by=by),
            lambda by: seats.change_right(seat_of(head, party), right=Seat.Kind.READER, by=by),
            lambda by: seats.hand_over(seat_of(head, party), to=clerk, by=by),
        ):
            with pytest.raises(PermissionDenied):
                act(stranger)
    assert seats.invite(party=party, mobile="13900000001", name="某人", by=staff("秘书处")).party == party


# -- Rights, ending ----------------------------------------------------------------------------------


def test_the_last_administrator_stays_until_another_takes_over(party, head, colleague):
    own, clerk = seat_of(head, party), colleague()
    for act in (
        lambda: seats.end(own, by=head),
        lambda: seats.change_right(own, right=Seat.Kind.READER, by=head),
    ):
        with pytest.raises(ValidationError, match="唯一的单位管理员"):
            act()
    seats.change_right(clerk, right=Seat.Kind.ADMIN, by=head)
    seats.end(own, by=head)
    assert list(Seat.objects.live().filter(party=party).values_list("user__name", "right")) == [("李四", "admin")]


def test_an_administrator_who_cannot_log_in_is_none(party, head, colleague):
    other = colleague(right=Seat.Kind.ADMIN)
    other.user.is_active = False
    other.user.save()
    with pytest.raises(ValidationError, match="唯一的单位管理员"):
        seats.end(seat_of(head, party), by=head)


def test_staff_end_any_seat(party, head, staff):
    seats.end(seat_of(head, party), by=staff("秘书处", name="赵秘书"), note="单位来函")
    assert not Seat.objects.live().filter(party=party).exists()
    event = Event.objects.filter(party=party).latest("pk")
    assert (event.sentence, event.note) == ("赵秘书停用王总的席位", "单位来函")
    assert Message.objects.filter(user=head, subject="您的单位席位已停用").exists()


def test_a_clerk_leaves_by_themselves(party, head, colleague):
    clerk = colleague()
    seats.end(clerk, by=clerk.user)
    assert sentences(party)[-1] == "李四退出本单位"


def test_the_later_of_two_is_told_what_is_so_now(party, head, colleague):
    clerk = colleague()
    seen = clerk.version
    seats.change_right(clerk, right=Seat.Kind.READER, by=head, seen_version=seen)
    with pytest.raises(StaleVersion) as problem:
        seats.change_right(clerk, right=Seat.Kind.ADMIN, by=head, seen_version=seen)
    assert problem.value.current.right == Seat.Kind.READER


# -- Taking over 接替 --------------------------------------------------------------------------------


def todo_for(user, party):
    return keep_todo(
        party, kind="sample", label="核对", title="核对得分", url="/desk/", once_key="sample", whose=Whose.PARTY,
        party=party, user=user,
    )  # fmt: skip


def test_a_colleague_takes_over(party, head, colleague):
    clerk = colleague()
    todo = todo_for(head, party)
    seats.hand_over(seat_of(head, party), to=clerk, by=head)
    assert list(Seat.objects.live().filter(party=party).values_list("user__name", "right")) == [("李四", "admin")]
    todo.refresh_from_db()
    assert todo.user == clerk.user
    assert list(Todo.objects.visible_to(clerk.user)) == [todo]
    assert sentences(party)[-1] == "王总办理：李四接替王总（单位管理员），在办的办件、草稿和待办继续办理"
    assert Message.objects.filter(user=head, subject="您的单位席位已交接").exists()
    assert Message.objects.filter(user=clerk.user, subject="您已接替单位席位").exists()


def test_somebody_new_takes_over_by_invitation(party, head, person):
    new = person("赵六")
    own = seat_of(head, party)
    row = seats.invite(party=party, mobile=new.mobile, name="赵六", right=own.right, by=head, replaces=own)
    assert seat_of(head, party)  # until the other accepts
    seats.accept(row, by=new)
    assert list(Seat.objects.live().filter(party=party).values_list("user__name", "right")) == [("赵六", "admin")]
    assert "赵六接替王总（单位管理员）" in sentences(party)[-1]


def test_a_seat_that_ended_meanwhile_is_not_ended_twice(party, head, person, staff):
    new, own = person("赵六"), seat_of(head, party)
    row = seats.invite(party=party, mobile=new.mobile, name="赵六", right=own.right, by=head, replaces=own)
    end_seat(own, by=staff("秘书处"))
    assert seats.accept(row, by=new).right == Seat.Kind.ADMIN
    assert sum("接替" in words and "继续办理" in words for words in sentences(party)) == 0


def test_nobody_takes_over_from_themselves_or_from_another_firm(party, head, firm_user, firm_party):
    own = seat_of(head, party)
    other = firm_party()
    with pytest.raises(ValidationError, match="本单位的另一个人"):
        seats.hand_over(own, to=own, by=head)
    with pytest.raises(ValidationError, match="本单位的另一个人"):
        seats.hand_over(own, to=seat_of(firm_user(other), other), by=head)
    with pytest.raises(ValidationError, match="接替人的手机号"):
        seats.invite(party=party, mobile=head.mobile, name="王总", by=head, replaces=own)
