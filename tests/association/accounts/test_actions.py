"""Who may do what to an account, and what stays on record."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client

from association.accounts import actions
from association.accounts.models import StandIn, User
from association.accounts.roles import Right
from association.accounts.rules import authority
from association.outbox.models import Message
from association.timeline.actions import events_of
from tests.conftest import PASSWORD
from tests.pages import is_login


@pytest.fixture
def office(staff):
    return staff("秘书处", name="李秘书")


@pytest.fixture
def chief(staff):
    return staff("秘书长", name="钱秘书长")


def _sentences(subject):
    return [event.sentence for event in events_of(subject)]


def test_a_new_account_has_no_password_and_stands_in_the_timeline(office):
    user = actions.create_user(mobile="13912345678", name=" 王经办 ", by=office, email="w@example.org")
    assert (user.name, user.has_usable_password(), user.is_staff) == ("王经办", False, False)
    assert _sentences(user) == ["李秘书开通王经办的账号"]


@pytest.mark.parametrize(
    ("mobile", "words"), [("13812345678", "已是王经办的账号"), ("1381234567", "11 位"), ("", "空|字段")]
)
def test_a_number_is_one_persons(office, mobile, words):
    actions.create_user(mobile="13812345678", name="王经办", by=office)
    with pytest.raises(ValidationError, match=words):
        actions.create_user(mobile=mobile, name="别人", by=office)


@pytest.mark.parametrize("role", ["综合处", "财务处", "会长", "监事", "编辑"])
def test_only_who_manages_accounts(staff, person, role):
    by, user = staff(role), person()
    for deed in (
        lambda: actions.create_user(mobile="13912345678", name="甲", by=by),
        lambda: actions.set_roles(user, roles=["编辑"], by=by),
        lambda: actions.deactivate(user, by=by, reason="离职"),
        lambda: actions.unlock(user, by=by),
        lambda: actions.reset_second_factor(user, by=by, reason="丢失"),
        lambda: actions.update_user(user, by=by, name="乙"),
    ):
        with pytest.raises(PermissionDenied):
            deed()


def test_roles_make_staff_and_leave_old_and_new_on_record(office, person):
    user = person("王处长")
    actions.set_roles(user, roles=["编辑", "综合处"], by=office)
    assert user.is_staff
    assert Right.RATING in user.rights
    assert events_of(user).first().changes == {"岗位": ["无", "综合处、编辑"]}
    actions.set_roles(user, roles=[], by=office)
    user = User.objects.get(pk=user.pk)
    assert (user.is_staff, user.rights) == (False, frozenset())


def test_nobody_gives_themselves_roles(office, chief):
    for person in (office, chief):
        with pytest.raises(PermissionDenied, match="自己的账号"):
            actions.set_roles(person, roles=["会长"], by=person)


def test_deciding_roles_come_from_people_who_decide(office, chief, person, staff):
    user = person()
    with pytest.raises(PermissionDenied, match="签发或系统设置"):
        actions.set_roles(user, roles=["会长"], by=office)
    actions.set_roles(user, roles=["会长"], by=chief)
    with pytest.raises(PermissionDenied, match="签发或系统设置"):
        actions.set_roles(user, roles=["编辑"], by=office)
    actions.set_roles(person(), roles=["秘书长"], by=staff("系统管理员"))


def test_the_administrator_beside_business_is_said_not_silent(chief, person):
    user = person()
    with pytest.raises(ValidationError, match="兼任的原因"):
        actions.set_roles(user, roles=["系统管理员", "综合处"], by=chief)
    actions.set_roles(user, roles=["系统管理员", "综合处"], by=chief, reason="人手不足，会长办公会同意")
    assert events_of(user).first().note == "人手不足，会长办公会同意"
    actions.set_roles(user, roles=["系统管理员", "监事"], by=chief)  # reads only


def test_a_closed_account_is_out_at_once_and_comes_back(office, staff):
    user = staff("编辑", mobile="13912345678")
    client = Client()
    client.post("/accounts/login/", {"login": user.mobile, "password": PASSWORD})
    with pytest.raises(ValidationError, match="原因"):
        actions.deactivate(user, by=office, reason=" ")
    actions.deactivate(user, by=office, reason="离职")
    assert is_login(client.get("/admin/"))
    assert events_of(user).first().note == "离职"
    actions.reactivate(user, by=office, reason="返岗")
    assert User.objects.get(pk=user.pk).is_active


def test_a_new_number_is_told_and_not_yet_verified(office, person):
    user = person()
    user.mobile_verified = True
    user.save()
    actions.update_user(user, by=office, mobile="13999999999")
    assert User.objects.get(pk=user.pk).mobile_verified is False
    assert Message.objects.get(user=user).subject == "登录手机号已更改"
    assert "13999999999" not in str(events_of(user).first().changes)  # sensitive


def test_ones_own_email_is_ones_own(person):
    user = person()
    actions.update_user(user, by=user, email="me@example.org")
    with pytest.raises(PermissionDenied):
        actions.update_user(user, by=user, mobile="13999999999")


def test_nobody_sets_anothers_password(office, person):
    with pytest.raises(PermissionDenied, match="开通单"):
        actions.set_password(person(), password="some-pass-1", by=office)


# -- stand-ins ----------------------------------------------------------------------------------------------------


def _name(principal, deputy, by, **fields):
    return actions.name_stand_in(
        **{"principal": principal, "deputy": deputy, "by": by, "starts_on": date(2026, 3, 2),
           "ends_on": date(2026, 3, 6), "reason": "出差"} | fields
    )  # fmt: skip


@pytest.fixture
def day(time_machine):
    time_machine.move_to("2026-03-02T09:00:00+08:00", tick=False)
    return time_machine


def test_the_principal_names_a_deputy_who_then_signs_for_them(day, chief, staff):
    deputy = staff("综合处", name="孙处长")
    stand_in = _name(chief, deputy, chief)
    assert authority(deputy, Right.DECIDE).signature == "孙处长代钱秘书长"
    assert authority(deputy, Right.DECIDE, day=date(2026, 3, 7)) is None
    assert _sentences(chief)[:1] == ["钱秘书长登记孙处长代理钱秘书长：全部事项，2026-03-02 至 2026-03-06"]
    assert Message.objects.get(user=deputy).subject == "您将代理钱秘书长"
    actions.revoke_stand_in(stand_in, by=chief)
    assert authority(deputy, Right.DECIDE) is None


def test_a_stand_in_for_one_kind_of_matter(day, chief, staff):
    deputy = staff("综合处")
    _name(chief, deputy, chief, matters=["accounts"])
    assert authority(deputy, Right.DECIDE, "accounts")
    assert authority(deputy, Right.DECIDE, "publicity") is None


def test_on_the_principals_written_request_who_manages_accounts_enters_it(day, chief, office, staff):
    deputy = staff("综合处", name="孙处长")
    _name(chief, deputy, office, reason="3 月 1 日委托书")
    assert Message.objects.get(user=chief).subject == "已为您登记代理人孙处长"
    with pytest.raises(PermissionDenied, match="委托人本人"):
        _name(chief, office, deputy)
    with pytest.raises(PermissionDenied, match="把自己登记"):
        _name(chief, office, office)


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"ends_on": date(2026, 3, 1)}, "ends_on", "不能早于"),
        ({"starts_on": date(2026, 2, 1), "ends_on": date(2026, 2, 20)}, "ends_on", "已经过去"),
        ({"ends_on": date(2026, 8, 29)}, "ends_on", "不超过 180 天"),
        ({"reason": " "}, "reason", "请写明"),
        ({"matters": ["no-such"]}, "matters", "列出的事项"),
    ],
)
def test_limits_of_a_stand_in(day, chief, staff, fields, field, words):
    with pytest.raises(ValidationError) as problem:
        _name(chief, staff("综合处"), chief, **fields)
    assert words in problem.value.message_dict[field][0]
    assert not StandIn.objects.exists()


def test_a_deputy_is_somebody_else_at_work_here(day, chief, person, staff):
    for deputy in (chief, person()):
        with pytest.raises(ValidationError):
            _name(chief, deputy, chief)
    nobody = person()
    with pytest.raises(ValidationError, match="没有岗位"):
        _name(nobody, staff("综合处"), nobody)


def test_a_stand_in_never_reaches_into_the_past(day, chief, staff):
    assert _name(chief, staff("综合处"), chief, starts_on=date(2026, 2, 1)).starts_on == date(2026, 3, 2)
