"""Scoring runs (测算): immutable, with one explanation per firm and run."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from association.core.fields import JSONText
from association.core.models import Base
from association.parties.visibility import StaffQuerySet

from ..scoring.exact import printed
from .rounds import Rating, RatingRound


class ScoringRunQuerySet(StaffQuerySet):
    def valid(self):
        return self.filter(state=ScoringRun.State.VALID)


class ScoringRun(Base):
    """One scoring of a round. Nobody sees it before `state` is VALID; it pins the scheme, the population and the inputs."""

    class State(models.TextChoices):
        COMPUTING = "computing", "测算中"
        VALID = "valid", "有效"

    round = models.ForeignKey(RatingRound, models.PROTECT, related_name="runs", verbose_name="轮次")
    number = models.PositiveIntegerField("第几次", default=0)
    state = models.CharField("状态", max_length=10, choices=State, default=State.COMPUTING)
    rulebook = models.JSONField("评分办法（当时）", default=dict)
    givers = models.JSONField("提供单位（当时）", default=dict, help_text="{来源: 提供单位}；空：由记录的相关方提供")
    inputs_hash = models.CharField("输入指纹", max_length=64, blank=True)
    inputs_stamp = models.JSONField("输入标记", default=list, editable=False, help_text="资料有没有变动，由它看出")
    checked_at = models.DateTimeField("资料未变的再次测算", null=True, editable=False)
    population = models.PositiveIntegerField("参评企业数", default=0)
    summary = models.JSONField("汇总", default=dict)
    changes = models.JSONField("与上一次的差异", default=list)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="测算人")
    job = models.ForeignKey("jobs.Job", models.SET_NULL, null=True, related_name="+", editable=False)
    finished_at = models.DateTimeField("完成时间", null=True)

    objects = ScoringRunQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "测算记录"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "number"], condition=Q(state="valid"), name="evaluations_run_number"
            )
        ]

    def __str__(self):
        return f"{self.round} 第 {self.number} 次测算"


class ScoreSheetQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Sheets of valid runs: staff all; a firm its own of the round's current run, once the round opens them."""
        rows = self.filter(run__state=ScoringRun.State.VALID)
        if not user.is_authenticated:
            return self.none()
        if user.has_perm("evaluations.view_rating"):
            return rows
        return rows.filter(
            rating__in=Rating.objects.visible_to(user),
            run__round__sheets_open=True,
            run=models.F("run__round__current_run"),
        )


class ScoreSheet(models.Model):
    """One firm's result in one run. `points` stand in the order of the scheme's parts (None: not given); `detail` is the
    compact explanation (evaluations.scoring.shape), frozen: it reads the same when the records behind it are corrected.

    The foreign keys have no constraint in the database: a run writes a hundred thousand rows, and only runs.py does.
    """

    run = models.ForeignKey(
        ScoringRun, models.CASCADE, related_name="sheets", verbose_name="测算", db_index=False, db_constraint=False
    )
    rating = models.ForeignKey(
        Rating, models.CASCADE, related_name="sheets", verbose_name="参评企业", db_constraint=False
    )
    points = JSONText("各项得分", default=list)
    own_points = models.DecimalField("协会评分", max_digits=10, decimal_places=3, null=True)
    total = models.DecimalField("总分", max_digits=13, decimal_places=6, null=True)
    grade = models.CharField("测算等级", max_length=20, blank=True)
    detail = JSONText("依据", default=dict)

    objects = ScoreSheetQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "评分表"
        ordering = ["run", "rating"]
        constraints = [models.UniqueConstraint(fields=["run", "rating"], name="evaluations_one_sheet")]

    def __str__(self):
        return f"{self.rating} {'—' if self.total is None else printed(self.total)}"
