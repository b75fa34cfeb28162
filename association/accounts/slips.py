"""Activation slips (开通单): a printed one-time code lets a person set a password where no SMS is configured."""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from association.core.journal import log_access, record

from .actions import check_may_manage, note_for, set_password
from .lockout import clear
from .models import SLIP_TRIES, ActivationSlip, User

VALID_FOR = timedelta(days=7)
_WRONG = (
    "手机号或开通码不对，或者开通单已经用过、过期或输错 5 次。"
    "请核对开通单上的手机号和 12 位数字；仍不行请联系协会秘书处重新打印。"
)


@dataclass(frozen=True)
class Printed:
    """A slip with the code in the clear, which exists only on the page that prints it: 「1234 5678 9012」."""

    slip: ActivationSlip
    code: str


def _hash(slip: ActivationSlip, code: str) -> str:
    # 40 random bits under the portal's secret key: worthless to a thief of the database, and quick for 300 slips
    return salted_hmac("association.accounts.slip", f"{slip.uid}:{code}", algorithm="sha256").hexdigest()


@transaction.atomic
def issue_slip(user: User, *, by, request=None) -> Printed:
    """A new slip for a person; older ones of theirs are void. Raises PermissionDenied, ValidationError."""
    if by == user:
        raise PermissionDenied("不能给自己打印开通单，请在「我的账号」里修改密码。")
    found = check_may_manage(by, user, what="开通")
    if not user.is_active:
        raise ValidationError(f"{user.name}的账号已停用，请先恢复，再打印开通单。")
    now = timezone.now()
    ActivationSlip.objects.filter(user=user, used_at=None, expires_at__gt=now).update(
        expires_at=now, version=F("version") + 1
    )
    code = f"{secrets.randbelow(10**12):012d}"
    slip = ActivationSlip(user=user, issued_by=by, expires_at=now + VALID_FOR)
    slip.code_hash = _hash(slip, code)
    slip.save()
    until = f"{timezone.localtime(slip.expires_at):%m-%d %H:%M}"
    note_for(user, "account.slip", f"打印{user.name}的开通单，{until} 前有效", found)
    if by is not None:
        log_access("print", f"{user.name}的开通单", by=by, subject=user, request=request)
    return Printed(slip, " ".join((code[:4], code[4:8], code[8:])))


def use_slip(*, mobile: str, code: str, password: str) -> User:
    """Set the password of whom the slip is for. Each call is a try, and is counted before the code is looked at.

    Raises ValidationError with one sentence for every way in which the slip does not fit. Call it outside a
    transaction: a try must stay counted.
    """
    code = "".join(char for char in code if char.isdigit())
    slip = (
        ActivationSlip.objects.filter(user__mobile=mobile, user__is_active=True, used_at=None)
        .filter(expires_at__gt=timezone.now())
        .select_related("user")
        .order_by("-created_at", "-id")
        .first()
    )
    if slip is None:
        constant_time_compare(_hash(ActivationSlip(), code), "")  # as much work as for a slip that is there
        raise ValidationError(_WRONG, code="slip")
    open_rows = ActivationSlip.objects.filter(pk=slip.pk, used_at=None)
    tried = open_rows.filter(tries__lt=SLIP_TRIES).update(tries=F("tries") + 1, version=F("version") + 1)
    if not tried or not constant_time_compare(_hash(slip, code), slip.code_hash):
        raise ValidationError(_WRONG, code="slip")
    with transaction.atomic():
        if not open_rows.update(used_at=timezone.now(), version=F("version") + 1):  # used at the same moment
            raise ValidationError(_WRONG, code="slip")
        user = User.objects.get(pk=slip.user_id)
        set_password(user, password=password, by=user)
        record(user, "account.activated", f"{user.name}用开通单开通了账号", by=user)
        transaction.on_commit(lambda: clear(user.mobile))
    return user
