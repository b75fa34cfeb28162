"""What every action on money asks first: the right, the amount, the reason."""

from decimal import Decimal

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError

from association.accounts.roles import Right
from association.accounts.rules import needs

MOST = Decimal(10) ** 10


def needs_right(by, *, clock: bool = False):
    """Raise PermissionDenied from who may not; money is moved by a person only, `clock` says what the portal may do itself."""
    needs(by if clock else by or AnonymousUser(), Right.DUES, "办理会费")


def exact(amount, field: str = "amount") -> Decimal:
    """An amount of money above nought, in whole fen. Raises ValidationError."""
    if amount is None or amount <= 0:
        raise ValidationError({field: "金额应大于 0。"})
    if amount != amount.quantize(Decimal("0.01")):
        raise ValidationError({field: "金额最多两位小数。"})
    if amount >= MOST:
        raise ValidationError({field: "金额太大，请核对。"})
    return amount


def told(reason: str, words: str) -> str:
    """The reason as it is kept. Raises ValidationError where none is given."""
    reason = reason.strip()
    if not reason:
        raise ValidationError({"reason": f"请填写{words}。"})
    return reason[:300]
