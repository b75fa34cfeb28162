"""One's own account: password, e-mail, devices, stand-ins; and login by SMS code."""

import re
from datetime import date

import pytest
from celery import current_app
from django.test import Client
from django.urls import clear_url_caches, path

from association.accounts import lockout
from association.accounts.models import StandIn, User
from association.parties.models import Seat
from tests import phone
from tests.conftest import PASSWORD
from tests.pages import is_login

NEW = "new-pass-word-1"


def _login(client, user, password=PASSWORD):
    return client.post("/accounts/login/", {"login": user.mobile, "password": password})


def test_the_page_says_who_one_is_here(client_of, firm_party, firm_user, staff):
    page = client_of(firm_user(firm_party("某某建筑有限公司"), mobile="13912345678")).get("/accounts/").content.decode()
    assert "某某建筑有限公司（单位管理员）" in page
    assert "139****5678" in page
    assert "代理人" not in page
    page = client_of(staff("综合处", "编辑")).get("/accounts/").content.decode()
    assert "综合处" in page
    assert "指定代理人" in page


def test_a_new_password_logs_the_other_devices_out(person):
    user, here, there = person(), Client(), Client()
    _login(here, user)
    _login(there, user)
    values = {"oldpassword": "wrong", "password1": NEW, "password2": NEW}
    assert "现在的密码不对" in here.post("/accounts/password/change/", values).content.decode()
    assert here.post("/accounts/password/change/", values | {"oldpassword": PASSWORD})["Location"] == "/accounts/"
    assert "新密码已保存" in here.get("/accounts/").content.decode()
    assert is_login(there.get("/accounts/"))
    assert _login(Client(), user, NEW).status_code == 302


def test_a_stolen_session_does_not_guess_the_password(client_of, person):
    user = person()
    client = client_of(user)
    values = {"oldpassword": "wrong", "password1": NEW, "password2": NEW}
    pages = [client.post("/accounts/password/change/", values).content.decode() for _ in range(5)]
    assert "现在的密码不对" in pages[3]
    assert "已锁定" in pages[4]
    assert lockout.locked_until(user.mobile)


def test_devices_are_listed_and_logged_out(person):
    user, here, there = person(), Client(), Client()
    windows = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/86.0 Safari/537.36"
    here.post("/accounts/login/", {"login": user.mobile, "password": PASSWORD}, headers={"User-Agent": windows})
    _login(there, user)
    page = here.get("/accounts/sessions/").content.decode()
    assert "Windows 电脑 · Chrome 浏览器" in page
    assert "这台设备" in page
    assert here.post("/accounts/sessions/").status_code == 302
    assert is_login(there.get("/accounts/"))
    assert here.get("/accounts/").status_code == 200


def test_the_email_is_ones_own_to_change(client_of, person):
    user = person()
    client = client_of(user)
    assert "邮箱地址不对" in client.post("/accounts/contact/", {"email": "no-address"}).content.decode()
    assert client.post("/accounts/contact/", {"email": "me@example.org"}).status_code == 302
    assert User.objects.get(pk=user.pk).email == "me@example.org"


def test_a_stand_in_is_named_and_revoked_on_ones_own_page(client_of, staff, time_machine):
    time_machine.move_to("2026-03-02T09:00:00+08:00", tick=False)
    chief, deputy = staff("秘书长", name="钱秘书长"), staff("综合处", name="孙处长")
    client = client_of(chief)
    values = {"deputy": deputy.pk, "starts_on": "2026-03-02", "ends_on": "2026-03-01", "reason": "出差"}
    page = client.post("/accounts/stand-ins/new/", values).content.decode()
    assert "结束日期不能早于开始日期" in page
    assert 'value="出差"' in page
    assert client.post("/accounts/stand-ins/new/", values | {"ends_on": "2026-03-06"}).status_code == 302
    row = StandIn.objects.get()
    assert (row.principal, row.deputy, row.ends_on) == (chief, deputy, date(2026, 3, 6))
    assert "孙处长" in client.get("/accounts/").content.decode()
    assert "我代理的人" in client_of(deputy).get("/accounts/").content.decode()
    assert client_of(deputy).post(f"/accounts/stand-ins/{row.uid}/revoke/").status_code == 404
    client.post(f"/accounts/stand-ins/{row.uid}/revoke/")
    row.refresh_from_db()
    assert row.revoked_at


def test_who_has_no_role_names_nobody(client_of, firm_user):
    assert client_of(firm_user()).get("/accounts/stand-ins/new/").status_code == 404


@pytest.mark.parametrize(
    "address",
    ["", "password/change/", "contact/", "sessions/", "2fa/", "2fa/totp/activate/", "logout/", "stand-ins/new/",
     "reauthenticate/"],
)  # fmt: skip
def test_the_pages_have_no_english(client_of, staff, address):
    client = Client()
    _login(client, staff("秘书处"))
    page = client.get(f"/accounts/{address}").content.decode().split("<body>")[1]
    text = re.sub(r"<code.*?</code>|<[^>]+>|&\w+;", " ", page)
    assert set(re.findall(r"[A-Za-z]{3,}", text)) <= {"App"}, address
    shown = re.findall(r'(?:placeholder|title|alt|aria-label)="([^"]*)"', page)
    assert not [words for words in shown if re.search(r"[A-Za-z]{3,}", words)]


@pytest.mark.parametrize("address", ["", "password/change/", "contact/", "sessions/", "2fa/", "stand-ins/new/"])
def test_own_pages_are_closed_to_visitors(client, db, address):
    assert is_login(client.get(f"/accounts/{address}"))


# -- by SMS code --------------------------------------------------------------------------------------------------


@pytest.fixture
def sms(settings):
    """SMS is configured: the code's page has its address, and codes reach the phone at once."""
    from allauth.account import views

    from association.accounts import urls

    settings.SMS_BACKEND = "tests.phone.take"
    settings.ACCOUNT_LOGIN_BY_CODE_ENABLED = True
    page = path("login/code/", views.request_login_code, name="account_request_login_code")
    urls.urlpatterns.append(page)
    clear_url_caches()
    current_app.conf.task_always_eager = True
    phone.INBOX.clear()
    yield phone.INBOX
    current_app.conf.task_always_eager = False
    urls.urlpatterns.remove(page)
    clear_url_caches()


def _code_of(message) -> str:
    return re.search(r"\d{6}", message[1])[0]


CODE, CONFIRM = "/accounts/login/code/", "/accounts/login/code/confirm/"


def test_login_by_sms_code(sms, client, person):
    user = person(mobile="13912345678")
    assert CODE in client.get("/accounts/login/").content.decode()
    assert client.post(CODE, {"phone": "139 1234 5678"})["Location"] == CONFIRM
    assert "139****5678" in client.get(CONFIRM).content.decode()
    assert sms[0][0] == user.mobile
    assert "验证码不对" in client.post(CONFIRM, {"code": "000000"}).content.decode()
    assert client.post(CONFIRM, {"code": _code_of(sms[0])})["Location"] == "/desk/"
    assert User.objects.get(pk=user.pk).mobile_verified


def test_an_unknown_number_sees_the_same_and_costs_nothing(sms, client, db):
    assert client.post(CODE, {"phone": "13900000000"})["Location"] == CONFIRM
    assert "如果 139****0000 有账号" in client.get(CONFIRM).content.decode()
    assert sms == []
    assert client.post(CONFIRM, {"code": "123456"}).status_code == 200


def test_a_code_is_burnt_after_five_tries_and_five_minutes(sms, client, person, time_machine):
    time_machine.move_to("2026-03-02T09:00:00+08:00", tick=False)
    user = person()
    client.post(CODE, {"phone": user.mobile})
    for _ in range(5):
        client.post(CONFIRM, {"code": "000000"})
    assert client.post(CONFIRM, {"code": _code_of(sms[0])})["Location"] != "/desk/"
    client.post(CODE, {"phone": user.mobile})
    time_machine.move_to("2026-03-02T09:05:01+08:00", tick=False)
    assert client.post(CONFIRM, {"code": _code_of(sms[1])})["Location"] != "/desk/"
    assert is_login(client.get("/accounts/"))


def test_codes_are_limited_by_number(sms, person):
    user = person()
    for _ in range(3):
        Client().post(CODE, {"phone": user.mobile})
    assert "尝试次数太多" in Client().post(CODE, {"phone": user.mobile}).content.decode()
    assert len(sms) == 3


def test_a_closed_account_gets_no_code(sms, client, person):
    user = person()
    user.is_active = False
    user.save()
    client.post(CODE, {"phone": user.mobile})
    assert sms == []


def test_for_staff_the_code_is_the_second_factor_after_the_password(sms, settings, staff):
    settings.STAFF_SECOND_FACTOR = True
    user, client = staff("秘书处"), Client()
    assert _login(client, user)["Location"] == CONFIRM
    assert client.post(CONFIRM, {"code": _code_of(sms[0])})["Location"] == "/accounts/2fa/trust/"
    assert client.post("/accounts/2fa/trust/", {"action": "trust"})["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200
    client.post("/accounts/logout/")
    assert _login(client, user)["Location"] == "/admin/"  # the trusted device
    assert client.get("/admin/").status_code == 200
    assert len(sms) == 1


def test_for_staff_the_code_alone_is_not_enough(sms, settings, staff):
    settings.STAFF_SECOND_FACTOR = True
    user, client = staff("秘书处"), Client()
    client.post(CODE, {"phone": user.mobile})
    client.post(CONFIRM, {"code": _code_of(sms[0])})
    assert client.get("/admin/")["Location"] == "/accounts/2fa/"


def test_a_firm_s_person_reads_for_which_firms_they_act(association, firm_party, firm_user, client_of):
    user = firm_user(firm_party("甲建设有限公司"))
    assert f"甲建设有限公司（{Seat.Kind.ADMIN.label}）" in client_of(user).get("/accounts/").content.decode()
