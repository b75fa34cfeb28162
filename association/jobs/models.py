"""Long work (后台任务): a Job row that survives reloads and restarts."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from association.core.models import Base
from association.parties.merge_rules import WhenMerged
from association.parties.visibility import AudienceMixin, AudienceQuerySet


class JobQuerySet(AudienceQuerySet):
    in_charge_field = "owner"

    def visible_to(self, user):
        if not user.is_authenticated:
            return self.none()
        return (super().visible_to(user) | self.filter(owner=user)).distinct()


class Job(Base, AudienceMixin):
    """`kind` names the function in jobs.registry; `args` and `cursor` are JSON; `heartbeat_at` tells a live worker."""

    class State(models.TextChoices):
        QUEUED = "queued", "排队中"
        RUNNING = "running", "进行中"
        DONE = "done", "已完成"
        FAILED = "failed", "未完成"

    kind = models.CharField("种类", max_length=60)
    title = models.CharField("名称", max_length=120)
    state = models.CharField("状态", max_length=8, choices=State, default=State.QUEUED)
    done = models.PositiveIntegerField("已处理", default=0)
    total = models.PositiveIntegerField("总数", default=0)
    phase = models.CharField("正在做", max_length=60, blank=True)
    args = models.JSONField("参数", default=dict)
    cursor = models.JSONField("进度位置", default=dict)
    result = models.JSONField("结果", default=dict)
    error = models.TextField("原因", blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="jobs", verbose_name="发起人"
    )
    back_url = models.CharField("返回页面", max_length=200, blank=True)
    once_key = models.CharField(max_length=120, help_text="同一时间只有一个未完成的同名任务")
    started_at = models.DateTimeField("开始时间", null=True)
    finished_at = models.DateTimeField("完成时间", null=True)
    heartbeat_at = models.DateTimeField(default=timezone.now)
    tries = models.PositiveSmallIntegerField("次数", default=0)
    lease = models.UUIDField(null=True, editable=False, help_text="正在处理它的进程")

    WHEN_MERGED = {"party": WhenMerged.STAYS}
    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "后台任务"
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["once_key"], condition=Q(state__in=("queued", "running")), name="jobs_one_unfinished"
            )
        ]
        indexes = [models.Index(fields=["state", "heartbeat_at"], name="jobs_state_idx")]

    def __str__(self):
        return self.title

    @property
    def is_over(self) -> bool:
        return self.state in (self.State.DONE, self.State.FAILED)

    @property
    def percent(self) -> int:
        return 100 if self.state == self.State.DONE else min(99, 100 * self.done // self.total) if self.total else 0
