"""Publicity lists (公示), their frozen lines, objections (异议) and announcements (公告)."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from association.core.enums import Audience
from association.core.models import Base
from association.parties.merge_rules import WhenMerged
from association.parties.visibility import of_own_parties
from association.workflow.models import Stateful


class Frozen(TypeError):
    """What was publicised or announced is never edited nor deleted; triggers in guards.py keep the database to it."""


def _staff(user, meta):
    return user.is_authenticated and user.is_staff and user.has_perm(f"{meta.app_label}.view_{meta.model_name}")


class ListState(models.TextChoices):
    DRAFT = "draft", "拟定中"
    PUBLICISED = "publicised", "公示中"
    ENDED = "ended", "公示期满"
    ANNOUNCED = "announced", "已公告"
    WITHDRAWN = "withdrawn", "已撤下"


PUBLIC_STATES = (ListState.PUBLICISED, ListState.ENDED, ListState.ANNOUNCED)


class PublicityListQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self if _staff(user, self.model._meta) else self.on_show()

    def on_show(self):
        """What the public may read: from the day it starts, also after its end; not drafts, not what was withdrawn."""
        return self.filter(state__in=PUBLIC_STATES, starts_on__lte=timezone.localdate())

    def delete(self):
        if self.exclude(state=ListState.DRAFT).exists():
            raise Frozen("only drafts are deleted")
        return super().delete()


class PublicityList(Stateful):
    """A frozen list that stands for N working days, first day not counted (民法典 art. 201, 203)."""

    workflow_kind = "publicity"
    party = None

    kind = models.CharField("种类", max_length=30, help_text="来自哪类业务，例：rating")
    round_key = models.CharField("轮次", max_length=40, blank=True)
    title = models.CharField("标题", max_length=120)
    issuer = models.CharField("公示单位", max_length=120)
    basis = models.TextField("依据与说明", blank=True)
    result_label = models.CharField("结果栏名称", max_length=20, default="拟定等级")
    starts_on = models.DateField("公示开始日期", null=True, blank=True)
    working_days = models.PositiveSmallIntegerField("公示工作日", default=5)
    ends_at = models.DateTimeField("公示截止", null=True, blank=True)
    due_at = models.DateTimeField("期限", null=True, blank=True, editable=False)
    objection_phone = models.CharField("异议电话", max_length=60)
    objection_address = models.CharField("异议地址", max_length=120)
    objection_email = models.EmailField("异议邮箱", blank=True)
    how_to_object = models.TextField("异议办法", blank=True)
    prepared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="拟定人", editable=False
    )

    objects = PublicityListQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "公示"
        ordering = [F("starts_on").desc(nulls_first=True), "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=("draft", "withdrawn")) | Q(starts_on__isnull=False, ends_at__isnull=False),
                name="publicity_shown_has_dates",
            ),
            models.CheckConstraint(condition=Q(working_days__gte=1), name="publicity_days"),
            models.UniqueConstraint(
                fields=["kind", "round_key"], condition=Q(state="draft"), name="publicity_one_draft_a_round"
            ),
        ]

    def __str__(self):
        return self.title

    def delete(self, *args, **kwargs):
        if self.state != ListState.DRAFT:
            raise Frozen("only drafts are deleted")
        return super().delete(*args, **kwargs)

    @property
    def turn_party(self):
        return None

    @property
    def ends_on(self):
        return timezone.localdate(self.ends_at) if self.ends_at else None

    @property
    def group_url(self):
        return f"/admin/publicity/publicitylist/?state={self.state}"

    def get_absolute_url(self):
        return f"/admin/publicity/publicitylist/{self.pk}/change/"

    def get_public_url(self):
        return f"/publicity/{self.uid}/"


class LineState(models.TextChoices):
    OPEN = "open", "公示"
    BLOCKED = "blocked", "异议处理中"
    CLEARED = "cleared", "异议不成立"
    DROPPED = "dropped", "不予公告"


class PublicityLineQuerySet(models.QuerySet):
    def visible_to(self, user):
        if _staff(user, self.model._meta):
            return self
        return self.filter(list__state__in=PUBLIC_STATES, list__starts_on__lte=timezone.localdate())

    def announceable(self):
        """Neither announced yet nor held back by an objection."""
        return self.filter(announcement=None, state__in=(LineState.OPEN, LineState.CLEARED))

    def find(self, words: str):
        """Lines whose frozen name or district contains each of the blank-separated words."""
        found = self
        for word in words.split():
            found = found.filter(Q(name__icontains=word) | Q(district__icontains=word))
        return found

    def delete(self):
        if self.exclude(list__state=ListState.DRAFT).exists():
            raise Frozen("only lines of a draft are deleted")
        return super().delete()


class PublicityLine(Base):
    """One frozen line: copied text, never joined to live data. Only name, district and result are ever public."""

    list = models.ForeignKey(PublicityList, models.CASCADE, related_name="lines", verbose_name="公示")
    position = models.PositiveIntegerField("序号")
    party = models.ForeignKey("parties.Party", models.PROTECT, null=True, related_name="+", verbose_name="单位")
    case = models.ForeignKey("cases.Case", models.PROTECT, null=True, related_name="+", verbose_name="办件")
    name = models.CharField("单位名称", max_length=120)
    district = models.CharField("县市区", max_length=40, blank=True)
    result = models.CharField("结果", max_length=40)
    state = models.CharField("状态", max_length=10, choices=LineState, default=LineState.OPEN)
    announcement = models.ForeignKey(
        "Announcement", models.PROTECT, null=True, blank=True, related_name="lines", verbose_name="公告"
    )

    WHEN_MERGED = {"party": WhenMerged.STAYS}
    objects = PublicityLineQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "公示名单"
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["list", "position"], name="publicity_line_position"),
            models.CheckConstraint(
                condition=Q(announcement=None) | Q(state__in=("open", "cleared")),
                name="publicity_blocked_not_announced",
            ),
        ]

    def __str__(self):
        return self.name

    def save(self, *args, **kwargs):
        only_moved = set(kwargs.get("update_fields") or {"name"}) <= {"state", "announcement"}
        if not only_moved and self.list.state != ListState.DRAFT:
            raise Frozen("the text of a publicised line")
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        if self.list.state != ListState.DRAFT:
            raise Frozen("only lines of a draft are deleted")
        return super().delete(*args, **kwargs)


class ObjectionState(models.TextChoices):
    OPEN = "open", "核查中"
    UPHELD = "upheld", "异议成立"
    DISMISSED = "dismissed", "异议不成立"
    CLOSED = "closed", "已办结"


class ObjectionQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self if _staff(user, self.model._meta) else self.none()


class Objection(Stateful):
    """An objection to a line (异议), by name or as a clue; confidential. In time, it blocks its line until decided.

    A late one (逾期) is stored and checked all the same, but moves nothing.
    """

    workflow_kind = "objection"

    class Came(models.TextChoices):
        VISIT = "visit", "来人"
        LETTER = "letter", "来信"
        CALL = "call", "来电"
        EMAIL = "email", "邮件"

    class Answer(models.TextChoices):
        CALL = "call", "电话答复"
        VISIT = "visit", "当面答复"
        LETTER = "letter", "书面答复"
        EMAIL = "email", "邮件答复"
        NONE = "none", "未留联系方式，无法答复"

    line = models.ForeignKey(PublicityLine, models.PROTECT, related_name="objections", verbose_name="公示名单")
    number = models.CharField("登记号", max_length=40, unique=True, editable=False)
    came = models.CharField("来源", max_length=8, choices=Came)
    received_at = models.DateTimeField("收到时间", default=timezone.now)
    is_late = models.BooleanField("逾期", default=False, editable=False)
    is_named = models.BooleanField("实名", default=True, help_text="不实名的按线索处理，同样核查。")
    objector = models.CharField("异议人", max_length=60, blank=True)
    contact = models.CharField("联系方式", max_length=60, blank=True)
    content = models.TextField("异议内容")
    evidence = models.ForeignKey(
        "documents.Document", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="材料"
    )
    due_at = models.DateTimeField("期限", null=True, blank=True, editable=False)
    outcome = models.TextField("核查结论", blank=True)
    is_upheld = models.BooleanField("异议成立", null=True, editable=False)
    decided_on = models.DateField("处理日期", null=True, blank=True)
    answer_way = models.CharField("答复方式", max_length=8, choices=Answer, blank=True)
    answered_on = models.DateField("答复日期", null=True, blank=True)
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="登记人", editable=False
    )
    once_key = models.CharField(max_length=60, unique=True, default=uuid.uuid4, editable=False)

    SENSITIVE = {"objector", "contact", "content"}
    audience = Audience.STAFF
    objects = ObjectionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "异议"
        ordering = ["-received_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open", decided_on=None, is_upheld=None)
                | (~Q(state="open") & Q(decided_on__isnull=False, is_upheld__isnull=False) & ~Q(outcome="")),
                name="publicity_objection_decided_when",
            ),
            models.CheckConstraint(
                condition=Q(state="closed", answered_on__isnull=False) | (~Q(state="closed") & Q(answered_on=None)),
                name="publicity_objection_answered_when",
            ),
            models.CheckConstraint(
                condition=Q(is_named=False) | ~Q(objector=""), name="publicity_named_objector_has_a_name"
            ),
        ]

    def __str__(self):
        return f"对「{self.line.name}」的异议"

    @property
    def turn_party(self):
        return None

    @property
    def group_url(self):
        return f"/admin/publicity/objection/?state={self.state}"

    def get_absolute_url(self):
        return f"/admin/publicity/objection/{self.pk}/change/"


class AnnouncementQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self


class Announcement(Base):
    """What was announced (公告) after publicity, by a second person. Never edited: a 更正公告 corrects it."""

    class Kind(models.TextChoices):
        FIRST = "first", "公告"
        SUPPLEMENT = "supplement", "补充公告"
        CORRECTION = "correction", "更正公告"

    list = models.ForeignKey(PublicityList, models.PROTECT, related_name="announcements", verbose_name="公示")
    kind = models.CharField("类别", max_length=10, choices=Kind, default=Kind.FIRST)
    supplements = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="supplementary", verbose_name="补充或更正"
    )
    title = models.CharField("标题", max_length=120)
    number = models.CharField("文号", max_length=60, blank=True)
    issued_on = models.DateField("公告日期", default=timezone.localdate)
    body = models.TextField("正文", blank=True)
    released_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="签发人")
    signature = models.CharField("署名", max_length=70)

    objects = AnnouncementQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "公告"
        ordering = ["-issued_on", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["list"], condition=Q(kind="first"), name="publicity_announced_once"),
            models.UniqueConstraint(fields=["number"], condition=~Q(number=""), name="publicity_number_once"),
            models.CheckConstraint(
                condition=Q(kind="first", supplements=None) | (~Q(kind="first") & Q(supplements__isnull=False)),
                name="publicity_later_names_the_first",
            ),
        ]

    def __str__(self):
        return self.title

    def save(self, *args, **kwargs):
        if not self._state.adding:
            raise Frozen("an announcement")
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        raise Frozen("an announcement")

    def get_absolute_url(self):
        return f"/admin/publicity/announcement/{self.pk}/change/"

    def get_public_url(self):
        return f"/announcements/{self.uid}/"


def party_lines(user):
    """The public lines about the parties a person holds seats for."""
    return PublicityLine.objects.filter(
        of_own_parties(user), list__state__in=PUBLIC_STATES, list__starts_on__lte=timezone.localdate()
    ).select_related("list")
