"""The rule book of a year (评分办法) as rows that staff edit; locked once a round uses it, copied for next year."""

from decimal import Decimal

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from association.core.models import Base
from association.parties.visibility import StaffQuerySet

LOCKED = "这份评分办法已在使用，不能修改；请复制一份再改。"


class Scheme(Base):
    """Scoring rules of a year. `period_from`..`period_to`: a fact outside does not count. `total` in points."""

    name = models.CharField("名称", max_length=80)
    year = models.PositiveSmallIntegerField("评价年度")
    period_from = models.DateField("信用信息起算日")
    period_to = models.DateField("信用信息截止日")
    total = models.DecimalField("满分", max_digits=10, decimal_places=3, default=Decimal(100))
    below_label = models.CharField("最低等级以下", max_length=20, default="不予定级")
    basis = models.CharField("依据文件", max_length=160, blank=True)
    locked_at = models.DateTimeField("启用时间", null=True, editable=False)
    locked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False)
    copied_from = models.ForeignKey("self", models.SET_NULL, null=True, related_name="+", editable=False)

    objects = StaffQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "评分办法"
        ordering = ["-year", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(period_to__gte=F("period_from")), name="evaluations_scheme_period"),
            models.UniqueConstraint(fields=["name"], name="evaluations_scheme_name"),
        ]

    def __str__(self):
        return self.name

    @property
    def is_locked(self) -> bool:
        return self.locked_at is not None

    def save(self, *args, **kwargs):
        if not self._state.adding and type(self).objects.filter(pk=self.pk, locked_at__isnull=False).exists():
            raise ValidationError(LOCKED)
        super().save(*args, **kwargs)


class SchemeRow(Base):
    """A row of a scheme; refuses to change once the scheme is locked."""

    class Meta:
        abstract = True

    def the_scheme(self):
        return self.part.scheme

    def save(self, *args, **kwargs):
        if self.the_scheme().is_locked:
            raise ValidationError(LOCKED)
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        if self.the_scheme().is_locked:
            raise ValidationError(LOCKED)
        return super().delete(*args, **kwargs)


class SchemePart(SchemeRow):
    """A part of the total (评分项). `own`: scored by the association itself, not imported from the authority."""

    class Kind(models.TextChoices):
        DEDUCT = "deduct", "扣分（起评满分）"
        BONUS = "bonus", "加分"
        SURVEY = "survey", "业绩调查"
        IMPORTED = "imported", "导入得分"
        VETO = "veto", "一票否决或等级封顶"

    scheme = models.ForeignKey(Scheme, models.CASCADE, related_name="parts", verbose_name="评分办法")
    position = models.PositiveSmallIntegerField("顺序", default=1)
    name = models.CharField("名称", max_length=40)
    kind = models.CharField("计分方式", max_length=10, choices=Kind)
    points = models.DecimalField("满分", max_digits=10, decimal_places=3, default=0)
    own = models.BooleanField("协会评分", default=True)
    survey_items = models.CharField(
        "调查内容", max_length=200, blank=True, help_text="仅业绩调查：用顿号隔开，例：质量、安全、进度"
    )
    mark_lowest = models.DecimalField("调查最低分", max_digits=10, decimal_places=3, default=1)
    mark_highest = models.DecimalField("调查最高分", max_digits=10, decimal_places=3, default=5)
    below_points = models.DecimalField("未达最低档得分", max_digits=10, decimal_places=3, default=0)

    objects = StaffQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "评分项"
        ordering = ["scheme", "position"]
        constraints = [
            models.UniqueConstraint(fields=["scheme", "name"], name="evaluations_part_name"),
            models.CheckConstraint(condition=Q(points__gte=0), name="evaluations_part_points"),
        ]

    def __str__(self):
        return self.name

    def the_scheme(self):
        return self.scheme


class DeductionRule(SchemeRow):
    """What one fact of a source does (扣分规则): deducts or adds `each` points up to `cap`; for a veto, caps the grade."""

    part = models.ForeignKey(SchemePart, models.CASCADE, related_name="rules", verbose_name="评分项")
    source = models.CharField("来源", max_length=40)
    each = models.DecimalField("每条分值", max_digits=10, decimal_places=3, default=1)
    cap = models.DecimalField("上限", max_digits=10, decimal_places=3, default=1)
    grade_cap = models.CharField("等级最高为", max_length=20, blank=True, help_text="仅用于一票否决或等级封顶")

    objects = StaffQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "来源规则"
        ordering = ["part", "id"]
        constraints = [models.UniqueConstraint(fields=["part", "source"], name="evaluations_rule_source")]

    def __str__(self):
        return self.source


class ChannelWeight(SchemeRow):
    """Weight of a survey channel (调查方式权重); those of unused channels fall away."""

    part = models.ForeignKey(SchemePart, models.CASCADE, related_name="channels", verbose_name="评分项")
    channel = models.CharField("调查方式", max_length=20)
    weight = models.DecimalField("权重", max_digits=10, decimal_places=3)

    objects = StaffQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "调查方式权重"
        ordering = ["part", "-weight"]
        constraints = [
            models.UniqueConstraint(fields=["part", "channel"], name="evaluations_channel_name"),
            models.CheckConstraint(condition=Q(weight__gt=0), name="evaluations_channel_weight"),
        ]

    def __str__(self):
        return self.channel


class SurveyBand(SchemeRow):
    """From which mean of the survey how many points (分档)."""

    part = models.ForeignKey(SchemePart, models.CASCADE, related_name="bands", verbose_name="评分项")
    lower = models.DecimalField("均分不低于", max_digits=10, decimal_places=3)
    points = models.DecimalField("得分", max_digits=10, decimal_places=3)

    objects = StaffQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "调查分档"
        ordering = ["part", "-lower"]
        constraints = [models.UniqueConstraint(fields=["part", "lower"], name="evaluations_band_lower")]

    def __str__(self):
        return f"{self.lower} → {self.points}"


class GradeLine(SchemeRow):
    """From which total which grade (等级线)."""

    scheme = models.ForeignKey(Scheme, models.CASCADE, related_name="lines", verbose_name="评分办法")
    lower = models.DecimalField("总分不低于", max_digits=10, decimal_places=3)
    label = models.CharField("等级", max_length=20)

    objects = StaffQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "等级线"
        ordering = ["scheme", "-lower"]
        constraints = [
            models.UniqueConstraint(fields=["scheme", "lower"], name="evaluations_line_lower"),
            models.UniqueConstraint(fields=["scheme", "label"], name="evaluations_line_label"),
        ]

    def __str__(self):
        return f"{self.label} ≥ {self.lower}"

    def the_scheme(self):
        return self.scheme
