"""Writes to accounts: open, change, close; roles; lock and second factor; stand-ins. Slips are in slips.py.

Who manages accounts holds Right.ACCOUNTS in their own name or as a stand-in, and is never the one concerned. People who
decide or set up the portal are managed only by such people: else whoever opens accounts could sign for a leader.
"""

from datetime import date

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth.models import Group
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from association.core.journal import record

from . import lockout
from .models import StandIn, User
from .registry import matters as known_matters
from .registry import tell
from .roles import ROLE_BY_NAME, Right, labels_of, rights_of
from .rules import Authority, authority

MATTER = "accounts"
_BUSINESS = {
    Right.MEMBERS, Right.IMPORT, Right.RATING, Right.SCHEME, Right.DECIDE, Right.PUBLICITY, Right.DUES, Right.CERTIFY,
}  # fmt: skip
_HIGH = {Right.DECIDE, Right.SETTINGS}
FIELDS = ("mobile", "name", "email", "title", "department")


def manager(by) -> Authority:
    """In whose right `by` manages accounts. Raises PermissionDenied. `by` None: a command on the machine itself."""
    if by is None:
        return Authority(None)
    found = authority(by, Right.ACCOUNTS, MATTER)
    if found is None:
        raise PermissionDenied("您没有管理账号的权限。")
    return found


def check_may_manage(by, user, *, what: str) -> Authority:
    """Raises PermissionDenied where `by` may not do `what` to this account."""
    found = manager(by)
    if by is None:
        return found
    if by == user:
        raise PermissionDenied(f"不能{what}自己的账号，请由另一位管理账号的人办理。")
    if user.is_superuser and not by.is_superuser:
        raise PermissionDenied("这是系统的初始账号，只有同样的账号可以办理。")
    if user.rights & _HIGH and not by.rights & _HIGH:
        raise PermissionDenied(f"{user.name}有签发或系统设置的权限，请由同样有此权限的人{what}其账号。")
    return found


def _who(found: Authority) -> str:
    return found.signature if found.user else "系统"


def note_for(user, verb, sentence, found, **kwargs):
    record(user, verb, f"{_who(found)}{sentence}", by=found.user, signature=_who(found), **kwargs)


# -- people -------------------------------------------------------------------------------------------------------


@transaction.atomic
def create_user(
    *, mobile: str, name: str, by, email: str = "", title: str = "", department: str = "", roles=(), reason: str = "",
    password: str = "",
) -> User:  # fmt: skip
    """A new account, without a password unless one is given (a command, demonstration data): a slip opens it.

    Raises ValidationError where the mobile number is wrong or taken.
    """
    found = manager(by)
    user = User(mobile=mobile, name=name.strip(), email=email, title=title, department=department)
    if password:
        user.set_password(password)
    else:
        user.set_unusable_password()
    _checked(user)
    user.save()
    note_for(user, "account.created", f"开通{user.name}的账号", found)
    if roles:
        set_roles(user, roles=roles, by=by, reason=reason)
    return user


@transaction.atomic
def update_user(user: User, *, by, **fields) -> User:
    """Change who a person is on file: mobile, name, email, title, department; their own e-mail people change.

    A new mobile number is not yet verified. Raises PermissionDenied, ValidationError.
    """
    unknown = set(fields) - set(FIELDS)
    if unknown:
        raise ValueError(f"not a field to change here: {unknown}")
    before = {name: getattr(user, name) for name in fields}
    for name, value in fields.items():
        setattr(user, name, value)
    changes = {name: [before[name], fields[name]] for name in fields if before[name] != fields[name]}
    if not changes:
        return user
    own = by == user and changes.keys() <= {"email"}
    found = Authority(by) if own else check_may_manage(by, user, what="修改")
    if "mobile" in changes:
        user.mobile_verified = False
        transaction.on_commit(lambda: lockout.clear(before["mobile"]))
    _checked(user)
    user.save()
    words = "、".join(str(User._meta.get_field(name).verbose_name) for name in changes)
    note_for(user, "account.changed", f"修改{user.name}的{words}", found, changes=changes)
    if "mobile" in changes:
        _tell(user, "登录手机号已更改", f"{_who(found)}把您的登录手机号改为 {user.mobile}。如有疑问请联系协会秘书处。")
    return user


def _checked(user: User):
    """Field checks of the model, with our words where a number is taken."""
    taken = User.objects.filter(mobile=user.mobile).exclude(pk=user.pk).first()
    if taken:
        raise ValidationError({"mobile": f"手机号 {user.mobile} 已是{taken.name}的账号，请核对，或在原账号上修改。"})
    user.full_clean(exclude=["password"], validate_unique=False, validate_constraints=False)


@transaction.atomic
def deactivate(user: User, *, by, reason: str) -> User:
    """The person can log in no longer (离职, 停用); nothing is deleted, sessions end at once."""
    found = check_may_manage(by, user, what="停用")
    if not reason.strip():
        raise ValidationError("请写明停用的原因。")
    if user.is_active:
        user.is_active = False
        user.save(update_fields=["is_active"])
        end_sessions(user)
        note_for(user, "account.deactivated", f"停用{user.name}的账号", found, note=reason.strip())
    return user


@transaction.atomic
def reactivate(user: User, *, by, reason: str) -> User:
    """The person may log in again with the password and roles of before."""
    found = check_may_manage(by, user, what="恢复")
    if not reason.strip():
        raise ValidationError("请写明恢复的原因。")
    if not user.is_active:
        user.is_active = True
        user.save(update_fields=["is_active"])
        note_for(user, "account.reactivated", f"恢复{user.name}的账号", found, note=reason.strip())
    return user


@transaction.atomic
def set_password(user: User, *, password: str, by) -> User:
    """The person's own new password. Nobody sets another's: a slip does (slips.py).

    Raises ValidationError where it breaks AUTH_PASSWORD_VALIDATORS.
    """
    if by is not None and by != user:
        raise PermissionDenied("不能替他人设置密码，请打印开通单，由本人设置。")
    validate_password(password, user)
    user.set_password(password)
    user.save()
    record(user, "account.password", f"{user.name}设置了新密码", by=by)
    return user


def end_sessions(user: User):
    """Log the person out everywhere, once the transaction is committed."""

    def end():
        for session in UserSession.objects.filter(user=user):
            session.end()

    transaction.on_commit(end)


def _tell(user, subject: str, body: str):
    tell(user, subject, body, f"account:{user.pk}:{timezone.now():%Y%m%d%H%M%S%f}")


# -- roles --------------------------------------------------------------------------------------------------------


@transaction.atomic
def set_roles(user: User, *, roles, by, reason: str = "") -> User:
    """The staff roles (岗位) a person holds from now on; with one they are staff, without they are not.

    Nobody changes their own. Roles that decide (会长, 秘书长 …) or set up the portal are given and taken by people who
    do so themselves. 系统管理员 beside a business role takes a reason: who opens accounts can act as anyone, and least
    privilege (GB/T 22239) keeps that apart from business; small offices may need it, so it is said, not forbidden.
    Raises PermissionDenied, ValidationError.
    """
    roles = set(roles)
    unknown = roles - set(ROLE_BY_NAME)
    if unknown:
        raise ValidationError(f"没有这个岗位：{'、'.join(sorted(unknown))}。")
    before = set(user.groups.filter(name__in=ROLE_BY_NAME).values_list("name", flat=True))
    if roles == before:
        return user
    found = check_may_manage(by, user, what="设置")
    given_or_taken = rights_of(roles ^ before) & _HIGH
    if by is not None and given_or_taken and not by.rights & _HIGH:
        raise PermissionDenied("有签发或系统设置权限的岗位，只能由同样有此权限的人设置。")
    both = Right.SETTINGS in rights_of(roles) and rights_of(roles) & _BUSINESS
    if both and by is not None and not reason.strip():
        raise ValidationError("系统管理员兼办业务时，同一人既能开账号又能办件，请写明兼任的原因。")
    user.groups.set(Group.objects.filter(name__in=roles))
    user.is_staff = bool(roles) or user.is_superuser
    user.save(update_fields=["is_staff"])
    for cached in ("role_names", "role_labels", "rights"):
        user.__dict__.pop(cached, None)
    note_for(
        user, "account.roles", f"设置{user.name}的岗位：{_names(roles)}", found, note=reason.strip(),
        changes={"岗位": [_names(before), _names(roles)]},
    )  # fmt: skip
    return user


def _names(roles) -> str:
    return "、".join(labels_of(roles)) or "无"


# -- lock, second factor -------------------------------------------------------------------------------------------


@transaction.atomic
def unlock(user: User, *, by) -> bool:
    """Open the lock of five wrong passwords before its time. Returns whether there was one."""
    found = manager(by)
    was = lockout.clear(user.mobile)
    if was:
        note_for(user, "account.unlocked", f"解除{user.name}的登录锁定", found)
    return was


@transaction.atomic
def reset_second_factor(user: User, *, by, reason: str) -> User:
    """Lost phone: another person takes the second factor away, the person logs in by password and sets up a new one.

    The reason says how the person proved who they are. Sessions end, trusted devices are trusted no longer.
    """
    found = check_may_manage(by, user, what="重置")
    if not reason.strip():
        raise ValidationError("请写明重置的原因，以及如何确认是本人。")
    Authenticator.objects.filter(user=user).delete()
    end_sessions(user)
    note_for(user, "account.second-factor-reset", f"重置{user.name}的二次验证", found, note=reason.strip())
    _tell(
        user,
        "二次验证已重置",
        f"{_who(found)}重置了您的二次验证：{reason.strip()}。如非本人要求，请立即联系协会秘书处。",
    )
    return user


# -- stand-ins 代理 -------------------------------------------------------------------------------------------------


def _check_names_stand_in(principal: User, by) -> Authority:
    if by == principal:
        return Authority(by)
    if Right.ACCOUNTS not in by.rights:  # in their own name: what was lent is not lent on
        raise PermissionDenied("代理只能由委托人本人指定，或凭其书面委托由管理账号的人登记。")
    return Authority(by)


@transaction.atomic
def name_stand_in(
    *, principal: User, deputy: User, starts_on: date, ends_on: date, reason: str, by, matters=()
) -> StandIn:
    """The deputy signs for the principal on these days, for these kinds of matter (none named: all).

    Only the principal names one, or who manages accounts on the principal's written request, said in the reason;
    nobody enters themselves as a deputy. Raises PermissionDenied, ValidationError.
    """
    found = _check_names_stand_in(principal, by)
    today = timezone.localdate()
    problems = {}
    if by == deputy and by != principal:
        raise PermissionDenied("不能把自己登记为他人的代理，请由另一位管理账号的人登记。")
    if principal == deputy:
        problems["deputy"] = "代理人不能是委托人本人。"
    elif not (deputy.is_active and deputy.is_staff):
        problems["deputy"] = "代理人须是协会在岗的工作人员。"
    if not principal.rights:
        problems["principal"] = "委托人没有岗位，无可代理的事项。"
    if not reason.strip():
        problems["reason"] = "请写明原因。" if by == principal else "请写明依据，例如委托书的日期。"
    if ends_on < starts_on:
        problems["ends_on"] = "结束日期不能早于开始日期。"
    elif ends_on < today:
        problems["ends_on"] = "结束日期已经过去，请核对。"
    elif ends_on - starts_on >= settings.STAND_IN_LIMIT:
        problems["ends_on"] = f"一次代理不超过 {settings.STAND_IN_LIMIT.days} 天，到期可以再指定。"
    unknown = set(matters) - set(known_matters()) if known_matters() else set()
    if unknown:
        problems["matters"] = "请从列出的事项中选择。"
    if problems:
        raise ValidationError(problems)
    # days before today were signed without a stand-in; they stay so
    stand_in = StandIn.objects.create(
        principal=principal, deputy=deputy, starts_on=max(starts_on, today), ends_on=ends_on, matters=list(matters),
        reason=reason.strip()[:120],
    )  # fmt: skip
    names = "、".join(known_matters().get(kind, kind) for kind in matters) or "全部事项"
    period = f"{stand_in.starts_on:%Y-%m-%d} 至 {ends_on:%Y-%m-%d}"
    sentence = f"{_who(found)}登记{deputy.name}代理{principal.name}：{names}，{period}"
    for person in (stand_in, principal):
        record(person, "stand-in.named", sentence, by=by, signature=_who(found), note=reason.strip())
    _tell(deputy, f"您将代理{principal.name}", f"事项：{names}；时间：{period}；原因：{reason.strip()}。")
    if by != principal:
        _tell(principal, f"已为您登记代理人{deputy.name}", f"{sentence}。依据：{reason.strip()}。如有不符请撤回。")
    return stand_in


@transaction.atomic
def revoke_stand_in(stand_in: StandIn, *, by, reason: str = "") -> StandIn:
    """End a stand-in's authority now. What was signed stays signed."""
    found = _check_names_stand_in(stand_in.principal, by)
    if stand_in.revoked_at is None:
        stand_in.revoked_at = timezone.now()
        stand_in.save(update_fields=["revoked_at"])
        sentence = f"{_who(found)}撤回{stand_in.deputy.name}对{stand_in.principal.name}的代理"
        for person in (stand_in, stand_in.principal):
            record(person, "stand-in.revoked", sentence, by=by, signature=_who(found), note=reason.strip())
        _tell(stand_in.deputy, f"{stand_in.principal.name}的代理已撤回", f"{sentence}。")
    return stand_in
