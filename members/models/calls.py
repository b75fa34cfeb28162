"""Calls and visits (来电来访): what was said, by whom, and what was promised. The party can read its own."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from association.core.models import Base
from association.parties.merge_rules import WhenMerged
from association.parties.visibility import AudienceMixin, AudienceQuerySet


class CallNote(Base, AudienceMixin):
    """A call or visit that somebody of the office wrote down (记一笔来电)."""

    class Way(models.TextChoices):
        IN = "in", "来电"
        OUT = "out", "去电"
        VISIT = "visit", "来访"
        WECHAT = "wechat", "微信"

    way = models.CharField("方式", max_length=6, choices=Way, default=Way.IN)
    caller = models.CharField("对方姓名", max_length=40, blank=True)
    phone = models.CharField("对方电话", max_length=30, blank=True)
    topic = models.CharField("事由", max_length=60)
    content = models.TextField("内容", blank=True)
    happened_at = models.DateTimeField("时间", default=timezone.now)
    follow_up_on = models.DateField("约定回复日期", null=True, blank=True)
    answered_at = models.DateTimeField("已回复", null=True, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="记录人")

    WHEN_MERGED = {"party": WhenMerged.MOVES}
    SENSITIVE = {"phone"}
    objects = AudienceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "来电来访"
        ordering = ["-happened_at", "-id"]

    def __str__(self):
        return f"{self.get_way_display()} {self.topic}"

    def get_absolute_url(self):
        return f"/admin/members/callnote/{self.pk}/change/"
