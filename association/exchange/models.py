"""Files that came in (导入): the batch with its file, the verdict on each row, and what people decided about names."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from association.core.models import Base
from association.parties.merge_rules import WhenMerged


class StaffOnlyQuerySet(models.QuerySet):
    def visible_to(self, user):
        meta = self.model._meta
        allowed = user.is_authenticated and user.has_perm(f"{meta.app_label}.view_importbatch")
        return self if allowed else self.none()


class ImportRowQuerySet(StaffOnlyQuerySet):
    def visible_to(self, user):
        """Rows quote the file and keep old values for the undo: for those only who may read the file itself."""
        return super().visible_to(user).filter(batch__in=ImportBatch.objects.readable_by(user))


class ImportBatchQuerySet(StaffOnlyQuerySet):
    def readable_by(self, user):
        """Those whose file this person may read: it is their work to import such files, or they know people's data."""
        from .kinds import readable_kinds  # kinds are made of these models

        kinds = readable_kinds(user)
        return self if kinds is None else self.filter(kind__in=kinds)


class ImportBatch(Base):
    """One file read as one kind. Its rows count once `state` is APPLIED; undo gives back what is unchanged since."""

    class State(models.TextChoices):
        READING = "reading", "试读中"
        PREVIEWED = "previewed", "待确认"
        APPLYING = "applying", "导入中"
        BROKEN = "broken", "中断"
        APPLIED = "applied", "已导入"
        FAILED = "failed", "未导入"
        UNDOING = "undoing", "撤销中"
        UNDONE = "undone", "已撤销"

    kind = models.CharField("种类", max_length=40)
    label = models.CharField("种类名称", max_length=60)
    options = models.JSONField("选项", default=dict, help_text="轮次、来源等")
    document = models.ForeignKey("documents.Document", models.PROTECT, related_name="+", verbose_name="原文件")
    state = models.CharField("状态", max_length=10, choices=State, default=State.READING)
    read = models.PositiveIntegerField("读到行数", default=0)
    created = models.PositiveIntegerField("新增", default=0)
    updated = models.PositiveIntegerField("更新", default=0)
    unchanged = models.PositiveIntegerField("无变化", default=0)
    rejected = models.PositiveIntegerField("有问题", default=0)
    waiting = models.PositiveIntegerField("等待认领", default=0)
    notes = models.JSONField("没有读入的内容", default=list, editable=False)
    all_or_nothing = models.BooleanField("全部无误才导入", default=False, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="导入人")
    job = models.ForeignKey("jobs.Job", models.SET_NULL, null=True, related_name="+", editable=False)
    applied_at = models.DateTimeField("导入时间", null=True, editable=False)
    undone_at = models.DateTimeField("撤销时间", null=True, editable=False)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False)
    undo_reason = models.CharField("撤销原因", max_length=300, blank=True, editable=False)

    objects = ImportBatchQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "导入记录"
        ordering = ["-created_at", "-id"]

    def __str__(self):
        return f"{self.label} · {self.document.label}"

    def get_absolute_url(self):
        return f"/admin/exchange/importbatch/{self.pk}/change/"


class ImportRow(models.Model):
    """The verdict on one row of a file: of the dry run while the batch waits, of the import afterwards.

    `before` and `after_version` let an undo see whether the row changed since; `kept` is why it could not go back.
    """

    class Verdict(models.TextChoices):
        CREATED = "created", "新增"
        UPDATED = "updated", "更新"
        UNCHANGED = "unchanged", "无变化"
        REJECTED = "rejected", "有问题"
        WAITING = "waiting", "等待认领"

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="rows", verbose_name="导入记录")
    sheet = models.CharField("工作表", max_length=40, blank=True, help_text="只在文件有几张表时填写")
    row = models.PositiveIntegerField("行号")
    verdict = models.CharField("结果", max_length=10, choices=Verdict)
    problems = models.JSONField("问题", default=list, help_text="[{column, value, reason}]")
    subject_type = models.CharField(max_length=60, blank=True)
    subject_id = models.BigIntegerField(null=True)
    before = models.JSONField("原值", default=dict)
    after_version = models.PositiveIntegerField(null=True)
    undone = models.BooleanField("已撤销", default=False)
    kept = models.CharField("未撤销的原因", max_length=120, blank=True)

    objects = ImportRowQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "导入明细"
        ordering = ["id"]
        indexes = [models.Index(fields=["batch", "verdict"], name="exchange_verdict_idx")]

    def __str__(self):
        return f"第 {self.row} 行 {self.get_verdict_display()}"


class NameDecision(Base):
    """What a person decided about a name that matched no firm (匹配决定): remembered for that source, can be revoked.

    `round`: only where it is none of the round's firms (no party): up to which year's rows this holds. Next year's ask
    again.
    """

    kind = models.CharField("资料种类", max_length=40)
    source = models.CharField("来源", max_length=40, blank=True)
    name = models.CharField("原文名称", max_length=120)
    name_key = models.CharField(max_length=120, editable=False)
    code = models.CharField("原文代码", max_length=40, blank=True)
    party = models.ForeignKey(
        "parties.Party", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="对应单位",
        help_text="空：确认不是本轮企业，不再提示",
    )  # fmt: skip
    round = models.PositiveSmallIntegerField("到哪个年度为止", null=True, editable=False)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="决定人")
    note = models.CharField("说明", max_length=200, blank=True)
    revoked_at = models.DateTimeField("撤回时间", null=True, editable=False)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False
    )

    WHEN_MERGED = {"party": WhenMerged.MOVES}
    objects = StaffOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "匹配决定"
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "source", "name_key", "code"],
                condition=Q(revoked_at=None, party__isnull=False),
                name="exchange_one_decision",
            ),
            models.UniqueConstraint(
                fields=["kind", "source", "name_key", "code", "round"],
                condition=Q(revoked_at=None, party=None),
                name="exchange_one_dismissal",
            ),
        ]

    def __str__(self):
        return f"{self.name} → {self.party or '不是本轮企业'}"
