"""Staff run a firm's seats on its behalf, and see requests beside what is on file."""

import pytest
from django.core.files.base import ContentFile

from association.documents.library import keep
from association.parties.actions import give_seat
from association.parties.models import Invitation, Seat
from association.timeline.models import Event
from members.models import SeatRequest
from members.registration import ask
from tests.codes import firm_code


@pytest.fixture
def boss(person, firm):
    return give_seat(user=person("王总"), party=firm("宏达建筑有限公司").party, by=None)


@pytest.fixture
def clerk_seat(person, boss):
    return give_seat(user=person("李四"), party=boss.party, by=None, right=Seat.Kind.CLERK)


def sent(client, url, **values):
    """POST the form of a deed's page."""
    form = client.get(url).context["form"]
    data = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    return client.post(url, data | values)


def text_of(response) -> str:
    return response.content.decode()


def test_staff_invite_for_a_firm_and_withdraw(office, boss):
    answer = sent(
        office,
        f"/admin/members/firm/{boss.party_id}/invite/",
        name="赵六",
        mobile="13912345678",
        right="clerk",
        days="14",
    )
    row = Invitation.objects.get()
    assert answer["Location"] == f"/admin/parties/invitation/{row.pk}/change/"
    page = text_of(office.get(answer["Location"]))
    assert "http://testserver/register/" in page
    assert "13912345678" not in page
    office.post(f"/admin/parties/invitation/{row.pk}/withdraw/")
    row.refresh_from_db()
    assert row.withdrawn_at
    assert Event.objects.filter(sentence="赵秘书邀请赵六（139****5678）为「经办人」").exists()


def test_staff_change_a_right_hand_over_and_end(office, boss, clerk_seat):
    base = f"/admin/parties/seat/{clerk_seat.pk}"
    assert "改权限" in text_of(office.get(f"{base}/change/"))
    sent(office, f"{base}/right/", right="reader")
    clerk_seat.refresh_from_db()
    assert clerk_seat.right == "reader"
    sent(office, f"/admin/parties/seat/{boss.pk}/take_over/".replace("_", "-"), to=str(clerk_seat.uid))
    assert list(Seat.objects.live().values_list("user__name", "right")) == [("李四", "admin")]
    sent(office, f"{base}/end/", note="单位来函")
    assert not Seat.objects.live().exists()


def test_the_later_of_two_staff_is_told(office, clerk_seat):
    url = f"/admin/parties/seat/{clerk_seat.pk}/right/"
    seen = office.get(url).context["form"]["seen"].value()
    office.post(url, {"seen": seen, "right": "reader"})
    page = office.post(url, {"seen": seen, "right": "admin"})
    assert "刚刚被别人修改过" in text_of(page)
    clerk_seat.refresh_from_db()
    assert clerk_seat.right == "reader"


def test_lists_are_searched_by_firm_person_and_number(office, boss, clerk_seat):
    for term in ("宏达", "李四", clerk_seat.user.mobile[:7]):
        assert "李四" in text_of(office.get(f"/admin/parties/seat/?q={term}"))
    assert "李四" not in text_of(office.get("/admin/parties/seat/?q=没有"))
    assert clerk_seat.user.mobile not in text_of(office.get("/admin/parties/seat/"))


@pytest.mark.parametrize("role", ["综合处", "监事"])
def test_who_opens_no_accounts_runs_no_seats(client_of, boss, role):
    client = client_of(role)
    for address in ("right", "take-over", "end"):
        assert client.get(f"/admin/parties/seat/{boss.pk}/{address}/").status_code == 403
    assert client.get(f"/admin/members/firm/{boss.party_id}/invite/").status_code == 403


# -- Requests -------------------------------------------------------------------------------------------------------


def asked(person, *, name, code, letter=False, key="one") -> SeatRequest:
    user = person("钱五")
    paper = keep(ContentFile(b"a,b\n1,2\n", name="paper.csv"), by=user, purpose="seat")
    return ask(
        name=name, code=code, right="clerk", once_key=key, user=user, **{"letter" if letter else "licence": paper}
    )


def move(client, row, name, **values):
    url = f"/admin/members/seatrequest/{row.pk}/move/{name}/"
    page = client.get(url)
    return client.post(url, {"happened_on": page.context["form"]["happened_on"].value(), "note": "", **values})


def test_another_code_under_the_same_name_is_pointed_at(office, person, firm):
    row = asked(person, name=firm("宏达建筑有限公司").party.name, code=firm_code(4711), letter=True)
    page = text_of(office.get(f"/admin/members/seatrequest/{row.pk}/change/"))
    assert "代码与申请的不同，请核对" in page
    assert "请选择建档还是加入" in text_of(move(office, row, "approve"))
    known = row.party
    move(office, row, "approve", joins="new")  # it is another firm of the same name
    row.refresh_from_db()
    assert (row.party.code, row.party.name) == (firm_code(4711), known.name)
    assert row.party != known
    assert not Seat.objects.filter(party=known).exists()


def test_a_hidden_firm_is_joined_by_letter_only(office, person, firm):
    hidden = firm("保密建筑有限公司", in_directory=False).party
    row = asked(person, name=hidden.name, code=hidden.code)
    assert row.party == hidden
    page = text_of(move(office, row, "approve"))
    assert "加入要有盖章的授权委托书" in page
    assert not Seat.objects.filter(party=hidden).exists()


def test_a_new_firm_that_is_like_one_on_file_asks_which(office, person, firm):
    like = firm("宏达建筑工程有限公司").party
    row = asked(person, name="宏达建筑工程有限责任公司", code=firm_code(4711))
    form = office.get(f"/admin/members/seatrequest/{row.pk}/move/approve/").context["own_form"]
    assert str(like.pk) in dict(form.fields["joins"].choices)
    assert "请选择建档还是加入" in text_of(move(office, row, "approve"))
    move(office, row, "approve", joins="new")
    row.refresh_from_db()
    assert (row.state, row.party.name) == ("approved", "宏达建筑工程有限责任公司")


def test_accounts_alone_put_no_firm_on_file(client_of, person):
    row = asked(person, name="新城建设有限公司", code=firm_code(4711))
    page = text_of(move(client_of("系统管理员"), row, "approve", joins="new"))
    assert "您没有维护企业档案的权限" in page
    row.refresh_from_db()
    assert row.state == "submitted"


def test_a_new_firm_has_no_buttons_of_another_firms_administrator(office, person):
    row = asked(person, name="新城建设有限公司", code=firm_code(4711))
    page = text_of(office.get(f"/admin/members/seatrequest/{row.pk}/change/"))
    assert "核对无误，开通" in page
    assert "同意加入" not in page


def test_the_list_and_its_search(office, person):
    row = asked(person, name="新城建设有限公司", code=firm_code(4711))
    for term in ("新城", "钱五", row.applicant_mobile):
        assert "新城建设有限公司" in text_of(office.get(f"/admin/members/seatrequest/?q={term}"))
    assert "新城建设有限公司" in text_of(office.get("/admin/members/seatrequest/?state=submitted"))
    assert "新城建设有限公司" not in text_of(office.get("/admin/members/seatrequest/?state=approved"))
