"""Money is booked (入账), by a person or by hand, reversed, given back, moved to another use; bank lines are laid aside.

Payments are a ledger: nothing of it is edited, what was wrong is reversed by another line. Locks always in one order: the
bank line, then the parties by key, then payments and bills.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from association.core.enums import Audience
from association.parties.models import Party
from association.timeline.actions import record

from ..models import BankLine, Payment
from .checks import exact, needs_right, told
from .matching import REVERSED, refresh_todo
from .settle import lock_parties, merged_away, release, settle
from .words import in_yuan

P, K = Payment.Purpose, Payment.Kind
NEAR = timedelta(days=45)
MEANWHILE = "这笔流水刚才已有人办理过，请核对最新情况后再办。"


class Part(NamedTuple):
    """So much of a bank line, for whom and what for. Without an amount: all that is left of it."""

    party: Party | None
    amount: Decimal | None = None
    purpose: str = P.DUES


def lock_line(line: BankLine) -> BankLine:
    return BankLine.objects.select_for_update(of=("self",)).get(pk=line.pk)


def lock_payment(payment: Payment) -> Payment:
    """The payment as it stands, with its line and party locked before it."""
    if payment.line_id:
        BankLine.objects.select_for_update(of=("self",)).get(pk=payment.line_id)
    asked = Payment.objects.select_related("party", "line").filter(pk=payment.pk)
    while True:
        locked = lock_parties(asked.values_list("party", flat=True))
        found = asked.select_for_update(of=("self",)).get()
        if found.party_id is None or found.party_id in locked:  # else its party was merged into another meanwhile
            return found


def _living(party: Party) -> Party:
    return party.merged_into if party.merged_into_id else party


def _lock_for(*parties: Party | None):
    """Lock whose money it is. Raises ValidationError where one was merged into another meanwhile."""
    if merged_away(lock_parties(party.pk for party in parties if party)):
        raise ValidationError("这家单位刚刚并入了另一家，请刷新页面，选择保留的单位。")


# -- Bank lines -------------------------------------------------------------------------------------------------------


@transaction.atomic
def book_line(
    *, line: BankLine, parts: Sequence[Part | tuple], by, note: str = "", seen_version: int | None = None
) -> list[Payment]:
    """A person says whose money a bank line is: one party's or, in parts, several's; some of it may wait on.

    `seen_version`: the line's version on the page that the person decided by. Decisions name nobody for other lines.
    Raises PermissionDenied, ValidationError.
    """
    needs_right(by)
    line = lock_line(line)
    _may_be_booked(line, seen_version)
    parts = _checked(line, [Part(*part) for part in parts])
    _lock_for(*(part.party for part in parts))
    payments = [
        Payment.objects.create(
            party=part.party, payer=line.payer or "（银行未写户名）", amount=part.amount, received_on=line.happened_on,
            line=line, channel=Payment.Channel.BANK, purpose=part.purpose, matched=Payment.Matched.PERSON, by=by,
            note=note.strip()[:300],
        )
        for part in parts
    ]  # fmt: skip
    line.booked += sum(part.amount for part in parts)
    line.why = "已有一部分入账" if line.left else ""
    line.save()
    settle(part.party.pk for part in parts if part.party)
    for payment in payments:
        _tell(
            payment, "dues.booked", f"认领银行流水 {in_yuan(payment.amount)}（{payment.get_purpose_display()}）", by=by
        )
    whom = "、".join(f"{part.party or P(part.purpose).label} {in_yuan(part.amount)}" for part in parts)
    record(line, "bank.booked", f"{by.name}认领这笔流水：{whom}"[:500], by=by, note=note.strip())
    refresh_todo()
    return payments


def _may_be_booked(line: BankLine, seen_version: int | None):
    if line.withdrawn_at:
        raise ValidationError("这笔流水所在的导入已经撤销，不能入账。")
    if line.direction != BankLine.Direction.IN:
        raise ValidationError(f"这一笔是{line.get_direction_display()}，不能入账。")
    if line.set_aside_at:
        raise ValidationError("这笔流水已标为不入账，请先恢复。")
    if line.left <= 0 or (seen_version is not None and seen_version != line.version):
        raise ValidationError(MEANWHILE)


def _checked(line: BankLine, parts: list[Part]) -> list[Part]:
    """The parts complete, as many yuan as there are left at most, each party once for a purpose."""
    if not parts:
        raise ValidationError("请说明这笔钱是哪家单位的。")
    if len(parts) == 1 and parts[0].amount is None:
        parts = [parts[0]._replace(amount=line.left)]
    parts = [part._replace(party=_living(part.party) if part.party else None) for part in parts]
    for part in parts:
        exact(part.amount)
        if part.party is None and part.purpose == P.DUES:
            raise ValidationError("缴会费的，请选择单位。")
    if len({(part.party, part.purpose) for part in parts}) < len(parts):
        raise ValidationError("同一家单位写了两次，请合成一笔。")
    total = sum(part.amount for part in parts)
    if total > line.left:
        raise ValidationError(f"各笔合计 {in_yuan(total)}，超过这笔流水还没有入账的 {in_yuan(line.left)}。")
    return parts


@transaction.atomic
def set_aside(*, line: BankLine, reason: str, by, seen_version: int | None = None) -> BankLine:
    """What is left of the line is no matter of ours (不入账): it waits no more. put_back() takes that back."""
    needs_right(by)
    reason = told(reason, "不入账的原因")
    line = lock_line(line)
    _may_be_booked(line, seen_version)
    line.set_aside_at, line.set_aside_by, line.set_aside_reason = timezone.now(), by, reason
    line.save()
    record(line, "bank.aside", f"{by.name}把这笔流水标为不入账", by=by, note=reason)
    refresh_todo()
    return line


@transaction.atomic
def put_back(*, line: BankLine, by) -> BankLine:
    needs_right(by)
    line = lock_line(line)
    if not line.set_aside_at:
        raise ValidationError("这笔流水没有标为不入账，请刷新页面。")
    line.set_aside_at, line.set_aside_by, line.set_aside_reason = None, None, ""
    line.save()
    record(line, "bank.put-back", f"{by.name}把这笔流水恢复为待认领", by=by)
    refresh_todo()
    return line


# -- By hand ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def book_by_hand(
    *, party: Party | None, amount: Decimal, received_on: date, channel: str, by, purpose: str = P.DUES, payer: str = "",
    reference: str = "", note: str = "", sure: bool = False, once_key: str | None = None,
) -> Payment:  # fmt: skip
    """Money that is in no statement (手工登记): cash, WeChat, a cheque. `sure`: another payment as large is another one.

    `once_key`: one for a form, so that a double click books once. Raises PermissionDenied, ValidationError.
    """
    needs_right(by)
    exact(amount)
    if received_on > timezone.localdate():
        raise ValidationError({"received_on": "收款日期不能晚于今天。"})
    if channel == Payment.Channel.BANK:
        raise ValidationError({"channel": "银行转账请导入银行流水再认领，这里不登记，免得同一笔记两次。"})
    if party is None and purpose == P.DUES:
        raise ValidationError({"party": "缴会费的，请选择单位。"})
    party = _living(party) if party else None
    _lock_for(party)
    reference = reference.strip()[:60]
    _not_yet(party, amount, received_on, channel, reference, sure)
    key = {"once_key": f"form:{once_key}"[:120]} if once_key else {}
    try:
        with transaction.atomic():
            payment = Payment.objects.create(
                party=party, payer=payer.strip()[:120] or (party.name if party else "（未写付款人）"), amount=amount,
                received_on=received_on, channel=channel, purpose=purpose, matched=Payment.Matched.HAND, by=by,
                reference=reference, note=note.strip()[:300], **key,
            )  # fmt: skip
    except IntegrityError:
        raise ValidationError("这一笔已经登记过了（可能点了两次），请到收款列表核对。") from None
    settle([payment.party_id])
    _tell(payment, "dues.received", f"登记收款 {in_yuan(amount)}（{payment.get_channel_display()}）", by=by)
    return payment


def _not_yet(party: Party | None, amount: Decimal, day: date, channel: str, reference: str, sure: bool):
    standing = Payment.objects.standing().filter(kind=K.RECEIPT)
    if reference and (same := standing.filter(channel=channel, reference=reference).first()):
        raise ValidationError(
            {"reference": f"这个凭据号已经登记过：{same.received_on} {same.payer} {in_yuan(same.amount)}。"}
        )
    near = standing.filter(party=party, amount=amount, received_on__range=(day - NEAR, day + NEAR))
    if party and not sure and (same := near.first()):
        way = f"{same.received_on} {same.get_channel_display()} {in_yuan(same.amount)}"
        raise ValidationError({"sure": f"这家单位已有一笔同样金额的收款（{way}）。确实是另一笔的，请勾选后再登记。"})


# -- Taking back ------------------------------------------------------------------------------------------------------


@transaction.atomic
def reverse(*, payment: Payment, reason: str, by) -> Payment:
    """A line of the ledger was wrong (冲正): a line with the opposite amount takes it back; a bank line waits again.

    Returns the reversal. Raises PermissionDenied, ValidationError.
    """
    needs_right(by)
    reason = told(reason, "冲正的原因")
    payment = lock_payment(payment)
    line = _take_back(payment, reason, by=by)
    settle([payment.party_id])
    _tell(
        payment, "dues.reversed", f"冲正{payment.get_kind_display()} {in_yuan(abs(payment.amount))}", by=by, note=reason
    )
    if payment.line:
        record(payment.line, "bank.reversed", f"{by.name}冲正入账 {in_yuan(payment.amount)}", by=by, note=reason)
        refresh_todo()
    return line


def _take_back(payment: Payment, reason: str, *, by) -> Payment:
    """Mark a locked payment and write the opposite line. A refund that is taken back is a part of its payment again."""
    _may_be_taken_back(payment)
    release(payment, reason=reason)
    payment.refresh_from_db(fields=["settled", "version"])
    payment.reversed_at, payment.reversed_reason = timezone.now(), reason
    payment.save()
    if payment.line_id:
        line = BankLine.objects.get(pk=payment.line_id)
        line.booked -= payment.amount
        line.why = f"{REVERSED}：{reason}"[:120]
        line.save()
        payment.line = line
    if payment.kind == K.REFUND:
        back = Payment.objects.select_for_update(of=("self",)).get(pk=payment.refunds_id)
        back.refunded += payment.amount
        back.save()
    return Payment.objects.create(
        party=payment.party, payer=payment.payer, kind=K.REVERSAL, purpose=payment.purpose, channel=payment.channel,
        matched=payment.matched, amount=-payment.amount, received_on=timezone.localdate(), line=payment.line,
        reference=payment.reference, note=reason, by=by, reverses=payment,
    )  # fmt: skip


def _may_be_taken_back(payment: Payment):
    if payment.kind == K.REVERSAL:
        raise ValidationError("这一行是冲正本身，不能再冲正；需要的，请重新登记收款。")
    if payment.reversed_at:
        raise ValidationError("这一笔已经冲正，请刷新页面。")
    if payment.refunded:
        raise ValidationError(f"这一笔已退 {in_yuan(payment.refunded)}，请先冲正退款。")
    receipt = payment.receipts.standing().first()
    if receipt:
        raise ValidationError(f"这一笔已开会费票据 {receipt.number}，请先作废票据。")


@transaction.atomic
def refund(
    *, payment: Payment, amount: Decimal, refunded_on: date, reason: str, by, channel: str = Payment.Channel.BANK,
    reference: str = "",
) -> Payment:  # fmt: skip
    """Money given back (退款): first what settles nothing, then what does, which is owed again. Returns the line of it."""
    needs_right(by)
    reason = told(reason, "退款的原因")
    exact(amount)
    payment = lock_payment(payment)
    if payment.kind != K.RECEIPT or payment.reversed_at:
        raise ValidationError("这一笔不是有效的收款，不能退款，请刷新页面。")
    if amount > payment.amount - payment.refunded:
        raise ValidationError({"amount": f"最多可退 {in_yuan(payment.amount - payment.refunded)}。"})
    if not payment.received_on <= refunded_on <= timezone.localdate():
        raise ValidationError({"refunded_on": "退款日期应在收款日期与今天之间。"})
    if payment.receipts.standing().exists():
        raise ValidationError("这一笔已开会费票据，请先作废票据，再登记退款。")
    if amount > payment.left:
        release(payment, reason=f"退款：{reason}", amount=amount - payment.left)
        payment.refresh_from_db(fields=["settled", "version"])
    payment.refunded += amount
    payment.save()
    line = Payment.objects.create(
        party=payment.party, payer=payment.payer, kind=K.REFUND, purpose=payment.purpose, channel=channel,
        amount=-amount, received_on=refunded_on, reference=reference.strip()[:60], note=reason, by=by, refunds=payment,
    )  # fmt: skip
    settle([payment.party_id])
    _tell(payment, "dues.refunded", f"退款 {in_yuan(amount)}", by=by, note=reason)
    return line


@transaction.atomic
def move_to(
    *, payment: Payment, purpose: str, reason: str, by, amount: Decimal | None = None, party: Party | None = None
) -> Payment:
    """Money, or `amount` of it, was for something else (改用途). Returns the payment of the new purpose.

    `party`: whose it is, where it was nobody's. Raises PermissionDenied, ValidationError.
    """
    needs_right(by)
    reason = told(reason, "改用途的原因")
    payment = lock_payment(payment)
    amount = payment.amount if amount is None else exact(amount)
    if payment.kind != K.RECEIPT:
        raise ValidationError("这一笔不是收款，不能改用途。")
    if purpose == payment.purpose:
        raise ValidationError({"purpose": f"这一笔本来就是{payment.get_purpose_display()}。"})
    if amount > payment.amount:
        raise ValidationError({"amount": f"这一笔一共 {in_yuan(payment.amount)}。"})
    party = payment.party or (_living(party) if party else None)
    if party is None and purpose == P.DUES:
        raise ValidationError({"party": "缴会费的，请选择单位。"})
    rest, why = payment.amount - amount, f"改作{P(purpose).label}：{reason}"[:300]
    waits = payment.line.why if payment.line else ""
    _take_back(payment, why, by=by)
    moved = _again(payment, amount, purpose=purpose, party=party, note=why, moved_from=payment, by=by)
    if rest:
        _again(payment, rest, purpose=payment.purpose, party=payment.party, note=f"余下的部分；{why}"[:300], by=by)
    if payment.line_id:
        BankLine.objects.filter(pk=payment.line_id).update(booked=payment.line.booked + payment.amount, why=waits)
    settle([payment.party_id, moved.party_id])
    _tell(
        moved,
        "dues.moved",
        f"把 {in_yuan(amount)} 由{payment.get_purpose_display()}改作{P(purpose).label}",
        by=by,
        note=reason,
    )
    return moved


def _again(payment: Payment, amount: Decimal, **values) -> Payment:
    return Payment.objects.create(
        payer=payment.payer, channel=payment.channel, matched=payment.matched, amount=amount,
        received_on=payment.received_on, line_id=payment.line_id, reference=payment.reference, **values,
    )  # fmt: skip


def _tell(payment: Payment, verb: str, sentence: str, *, by, note: str = ""):
    """What a person did, in the payment's history and, where it is somebody's, in the party's, who may read it."""
    words = f"{by.name if by else '系统'}{sentence}"
    if payment.party:
        record(payment.party, verb, words, by=by, party=payment.party, audience=Audience.PARTY, note=note)
    record(payment, verb, words, by=by, note=note)
