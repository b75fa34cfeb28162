"""Membership (会籍): who is a member from when until when, and the rules of the house as rows."""

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from association.core.models import Base
from association.parties.merge_rules import WhenMerged
from association.parties.visibility import OfPartyQuerySet, StaffQuerySet


class MembershipRules(Base):
    """The one row of rules (会籍规则) that an association decides itself."""

    deciding_body = models.CharField(
        "审批入会的机构", max_length=40, default="理事会", help_text="例：理事会、常务理事会、会长办公会"
    )
    publicity_days = models.PositiveSmallIntegerField("拟吸收入会公示工作日", default=0, help_text="0 表示不公示")
    number_format = models.CharField("会员编号格式", max_length=40, default="HY{n:04d}")
    lapse_months = models.PositiveSmallIntegerField(
        "视为自动退会的月数",
        default=24,
        help_text="这么久没有缴费、没有参加任何活动的，列入自动退会名单，由秘书处逐个决定",
    )
    warn_days = models.JSONField("证照到期提前提醒（天）", default=list, help_text="例：[90, 30, 7]")
    confirm_days = models.PositiveSmallIntegerField("换届前核对资料的工作日", default=10)
    council_public = models.BooleanField("公开理事会、监事会名单", default=True)
    people_public = models.BooleanField("名单中公开任职人姓名", default=True)
    head_sees_branches = models.BooleanField("总公司可以查看分公司的档案", default=False)
    branches_see_head = models.BooleanField("分公司可以查看总公司的档案", default=False)
    letter_text = models.TextField("入会通知正文", blank=True)

    objects = StaffQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "会籍规则"
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="members_one_row_of_rules")]

    def __str__(self):
        return "会籍规则"

    def save(self, *args, **kwargs):
        self.pk = 1
        super().save(*args, **kwargs)

    @classmethod
    def current(cls) -> "MembershipRules":
        """The row, or an unsaved one with what is usual."""
        return cls.objects.filter(pk=1).first() or cls(pk=1, warn_days=[90, 30, 7])


class MembershipQuerySet(OfPartyQuerySet):
    def standing(self):
        """Without those entered in error (作废)."""
        return self.filter(voided_at=None)

    def on(self, day=None):
        """Those that were members on the day (default today), suspended ones as well."""
        day = day or timezone.localdate()
        return self.standing().filter(Q(ended_on=None) | Q(ended_on__gt=day), joined_on__lte=day)

    def in_year(self, year: int):
        """Those that were members on any day of it; a day of joining that nobody knows is no reason against it."""
        first, last = date(year, 1, 1), date(year, 12, 31)
        rows = self.standing().filter(Q(ended_on=None) | Q(ended_on__gt=first))
        return rows.filter(Q(joined_on__lte=last) | Q(joined_on_known=False))


class Membership(Base):
    """A period of membership (会籍), `joined_on` included, `ended_on` not. A return after leaving is a new row."""

    class Kind(models.TextChoices):
        UNIT = "unit", "单位会员"
        PERSON = "person", "个人会员"

    class Ending(models.TextChoices):
        LEFT = "left", "自愿退会"
        LAPSED = "lapsed", "自动退会"
        EXPELLED = "expelled", "除名"
        CLOSED = "closed", "单位注销"
        UNKNOWN = "unknown", "原因不详"  # a list that came in says that it is no member any more

    party = models.ForeignKey("parties.Party", models.PROTECT, related_name="memberships", verbose_name="会员")
    kind = models.CharField("会员类别", max_length=6, choices=Kind, default=Kind.UNIT)
    number = models.CharField("会员编号", max_length=30, blank=True, db_index=True)
    joined_on = models.DateField("入会日期")
    joined_on_known = models.BooleanField(
        "入会日期确切", default=True, help_text="名册没有写入会日期的，按导入当天登记，此前已是会员"
    )
    ended_on = models.DateField("会籍终止日期", null=True, blank=True)
    ending = models.CharField("终止原因", max_length=8, choices=Ending, blank=True)
    body = models.CharField("决定机构", max_length=60, blank=True)
    meeting_on = models.DateField("会议日期", null=True, blank=True)
    case = models.OneToOneField(
        "cases.Case", models.PROTECT, null=True, blank=True, related_name="membership", verbose_name="入会办件"
    )
    note = models.CharField("说明", max_length=300, blank=True)
    keep_until = models.DateField("保留至", null=True, blank=True, help_text="到这一天为止不列入自动退会名单")
    keep_reason = models.CharField("保留的原因", max_length=300, blank=True)
    end_body = models.CharField("终止的决定机构", max_length=60, blank=True)
    end_meeting_on = models.DateField("终止的会议日期", null=True, blank=True)
    end_note = models.CharField("终止说明", max_length=300, blank=True)
    letter = models.TextField("入会通知", blank=True, editable=False, help_text="发出时的正文")
    batch = models.ForeignKey(
        "exchange.ImportBatch", models.PROTECT, null=True, editable=False, related_name="+", verbose_name="导入批次"
    )
    end_batch = models.ForeignKey(
        "exchange.ImportBatch", models.PROTECT, null=True, editable=False, related_name="+", verbose_name="终止依据的导入"
    )  # fmt: skip
    voided_at = models.DateTimeField("作废时间", null=True, editable=False)
    void_reason = models.CharField("作废原因", max_length=300, blank=True, editable=False)

    WHEN_MERGED = {"party": WhenMerged.MOVES}
    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "会籍"
        ordering = ["-joined_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["party"], condition=Q(ended_on=None, voided_at=None), name="members_one_open_membership"
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None, ending="") | (Q(ended_on__gte=F("joined_on")) & ~Q(ending="")),
                name="members_membership_ends_with_a_reason",
            ),
        ]

    def __str__(self):
        return f"{self.party} {self.get_kind_display()}"

    def is_kept(self, day=None) -> bool:
        """Somebody decided that it does not lapse before a day that is still to come (保留)."""
        return self.keep_until is not None and self.keep_until >= (day or timezone.localdate())

    def give_way(self, winner, *, by, reason):
        """A party is a member once: the other row was a double and counts for nothing."""
        return [(self, {"voided_at": timezone.now(), "void_reason": f"单位合并时确认重复：{reason}"[:300]})]


class MembershipPause(Base):
    """A time in which a member's rights rest (中止会员权利), both days included."""

    membership = models.ForeignKey(Membership, models.CASCADE, related_name="pauses", verbose_name="会籍")
    starts_on = models.DateField("中止日期")
    ends_on = models.DateField("恢复前一日", null=True, blank=True)
    reason = models.CharField("原因", max_length=300)
    body = models.CharField("决定机构", max_length=60, blank=True)

    class _QuerySet(OfPartyQuerySet):
        party_field = "membership__party"

    objects = _QuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "会籍中止"
        ordering = ["-starts_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="members_pause_dates"
            ),
            models.UniqueConstraint(fields=["membership"], condition=Q(ends_on=None), name="members_one_open_pause"),
        ]

    def __str__(self):
        return f"{self.membership} 中止"
