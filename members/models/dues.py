"""Dues (会费): the standard that a meeting set, the year, what each member owes, and what it is let off."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from association.core.models import Base
from association.parties.merge_rules import WhenMerged
from association.parties.visibility import OfPartyQuerySet, StaffQuerySet
from association.workflow.models import Stateful

from ..enums import DUES_YEAR

ZERO = Decimal(0)


class DuesRules(Base):
    """The one row of what an association settles itself about dues (会费设置). Amounts stand in the standard."""

    class Published(models.TextChoices):
        NOTHING = "nothing", "不公开"
        TOTALS = "totals", "只公开合计"
        TABLE = "table", "公开合计和各单位缴费情况"

    account_name = models.CharField("收款户名", max_length=60, blank=True)
    account_bank = models.CharField("开户行", max_length=60, blank=True)
    account_number = models.CharField("收款账号", max_length=40, blank=True)
    contact = models.CharField("会费联系人", max_length=40, blank=True)
    contact_phone = models.CharField("联系电话", max_length=40, blank=True)
    notice_text = models.TextField("缴费通知的正文", blank=True, help_text="不填的，用通常的写法")
    reminder_days = models.JSONField(
        "催缴的步骤（到期后第几天）", default=list, blank=True, help_text="例：[7, 30, 90]，每一步对每家单位只发一次"
    )
    published = models.CharField("年度会费情况", max_length=8, choices=Published, default=Published.NOTHING)

    objects = StaffQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "会费设置"
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="members_one_row_of_dues_rules")]

    def __str__(self):
        return "会费设置"

    def save(self, *args, **kwargs):
        self.pk = 1
        super().save(*args, **kwargs)

    @classmethod
    def current(cls) -> "DuesRules":
        """The row, or an unsaved one with what is usual."""
        return cls.objects.filter(pk=1).first() or cls(pk=1, reminder_days=[7, 30, 90])


class DuesStandard(Base):
    """What members pay a year (会费标准), from a day on, as a meeting voted it.

    民发〔2014〕166号: set only by the members' (delegates') meeting, two thirds present, more than half of those present
    in favour by secret ballot; fixed amounts, never "from … on". Once adopted (`adopted_at`) nothing in it changes.
    """

    class Basis(models.TextChoices):
        POST = "post", "按职务"
        QUALIFICATION = "qualification", "按主项资质"

    name = models.CharField("名称", max_length=80)
    starts_on = models.DateField("执行日期", unique=True)
    basis = models.CharField("计费依据", max_length=14, choices=Basis, default=Basis.POST)
    due_day = models.CharField("每年缴费截止（月-日）", max_length=5, default="06-30", help_text="例：06-30")
    body = models.CharField("表决的会议", max_length=80, help_text="例：第三届第一次会员代表大会")
    meeting_on = models.DateField("会议日期")
    delegates = models.PositiveIntegerField("应到人数", null=True, blank=True)
    present = models.PositiveIntegerField("实到人数", null=True, blank=True)
    in_favour = models.PositiveIntegerField("赞成票数", null=True, blank=True)
    is_secret = models.BooleanField("无记名投票", default=True)
    document_number = models.CharField("文号", max_length=60, blank=True)
    joiners = models.JSONField(
        "年中入会", default=list, blank=True,
        help_text='从哪一天起入会的，当年按几成缴。例：[{"from": "07-01", "share": "0.5"}]；不填为全年',
    )  # fmt: skip
    note = models.CharField("说明", max_length=300, blank=True)
    adopted_at = models.DateTimeField("确认时间", null=True, editable=False)
    adopted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+", verbose_name="确认人"
    )

    objects = StaffQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "会费标准"
        ordering = ["-starts_on"]

    def __str__(self):
        return self.name


class DuesRate(models.Model):
    """One line of a standard: a post, or a group of qualifications (as `Firm` groups its 主项资质), and its yuan a year."""

    standard = models.ForeignKey(DuesStandard, models.CASCADE, related_name="rates", verbose_name="会费标准")
    post = models.ForeignKey(
        "members.Post", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="职务"
    )
    label = models.CharField("档次", max_length=40, help_text="例：副会长单位、特级")
    amount = models.DecimalField("每年（元）", max_digits=12, decimal_places=2)
    order = models.PositiveSmallIntegerField("排序", default=100)

    class _QuerySet(StaffQuerySet):
        pass

    objects = _QuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "会费档次"
        ordering = ["order", "id"]
        constraints = [
            models.UniqueConstraint(fields=["standard", "label"], name="members_one_rate_a_label"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="members_rate_not_negative"),
        ]

    def __str__(self):
        return f"{self.label} {self.amount} 元"


class DuesYear(Stateful):
    """A year of dues (会费年度): billed by one standard, open until it is closed (关账); `frozen` are its figures then.

    `published` is the copy of them that the public page shows: a year that is opened again leaves it as it was.
    """

    workflow_kind = DUES_YEAR
    year = models.PositiveSmallIntegerField("年度", unique=True)
    standard = models.ForeignKey(DuesStandard, models.PROTECT, related_name="years", verbose_name="会费标准")
    due_on = models.DateField("缴费截止")
    closed_on = models.DateField("关账日期", null=True, blank=True, editable=False)
    frozen = models.JSONField("关账时的数字", default=dict, blank=True, editable=False)
    published_at = models.DateTimeField("公开时间", null=True, editable=False)
    published = models.JSONField("公开的内容", default=dict, blank=True, editable=False)

    objects = StaffQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "会费年度"
        ordering = ["-year"]

    def __str__(self):
        return f"{self.year} 年会费"

    def get_absolute_url(self):
        return f"/admin/members/duesyear/{self.pk}/change/"

    @property
    def is_closed(self) -> bool:
        return self.state == "closed"


class DuesBillQuerySet(OfPartyQuerySet):
    def standing(self):
        return self.filter(voided_at=None)


class DuesBill(Base):
    """What a party owes for a year (应缴会费). `amount` is `full_amount` less the joiner's share and the reductions;

    `paid` is the sum of the standing allocations on it. Both are kept by bills.py and settle.py under the party's lock.
    """

    party = models.ForeignKey("parties.Party", models.PROTECT, related_name="dues_bills", verbose_name="会员")
    dues_year = models.ForeignKey(DuesYear, models.PROTECT, related_name="bills", verbose_name="年度")
    label = models.CharField("档次", max_length=40, help_text="开单时的职务或资质，照录")
    district = models.CharField("县市区", max_length=40, blank=True, help_text="开单时的县市区，照录")
    full_amount = models.DecimalField("标准（元）", max_digits=12, decimal_places=2)
    amount = models.DecimalField("应缴（元）", max_digits=12, decimal_places=2)
    paid = models.DecimalField("已缴（元）", max_digits=12, decimal_places=2, default=ZERO, editable=False)
    reason = models.CharField("金额依据", max_length=200, blank=True)
    made_on = models.DateField("开单日期", default=timezone.localdate)
    voided_at = models.DateTimeField("作废时间", null=True, editable=False)
    void_reason = models.CharField("作废原因", max_length=300, blank=True, editable=False)

    WHEN_MERGED = {"party": WhenMerged.MOVES}
    objects = DuesBillQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "会费账单"
        ordering = ["-dues_year__year", "party__name"]
        constraints = [
            models.UniqueConstraint(
                fields=["party", "dues_year"], condition=Q(voided_at=None), name="members_one_bill_a_year"
            ),
            models.CheckConstraint(condition=Q(amount__gte=0, full_amount__gte=0), name="members_bill_not_negative"),
            models.CheckConstraint(condition=Q(paid__gte=0, paid__lte=F("amount")), name="members_bill_not_overpaid"),
            models.CheckConstraint(
                condition=Q(voided_at=None, void_reason="") | (Q(voided_at__isnull=False) & ~Q(void_reason="")),
                name="members_bill_void_says_why",
            ),
        ]

    def __str__(self):
        return f"{self.party} {self.dues_year}"

    @property
    def outstanding(self) -> Decimal:
        """Yuan still owed."""
        return self.amount - self.paid

    def give_way(self, winner, *, by, reason):
        """Two bills of one year: this one is void; what was paid on it is free again, as the party's credit."""
        now, why = timezone.now(), f"单位合并时确认重复：{reason}"[:300]
        rows, freed = [(self, {"voided_at": now, "void_reason": why, "paid": ZERO})], {}
        for row in self.allocations.filter(released_at=None).select_related("payment"):
            rows.append((row, {"released_at": now, "release_reason": why}))
            freed.setdefault(row.payment, []).append(row.amount)
        return rows + [(payment, {"settled": payment.settled - sum(parts)}) for payment, parts in freed.items()]


class DuesReduction(Base):
    """Dues let off (减免): how much of a bill, why, who approved it and when. Taken back by voiding it."""

    bill = models.ForeignKey(DuesBill, models.PROTECT, related_name="reductions", verbose_name="账单")
    amount = models.DecimalField("减免（元）", max_digits=12, decimal_places=2)
    reason = models.CharField("原因", max_length=300)
    approved_by = models.CharField("批准的机构或人", max_length=60)
    approved_on = models.DateField("批准日期")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人")
    voided_at = models.DateTimeField("作废时间", null=True, editable=False)
    void_reason = models.CharField("作废原因", max_length=300, blank=True, editable=False)

    class _QuerySet(OfPartyQuerySet):
        party_field = "bill__party"

    objects = _QuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "会费减免"
        ordering = ["-approved_on", "-id"]
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="members_reduction_positive")]

    def __str__(self):
        return f"{self.bill} 减免 {self.amount} 元"


class BillingDetails(Base):
    """To whom receipts and invoices are made out (开票信息), kept by the party itself."""

    party = models.ForeignKey("parties.Party", models.PROTECT, related_name="billing_details", verbose_name="单位")
    title = models.CharField("抬头", max_length=120)
    tax_number = models.CharField("纳税人识别号", max_length=20, blank=True)
    address = models.CharField("地址", max_length=160, blank=True)
    phone = models.CharField("电话", max_length=40, blank=True)
    bank = models.CharField("开户行", max_length=80, blank=True)
    account = models.CharField("银行账号", max_length=40, blank=True)
    receiver = models.CharField("收票人", max_length=40, blank=True)
    receiver_email = models.EmailField("收票邮箱", blank=True)

    WHEN_MERGED = {"party": WhenMerged.MOVES_OR_IS_LEFT}
    SENSITIVE = {"account", "phone"}
    objects = OfPartyQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "开票信息"
        constraints = [models.UniqueConstraint(fields=["party"], name="members_one_billing_details")]

    def __str__(self):
        return f"{self.title}"

    def give_way(self, winner, *, by, reason):
        """Of two units that became one, one's details are left with the merged one as they are."""
        return [(self, {})]
