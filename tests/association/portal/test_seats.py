"""经办人员 on the desk, and the journeys: hand over a seat; register and join; a clerk of three firms."""

import re

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import reverse

from association.accounts.models import User
from association.documents.models import Document
from association.outbox.actions import send_to_parties
from association.outbox.models import Message
from association.parties.actions import give_seat
from association.parties.models import Invitation, Party, Seat
from association.timeline.models import Event
from members import seats
from members.models import Firm, SeatRequest
from tests import phone
from tests.association.portal.test_views import text_of
from tests.codes import firm_code

NEW_CODE = firm_code(4711)


@pytest.fixture
def party(firm_party, association):
    return firm_party("宏达建筑有限公司")


@pytest.fixture
def head(firm_user, party):
    return firm_user(party, name="王总")


@pytest.fixture
def desk(client_of, head):
    return client_of(head)


@pytest.fixture
def clerk(person, party):
    user = person("李四")
    give_seat(user=user, party=party, by=None, right=Seat.Kind.CLERK)
    return user


def paper(name="paper.pdf"):
    return SimpleUploadedFile(name, b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n")


def values_of(response) -> dict:
    """The values of the page's form, as a browser would send them back."""
    form = response.context["form"]
    found = {name: form[name].value() for name in form.fields if not form[name].field.widget.needs_multipart_form}
    return {name: value for name, value in found.items() if value not in (None, False)}


def live(party) -> set[tuple[str, str]]:
    return set(Seat.objects.live().filter(party=party).values_list("user__name", "right"))


def seat_of(user, party):
    return Seat.objects.live().get(user=user, party=party)


# -- Who sees what --------------------------------------------------------------------------------------------------


def test_everybody_of_the_firm_reads_who_acts_for_it_and_administrators_act(desk, client_of, clerk, party):
    page = desk.get("/desk/seats/")
    assert "王总 单位管理员 您" in text_of(page)
    assert "邀请经办人员" in text_of(page)
    page = text_of(client_of(clerk).get("/desk/seats/"))
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
    assert "手机号是 11 位数字" in text_of(page)
    assert 'value="赵六"' in page.content.decode()
    assert "李四已经是本单位的经办人" in text_of(invite(desk, mobile=clerk.mobile))


def test_the_invited_person_sees_the_firm_on_their_desk_until_they_answer(desk, client_of, person, party):
    new = person("赵六", mobile="13912345678")
    invite(desk)
    mine = client_of(new)
    row = Invitation.objects.get()
    assert "「宏达建筑有限公司」邀请您担任经办人" in text_of(mine.get("/desk/"))
    assert "去答复" in text_of(mine.get("/desk/"))
    assert client_of(person()).get(f"/desk/invited/{row.uid}/").status_code == 404
    assert "接受邀请" in text_of(mine.get(f"/desk/invited/{row.uid}/"))
    answer = mine.post(f"/desk/invited/{row.uid}/", {"answer": "accept"}, follow=True)
    assert "现在可以为「宏达建筑有限公司」办理了" in text_of(answer)
    assert ("赵六", "clerk") in live(party)
    assert "去答复" not in text_of(mine.get("/desk/"))


def test_a_declined_invitation_leaves_the_desk(desk, client_of, person, party):
    mine = client_of(person("赵六", mobile="13912345678"))
    invite(desk)
    mine.post(f"/desk/invited/{Invitation.objects.get().uid}/", {"answer": "decline"})
    assert "去答复" not in text_of(mine.get("/desk/"))
    assert live(party) == {("王总", "admin")}


def test_a_withdrawn_invitation_is_told(desk, client_of, person):
    mine = client_of(person("赵六", mobile="13912345678"))
    invite(desk)
    row = Invitation.objects.get()
    desk.post(f"/desk/seats/invitations/{row.uid}/withdraw/")
    answer = mine.post(f"/desk/invited/{row.uid}/", {"answer": "accept"}, follow=True)
    assert "已经撤回" in text_of(answer)


# -- Rights; two at once --------------------------------------------------------------------------------------------


def test_the_later_of_two_sees_what_changed_and_by_whom(desk, client_of, clerk, party, person):
    second = person("陈副总")
    give_seat(user=second, party=party, by=None)
    address = f"/desk/seats/{seat_of(clerk, party).uid}/"
    first, other = values_of(desk.get(address)), client_of(second)
    theirs = values_of(other.get(address))
    assert other.post(address, theirs | {"right": "reader"}).status_code == 302
    page = desk.post(address, first | {"right": "admin"})
    assert page.status_code == 422
    assert "陈副总把李四的权限改为「只读」（权限：经办人 → 只读）" in text_of(page)
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
        assert "王总是唯一的单位管理员。请先由他人接替" in text_of(page)


# -- Journey: hand over a seat --------------------------------------------------------------------------------------


def test_journey_an_administrator_leaves_and_somebody_new_takes_over(desk, client_of, head, party, person):
    own = seat_of(head, party)
    page = desk.get(f"/desk/seats/{own.uid}/take-over/")
    data = values_of(page) | {"to": "new", "name": "赵六", "mobile": "13912345678"}
    answer = desk.post(f"/desk/seats/{own.uid}/take-over/", data, follow=True)
    assert "接替王总" in text_of(answer)
    assert live(party) == {("王总", "admin")}  # until the other accepts
    new = client_of(person("赵六", mobile="13912345678"))
    new.post(f"/desk/invited/{Invitation.objects.get().uid}/", {"answer": "accept"})
    assert live(party) == {("赵六", "admin")}
    assert "赵六接替王总（单位管理员），在办的办件、草稿和待办继续办理" in text_of(new.get("/desk/seats/"))
    assert desk.get("/desk/seats/").status_code == 404
    assert "账号还没有关联单位" in text_of(desk.get("/desk/"))


def test_a_colleague_takes_over_at_once(desk, client_of, head, clerk, party):
    own = seat_of(head, party)
    data = values_of(desk.get(f"/desk/seats/{own.uid}/take-over/")) | {"to": str(seat_of(clerk, party).uid)}
    desk.post(f"/desk/seats/{own.uid}/take-over/", data)
    assert live(party) == {("李四", "admin")}


# -- Journey: register and join -------------------------------------------------------------------------------------


def register(client, **values):
    page = client.get("/register/")
    data = values_of(page) | {
        "name": "钱五", "mobile": "13987654321", "firm_name": "新城建设有限公司", "code": NEW_CODE, "right": "admin"
    }  # fmt: skip
    return client.post("/register/", data | values)


def test_journey_a_new_firm_registers_is_returned_verified_and_logs_in(client, association, client_of, staff):
    answer = register(client, licence=paper("执照.pdf"))
    row = SeatRequest.objects.get()
    assert answer["Location"] == f"/register/{row.uid}/"
    assert "协会核对中" in text_of(client.get(answer["Location"]))
    assert (row.user, row.party, row.proof) == (None, None, "licence")
    assert not User.objects.filter(mobile="13987654321").exists()

    office = client_of(staff("秘书处", name="赵秘书"))
    base = f"/admin/members/seatrequest/{row.pk}"
    assert "新单位" in office.get(f"{base}/change/").content.decode()
    form = office.get(f"{base}/move/return/").context["form"]
    office.post(f"{base}/move/return/", {"happened_on": form["happened_on"].value(), "note": "照片看不清"})
    page = client.get(f"/register/{row.uid}/")
    assert "协会的意见：照片看不清" in text_of(page)
    client.post(f"/register/{row.uid}/", values_of(page) | {"licence": paper("清楚.pdf")})
    row.refresh_from_db()
    assert row.state == "submitted"
    assert Document.objects.get(pk=row.licence_id).label == "清楚.pdf"

    form = office.get(f"{base}/move/approve/").context["form"]
    data = {"happened_on": form["happened_on"].value(), "note": "", "joins": "new"}
    assert office.post(f"{base}/move/approve/", data).status_code == 302
    firm = Firm.objects.get(party__code=NEW_CODE)
    assert (firm.party.name, firm.contact_name) == ("新城建设有限公司", "钱五")
    assert live(firm.party) == {("钱五", "admin")}
    assert Document.objects.get(pk=row.licence_id).party == firm.party
    user = User.objects.get(mobile="13987654321")
    slip = reverse("admin:accounts_user_deed", args=[user.pk, "slip"])
    assert slip in office.get(f"{base}/change/").content.decode()
    code = re.search(r"\d{4} \d{4} \d{4}", office.post(slip).content.decode())[0]
    mine = Client()
    mine.post(
        "/accounts/activate/",
        {"mobile": user.mobile, "code": code, "password1": "new-pass-word-1", "password2": "new-pass-word-1"},
    )
    assert "新城建设有限公司" in text_of(mine.get("/desk/seats/"))


def test_journey_joining_a_firm_on_file_by_letter(client_of, person, party, head, desk):
    new = client_of(person("钱五"))
    page = new.get("/desk/requests/new/")
    data = values_of(page) | {"firm_name": party.name, "code": party.code, "right": "clerk"}
    refused = new.post("/desk/requests/new/", data | {"licence": paper()})
    assert "企业名录里已有这家单位" in text_of(refused)
    assert not SeatRequest.objects.exists()
    again = values_of(refused)  # the licence is kept
    assert "已上传「paper.pdf」" in text_of(refused)
    new.post("/desk/requests/new/", again | {"letter": paper("委托书.pdf")})
    row = SeatRequest.objects.get()
    assert (row.party, row.proof, row.licence.label, row.letter.label) == (party, "letter", "paper.pdf", "委托书.pdf")
    assert Party.objects.filter(code=party.code).count() == 1

    assert Message.objects.filter(user=head, subject="钱五申请加入「宏达建筑有限公司」").exists()
    assert "钱五申请加入本单位（经办人）" in text_of(desk.get("/desk/seats/"))
    address = f"/desk/seats/requests/{row.uid}/admit/"
    assert desk.post(address, values_of(desk.get(address))).status_code == 302
    assert live(party) == {("王总", "admin"), ("钱五", "clerk")}
    assert "宏达建筑有限公司" in text_of(new.get("/desk/"))


def test_an_administrator_says_who_is_none_of_theirs(client_of, person, party, desk):
    new = client_of(person("钱五"))
    data = values_of(new.get("/desk/requests/new/")) | {"firm_name": party.name, "code": party.code, "right": "clerk"}
    new.post("/desk/requests/new/", data | {"letter": paper()})
    row = SeatRequest.objects.get()
    address = f"/desk/seats/requests/{row.uid}/disown/"
    assert "请写明不是本单位的人的原因" in text_of(desk.post(address, {"note": ""}))
    desk.post(address, {"note": "没有这个员工"})
    row.refresh_from_db()
    assert row.state == "not_accepted"
    assert "没有这个员工" in text_of(new.get(f"/desk/requests/{row.uid}/"))


def test_an_asker_withdraws(client_of, person, association):
    new = client_of(person("钱五"))
    data = values_of(new.get("/desk/requests/new/")) | {"firm_name": "新城建设有限公司", "code": NEW_CODE}
    new.post("/desk/requests/new/", data | {"licence": paper()})
    row = SeatRequest.objects.get()
    assert "协会核对中" in text_of(new.get("/desk/"))
    new.post(f"/desk/requests/{row.uid}/withdraw/")
    row.refresh_from_db()
    assert row.state == "withdrawn"


def test_what_was_returned_waits_on_the_askers_desk(client_of, person, association, staff):
    new, office = client_of(person("钱五")), client_of(staff("秘书处"))
    data = values_of(new.get("/desk/requests/new/")) | {"firm_name": "新城建设有限公司", "code": NEW_CODE}
    new.post("/desk/requests/new/", data | {"licence": paper()})
    row = SeatRequest.objects.get()
    move = f"/admin/members/seatrequest/{row.pk}/move/return/"
    office.post(move, {"happened_on": office.get(move).context["form"]["happened_on"].value(), "note": "缺公章"})
    page = new.get("/desk/")
    assert "轮到您：补正材料，重新提交" in text_of(page)
    assert f"/desk/requests/{row.uid}/" in page.content.decode()
    address = f"/desk/requests/{row.uid}/again/"
    empty = new.post(address, values_of(new.get(address)))
    assert "请上传补正的材料" in text_of(empty)
    new.post(address, values_of(empty) | {"letter": paper()})
    row.refresh_from_db()
    assert (row.state, row.proof) == ("submitted", "letter")


# -- What a visitor may not learn -----------------------------------------------------------------------------------


def test_a_firm_outside_the_directory_is_not_told_to_be_on_file(client, firm_party, association):
    hidden = firm_party("保密建筑有限公司", in_directory=False, contact_phone="13811112222")
    answer = register(client, firm_name="随便什么公司", code=hidden.code, licence=paper())
    row = SeatRequest.objects.get()
    assert row.party == hidden
    page = client.get(answer["Location"]).content.decode()
    assert "随便什么公司" in page
    for secret in (hidden.name, "13811112222", "138****2222", "在册单位"):
        assert secret not in page


def test_a_number_with_an_account_is_not_told(client, person, association):
    person("李四", mobile="13987654321")
    assert register(client, licence=paper()).status_code == 302


def test_sending_the_form_twice_is_one_request(client, association):
    page = client.get("/register/")
    data = values_of(page) | {
        "name": "钱五", "mobile": "13987654321", "firm_name": "新城建设有限公司", "code": NEW_CODE, "right": "admin"
    }  # fmt: skip
    for _click in range(2):
        client.post("/register/", data | {"licence": paper()})
    assert SeatRequest.objects.count() == 1


def test_wrong_input_keeps_the_file(client, association):
    page = register(client, code="91430600MA4L00000X", licence=paper("执照.pdf"))
    assert page.status_code == 422
    assert "已上传「执照.pdf」" in text_of(page)
    client.post("/register/", values_of(page) | {"code": NEW_CODE})
    assert SeatRequest.objects.get().licence.label == "执照.pdf"


def test_nobody_takes_anothers_upload(client, association):
    page = register(client, code="wrong", licence=paper("执照.pdf"))
    token = values_of(page)["licence_kept"]
    forged = token[:-2] + ("aa" if token[-2:] != "aa" else "bb")
    answer = register(Client(), licence_kept=forged)
    assert "新单位请上传营业执照" in text_of(answer)


def test_too_many_registrations_are_asked_to_wait(client, association):
    cache.clear()
    for _try in range(60):
        client.post("/register/", {})
    assert client.post("/register/", {}).status_code == 429


def test_the_blank_letter_names_the_association(client, association):
    page = client.get("/register/letter/").content.decode()
    assert "授权委托书" in page
    assert association.name in page


# -- With SMS -------------------------------------------------------------------------------------------------------


@pytest.fixture
def sms(settings, association):
    settings.SMS_BACKEND = "tests.phone.take"
    settings.CELERY_TASK_ALWAYS_EAGER = True
    phone.INBOX.clear()
    return phone.INBOX


def code_in(inbox) -> str:
    return re.search(r"验证码 (\d{6})", inbox[-1][1])[1]


def test_a_number_is_proved_and_its_account_is_open(client, sms):
    client.post("/register/", {"name": "钱五", "mobile": "13987654321"})
    assert sms[-1][0] == "13987654321"
    wrong = client.post("/register/code/", {"code": "000000" if code_in(sms) != "000000" else "111111"})
    assert "验证码不对" in text_of(wrong)
    answer = client.post("/register/code/", {"code": code_in(sms)})
    assert answer["Location"] == "/desk/requests/new/"
    user = User.objects.get(mobile="13987654321")
    assert (user.name, user.mobile_verified, user.has_usable_password()) == ("钱五", True, False)
    assert client.get("/desk/requests/new/").status_code == 200


def test_staff_log_in_at_the_login(client, sms, staff):
    staff("秘书处", mobile="13987654321")
    client.post("/register/", {"name": "钱五", "mobile": "13987654321"})
    answer = client.post("/register/code/", {"code": code_in(sms)})
    assert answer["Location"] == "/accounts/login/"
    assert "_auth_user_id" not in client.session


def test_codes_are_limited_by_number(client, sms):
    for _time in range(3):
        assert client.post("/register/", {"name": "钱五", "mobile": "13987654321"}).status_code == 302
    assert "过几分钟再试" in text_of(client.post("/register/", {"name": "钱五", "mobile": "13987654321"}))
    assert len(sms) == 3


def test_a_code_may_be_guessed_at_five_times(client, sms):
    client.post("/register/", {"name": "钱五", "mobile": "13987654321"})
    right = code_in(sms)
    for _try in range(5):
        client.post("/register/code/", {"code": "000000" if right != "000000" else "111111"})
    assert "输错太多次" in text_of(client.post("/register/code/", {"code": right}))


def test_the_mobile_on_file_lets_in_and_is_shown_masked(client_of, person, sms, firm_party, firm_user):
    party = firm_party("宏达建筑有限公司", contact_phone="13811112222")
    head = firm_user(party, name="王总")
    new = client_of(person("钱五"))
    data = values_of(new.get("/desk/requests/new/")) | {"firm_name": party.name, "code": party.code, "right": "clerk"}
    answer = new.post("/desk/requests/new/", data | {"by_code": "1"})
    assert answer["Location"] == "/desk/requests/code/"
    page = new.get("/desk/requests/code/").content.decode()
    assert "138****2222" in page
    assert "13811112222" not in page
    assert sms[-1][0] == "13811112222"
    new.post("/desk/requests/code/", {"code": code_in(sms)})
    assert live(party) == {("王总", "admin"), ("钱五", "clerk")}
    assert SeatRequest.objects.get().state == "approved"
    assert Event.objects.filter(party=party, sentence__contains="在册手机验证通过").exists()
    assert Message.objects.filter(user=head, channel="site", subject__contains="钱五").exists()


def test_no_code_goes_to_a_firm_that_nobody_may_know(client_of, person, sms, firm_party):
    party = firm_party("保密建筑有限公司", in_directory=False, contact_phone="13811112222")
    new = client_of(person("钱五"))
    data = values_of(new.get("/desk/requests/new/")) | {"firm_name": party.name, "code": party.code, "right": "clerk"}
    hidden = text_of(new.post("/desk/requests/new/", data | {"by_code": "1"}))
    unknown = text_of(new.post("/desk/requests/new/", data | {"by_code": "1", "code": NEW_CODE}))
    assert "不能用在册手机验证" in hidden
    assert hidden.replace(party.code, "") == unknown.replace(NEW_CODE, "")
    assert sms == []


# -- Journey: a clerk of three firms --------------------------------------------------------------------------------


def test_journey_a_clerk_of_three_firms(client_of, person, firm_party, firm_user, association):
    clerk = person("孙会计")
    mine = client_of(clerk)
    firms = [firm_party(f"{name}建筑公司") for name in "甲乙丙"]
    for party in firms:
        client_of(firm_user(party)).post(
            "/desk/seats/invite/", {"name": "孙会计", "mobile": clerk.mobile, "right": "clerk", "days": "14"}
        )
    assert text_of(mine.get("/desk/")).count("邀请您担任经办人") >= 3
    for row in Invitation.objects.filter(mobile=clerk.mobile):
        mine.post(f"/desk/invited/{row.uid}/", {"answer": "accept"})
    for party in firms:
        answer = mine.post("/desk/switch/", {"seat": seat_of(clerk, party).uid}, follow=True)
        assert f"现在为「{party.name}」办理" in text_of(answer)
        assert mine.get("/desk/seats/").context["desk"].party == party.name
    with transaction.atomic():
        send_to_parties(firms, subject="年报", body="请在 3 月底前填报。", once_key="report")
    page = text_of(mine.get("/desk/messages/"))
    assert page.count("年报（3 家单位）") == 1
    assert "甲建筑公司、乙建筑公司、丙建筑公司" in page
