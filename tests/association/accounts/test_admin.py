"""Accounts in the admin: list, form, deeds; who sees which button."""

import pytest
from django.core.cache import cache
from django.test import Client

from association.accounts import actions, lockout
from association.accounts.models import StandIn, User
from association.timeline.actions import events_of
from tests.pages import is_login

LIST = "/admin/accounts/user/"


def _change(user):
    return f"{LIST}{user.pk}/change/"


def _do(user, deed):
    return f"{LIST}{user.pk}/do/{deed}/"


def _form(client, user, **fields):
    page = client.get(_change(user)).content.decode()
    token = page.split('name="_read" value="')[1].split('"')[0]
    values = {"name": user.name, "mobile": user.mobile, "email": user.email, "title": user.title, "department": ""}
    return client.post(_change(user), values | {"_read": token} | fields)


@pytest.fixture
def office(client_of, staff):
    return client_of(staff("秘书处", name="李秘书"))


def test_search_by_name_and_part_of_the_number(office, person):
    person("王经办", mobile="13912345678")
    person("孙经办", mobile="13700000099")
    for term in ("王经", "1234 56", "wjb", "WJ"):
        page = office.get(LIST, {"q": term}).content.decode()
        assert "王经办" in page
        assert "孙经办" not in page


def test_the_list_masks_the_number_for_everybody_as_the_account_s_page_does(office, client_of, person):
    person("王经办", mobile="13912345678")
    for client in (office, client_of("系统管理员")):
        page = client.get(LIST).content.decode()
        assert "13912345678" not in page
        assert "139****5678" in page


def test_the_number_of_queries_does_not_grow(association, client_of, staff, django_assert_max_num_queries):
    client = client_of("秘书处")
    client.get(LIST)
    with django_assert_max_num_queries(12) as one:
        client.get(LIST)
    for _ in range(3):
        staff("综合处", "编辑")
    with django_assert_max_num_queries(len(one)):
        client.get(LIST)


def test_a_new_account_through_the_form(office):
    response = office.post(
        f"{LIST}add/", {"name": "王处长", "mobile": "139 1234 5678", "roles": ["综合处", "编辑"], "roles_reason": ""}
    )
    user = User.objects.get(mobile="13912345678")
    assert (response.status_code, response["Location"]) == (302, _change(user))
    assert user.is_staff
    assert sorted(user.role_names) == ["综合处", "编辑"]
    assert events_of(user).last().sentence == "李秘书开通王处长的账号"


def test_offices_are_called_as_the_association_calls_them(association, office, staff):
    association.wording = {"综合处": "行业发展部"}
    association.save()
    cache.clear()  # on commit, which a test's transaction never reaches
    user = staff("综合处", name="王处长")
    for page in (LIST, f"{LIST}add/", _change(user)):
        words = office.get(page).content.decode()
        assert "行业发展部" in words, page
        assert ">综合处" not in words, page
    assert user.role_names == ("综合处",)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"mobile": "13700000001"}, "手机号 13700000001 已是老王的账号"),
        ({"mobile": "139"}, "手机号是 11 位数字"),
        ({"roles": ["会长"]}, "签发或系统设置"),
    ],
)
def test_a_refusal_stands_on_the_form_and_nothing_typed_is_lost(office, person, fields, words):
    person("老王", mobile="13700000001")
    page = office.post(
        f"{LIST}add/", {"name": "王处长", "mobile": "13912345678", "title": "处长"} | fields
    ).content.decode()
    assert words in page
    assert 'value="处长"' in page
    assert not User.objects.filter(name="王处长").exists()


def test_roles_change_through_the_form(office, person):
    user = person("王经办")
    assert _form(office, user, roles=["编辑"]).status_code == 302
    user = User.objects.get(pk=user.pk)
    assert user.role_names == ("编辑",)
    assert [event.verb for event in events_of(user)][:2] == ["account.roles", "account.created"]


def test_who_is_masked_out_keeps_the_number(client_of, person):
    user = person("王经办", mobile="13912345678")
    client = client_of("系统管理员")
    assert "13912345678" not in client.get(_change(user)).content.decode()
    assert _form(client, user, mobile="13900000000", roles=["编辑"]).status_code == 302
    assert User.objects.get(pk=user.pk).mobile == "13912345678"


def test_closing_and_opening_again_asks_why(office, person):
    user = person("王经办")
    assert "资料和办理记录都保留" in office.get(_do(user, "deactivate")).content.decode()
    assert "请写明原因" in office.post(_do(user, "deactivate"), {"reason": " "}).content.decode()
    assert office.post(_do(user, "deactivate"), {"reason": "离职"}).status_code == 302
    assert not User.objects.get(pk=user.pk).is_active
    office.post(_do(user, "reactivate"), {"reason": "返岗"})
    assert User.objects.get(pk=user.pk).is_active


def test_the_lock_is_opened_from_the_page(office, person):
    user = person("王经办")
    assert "解锁" not in office.get(_change(user)).content.decode()
    for _ in range(5):
        Client().post("/accounts/login/", {"login": user.mobile, "password": "wrong"})
    assert "解锁" in office.get(_change(user)).content.decode()
    office.post(_do(user, "unlock"))
    assert lockout.locked_until(user.mobile) is None


def test_nobody_does_anything_to_themselves(client_of, staff):
    user = staff("秘书处")
    client = client_of(user)
    page = client.get(_change(user)).content.decode()
    assert "打印开通单" not in page
    assert client.post(_do(user, "deactivate"), {"reason": "x"}).status_code == 302
    assert User.objects.get(pk=user.pk).is_active


@pytest.mark.parametrize(
    ("role", "status"),
    [("秘书处", 200), ("系统管理员", 200), ("综合处", 403), ("会长", 403), ("编辑", 403), ("监事", 403)],
)
def test_the_pages_by_role(client_of, person, role, status):
    client, user = client_of(role), person()
    for path in (LIST, _change(user), _do(user, "slip"), "/admin/accounts/standin/", "/admin/accounts/standin/add/"):
        assert client.get(path).status_code == status, path


def test_closed_to_firms_and_strangers(client, client_of, person, firm_user):
    user = person()
    for path in (LIST, _change(user), _do(user, "slip")):
        assert is_login(client.get(path))
        assert client_of(firm_user()).get(path).status_code == 404


def test_a_stand_in_on_written_request(office, staff, time_machine):
    time_machine.move_to("2026-03-02T09:00:00+08:00", tick=False)
    principal, deputy = staff("秘书长", name="钱秘书长"), staff("综合处", name="孙处长")
    values = {
        "principal": principal.pk, "deputy": deputy.pk, "starts_on": "2026-03-02", "ends_on": "2026-03-06",
        "reason": "",
    }  # fmt: skip
    assert "原因" in office.post("/admin/accounts/standin/add/", values).content.decode()
    assert office.post("/admin/accounts/standin/add/", values | {"reason": "3 月 1 日委托书"}).status_code == 302
    row = StandIn.objects.get()
    page = office.get("/admin/accounts/standin/").content.decode()
    assert "孙处长" in page
    assert "撤回" in office.get(f"/admin/accounts/standin/{row.pk}/change/").content.decode()
    office.post(f"/admin/accounts/standin/{row.pk}/revoke/", {"reason": "提前返岗"})
    row.refresh_from_db()
    assert row.revoked_at


def test_reset_of_the_second_factor_from_the_page(office, person, django_capture_on_commit_callbacks):
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    user = person("王经办")
    assert "重置二次验证" not in office.get(_change(user)).content.decode()
    TOTP.activate(user, generate_totp_secret())
    office.post(_do(user, "reset_second_factor"), {"reason": "手机丢失，本人到场"})
    assert not user.authenticator_set.exists()
    assert actions.known_matters()
    assert events_of(user).first().note == "手机丢失，本人到场"


def test_slips_are_listed_without_their_code(office, person):
    user = person("王经办")
    office.post(_do(user, "slip"))
    page = office.get("/admin/accounts/activationslip/").content.decode()
    assert "王经办" in page
    slip = user.slips.get()
    assert slip.code_hash not in office.get(f"/admin/accounts/activationslip/{slip.pk}/change/").content.decode()
    assert office.get("/admin/accounts/activationslip/add/").status_code == 403
