"""Login by mobile number: the lock of five tries, the words, the ways that are closed."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from association.accounts import actions, lockout
from association.timeline.models import AccessLog
from tests.conftest import PASSWORD

LOGIN = "/accounts/login/"


def _login(client, login, password=PASSWORD, query="", **fields):
    return client.post(LOGIN + query, {"login": login, "password": password, **fields})


def _said(response) -> str:
    return " ".join(
        re.findall(r"<li>([^<]+)</li>", response.content.decode().split('id="form-errors"')[-1].split("</ul>")[0])
    )


@pytest.fixture
def user(person):
    return person(mobile="13912345678")


@pytest.mark.parametrize("typed", ["13912345678", "139 1234 5678", "+86 139-1234-5678", "１３９１２３４５６７８"])
def test_the_number_is_taken_as_people_write_it(client, user, typed):
    response = _login(client, typed)
    assert (response.status_code, response["Location"]) == (302, "/desk/")
    assert client.session["_auth_user_id"] == str(user.pk)


def test_staff_come_to_the_admin_and_next_is_kept(staff):
    user = staff("秘书处", mobile="13912345678")
    assert _login(Client(), user.mobile)["Location"] == "/admin/"
    assert _login(Client(), user.mobile, query="?next=/admin/cases/case/")["Location"] == "/admin/cases/case/"
    assert _login(Client(), user.mobile, query="?next=https://evil.example/")["Location"] == "/admin/"


def test_remember_keeps_the_session_beyond_the_browser(client, user):
    _login(client, user.mobile)
    assert client.session.get_expire_at_browser_close()
    other = Client()
    _login(other, user.mobile, remember="on")
    assert other.session.get_expiry_age() == 14 * 24 * 3600


def test_what_is_wrong_stands_at_the_field_and_the_number_stays(client, db):
    response = _login(client, "139123", "x")
    page = response.content.decode()
    assert "手机号：手机号是 11 位数字，请核对。" in page
    assert 'value="139123"' in page


def test_the_fifth_wrong_password_locks_for_15_minutes_and_says_so(user, time_machine):
    time_machine.move_to("2026-03-02T09:00:10+08:00", tick=False)
    for left in (None, 3, 2, 1):
        said = _said(_login(Client(), user.mobile, "wrong"))
        assert said == (f"手机号或密码不对，还可以再试 {left} 次。" if left else "手机号或密码不对，请核对后重新输入。")
        time_machine.shift(timedelta(minutes=2))
    sentence = "密码连续输错 5 次，这个手机号已锁定，请在 09:24 之后再试，急用请联系协会秘书处解锁。"
    assert _said(_login(Client(), user.mobile, "wrong")) == sentence
    assert _said(_login(Client(), user.mobile, PASSWORD)) == sentence  # the right one is not looked at
    assert "<h2>还不能登录</h2>" in _login(Client(), user.mobile, PASSWORD).content.decode()
    time_machine.shift(timedelta(minutes=14, seconds=59))
    assert _said(_login(Client(), user.mobile, PASSWORD)) == sentence
    time_machine.shift(timedelta(seconds=2))
    assert _login(Client(), user.mobile, PASSWORD).status_code == 302


def test_after_the_lock_there_are_five_tries_again(user, time_machine):
    time_machine.move_to("2026-03-02T09:00:00+08:00", tick=False)
    for _ in range(5):
        _login(Client(), user.mobile, "wrong")
    time_machine.shift(timedelta(minutes=16))
    assert "锁定" not in _said(_login(Client(), user.mobile, "wrong"))


def test_a_right_password_forgets_the_wrong_ones(user):
    for _ in range(2):
        for _ in range(4):
            _login(Client(), user.mobile, "wrong")
        assert _login(Client(), user.mobile).status_code == 302


def test_an_unknown_number_behaves_the_same(user, monkeypatch, time_machine):
    time_machine.move_to("2026-03-02T09:00:00+08:00", tick=False)
    hashed = []
    monkeypatch.setattr(
        "django.contrib.auth.hashers.MD5PasswordHasher.encode",
        lambda self, password, salt, iterations=None: hashed.append(1) or f"md5${salt}$x",
    )
    said, cost = {}, {}
    for mobile in (user.mobile, "13900000000"):
        hashed.clear()
        said[mobile] = [_said(_login(Client(), mobile, "wrong")) for _ in range(6)]
        cost[mobile] = len(hashed)
    assert said[user.mobile] == said["13900000000"]
    assert cost[user.mobile] == cost["13900000000"] == 5


def test_guesses_of_the_same_moment_do_not_slip_through(user):
    assert [lockout.take_try(user.mobile) is None for _ in range(7)] == [True] * 5 + [False] * 2


def test_a_wrong_number_of_another_person_locks_nobody_else(user, person):
    other = person(mobile="13987654321")
    for _ in range(5):
        _login(Client(), user.mobile, "wrong")
    assert _login(Client(), other.mobile).status_code == 302


def test_many_numbers_from_one_address_are_slowed_down_in_chinese(db):
    said = [_said(_login(Client(), f"139{number:08d}", "wrong")) for number in range(21)]
    assert said[19].startswith("手机号或密码不对")
    assert said[20] == "尝试次数太多，请 5 分钟后再试。"


def test_too_many_requests_answer_with_our_page(client, db):
    for _ in range(60):
        client.post(LOGIN, {"login": "", "password": ""})
    response = client.post(LOGIN, {"login": "", "password": ""})
    assert response.status_code == 429
    assert "操作太频繁" in response.content.decode()


def test_the_lock_covers_typing_the_password_again_too(client, user):
    """A stolen session may not be used to guess the password."""
    _login(client, user.mobile)
    for _ in range(5):
        client.post("/accounts/reauthenticate/", {"password": "wrong"})
    assert lockout.locked_until(user.mobile)


def test_staff_open_the_lock(user, staff):
    for _ in range(5):
        _login(Client(), user.mobile, "wrong")
    assert actions.unlock(user, by=staff("秘书处"))
    assert _login(Client(), user.mobile).status_code == 302


def test_a_closed_account_is_told_after_the_right_password_only(user):
    user.is_active = False
    user.save()
    assert "停用" not in _said(_login(Client(), user.mobile, "wrong"))
    response = _login(Client(), user.mobile)
    assert response["Location"] == "/accounts/inactive/"
    assert "已停用" in Client().get("/accounts/inactive/").content.decode()


def test_there_is_no_registration_and_it_says_how_to_get_an_account(client, association):
    page = client.get("/accounts/signup/").content.decode()
    assert association.phone in page
    assert "开通单" in page
    assert client.post("/accounts/signup/", {"phone": "13900000000"}).status_code == 405


@pytest.mark.parametrize(
    "path",
    ["email/", "confirm-email/", "password/set/", "phone/change/", "phone/verify/", "2fa/webauthn/", "3rdparty/",
     "password/reset/done/", "2fa/recovery-codes/download/", "login/code/"],
)  # fmt: skip
def test_what_we_do_not_use_has_no_address(client_of, person, path):
    assert client_of(person()).get(f"/accounts/{path}").status_code == 404


def test_the_login_page_has_no_english(client, db):
    for path in ("login/", "signup/", "activate/", "password/reset/", "inactive/"):
        text = re.sub(r"<[^>]+>|&\w+;", " ", client.get(f"/accounts/{path}").content.decode().split("<body>")[1])
        assert not re.findall(r"[A-Za-z]{3,}", text), path


def test_every_login_and_every_wrong_try_is_on_record(user):
    _login(Client(), user.mobile, "wrong")
    _login(Client(), "13900000000", "wrong")
    _login(Client(), user.mobile)
    assert list(AccessLog.objects.order_by("id").values_list("action", "user", "what", "address")) == [
        ("refused", user.pk, "139****5678", "127.0.0.1"),
        ("refused", None, "139****0000", "127.0.0.1"),
        ("login", user.pk, "密码", "127.0.0.1"),
    ]
