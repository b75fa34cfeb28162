"""会费票据: which payment has which receipt, its file for the firm to fetch, what was made out in error."""

import datetime as dt
from decimal import Decimal
from pathlib import PurePath

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import DecimalField, F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from association.core.enums import Audience
from association.documents.filetypes import JPEG, OFD, PDF, PNG, detect
from association.documents.library import let_go, take_in
from association.documents.registry import name_kind
from association.parties.models import Party
from association.timeline.actions import build, record
from association.timeline.models import Event

from ..models import BillingDetails, DuesReceipt, Payment
from .booking import lock_payment
from .checks import exact, needs_right, told
from .words import in_yuan

KIND = "dues-receipt"
ZERO = Decimal(0)
name_kind(KIND, "会费票据")


# -- Payments that wait for one ---------------------------------------------------------------------------------------


def without_receipt(user=None) -> QuerySet:
    """Payments of dues that no receipt, or not enough of them, was made out for; `free` is how much is left.

    As far as the person may see them; without one, for our own reckoning, all.
    """
    standing = Sum("receipts__amount", filter=Q(receipts__voided_at=None))
    money = DecimalField(max_digits=14, decimal_places=2)
    rows = Payment.objects.visible_to(user) if user else Payment.objects.all()
    rows = rows.dues_received().annotate(
        free=F("amount") - F("refunded") - Coalesce(standing, ZERO, output_field=money)
    )
    return rows.filter(free__gt=0)


def free_of(payment: Payment) -> Decimal:
    """How much of a payment a receipt can still be made out for. One query."""
    made = payment.receipts.standing().aggregate(sum=Sum("amount"))["sum"] or ZERO
    return payment.amount - payment.refunded - made


def title_of(party: Party) -> str:
    """To whom receipts are made out, as the party itself said (开票信息). One query."""
    return BillingDetails.objects.filter(party=party).values_list("title", flat=True).first() or party.name


# -- Making out -------------------------------------------------------------------------------------------------------


@transaction.atomic
def issue(
    payment: Payment, *, code: str, number: str, issued_on: dt.date, by, check_code: str = "", title: str = "",
    amount: Decimal | None = None,
) -> DuesReceipt:  # fmt: skip
    """Write down a receipt that was made out for a payment, for all of it where no amount is given.

    Raises PermissionDenied, ValidationError by field.
    """
    needs_right(by)
    payment = lock_payment(payment)
    free = _checked(payment)
    amount = free if amount is None else exact(amount)
    if amount > free:
        raise ValidationError({"amount": f"这一笔还可以开 {in_yuan(free)}。"})
    if issued_on > timezone.localdate():
        raise ValidationError({"issued_on": "开具日期不能晚于今天，请核对。"})
    receipt = DuesReceipt(
        payment=payment, code=code, number=number, check_code=check_code, amount=amount, issued_on=issued_on,
        title=title.strip() or title_of(payment.party),
    )  # fmt: skip
    try:
        with transaction.atomic():
            receipt.save()
    except IntegrityError:
        raise ValidationError({"number": taken(DuesReceipt.objects.get(code=code, number=number))}) from None
    issued_event(receipt, by=by).save(force_insert=True)
    return receipt


def _checked(payment: Payment) -> Decimal:
    """What a receipt can be made out for. Raises ValidationError where there is nothing."""
    if payment.kind != Payment.Kind.RECEIPT or payment.reversed_at:
        raise ValidationError("这一笔不是有效的收款，不能开票，请刷新页面。")
    if payment.purpose != Payment.Purpose.DUES:
        raise ValidationError(f"这一笔的用途是{payment.get_purpose_display()}，不开会费票据。")
    free = free_of(payment)
    if free <= 0:
        raise ValidationError("这一笔已经开过票据，请刷新页面。")
    return free


def taken(known: DuesReceipt) -> str:
    void = "，已作废，号码不能再用" if known.voided_at else ""
    return f"票据 {known.number} 已经登记过：{known.title} {in_yuan(known.amount)}{void}。"


def issued_event(receipt: DuesReceipt, *, by) -> Event:
    party = receipt.payment.party
    sentence = f"{by.name if by else '系统'}登记会费票据 {receipt.number}，{in_yuan(receipt.amount)}"
    return build(receipt, "receipt.issued", sentence, by=by, party=party, audience=Audience.PARTY)


@transaction.atomic
def void(receipt: DuesReceipt, *, reason: str, by) -> DuesReceipt:
    """A receipt made out in error counts for nothing; its number stays. Raises PermissionDenied, ValidationError."""
    needs_right(by)
    reason = told(reason, "作废的原因")
    lock_payment(receipt.payment)
    row = _locked(receipt)
    row.voided_at, row.void_reason = timezone.now(), reason
    row.save()
    record(
        row, "receipt.voided", f"{by.name}作废会费票据 {row.number}", by=by, party=row.payment.party,
        audience=Audience.PARTY, note=reason,
    )  # fmt: skip
    return row


def _locked(receipt: DuesReceipt) -> DuesReceipt:
    rows = DuesReceipt.objects.select_for_update(of=("self",)).select_related("payment__party", "document")
    [row] = rows.filter(pk=receipt.pk)  # many files take many in a request
    if row.voided_at:
        raise ValidationError(f"票据 {row.number} 已经作废，请刷新页面。")
    return row


# -- Its file ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def attach(receipt: DuesReceipt, upload, *, by, replace: bool = False) -> DuesReceipt:
    """Give the firm the receipt's file; one that is there stays unless it is to be replaced.

    Raises PermissionDenied, ValidationError.
    """
    needs_right(by)
    row = _locked(receipt)
    if row.document_id and not replace:
        raise ValidationError(f"票据 {row.number} 已经有文件，没有换；要换的，请在这张票据的页面上换。")
    if detect(upload, upload.name) not in (PDF, OFD, JPEG, PNG):
        raise ValidationError("票据文件应是 PDF、OFD 或图片。")
    upload.name = f"会费票据_{row.number}{PurePath(upload.name).suffix}"
    document = take_in(upload, party=row.payment.party, by=by, audience=Audience.PARTY, kind=KIND)
    other = DuesReceipt.objects.filter(document=document).exclude(pk=row.pk).first()
    if other:
        raise ValidationError(f"这份文件已经是票据 {other.number} 的，请核对。")
    if document.pk == row.document_id:
        return row
    old, row.document = row.document, document
    row.save()
    what = "换了" if old else "上传了"
    record(
        row, "receipt.attached", f"{by.name}{what}会费票据 {row.number} 的文件", by=by, party=row.payment.party,
        audience=Audience.PARTY,
    )  # fmt: skip
    if old:
        let_go(old)
    return row
