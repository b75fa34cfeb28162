"""What waits for whom, until when (待办)."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from association.accounts.roles import Right
from association.core.models import Base
from association.parties.merge_rules import WhenMerged
from association.parties.models import Seat
from association.parties.visibility import AudienceMixin, AudienceQuerySet


class Whose(models.TextChoices):
    """Whose move it is (轮到谁)."""

    OFFICE = "office", "协会"
    PARTY = "party", "单位"
    AUTHORITY = "authority", "主管部门"
    CLOCK = "clock", "等待到期"
    NOBODY = "nobody", "已办结"


def rights_with_stand_ins(user) -> set[str]:
    """The person's rights and, for today, those of the people whose stand-in (代理) they are, in whatever matter."""
    return set(user.rights).union(*(row.principal.rights for row in user.stand_ins_today))


class TodoQuerySet(AudienceQuerySet):
    def open(self):
        return self.filter(done_at=None)

    def visible_to(self, user):
        """Staff: what their rights, or those of whom they stand in for today, let them do, or is given to them by name;
        others: what waits for their parties."""
        if not user.is_authenticated:
            return self.none()
        mine = Q(user=user)
        mine |= Q(whose=Whose.PARTY, user=None, party__in=Seat.objects.live().filter(user=user).values("party"))
        if user.is_staff:
            mine |= Q(right__in=sorted(rights_with_stand_ins(user)), user=None)
            if Right.READ in user.rights_today:
                mine |= Q(user=None) & ~Q(right=Right.SETTINGS)
        return self.filter(mine)


class Todo(Base, AudienceMixin):
    """One thing that waits. Closed, never deleted; `once_key` keeps one open row for one matter."""

    kind = models.CharField("类别", max_length=40, help_text="同类待办在首页合并为一行")
    label = models.CharField("要做什么", max_length=60)
    title = models.CharField("事项", max_length=200)
    url = models.CharField("办理页面", max_length=200)
    desk_url = models.CharField("单位的办理页面", max_length=200, blank=True)
    group_url = models.CharField("同类列表", max_length=200, blank=True)
    whose = models.CharField("轮到谁", max_length=10, choices=Whose, default=Whose.OFFICE)
    right = models.CharField("所需权限", max_length=12, choices=Right, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="todos", verbose_name="指定办理人"
    )
    due_at = models.DateTimeField("期限", null=True, blank=True)
    count = models.PositiveIntegerField("件数", default=1)
    subject_type = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    once_key = models.CharField(max_length=120)
    done_at = models.DateTimeField("办结时间", null=True, editable=False)

    WHEN_MERGED = {"party": WhenMerged.MOVES_FREELY}
    objects = TodoQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "待办"
        ordering = [models.F("due_at").asc(nulls_last=True), "id"]
        constraints = [
            models.UniqueConstraint(fields=["once_key"], condition=Q(done_at=None), name="inbox_one_open_todo")
        ]
        indexes = [
            models.Index(fields=["done_at", "kind"], name="inbox_open_idx"),
            models.Index(fields=["subject_type", "subject_id"], name="inbox_subject_idx"),
        ]

    def __str__(self):
        return f"{self.label}：{self.title}"
