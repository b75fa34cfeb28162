"""Second factor: set up, asked for, trusted devices, recovery codes, enforced for staff, taken away by another."""

import re
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client

from association.accounts import actions
from association.timeline.actions import events_of
from tests.conftest import PASSWORD
from tests.pages import is_login

HOME, ASK, TRUST = "/accounts/2fa/", "/accounts/2fa/authenticate/", "/accounts/2fa/trust/"


def _code(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def _login(client, user):
    return client.post("/accounts/login/", {"login": user.mobile, "password": PASSWORD})


def _set_up(client) -> tuple[str, list[str]]:
    """Set up an authenticator as a person does; the secret and the recovery codes."""
    page = client.get("/accounts/2fa/totp/activate/").content.decode()
    secret = re.search(r'<code class="secret">(\w+)</code>', page)[1]
    response = client.post("/accounts/2fa/totp/activate/", {"code": _code(secret)})
    assert response["Location"] == "/accounts/2fa/recovery-codes/"
    codes = re.findall(r"<li><code>([\w-]+)</code></li>", client.get(response["Location"]).content.decode())
    return secret, codes


@pytest.fixture
def set_up(person):
    """A person with a second factor: (user, secret, recovery codes)."""
    user = person(mobile="13912345678")
    client = Client()
    _login(client, user)
    return user, *_set_up(client)


@pytest.fixture
def later(time_machine):
    """A code is good once: the next one comes half a minute later."""
    time_machine.move_to("2026-03-02T09:00:00+08:00", tick=False)
    return lambda seconds=61: time_machine.shift(timedelta(seconds=seconds))


def test_set_up_shows_a_code_to_scan_and_ten_recovery_codes_once(later, set_up):
    user, _secret, codes = set_up
    assert len(set(codes)) == 10
    assert {row.type for row in Authenticator.objects.filter(user=user)} == {"totp", "recovery_codes"}


def test_a_wrong_code_does_not_set_it_up(client, person):
    user = person()
    _login(client, user)
    client.get("/accounts/2fa/totp/activate/")
    page = client.post("/accounts/2fa/totp/activate/", {"code": "000000"}).content.decode()
    assert "验证码不对" in page
    assert not Authenticator.objects.filter(user=user).exists()


def test_the_code_is_asked_for_after_the_password(later, client, set_up):
    user, secret, _codes = set_up
    later()
    assert _login(client, user)["Location"] == ASK
    assert client.get("/accounts/").status_code == 302  # not yet in
    assert "验证码不对" in client.post(ASK, {"code": "000000"}).content.decode()
    assert client.post(ASK, {"code": _code(secret)})["Location"] == TRUST
    assert client.post(TRUST, {"action": "skip"})["Location"] == "/desk/"
    assert client.get("/accounts/").status_code == 200


def test_a_recovery_code_is_good_once(later, set_up):
    user, _secret, codes = set_up
    for place, (code, answer) in enumerate([(codes[0], 302), (codes[0], 200), (codes[1], 302)]):
        later()
        client = Client()
        _login(client, user)
        assert client.post(ASK, {"code": code}).status_code == answer, place


def test_a_device_is_trusted_for_30_days(later, client, set_up):
    user, secret, _codes = set_up
    later()
    _login(client, user)
    client.post(ASK, {"code": _code(secret)})
    client.post(TRUST, {"action": "trust"})
    client.post("/accounts/logout/")
    later(29 * 24 * 3600)
    assert _login(client, user)["Location"] == "/desk/"
    assert _login(Client(), user)["Location"] == ASK  # another device
    client.post("/accounts/logout/")
    later(2 * 24 * 3600)
    assert _login(client, user)["Location"] == ASK


def test_recovery_codes_are_not_shown_again(later, set_up, client):
    user, secret, codes = set_up
    later()
    _login(client, user)
    client.post(ASK, {"code": _code(secret)})
    client.post(TRUST, {"action": "skip"})
    later()
    client.post("/accounts/2fa/reauthenticate/", {"code": _code(secret)})
    page = client.get("/accounts/2fa/recovery-codes/").content.decode()
    assert "10" in page
    assert not any(code in page for code in codes)
    client.post("/accounts/2fa/recovery-codes/generate/")
    fresh = re.findall(r"<li><code>([\w-]+)</code></li>", client.get("/accounts/2fa/recovery-codes/").content.decode())
    assert len(fresh) == 10
    assert not set(fresh) & set(codes)


def test_changes_ask_for_the_password_or_a_code_again(later, set_up, client):
    user, secret, _codes = set_up
    later(400)
    _login(client, user)
    client.post(ASK, {"code": _code(secret)})
    client.post(TRUST, {"action": "skip"})
    response = client.post("/accounts/2fa/totp/deactivate/")
    assert response["Location"].startswith("/accounts/reauthenticate/")
    assert Authenticator.objects.filter(user=user, type="totp").exists()


# -- staff must have one ------------------------------------------------------------------------------------------


@pytest.fixture
def enforced(settings):
    settings.STAFF_SECOND_FACTOR = True


@pytest.mark.parametrize(
    "path", ["/admin/", "/admin/accounts/user/", "/desk/messages/", "/accounts/", "/accounts/stand-ins/new/"]
)
def test_staff_without_one_are_led_to_set_it_up(enforced, staff, path):
    client, user = Client(), staff("秘书处")
    _login(client, user)
    assert client.get(path)["Location"] == HOME
    page = client.get(HOME, follow=True)
    assert page.redirect_chain == []
    assert "须启用二次验证" in page.content.decode()


def test_then_the_way_is_open_and_so_is_the_way_out(enforced, staff):
    client, user = Client(), staff("秘书处")
    _login(client, user)
    assert client.post("/admin/accounts/user/add/", {"name": "x"}).status_code == 302
    _set_up(client)
    assert client.get("/admin/").status_code == 200
    assert client.post("/accounts/logout/")["Location"] == "/"
    client = Client()
    _login(client, user)
    client.post("/accounts/logout/")
    assert is_login(client.get("/accounts/"))


def test_a_part_of_a_page_leads_the_whole_page_there(enforced, staff):
    client = Client()
    _login(client, staff("秘书处"))
    response = client.get("/admin/", headers={"HX-Request": "true"})
    assert (response.status_code, response["HX-Redirect"]) == (200, HOME)


def test_firms_are_not_asked_for_one_and_the_public_is_open(enforced, staff, firm_user):
    client = Client()
    _login(client, firm_user())
    assert client.get("/accounts/").status_code == 200
    client = Client()
    _login(client, staff("秘书处"))
    assert client.get("/accounts/signup/").status_code == 200


def test_taken_away_by_another_person_with_a_reason(enforced, staff, django_capture_on_commit_callbacks):
    user, office = staff("编辑", name="刘编辑"), staff("秘书处", name="李秘书")
    client = Client()
    _login(client, user)
    _set_up(client)
    with pytest.raises(ValidationError, match="原因"):
        actions.reset_second_factor(user, by=office, reason="")
    with pytest.raises(PermissionDenied, match="自己的账号"):
        actions.reset_second_factor(office, by=office, reason="丢失")
    with django_capture_on_commit_callbacks(execute=True):
        actions.reset_second_factor(user, by=office, reason="手机丢失，本人到场")
    assert events_of(user).first().sentence == "李秘书重置刘编辑的二次验证"
    assert events_of(user).first().note == "手机丢失，本人到场"
    assert is_login(client.get("/admin/"))  # logged out
    _login(client, user)
    assert client.get("/admin/")["Location"] == HOME


def test_a_trusted_device_is_not_trusted_after_a_reset(later, set_up, client, staff):
    user, secret, _codes = set_up
    later()
    _login(client, user)
    client.post(ASK, {"code": _code(secret)})
    client.post(TRUST, {"action": "trust"})
    client.post("/accounts/logout/")
    actions.reset_second_factor(user, by=staff("秘书处"), reason="手机丢失")
    TOTP.activate(user, generate_totp_secret())
    assert _login(client, user)["Location"] == ASK
