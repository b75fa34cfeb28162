"""Money that came in (收款): bank lines, payments, what each payment settled, receipts, reminders.

Payments and allocations are a ledger: a line of it is never edited or deleted, what was wrong is reversed by another line.
"""

import uuid
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Round  # SQLite adds figures as floats: 0.1 + 0.2 is more than 0.3 there
from django.utils import timezone

from association.core.models import Base
from association.parties.merge_rules import WhenMerged
from association.parties.visibility import OfPartyQuerySet, StaffQuerySet

ZERO = Decimal(0)


def _fresh_key() -> str:
    return uuid.uuid4().hex


class BankLineQuerySet(StaffQuerySet):
    def waiting(self):
        """Money that came in and is not wholly booked, nor laid aside."""
        return self.filter(
            direction=BankLine.Direction.IN, set_aside_at=None, withdrawn_at=None, booked__lt=F("amount")
        )

    def returned(self):
        """Money that went back to a payer whose payment of as much still stands (红字、退回): to be reversed or refunded."""
        stands = Payment.objects.standing().filter(
            kind=Payment.Kind.RECEIPT, line__payer_key=OuterRef("payer_key"), amount=OuterRef("amount"), refunded=0,
            received_on__lte=OuterRef("happened_on"),
        )  # fmt: skip
        gone = self.filter(direction=BankLine.Direction.OUT, withdrawn_at=None).exclude(payer_key="")
        return gone.filter(Exists(stands))


class BankLine(Base):
    """A line of a bank statement (银行流水), as the bank wrote it.

    `source_key` is the 流水号, whichever file brings it, or, where the bank gives none, what else makes the line the same
    line; it is what keeps a line from coming in twice. `booked` is the sum of the standing payments out of it: the
    constraint keeps it from ever being more than the line.
    """

    class Direction(models.TextChoices):
        IN = "in", "收入"
        OUT = "out", "支出"
        INTEREST = "interest", "利息"

    account = models.CharField("本方账号", max_length=40, blank=True)
    reference = models.CharField("交易流水号", max_length=60, blank=True, db_index=True)
    source_key = models.CharField(max_length=200, unique=True, editable=False)
    happened_at = models.DateTimeField("交易时间")
    happened_on = models.DateField("交易日期", db_index=True)
    direction = models.CharField("收支", max_length=8, choices=Direction)
    amount = models.DecimalField("金额（元）", max_digits=14, decimal_places=2)
    balance = models.DecimalField("余额（元）", max_digits=16, decimal_places=2, null=True, blank=True)
    payer = models.CharField("对方户名", max_length=120, blank=True)
    payer_key = models.CharField(max_length=120, blank=True, db_index=True, editable=False)
    payer_account = models.CharField("对方账号", max_length=60, blank=True)
    memo = models.CharField("摘要", max_length=200, blank=True)
    booked = models.DecimalField("已入账（元）", max_digits=14, decimal_places=2, default=ZERO, editable=False)
    why = models.CharField("待认领的原因", max_length=120, blank=True, editable=False)
    batch = models.ForeignKey(
        "exchange.ImportBatch", models.PROTECT, null=True, editable=False, related_name="+", verbose_name="导入批次"
    )
    set_aside_at = models.DateTimeField("标为不入账的时间", null=True, editable=False)
    set_aside_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+", verbose_name="标注人"
    )
    set_aside_reason = models.CharField("不入账的原因", max_length=300, blank=True, editable=False)
    withdrawn_at = models.DateTimeField("导入撤销的时间", null=True, editable=False)

    SENSITIVE = {"payer_account"}
    objects = BankLineQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "银行流水"
        ordering = ["-happened_at", "-id"]
        indexes = [
            models.Index(
                fields=["happened_on"], name="members_bank_waiting_idx",
                condition=Q(direction="in", set_aside_at=None, withdrawn_at=None, booked__lt=F("amount")),
            )
        ]  # fmt: skip
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="members_bank_line_positive"),
            models.CheckConstraint(
                condition=Q(booked__gte=0, booked__lte=F("amount")), name="members_line_booked_once"
            ),
        ]

    def __str__(self):
        return f"{self.happened_on} {self.payer} {self.amount:,.2f} 元"

    def get_absolute_url(self):
        return f"/admin/members/bankline/{self.pk}/change/"

    @property
    def left(self) -> Decimal:
        """Yuan not booked yet."""
        return self.amount - self.booked


class PaymentQuerySet(OfPartyQuerySet):
    def standing(self):
        """Without what was reversed, and without the reversals."""
        return self.filter(reversed_at=None, reverses=None)

    def for_dues(self):
        return self.standing().filter(purpose=Payment.Purpose.DUES)

    def dues_received(self):
        """Dues that came in and stand, without the lines of what was given back: `refunded` has those."""
        return self.for_dues().filter(kind=Payment.Kind.RECEIPT)


class Payment(Base):
    """A line of the ledger (收款): so much from this party, on that day, for that purpose. Never edited.

    A wrong one is reversed (冲正): `reversed_at` marks it and a line with the opposite amount `reverses` it. Money given
    back is a line of its own kind REFUND with a negative amount that `refunds` the payment. `settled` is the sum of its
    standing allocations; what is over is the party's credit (预存).
    """

    class Channel(models.TextChoices):
        BANK = "bank", "银行转账"
        CASH = "cash", "现金"
        WECHAT = "wechat", "微信"
        CHEQUE = "cheque", "支票"
        OTHER = "other", "其他"

    class Purpose(models.TextChoices):
        DUES = "dues", "会费"
        DONATION = "donation", "捐赠"
        TRAINING = "training", "培训费"
        OTHER = "other", "其他"

    class Kind(models.TextChoices):
        RECEIPT = "receipt", "收款"
        REFUND = "refund", "退款"
        REVERSAL = "reversal", "冲正"

    class Matched(models.TextChoices):
        NAME = "name", "按户名"
        PERSON = "person", "人工认领"
        HAND = "hand", "手工登记"

    party = models.ForeignKey(
        "parties.Party", models.PROTECT, null=True, blank=True, related_name="payments", verbose_name="单位"
    )
    payer = models.CharField("付款人", max_length=120, help_text="照录，可以与单位不同（代缴）")
    kind = models.CharField("种类", max_length=8, choices=Kind, default=Kind.RECEIPT)
    purpose = models.CharField("用途", max_length=8, choices=Purpose, default=Purpose.DUES)
    channel = models.CharField("方式", max_length=6, choices=Channel, default=Channel.BANK)
    matched = models.CharField("认领方式", max_length=6, choices=Matched, default=Matched.HAND)
    amount = models.DecimalField("金额（元）", max_digits=14, decimal_places=2)
    settled = models.DecimalField("已抵会费（元）", max_digits=14, decimal_places=2, default=ZERO, editable=False)
    refunded = models.DecimalField("已退（元）", max_digits=14, decimal_places=2, default=ZERO, editable=False)
    received_on = models.DateField("收款日期", db_index=True)
    line = models.ForeignKey(
        BankLine, models.PROTECT, null=True, blank=True, related_name="payments", verbose_name="银行流水"
    )
    reference = models.CharField("凭据号", max_length=60, blank=True, help_text="支票号、微信单号等")
    note = models.CharField("说明", max_length=300, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="经手人"
    )
    once_key = models.CharField(max_length=120, unique=True, default=_fresh_key, editable=False)
    reverses = models.OneToOneField(
        "self", models.PROTECT, null=True, editable=False, related_name="reversal", verbose_name="冲正"
    )
    refunds = models.ForeignKey(
        "self", models.PROTECT, null=True, editable=False, related_name="refund_lines", verbose_name="退的是"
    )
    moved_from = models.OneToOneField(
        "self", models.PROTECT, null=True, editable=False, related_name="moved_to", verbose_name="改自"
    )
    reversed_at = models.DateTimeField("冲正时间", null=True, editable=False)
    reversed_reason = models.CharField("冲正原因", max_length=300, blank=True, editable=False)

    WHEN_MERGED = {"party": WhenMerged.MOVES}
    objects = PaymentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "收款"
        ordering = ["-received_on", "-id"]
        indexes = [  # of a party's many payments those few that settling and matching ask for
            models.Index(
                fields=["party"], name="members_payment_left_idx",
                condition=Q(amount__gt=F("settled") + F("refunded")),
            ),
            models.Index(fields=["party"], name="members_payment_no_line_idx", condition=Q(line=None)),
        ]  # fmt: skip
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="receipt", amount__gt=0)
                | Q(kind="refund", amount__lt=0)
                | (Q(kind="reversal") & ~Q(amount=0)),
                name="members_payment_sign",
            ),
            models.CheckConstraint(
                condition=Q(kind="reversal", reverses__isnull=False) | (~Q(kind="reversal") & Q(reverses=None)),
                name="members_payment_reverses",
            ),
            models.CheckConstraint(
                condition=Q(kind="refund", refunds__isnull=False) | (~Q(kind="refund") & Q(refunds=None)),
                name="members_payment_refunds",
            ),
            models.CheckConstraint(
                condition=~Q(kind="receipt")
                | Q(settled__gte=0, refunded__gte=0, amount__gte=Round(F("settled") + F("refunded"), 2)),
                name="members_payment_spent_once",
            ),
            models.CheckConstraint(
                condition=Q(purpose="dues", party__isnull=False) | ~Q(purpose="dues"), name="members_dues_of_somebody"
            ),
        ]

    def __str__(self):
        return f"{self.received_on} {self.payer} {self.amount:,.2f} 元"

    @property
    def left(self) -> Decimal:
        """Yuan that settle nothing yet (预存)."""
        return self.amount - self.settled - self.refunded


class Allocation(Base):
    """So much of a payment settled so much of a bill (核销). Released, not deleted, where either is taken back."""

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="allocations", verbose_name="收款")
    bill = models.ForeignKey("members.DuesBill", models.PROTECT, related_name="allocations", verbose_name="账单")
    amount = models.DecimalField("金额（元）", max_digits=12, decimal_places=2)
    made_at = models.DateTimeField("时间", default=timezone.now)
    released_at = models.DateTimeField("解除时间", null=True, editable=False)
    release_reason = models.CharField("解除原因", max_length=300, blank=True, editable=False)

    class _QuerySet(OfPartyQuerySet):
        party_field = "bill__party"

        def standing(self):
            return self.filter(released_at=None)

    objects = _QuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "会费核销"
        ordering = ["id"]
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="members_allocation_positive")]

    def __str__(self):
        return f"{self.bill} {self.amount} 元"


class DuesReceipt(Base):
    """A receipt for dues (社会团体会费票据): 代码, 号码, 校验码, and its PDF once the treasurer attached it."""

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="receipts", verbose_name="收款")
    code = models.CharField("票据代码", max_length=20)
    number = models.CharField("票据号码", max_length=20)
    check_code = models.CharField("校验码", max_length=20, blank=True)
    title = models.CharField("抬头", max_length=120)
    amount = models.DecimalField("金额（元）", max_digits=12, decimal_places=2)
    issued_on = models.DateField("开具日期")
    document = models.ForeignKey(
        "documents.Document", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="票据文件"
    )
    voided_at = models.DateTimeField("作废时间", null=True, editable=False)
    void_reason = models.CharField("作废原因", max_length=300, blank=True, editable=False)

    class _QuerySet(OfPartyQuerySet):
        party_field = "payment__party"

        def standing(self):
            return self.filter(voided_at=None)

    objects = _QuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "会费票据"
        ordering = ["-issued_on", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["code", "number"], name="members_one_receipt_a_number"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="members_receipt_positive"),
        ]

    def __str__(self):
        return f"{self.code} {self.number}"


class DuesReminder(Base):
    """A reminder (催缴) of a bill: which step, in which words, by which way. Once for a bill and step."""

    class Way(models.TextChoices):
        MESSAGE = "message", "消息"
        SHEET = "sheet", "书面"

    bill = models.ForeignKey("members.DuesBill", models.PROTECT, related_name="reminders", verbose_name="账单")
    step = models.PositiveSmallIntegerField("第几次")
    way = models.CharField("方式", max_length=8, choices=Way, default=Way.MESSAGE)
    text = models.TextField("正文")
    owed = models.DecimalField("当时欠缴（元）", max_digits=12, decimal_places=2)
    sent_at = models.DateTimeField("发出时间", default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="经手人")

    class _QuerySet(OfPartyQuerySet):
        party_field = "bill__party"

    objects = _QuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "催缴记录"
        ordering = ["-sent_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["bill", "step"], name="members_one_reminder_a_step")]

    def __str__(self):
        return f"{self.bill} 第 {self.step} 次催缴"


class DuesPromise(Base):
    """What a member said on the phone about its dues (缴费承诺): the call, and how much by when."""

    call = models.OneToOneField("members.CallNote", models.PROTECT, related_name="dues_promise", verbose_name="通话")
    bill = models.ForeignKey("members.DuesBill", models.PROTECT, related_name="promises", verbose_name="账单")
    amount = models.DecimalField("承诺金额（元）", max_digits=12, decimal_places=2, null=True, blank=True)
    promised_on = models.DateField("承诺日期", null=True, blank=True)

    class _QuerySet(OfPartyQuerySet):
        party_field = "bill__party"

    objects = _QuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "缴费承诺"
        ordering = ["-id"]

    def __str__(self):
        return f"{self.bill} {self.promised_on or ''}"
