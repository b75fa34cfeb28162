"""Activation slips: printed by staff, used once, within 7 days and 5 tries."""

import re
from datetime import timedelta
from threading import Thread

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test import Client

from association.accounts import actions, lockout, slips
from association.accounts.models import ActivationSlip
from association.timeline.actions import events_of
from association.timeline.models import AccessLog
from tests.pages import is_login

ACTIVATE = "/accounts/activate/"
NEW = "new-pass-word-1"


@pytest.fixture
def office(staff):
    return staff("秘书处", name="李秘书")


@pytest.fixture
def newcomer(office):
    return actions.create_user(mobile="13912345678", name="王经办", by=office)


def _use(client, code, mobile="13912345678", password=NEW, again=None):
    return client.post(
        ACTIVATE, {"mobile": mobile, "code": code, "password1": password, "password2": again or password}
    )


def test_the_slip_opens_the_account_and_leads_in(client, newcomer, office):
    printed = slips.issue_slip(newcomer, by=office)
    assert re.fullmatch(r"\d{4} \d{4} \d{4}", printed.code)
    assert printed.code.replace(" ", "") not in str(ActivationSlip.objects.values_list().get())
    response = _use(client, printed.code)
    assert (response.status_code, response["Location"]) == (302, "/desk/")
    assert client.session["_auth_user_id"] == str(newcomer.pk)
    newcomer.refresh_from_db()
    assert newcomer.check_password(NEW)
    assert [event.sentence for event in events_of(newcomer)][:2] == ["王经办用开通单开通了账号", "王经办设置了新密码"]
    assert list(AccessLog.objects.order_by("id").values_list("action", flat=True)) == ["print", "login"]


def test_it_is_good_once(client, newcomer, office):
    code = slips.issue_slip(newcomer, by=office).code
    _use(client, code)
    page = _use(Client(), code, password="other-pass-1").content.decode()
    assert "已经用过" in page
    newcomer.refresh_from_db()
    assert newcomer.check_password(NEW)


def test_the_seventh_day_is_the_last(client, newcomer, office, time_machine):
    time_machine.move_to("2026-03-02T09:00:00+08:00", tick=False)
    code = slips.issue_slip(newcomer, by=office).code
    time_machine.move_to("2026-03-09T09:00:00+08:00", tick=False)
    assert "过期" in _use(client, code).content.decode()
    time_machine.shift(timedelta(seconds=-1))
    assert _use(client, code).status_code == 302


def test_five_wrong_codes_burn_it(newcomer, office):
    code = slips.issue_slip(newcomer, by=office).code
    for _ in range(5):
        assert "不对" in _use(Client(), "000000000000").content.decode()
    assert _use(Client(), code).status_code == 200
    assert not newcomer.has_usable_password()


def test_a_weak_password_costs_no_try_and_nothing_typed_is_lost(client, newcomer, office):
    code = slips.issue_slip(newcomer, by=office).code
    for password, again, words in (
        ("12345678", None, "数字"),
        ("short1", None, "8"),
        (NEW, "else-1234", "两次输入的密码不一样"),
    ):
        page = _use(client, code, password=password, again=again).content.decode()
        assert words in page
        assert f'value="{code}"' in page
    assert ActivationSlip.objects.get().tries == 0


def test_a_new_slip_closes_the_old_one(client, newcomer, office):
    old, new = slips.issue_slip(newcomer, by=office).code, slips.issue_slip(newcomer, by=office).code
    assert _use(client, old).status_code == 200
    assert _use(client, new).status_code == 302


@pytest.mark.parametrize("mobile", ["13900000000", "13912345678"])
def test_an_unknown_number_reads_the_same_words(client, newcomer, mobile):
    page = _use(client, "123412341234", mobile=mobile).content.decode()
    assert slips._WRONG.split("。")[0] in page


def test_a_second_factor_is_still_asked_for(client, newcomer, office):
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    TOTP.activate(newcomer, generate_totp_secret())
    assert _use(client, slips.issue_slip(newcomer, by=office).code)["Location"] == "/accounts/2fa/authenticate/"


def test_who_is_logged_in_elsewhere_is_logged_out(client, newcomer, office):
    newcomer.set_password("old-pass-word-1")
    newcomer.save()
    elsewhere = Client()
    elsewhere.post("/accounts/login/", {"login": newcomer.mobile, "password": "old-pass-word-1"})
    _use(client, slips.issue_slip(newcomer, by=office).code)
    assert is_login(elsewhere.get("/accounts/"))
    assert client.get("/accounts/").status_code == 200


def test_it_opens_a_locked_number(client, newcomer, office, django_capture_on_commit_callbacks):
    for _ in range(5):
        Client().post("/accounts/login/", {"login": newcomer.mobile, "password": "wrong"})
    with django_capture_on_commit_callbacks(execute=True):
        _use(client, slips.issue_slip(newcomer, by=office).code)
    assert lockout.locked_until(newcomer.mobile) is None


def test_who_may_print_one(newcomer, staff, office):
    with pytest.raises(PermissionDenied, match="没有管理账号的权限"):
        slips.issue_slip(newcomer, by=staff("综合处"))
    with pytest.raises(PermissionDenied, match="不能给自己"):
        slips.issue_slip(office, by=office)
    leader = staff("会长", name="赵会长")
    with pytest.raises(PermissionDenied, match="赵会长有签发或系统设置的权限"):
        slips.issue_slip(leader, by=office)
    assert slips.issue_slip(leader, by=staff("秘书长")).slip.is_open
    newcomer.is_active = False
    with pytest.raises(ValidationError, match="已停用"):
        slips.issue_slip(newcomer, by=office)


@pytest.mark.django_db(transaction=True)
def test_the_same_slip_at_the_same_moment_is_used_once(newcomer, office):
    code = slips.issue_slip(newcomer, by=office).code
    used = []

    def use(number):
        try:
            slips.use_slip(mobile=newcomer.mobile, code=code, password=f"pass-word-{number}x")
            used.append(number)
        except ValidationError:
            pass
        finally:
            connection.close()

    threads = [Thread(target=use, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(used) == 1
    newcomer.refresh_from_db()
    assert newcomer.check_password(f"pass-word-{used[0]}x")


def test_the_printed_sheet(client_of, newcomer, office, firm_party):
    from association.parties.actions import give_seat

    give_seat(user=newcomer, party=firm_party("某某建筑有限公司"), by=None)
    response = client_of(office).post(f"/admin/accounts/user/{newcomer.pk}/do/slip/")
    page = response.content.decode()
    code = re.search(r"\d{4} \d{4} \d{4}", page)[0]
    for words in (
        "王经办",
        "13912345678",
        "某某建筑有限公司",
        "http://testserver/accounts/activate/",
        "data:image/svg+xml",
    ):
        assert words in page
    assert "no-store" in response["Cache-Control"]
    assert _use(Client(), code).status_code == 302


def test_many_sheets_at_once_after_a_page_that_says_for_whom(client_of, newcomer, office, person, staff):
    other, leader = person("孙经办"), staff("会长", name="赵会长")
    client = client_of(office)
    ticked = {"action": "print_slips", "_selected_action": [newcomer.pk, other.pk, leader.pk]}
    page = client.post("/admin/accounts/user/", ticked).content.decode()
    assert "打印 2 份" in page
    assert "赵会长有签发或系统设置的权限" in page
    assert not ActivationSlip.objects.exists()
    page = client.post("/admin/accounts/user/", ticked | {"confirmed": "1"}).content.decode()
    assert page.count('<section class="slip"') == 2
    assert ActivationSlip.objects.count() == 2
