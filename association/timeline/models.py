"""What happened (时间线): Event, append-only; AccessLog, who read or took what."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from association.core.enums import Channel
from association.parties.merge_rules import WhenMerged
from association.parties.visibility import AudienceMixin, AudienceQuerySet


class AppendOnly(models.Model):
    class Meta:
        abstract = True

    def save(self, *args, **kwargs):
        if not self._state.adding:
            raise TypeError(f"{type(self).__name__} is append-only")
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        raise TypeError(f"{type(self).__name__} is append-only")


class Event(AppendOnly, AudienceMixin):
    """One line of a record's history: the sentence is written at once, names are copied in.

    The subject is named without a foreign key, so that the log never keeps a row from going.
    """

    subject_type = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    verb = models.CharField(max_length=60)
    sentence = models.CharField("经过", max_length=500)
    note = models.TextField("说明", blank=True)
    happened_on = models.DateField("发生日期", default=timezone.localdate)
    entered_at = models.DateTimeField("录入时间", default=timezone.now)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", db_constraint=False
    )
    actor_name = models.CharField("经手人", max_length=70, blank=True, help_text="代理时写作「张某代李某」")
    channel = models.CharField("代录方式", max_length=8, choices=Channel, blank=True)
    changes = models.JSONField("变更", default=dict, blank=True, help_text="{字段: [旧值, 新值]}，不含敏感字段")

    WHEN_MERGED = {"party": WhenMerged.STAYS}
    objects = AudienceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "时间线"
        ordering = ["-entered_at", "-id"]
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "entered_at"], name="timeline_subject_idx"),
            models.Index(fields=["party", "entered_at"], name="timeline_party_idx"),
            models.Index(fields=["-entered_at", "-id"], name="timeline_newest_idx"),
        ]

    def __str__(self):
        return self.sentence


class AccessLogQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self if user.is_authenticated and user.has_perm("timeline.view_accesslog") else self.none()


class AccessLog(AppendOnly):
    """Who downloaded, exported or saw unmasked what, who logged in (查阅记录); kept at least six months by law."""

    class Action(models.TextChoices):
        DOWNLOAD = "download", "下载"
        EXPORT = "export", "导出"
        UNMASKED = "unmasked", "查看完整信息"
        PRINT = "print", "打印"
        LOGIN = "login", "登录"
        REFUSED = "refused", "登录失败"

    at = models.DateTimeField("时间", default=timezone.now, db_index=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_constraint=False, verbose_name="账号"
    )
    user_name = models.CharField("姓名", max_length=70)
    action = models.CharField("动作", max_length=10, choices=Action)
    what = models.CharField("对象", max_length=200)
    subject_type = models.CharField(max_length=60, blank=True)
    subject_id = models.BigIntegerField(null=True)
    rows = models.PositiveIntegerField("行数", null=True)
    address = models.GenericIPAddressField("来源地址", null=True)

    objects = AccessLogQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "查阅记录"
        ordering = ["-at", "-id"]

    def __str__(self):
        return f"{self.user_name}{self.get_action_display()}{self.what}"
