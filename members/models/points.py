"""Points (积分): rules as rows, a ledger per unit that other parts of the portal add to."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from association.core.models import Base
from association.parties.merge_rules import WhenMerged
from association.parties.visibility import OfPartyQuerySet, StaffQuerySet


class PointRule(Base):
    """What earns points (积分项目): 参加会议, 参加培训, 投稿采用 … `key` is how another part of the portal names it."""

    name = models.CharField("项目", max_length=40, unique=True)
    key = models.SlugField("代号", max_length=40, unique=True)
    points = models.DecimalField("每次分值", max_digits=6, decimal_places=2)
    year_cap = models.DecimalField("每年上限", max_digits=6, decimal_places=2, null=True, blank=True)
    is_active = models.BooleanField("在用", default=True)

    objects = StaffQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "积分项目"
        ordering = ["name"]

    def __str__(self):
        return self.name


class PointEntry(Base):
    """A line of the ledger (积分明细); corrected by voiding it, never edited. `source_key` keeps one fact from counting twice."""

    party = models.ForeignKey("parties.Party", models.PROTECT, related_name="point_entries", verbose_name="会员")
    rule = models.ForeignKey(PointRule, models.PROTECT, related_name="entries", verbose_name="项目")
    year = models.PositiveSmallIntegerField("年度", db_index=True)
    happened_on = models.DateField("日期")
    points = models.DecimalField("分值", max_digits=6, decimal_places=2)
    note = models.CharField("说明", max_length=200, blank=True)
    source_key = models.CharField(max_length=120, unique=True, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="登记人")
    voided_at = models.DateTimeField("作废时间", null=True, editable=False)
    void_reason = models.CharField("作废原因", max_length=300, blank=True, editable=False)

    WHEN_MERGED = {"party": WhenMerged.MOVES}

    class _QuerySet(OfPartyQuerySet):
        def standing(self):
            return self.filter(voided_at=None)

    objects = _QuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "积分明细"
        ordering = ["-happened_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(voided_at=None, void_reason="") | (Q(voided_at__isnull=False) & ~Q(void_reason="")),
                name="members_points_void_says_why",
            )
        ]

    def __str__(self):
        return f"{self.party} {self.rule} {self.points}"
