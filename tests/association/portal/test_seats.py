"""经办人员 on the desk, and the journeys: hand over a seat; a clerk of three firms."""

import pytest
from django.db import transaction

from association.outbox.actions import send_to_parties
from association.parties.models import Invitation, Seat
from members import seats
from tests.pages import values_of, words_of

from .conftest import live


@pytest.fixture
def clerk(firm_user, party):
    return firm_user(party, right=Seat.Kind.CLERK, name="李四")


def seat_of(user, party):
    return Seat.objects.live().get(user=user, party=party)


# -- Who sees what --------------------------------------------------------------------------------------------------


def test_everybody_of_the_firm_reads_who_acts_for_it_and_administrators_act(desk, client_of, clerk, party):
    page = desk.get("/desk/seats/")
    assert "王总 单位管理员 您" in words_of(page)
    assert "邀请经办人员" in words_of(page)
    page = words_of(client_of(clerk).get("/desk/seats/"))
    assert "王总 单位管理员" in page
    assert "邀请经办人员" not in page
    assert "由单位管理员办理" in page


def test_others_numbers_are_masked(desk, clerk):
    page = desk.get("/desk/seats/").content.decode()
    assert clerk.mobile not in page
    assert f"{clerk.mobile[:3]}****{clerk.mobile[-4:]}" in page


def test_a_clerk_runs_nobodys_seat(client_of, clerk, head, party):
    client, own = client_of(clerk), seat_of(head, party)
    for address in ("invite/", f"{own.uid}/", f"{own.uid}/take-over/", f"{own.uid}/end/"):
        for answer in (
            client.get(f"/desk/seats/{address}"),
            client.post(f"/desk/seats/{address}", {"right": "reader"}),
        ):
            assert answer.status_code == 403
    assert live(party) == {("王总", "admin"), ("李四", "clerk")}


def test_who_comes_after_a_seat_ended_reads_by_whom(desk, client_of, firm_user, clerk, party):
    """Two administrators at the same list: the later one is told, and nothing is done twice."""
    other = client_of(firm_user(party, name="周总"))
    address = f"/desk/seats/{seat_of(clerk, party).uid}/end/"
    typed = values_of(other.get(address))
    desk.post(address, values_of(desk.get(address)))
    answer = other.post(address, typed, follow=True)
    page = words_of(answer)
    assert "李四的席位已经停用" in page
    assert "王总停用" in page
    assert answer.request["PATH_INFO"] == "/desk/seats/"


def test_another_firms_administrator_finds_nothing(client_of, firm_user, head, party):
    client, own = client_of(firm_user()), seat_of(head, party)
    row = seats.invite(party=party, mobile="13900000001", name="某人", by=head)
    for address in (f"{own.uid}/", f"{own.uid}/end/", f"{own.uid}/take-over/", f"invitations/{row.uid}/"):
        assert client.get(f"/desk/seats/{address}").status_code == 404
    assert client.post(f"/desk/seats/invitations/{row.uid}/withdraw/").status_code == 404


# -- Invitations ----------------------------------------------------------------------------------------------------


def invite(desk, **values):
    data = {"name": "赵六", "mobile": "139 1234 5678", "right": "clerk", "days": "7"} | values
    return desk.post("/desk/seats/invite/", data)


def test_an_invitation_is_shown_with_the_text_to_send_on(desk, party):
    answer = invite(desk)
    row = Invitation.objects.get()
    assert answer["Location"] == f"/desk/seats/invitations/{row.uid}/"
    page = desk.get(answer["Location"]).content.decode()
    assert "赵六：" in page
    assert "「宏达建筑有限公司」邀请您担任经办人" in page
    assert "139****5678" in page
    assert "http://testserver/register/" in page
    assert "13912345678" not in page


def test_bad_input_is_one_sentence_and_nothing_typed_is_lost(desk, clerk):
    page = invite(desk, mobile="1391234", name="赵六")
    assert page.status_code == 422
    assert "手机号是 11 位数字" in words_of(page)
    assert 'value="赵六"' in page.content.decode()
    assert "李四已经是本单位的经办人" in words_of(invite(desk, mobile=clerk.mobile))


def test_the_invited_person_sees_the_firm_on_their_desk_until_they_answer(desk, client_of, person, party):
    new = person("赵六", mobile="13912345678")
    invite(desk)
    mine = client_of(new)
    row = Invitation.objects.get()
    assert "「宏达建筑有限公司」邀请您担任经办人" in words_of(mine.get("/desk/"))
    assert "去答复" in words_of(mine.get("/desk/"))
    assert client_of(person()).get(f"/desk/invited/{row.uid}/").status_code == 404
    assert "接受邀请" in words_of(mine.get(f"/desk/invited/{row.uid}/"))
    answer = mine.post(f"/desk/invited/{row.uid}/", {"answer": "accept"}, follow=True)
    assert "现在可以为「宏达建筑有限公司」办理了" in words_of(answer)
    assert ("赵六", "clerk") in live(party)
    assert "去答复" not in words_of(mine.get("/desk/"))


def test_a_declined_invitation_leaves_the_desk(desk, client_of, person, party):
    mine = client_of(person("赵六", mobile="13912345678"))
    invite(desk)
    mine.post(f"/desk/invited/{Invitation.objects.get().uid}/", {"answer": "decline"})
    assert "去答复" not in words_of(mine.get("/desk/"))
    assert live(party) == {("王总", "admin")}


def test_a_withdrawn_invitation_is_told(desk, client_of, person):
    mine = client_of(person("赵六", mobile="13912345678"))
    invite(desk)
    row = Invitation.objects.get()
    desk.post(f"/desk/seats/invitations/{row.uid}/withdraw/")
    answer = mine.post(f"/desk/invited/{row.uid}/", {"answer": "accept"}, follow=True)
    assert "已经撤回" in words_of(answer)


# -- Rights; two at once --------------------------------------------------------------------------------------------


def test_the_later_of_two_sees_what_changed_and_by_whom(desk, client_of, clerk, party, firm_user):
    second = firm_user(party, name="陈副总")
    address = f"/desk/seats/{seat_of(clerk, party).uid}/"
    first, other = values_of(desk.get(address)), client_of(second)
    theirs = values_of(other.get(address))
    assert other.post(address, theirs | {"right": "reader"}).status_code == 302
    page = desk.post(address, first | {"right": "admin"})
    assert page.status_code == 422
    assert "陈副总把李四的权限改为「只读」（权限：经办人 → 只读）" in words_of(page)
    assert seat_of(clerk, party).right == "reader"
    again = values_of(page)
    assert again["right"] == "admin"  # what was chosen is still there
    desk.post(address, again)
    assert seat_of(clerk, party).right == "admin"


@pytest.mark.parametrize(
    "read", ["", "²@2026-01-01", "1@2026-13-45T00:00:00", "x" * 300, "9" * 40 + "@2026-01-01T00:00:00"]
)
def test_a_broken_note_of_what_was_read_breaks_nothing(desk, clerk, party, read):
    own = seat_of(clerk, party)
    assert desk.post(f"/desk/seats/{own.uid}/", {"right": "reader", "read": read}).status_code == 302
    assert seat_of(clerk, party).right == "reader"


def test_the_only_administrator_is_told_to_be_taken_over(desk, head, party):
    own = seat_of(head, party)
    for address, data in ((f"{own.uid}/", {"right": "reader"}), (f"{own.uid}/end/", {"note": ""})):
        page = desk.post(f"/desk/seats/{address}", data)
        assert page.status_code == 422
        assert "王总是唯一的单位管理员。请先由他人接替" in words_of(page)


# -- Journey: hand over a seat --------------------------------------------------------------------------------------


def test_journey_an_administrator_leaves_and_somebody_new_takes_over(desk, client_of, head, party, person):
    own = seat_of(head, party)
    page = desk.get(f"/desk/seats/{own.uid}/take-over/")
    data = values_of(page) | {"to": "new", "name": "赵六", "mobile": "13912345678"}
    answer = desk.post(f"/desk/seats/{own.uid}/take-over/", data, follow=True)
    assert "接替王总" in words_of(answer)
    assert live(party) == {("王总", "admin")}  # until the other accepts
    new = client_of(person("赵六", mobile="13912345678"))
    new.post(f"/desk/invited/{Invitation.objects.get().uid}/", {"answer": "accept"})
    assert live(party) == {("赵六", "admin")}
    assert "赵六接替王总（单位管理员），在办的办件、草稿和待办继续办理" in words_of(new.get("/desk/seats/"))
    assert desk.get("/desk/seats/").status_code == 404
    assert "账号还没有关联单位" in words_of(desk.get("/desk/"))


def test_a_colleague_takes_over_at_once(desk, client_of, head, clerk, party):
    own = seat_of(head, party)
    data = values_of(desk.get(f"/desk/seats/{own.uid}/take-over/")) | {"to": str(seat_of(clerk, party).uid)}
    desk.post(f"/desk/seats/{own.uid}/take-over/", data)
    assert live(party) == {("李四", "admin")}


# -- Journey: a clerk of three firms --------------------------------------------------------------------------------


def test_journey_a_clerk_of_three_firms(client_of, person, firm_party, firm_user, association):
    clerk = person("孙会计")
    mine = client_of(clerk)
    firms = [firm_party(f"{name}建筑公司") for name in "甲乙丙"]
    for party in firms:
        client_of(firm_user(party)).post(
            "/desk/seats/invite/", {"name": "孙会计", "mobile": clerk.mobile, "right": "clerk", "days": "14"}
        )
    assert words_of(mine.get("/desk/")).count("邀请您担任经办人") >= 3
    for row in Invitation.objects.filter(mobile=clerk.mobile):
        mine.post(f"/desk/invited/{row.uid}/", {"answer": "accept"})
    for party in firms:
        answer = mine.post("/desk/switch/", {"seat": seat_of(clerk, party).uid}, follow=True)
        assert f"现在为「{party.name}」办理" in words_of(answer)
        assert mine.get("/desk/seats/").context["desk"].party == party.name
    with transaction.atomic():
        send_to_parties(firms, subject="年报", body="请在 3 月底前填报。", once_key="report")
    page = words_of(mine.get("/desk/messages/"))
    assert page.count("年报（3 家单位）") == 1
    assert "甲建筑公司、乙建筑公司、丙建筑公司" in page
