"""An article (稿件) in the newsroom: the working copy, its revisions (稿次), remarks (批注), attachments."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from association.core.models import Base
from association.parties.visibility import StaffQuerySet
from association.workflow.models import Stateful

from ..enums import ArticleState, Effect, SourceKind, WordKind

TEXT = (  # what a revision keeps and what is copied when the article goes out
    "title", "subtitle", "summary", "body", "source_kind", "source", "source_url", "source_on", "author",
    "document_number", "issued_by", "issued_on", "effect",
)  # fmt: skip


class ArticleText(Base):
    """The words of an article; the working copy and the published one have the same."""

    title = models.CharField("标题", max_length=80)
    subtitle = models.CharField("副标题", max_length=80, blank=True)
    summary = models.TextField("摘要", blank=True, max_length=300, help_text="列表、搜索和转发时显示；不填取正文开头。")
    body = models.TextField("正文", blank=True)
    source_kind = models.CharField("来源类别", max_length=10, choices=SourceKind, default=SourceKind.OWN)
    source = models.CharField("来源", max_length=60, blank=True, help_text="转载必填，例：省住房和城乡建设厅网站")
    source_url = models.URLField("原文网址", max_length=300, blank=True)
    source_on = models.DateField("原文日期", null=True, blank=True, help_text="转载必填。")
    author = models.CharField("作者", max_length=40, blank=True)
    document_number = models.CharField("发文字号", max_length=60, blank=True, help_text="例：某建发〔2026〕12 号")
    issued_by = models.CharField("发文机关", max_length=80, blank=True)
    issued_on = models.DateField("成文日期", null=True, blank=True)
    effect = models.CharField("效力", max_length=10, choices=Effect, blank=True)

    class Meta:
        abstract = True


class Article(Stateful, ArticleText):
    """The working copy. What readers see is its Publication, copied when it is signed out (发)."""

    workflow_kind = "article"
    due_by_turn = True
    party = None

    column = models.ForeignKey("news.Column", models.PROTECT, related_name="articles", verbose_name="栏目")
    topics = models.ManyToManyField("news.Topic", blank=True, related_name="articles", verbose_name="专题")
    cover = models.ForeignKey(
        "news.Picture", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="封面"
    )
    pictures = models.ManyToManyField("news.Picture", related_name="articles", editable=False)
    publish_at = models.DateTimeField("定时发布", null=True, editable=False)
    take_down_at = models.DateTimeField(
        "到期撤下", null=True, blank=True, help_text="到这个时间自动撤下；不填长期显示。"
    )
    due_at = models.DateTimeField("期限", null=True, editable=False)
    editor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False, verbose_name="责任编辑"
    )

    objects = StaffQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "稿件"
        ordering = ["-id"]
        indexes = [models.Index(fields=["state", "-id"], name="news_article_state_idx")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state=ArticleState.SCHEDULED) | Q(publish_at__isnull=False), name="news_scheduled_has_time"
            )
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return f"/admin/news/article/{self.pk}/change/"


class Revision(Base):
    """One state of the words (稿次), kept whenever they change; never edited."""

    article = models.ForeignKey(Article, models.PROTECT, related_name="revisions", verbose_name="稿件")
    number = models.PositiveIntegerField("稿次")
    text = models.JSONField("内容", help_text="{字段: 值}，见 models.articles.TEXT")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="修改人")
    note = models.CharField("说明", max_length=120, blank=True)

    objects = StaffQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "稿次"
        ordering = ["article", "-number"]
        constraints = [models.UniqueConstraint(fields=["article", "number"], name="news_revision_number")]

    def __str__(self):
        return f"第 {self.number} 稿"


class Remark(Base):
    """What a colleague says of a text (批注) without returning it; ticked off when it is dealt with."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="remarks", verbose_name="稿件")
    text = models.CharField("批注", max_length=500)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="批注人")
    done_at = models.DateTimeField("处理时间", null=True, editable=False)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False)

    objects = StaffQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "批注"
        ordering = ["id"]

    def __str__(self):
        return self.text[:30]


class Attachment(Base):
    """A file that readers of the article may download (附件); open to the public while the article is."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="attachments", verbose_name="稿件")
    document = models.ForeignKey("documents.Document", models.PROTECT, related_name="+", verbose_name="文件")
    label = models.CharField("名称", max_length=120, blank=True, help_text="不填用文件名。")
    position = models.PositiveSmallIntegerField("排序", default=100)

    objects = StaffQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "附件"
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["article", "document"], name="news_attachment_once")]

    def __str__(self):
        return self.label or self.document.label


class PublicationQuerySet(models.QuerySet):
    def visible_to(self, user):
        staff = user.is_authenticated and user.is_staff and user.has_perm("news.view_article")
        return self if staff else self.on_show()

    def on_show(self):
        """What readers see now: not taken down, its time not over, its column open."""
        return self.filter(
            Q(take_down_at=None) | Q(take_down_at__gt=timezone.now()), withdrawn_at=None, column__is_open=True
        )


class Publication(ArticleText):
    """An article as it went out (已发布稿): copied text, the only table of articles that the public site reads."""

    article = models.OneToOneField(Article, models.PROTECT, related_name="publication", verbose_name="稿件")
    column = models.ForeignKey("news.Column", models.PROTECT, related_name="publications", verbose_name="栏目")
    cover = models.ForeignKey("news.Picture", models.PROTECT, null=True, related_name="+", verbose_name="封面")
    pictures = models.ManyToManyField("news.Picture", related_name="publications", editable=False)
    published_at = models.DateTimeField("发布时间")
    revised_at = models.DateTimeField("更新时间", null=True, help_text="发布以后又改过")
    take_down_at = models.DateTimeField("到期撤下", null=True)
    withdrawn_at = models.DateTimeField("撤下时间", null=True)
    pinned_until = models.DateField("置顶到", null=True)
    files = models.JSONField("附件", default=list, help_text="[{document, uid, label, size, type}]")
    signatures = models.JSONField("签名", default=list, help_text="[[编 | 审 | 校 | 发, 署名, 时间]]")
    reads = models.PositiveIntegerField("阅读", default=0)

    objects = PublicationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "已发布稿"
        ordering = [F("published_at").desc(), "-id"]
        indexes = [
            models.Index(fields=["column", "-published_at", "-id"], name="news_by_column_idx"),
            models.Index(fields=["-published_at", "-id"], name="news_by_day_idx"),
            models.Index(fields=["take_down_at"], condition=Q(take_down_at__isnull=False), name="news_by_end_idx"),
            models.Index(fields=["pinned_until"], condition=Q(pinned_until__isnull=False), name="news_pinned_idx"),
        ]

    def __str__(self):
        return self.title

    def save(self, *args, **kwargs):
        """`reads` rise by news.reads alone: a row that was read before must not set them back."""
        if not self._state.adding:
            names = kwargs.get("update_fields") or (f.name for f in self._meta.concrete_fields if not f.primary_key)
            kwargs["update_fields"] = set(names) - {"reads"}
        super().save(*args, **kwargs)

    def get_public_url(self) -> str:
        return f"/articles/{self.uid}/"


class WordRule(Base):
    """A word that the check before publishing looks for (词语检查): misspelt names, forbidden words."""

    word = models.CharField("词语", max_length=40, unique=True)
    kind = models.CharField("类别", max_length=10, choices=WordKind, default=WordKind.WRONG)
    instead = models.CharField("应为", max_length=40, blank=True)
    note = models.CharField("说明", max_length=120, blank=True)
    is_active = models.BooleanField("在用", default=True)

    objects = StaffQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "词语检查"
        ordering = ["kind", "word"]

    def __str__(self):
        return self.word
