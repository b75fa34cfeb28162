"""Messages out (消息): in-site, e-mail, SMS; written in the action's transaction, sent on commit, never twice."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from association.core.models import Base
from association.parties.merge_rules import WhenMerged
from association.parties.visibility import AudienceMixin, AudienceQuerySet


class MessageQuerySet(AudienceQuerySet):
    in_charge_field = "user"

    def visible_to(self, user):
        if not user.is_authenticated:
            return self.none()
        seen = super().visible_to(user)
        return (seen | self.filter(user=user)).distinct()

    def unread(self):
        return self.filter(read_at=None, channel=Message.Channel.SITE)


class Message(Base, AudienceMixin):
    class Channel(models.TextChoices):
        SITE = "site", "站内消息"
        EMAIL = "email", "邮件"
        SMS = "sms", "短信"

    class State(models.TextChoices):
        WAITING = "waiting", "待发送"
        SENDING = "sending", "发送中"
        SENT = "sent", "已发送"
        FAILED = "failed", "发送失败"
        SKIPPED = "skipped", "未配置，未发送"

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="messages", verbose_name="收件人"
    )
    channel = models.CharField("渠道", max_length=8, choices=Channel, default=Channel.SITE)
    address = models.CharField("地址", max_length=120, blank=True)
    subject = models.CharField("标题", max_length=120)
    body = models.TextField("正文")
    url = models.CharField("链接", max_length=200, blank=True)
    state = models.CharField("状态", max_length=10, choices=State, default=State.WAITING)
    tries = models.PositiveSmallIntegerField("次数", default=0)
    next_try_at = models.DateTimeField("下次发送", default=timezone.now)
    sent_at = models.DateTimeField("发送时间", null=True)
    read_at = models.DateTimeField("阅读时间", null=True)
    error = models.CharField("原因", max_length=300, blank=True)
    once_key = models.CharField(max_length=160, unique=True)

    WHEN_MERGED = {"party": WhenMerged.STAYS}
    SENSITIVE = {"address", "body"}
    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "消息"
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["state", "next_try_at"], name="outbox_due_idx")]

    def __str__(self):
        return self.subject
