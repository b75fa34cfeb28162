"""Information disclosure (信息公开) and the association's journal (会刊)."""

from django.db import models

from association.core.models import Base

from .columns import ShownQuerySet


class DisclosureKind(models.TextChoices):
    """What a social organisation makes public (社会组织信息公开办法, 民政部令第 60 号, art. 4-12)."""

    CERTIFICATE = "certificate", "登记证书"
    CHARTER = "charter", "章程"
    OFFICERS = "officers", "负责人和组织机构"
    DUES = "dues", "会费标准"
    FINANCE = "finance", "收支情况"
    REPORT = "report", "年度工作报告"
    FUNCTIONS = "functions", "受委托职能清单"
    DONATIONS = "donations", "接受捐赠"
    OTHER = "other", "其他"


class Disclosure(Base):
    """One thing made public: words, a file, or both; for one year where it is a yearly one."""

    kind = models.CharField("类别", max_length=12, choices=DisclosureKind)
    title = models.CharField("标题", max_length=80)
    year = models.PositiveSmallIntegerField("年度", null=True, blank=True)
    body = models.TextField("正文", blank=True)
    pictures = models.ManyToManyField("news.Picture", related_name="+", editable=False)
    document = models.ForeignKey(
        "documents.Document", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="文件"
    )
    published_on = models.DateField("公开日期")
    is_shown = models.BooleanField("公开", default=True)

    objects = ShownQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "信息公开"
        ordering = ["kind", "-year", "-published_on", "-id"]

    def __str__(self):
        return self.title


class JournalIssue(Base):
    """An issue of the journal (会刊一期) as a PDF."""

    title = models.CharField("刊名", max_length=40)
    year = models.PositiveSmallIntegerField("年份")
    number = models.PositiveSmallIntegerField("期数")
    published_on = models.DateField("出刊日期")
    summary = models.TextField("本期要目", blank=True, max_length=600)
    cover = models.ForeignKey(
        "news.Picture", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="封面"
    )
    document = models.ForeignKey("documents.Document", models.PROTECT, related_name="+", verbose_name="PDF 文件")
    is_shown = models.BooleanField("公开", default=True)

    objects = ShownQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "会刊"
        ordering = ["-year", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["title", "year", "number"], name="news_journal_once", violation_error_message="这一期已经有了。"
            )
        ]

    def __str__(self):
        return f"《{self.title}》{self.year} 年第 {self.number} 期"
