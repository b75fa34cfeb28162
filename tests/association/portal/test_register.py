"""An account and a seat asked for on the web (开户与加入单位): register, join, what a visitor may not learn, codes by SMS."""

import re

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from association.accounts.models import User
from association.documents.models import Document
from association.outbox.models import Message
from association.parties.models import Party
from association.timeline.models import Event
from members.models import Firm, SeatRequest
from tests import phone
from tests.codes import firm_code
from tests.files import pdf
from tests.pages import values_of, words_of

from .conftest import live

NEW_CODE = firm_code(4711)


# -- Journey: register and join -------------------------------------------------------------------------------------


def register(client, **values):
    page = client.get("/register/")
    data = values_of(page) | {
        "name": "钱五", "mobile": "13987654321", "firm_name": "新城建设有限公司", "code": NEW_CODE, "right": "admin"
    }  # fmt: skip
    return client.post("/register/", data | values)


def test_journey_a_new_firm_registers_is_returned_verified_and_logs_in(client, association, client_of, staff):
    answer = register(client, licence=pdf("执照.pdf"))
    row = SeatRequest.objects.get()
    assert answer["Location"] == f"/register/{row.uid}/"
    assert "协会核对中" in words_of(client.get(answer["Location"]))
    assert (row.user, row.party, row.proof) == (None, None, "licence")
    assert not User.objects.filter(mobile="13987654321").exists()

    office = client_of(staff("秘书处", name="赵秘书"))
    base = f"/admin/members/seatrequest/{row.pk}"
    assert "新单位" in office.get(f"{base}/change/").content.decode()
    form = office.get(f"{base}/move/return/").context["form"]
    office.post(f"{base}/move/return/", {"happened_on": form["happened_on"].value(), "note": "照片看不清"})
    page = client.get(f"/register/{row.uid}/")
    assert "协会的意见：照片看不清" in words_of(page)
    client.post(f"/register/{row.uid}/", values_of(page) | {"licence": pdf("清楚.pdf")})
    row.refresh_from_db()
    assert row.state == "submitted"
    assert Document.objects.get(pk=row.licence_id).label == "清楚.pdf"

    form = office.get(f"{base}/move/approve/").context["form"]
    data = {"happened_on": form["happened_on"].value(), "note": "", "joins": "new"}
    assert office.post(f"{base}/move/approve/", data).status_code == 302
    firm = Firm.objects.get(party__code=NEW_CODE)
    assert (firm.party.name, firm.contact_name) == ("新城建设有限公司", "钱五")
    assert live(firm.party) == {("钱五", "admin")}
    assert Document.objects.in_library().get(party=firm.party, kind="营业执照").pk == row.licence_id
    user = User.objects.get(mobile="13987654321")
    slip = reverse("admin:accounts_user_deed", args=[user.pk, "slip"])
    assert slip in office.get(f"{base}/change/").content.decode()
    code = re.search(r"\d{4} \d{4} \d{4}", office.post(slip).content.decode())[0]
    mine = Client()
    mine.post(
        "/accounts/activate/",
        {"mobile": user.mobile, "code": code, "password1": "new-pass-word-1", "password2": "new-pass-word-1"},
    )
    assert "新城建设有限公司" in words_of(mine.get("/desk/seats/"))


def test_journey_joining_a_firm_on_file_by_letter(client_of, person, party, head, desk):
    new = client_of(person("钱五"))
    page = new.get("/desk/requests/new/")
    data = values_of(page) | {"firm_name": party.name, "code": party.code, "right": "clerk"}
    refused = new.post("/desk/requests/new/", data | {"licence": pdf()})
    assert "企业名录里已有这家单位" in words_of(refused)
    assert not SeatRequest.objects.exists()
    again = values_of(refused)  # the licence is kept
    assert "已上传「营业执照.pdf」" in words_of(refused)
    new.post("/desk/requests/new/", again | {"letter": pdf("委托书.pdf")})
    row = SeatRequest.objects.get()
    assert (row.party, row.proof, row.licence.label, row.letter.label) == (
        party,
        "letter",
        "营业执照.pdf",
        "委托书.pdf",
    )
    assert Party.objects.filter(code=party.code).count() == 1

    assert Message.objects.filter(user=head, subject="钱五申请加入「宏达建筑有限公司」").exists()
    assert "钱五申请加入本单位（经办人）" in words_of(desk.get("/desk/seats/"))
    address = f"/desk/seats/requests/{row.uid}/admit/"
    assert desk.post(address, values_of(desk.get(address))).status_code == 302
    assert live(party) == {("王总", "admin"), ("钱五", "clerk")}
    assert "宏达建筑有限公司" in words_of(new.get("/desk/"))
    assert Document.objects.in_library().get(party=party).label == "营业执照.pdf"


def test_an_administrator_says_who_is_none_of_theirs(client_of, person, party, desk):
    new = client_of(person("钱五"))
    data = values_of(new.get("/desk/requests/new/")) | {"firm_name": party.name, "code": party.code, "right": "clerk"}
    new.post("/desk/requests/new/", data | {"letter": pdf()})
    row = SeatRequest.objects.get()
    address = f"/desk/seats/requests/{row.uid}/disown/"
    assert "请写明不是本单位的人的原因" in words_of(desk.post(address, {"note": ""}))
    desk.post(address, {"note": "没有这个员工"})
    row.refresh_from_db()
    assert row.state == "not_accepted"
    assert "没有这个员工" in words_of(new.get(f"/desk/requests/{row.uid}/"))


def test_an_asker_withdraws(client_of, person, association):
    new = client_of(person("钱五"))
    data = values_of(new.get("/desk/requests/new/")) | {"firm_name": "新城建设有限公司", "code": NEW_CODE}
    new.post("/desk/requests/new/", data | {"licence": pdf()})
    row = SeatRequest.objects.get()
    assert "协会核对中" in words_of(new.get("/desk/"))
    new.post(f"/desk/requests/{row.uid}/withdraw/")
    row.refresh_from_db()
    assert row.state == "withdrawn"


def test_what_was_returned_waits_on_the_askers_desk(client_of, person, association, staff):
    new, office = client_of(person("钱五")), client_of(staff("秘书处"))
    data = values_of(new.get("/desk/requests/new/")) | {"firm_name": "新城建设有限公司", "code": NEW_CODE}
    new.post("/desk/requests/new/", data | {"licence": pdf()})
    row = SeatRequest.objects.get()
    move = f"/admin/members/seatrequest/{row.pk}/move/return/"
    office.post(move, {"happened_on": office.get(move).context["form"]["happened_on"].value(), "note": "缺公章"})
    page = new.get("/desk/")
    assert "轮到您：补正材料，重新提交" in words_of(page)
    assert f"/desk/requests/{row.uid}/" in page.content.decode()
    address = f"/desk/requests/{row.uid}/again/"
    empty = new.post(address, values_of(new.get(address)))
    assert "请上传补正的材料" in words_of(empty)
    new.post(address, values_of(empty) | {"letter": pdf()})
    row.refresh_from_db()
    assert (row.state, row.proof) == ("submitted", "letter")


# -- What a visitor may not learn -----------------------------------------------------------------------------------


def test_a_firm_outside_the_directory_is_not_told_to_be_on_file(client, firm_party, association):
    hidden = firm_party("保密建筑有限公司", in_directory=False, contact_phone="13811112222")
    answer = register(client, firm_name="随便什么公司", code=hidden.code, licence=pdf())
    row = SeatRequest.objects.get()
    assert row.party == hidden
    page = client.get(answer["Location"]).content.decode()
    assert "随便什么公司" in page
    for secret in (hidden.name, "13811112222", "138****2222", "在册单位"):
        assert secret not in page


def test_a_number_with_an_account_is_not_told(client, person, association):
    person("李四", mobile="13987654321")
    assert register(client, licence=pdf()).status_code == 302


def test_sending_the_form_twice_is_one_request(client, association):
    page = client.get("/register/")
    data = values_of(page) | {
        "name": "钱五", "mobile": "13987654321", "firm_name": "新城建设有限公司", "code": NEW_CODE, "right": "admin"
    }  # fmt: skip
    for _click in range(2):
        client.post("/register/", data | {"licence": pdf()})
    assert SeatRequest.objects.count() == 1


def test_wrong_input_keeps_the_file(client, association):
    page = register(client, code="91430600MA4L00000X", licence=pdf("执照.pdf"))
    assert page.status_code == 422
    assert "已上传「执照.pdf」" in words_of(page)
    client.post("/register/", values_of(page) | {"code": NEW_CODE})
    assert SeatRequest.objects.get().licence.label == "执照.pdf"


def test_what_cannot_bear_a_stamp_is_no_licence(client, association):
    text = SimpleUploadedFile("执照.pdf", "改了名的文本".encode())
    page = register(client, licence=text)
    assert (page.status_code, "请上传照片、PDF、OFD 或 Word 文件" in words_of(page)) == (422, True)
    assert not Document.objects.exists()


def test_the_message_names_the_firm_that_was_joined(client_of, person, party, head, desk):
    """Not the words that the asker typed."""
    new = client_of(user := person("钱五"))
    data = values_of(new.get("/desk/requests/new/")) | {"firm_name": "随便写的", "code": party.code, "right": "clerk"}
    new.post("/desk/requests/new/", data | {"letter": pdf("委托书.pdf")})
    address = f"/desk/seats/requests/{SeatRequest.objects.get().uid}/admit/"
    desk.post(address, values_of(desk.get(address)))
    assert Message.objects.filter(user=user, subject=f"您可以为「{party.name}」办理了").exists()


def test_nobody_takes_anothers_upload(client, association):
    page = register(client, code="wrong", licence=pdf("执照.pdf"))
    token = values_of(page)["licence_kept"]
    forged = token[:-2] + ("aa" if token[-2:] != "aa" else "bb")
    answer = register(Client(), licence_kept=forged)
    assert "新单位请上传营业执照" in words_of(answer)


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
    assert "验证码不对" in words_of(wrong)
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
    assert "过几分钟再试" in words_of(client.post("/register/", {"name": "钱五", "mobile": "13987654321"}))
    assert len(sms) == 3


def test_a_code_may_be_guessed_at_five_times(client, sms):
    client.post("/register/", {"name": "钱五", "mobile": "13987654321"})
    right = code_in(sms)
    for _try in range(5):
        client.post("/register/code/", {"code": "000000" if right != "000000" else "111111"})
    assert "输错太多次" in words_of(client.post("/register/code/", {"code": right}))


def test_the_mobile_on_file_lets_in_and_is_shown_masked(client_of, person, sms, firm_party, firm_user):
    party = firm_party("宏达建筑有限公司", contact_phone="13811112222")
    head = firm_user(party, name="王总")
    new = client_of(firm_user(firm_party("先前的单位"), name="钱五"))
    data = values_of(new.get("/desk/requests/new/")) | {"firm_name": party.name, "code": party.code, "right": "clerk"}
    answer = new.post("/desk/requests/new/", data | {"by_code": "1"})
    assert answer["Location"] == "/desk/requests/code/"
    page = new.get("/desk/requests/code/").content.decode()
    assert "138****2222" in page
    assert "13811112222" not in page
    assert sms[-1][0] == "13811112222"
    home = new.post("/desk/requests/code/", {"code": code_in(sms)}, follow=True)
    assert str(home.context["desk"].party) == party.name
    assert live(party) == {("王总", "admin"), ("钱五", "clerk")}
    assert SeatRequest.objects.get().state == "approved"
    assert Event.objects.filter(party=party, sentence__contains="在册手机验证通过").exists()
    assert Message.objects.filter(user=head, channel="site", subject__contains="钱五").exists()


def test_no_code_goes_to_a_firm_that_nobody_may_know(client_of, person, sms, firm_party):
    party = firm_party("保密建筑有限公司", in_directory=False, contact_phone="13811112222")
    new = client_of(person("钱五"))
    data = values_of(new.get("/desk/requests/new/")) | {"firm_name": party.name, "code": party.code, "right": "clerk"}
    hidden = words_of(new.post("/desk/requests/new/", data | {"by_code": "1"}))
    unknown = words_of(new.post("/desk/requests/new/", data | {"by_code": "1", "code": NEW_CODE}))
    assert "不能用在册手机验证" in hidden
    assert hidden.replace(party.code, "") == unknown.replace(NEW_CODE, "")
    assert sms == []


def test_who_is_logged_in_is_told_where_to_ask(client_of, person, association):
    page = client_of(person("甲某")).get("/register/")
    assert page.status_code == 200
    assert "甲某" in page.content.decode()
    assert 'href="/desk/requests/new/"' in page.content.decode()
