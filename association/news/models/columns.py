"""Where articles stand: columns (栏目), topics (专题); and what stands by itself: pages, banners, links."""

import re

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from association.core.models import Base
from association.parties.visibility import StaffQuerySet

from ..enums import HomePlace, Layout

ABOUT = "about"  # the single page whose words stand on the page about the association, beside how to reach it
DEEPEST = 3  # levels of columns: 政策法规 → 市级 → 造价
slug_is_plain = RegexValidator(r"^[a-z0-9]+(-[a-z0-9]+)*$", "网址名只用小写字母、数字和短横线，例：zhengce-shi")


class ShownQuerySet(StaffQuerySet):
    """Staff see all; everyone what is shown."""

    def visible_to(self, user):
        meta = self.model._meta
        staff = user.is_authenticated and user.is_staff and user.has_perm(f"{meta.app_label}.view_{meta.model_name}")
        return self if staff else self.shown()

    def shown(self):
        return self.filter(is_shown=True)


class Placed(Base):
    """What staff put in an order and show or hide."""

    position = models.PositiveSmallIntegerField("排序", default=100)
    is_shown = models.BooleanField("公开", default=True)

    objects = ShownQuerySet.as_manager()

    class Meta:
        abstract = True


class ColumnQuerySet(ShownQuerySet):
    def shown(self):
        return self.filter(is_open=True)


class Column(Placed):
    """A column (栏目) of the site; the tree that staff edit."""

    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="上级栏目"
    )
    name = models.CharField("名称", max_length=20)
    slug = models.CharField("网址名", max_length=40, unique=True, validators=[slug_is_plain])
    intro = models.CharField("说明", max_length=120, blank=True)
    layout = models.CharField("页面样式", max_length=10, choices=Layout, default=Layout.LIST)
    home_place = models.CharField("首页位置", max_length=12, choices=HomePlace, blank=True, default=HomePlace.NOWHERE)
    is_shown = models.BooleanField("公开", default=True, help_text="关闭后，栏目、下级栏目和其中的文章都不对外显示。")
    is_open = models.BooleanField(default=True, editable=False)  # it and all above it are shown; kept by save()

    objects = ColumnQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "栏目"
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["parent", "name"], name="news_column_once", violation_error_message="同一上级下已有同名栏目。"
            ),
            models.UniqueConstraint(
                fields=["name"], condition=Q(parent=None), name="news_top_column_once",
                violation_error_message="已有同名的一级栏目。",
            ),
        ]  # fmt: skip

    def __str__(self):
        return self.name

    def get_public_url(self) -> str:
        return f"/news/{self.slug}/"

    def path(self) -> list["Column"]:
        """From the top column down to this one."""
        return [*(self.parent.path() if self.parent else ()), self]

    def save(self, *args, **kwargs):
        super().save(*args, **kwargs)
        _open_or_close()
        self.refresh_from_db(fields=["is_open"])

    def clean(self):
        above, seen = self.parent, [self.pk]
        while above is not None:
            if above.pk in seen:
                raise ValidationError({"parent": "上级栏目不能是它自己或它的下级。"})
            seen.append(above.pk)
            above = above.parent
        if len(seen) > DEEPEST:
            raise ValidationError({"parent": f"栏目最多 {DEEPEST} 级，请选高一级的上级栏目。"})


def _open_or_close():
    """Bring `is_open` of the whole tree in step: a few dozen rows, one query where nothing changed."""
    rows = {row.pk: row for row in Column.objects.only("parent_id", "is_shown", "is_open")}

    def is_open(row) -> bool:
        return row.is_shown and (row.parent_id is None or is_open(rows[row.parent_id]))

    for now in (True, False):
        wrong = [row.pk for row in rows.values() if row.is_open != now and is_open(row) == now]
        if wrong:
            Column.objects.filter(pk__in=wrong).update(is_open=now)


class Topic(Placed):
    """A topic (专题) that gathers articles of any column."""

    title = models.CharField("标题", max_length=40)
    slug = models.CharField("网址名", max_length=40, unique=True, validators=[slug_is_plain])
    intro = models.TextField("导语", blank=True, max_length=400)
    cover = models.ForeignKey(
        "news.Picture", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="封面"
    )

    class Meta:
        verbose_name = verbose_name_plural = "专题"
        ordering = ["position", "-id"]

    def __str__(self):
        return self.title

    def get_public_url(self) -> str:
        return f"/topics/{self.slug}/"


class SitePage(Placed):
    """A page that stands by itself (单页): about, charter, organisation, contact."""

    title = models.CharField("标题", max_length=40)
    slug = models.CharField("网址名", max_length=40, unique=True, validators=[slug_is_plain])
    body = models.TextField("正文", blank=True)
    pictures = models.ManyToManyField("news.Picture", related_name="+", editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "单页"
        ordering = ["position", "id"]

    def __str__(self):
        return self.title

    def get_public_url(self) -> str:
        return "/about/" if self.slug == ABOUT else f"/pages/{self.slug}/"


class BannerQuerySet(ShownQuerySet):
    def shown(self):
        today = timezone.localdate()
        return (
            super()
            .shown()
            .filter(Q(first_day=None) | Q(first_day__lte=today), Q(last_day=None) | Q(last_day__gte=today))
        )


class Banner(Placed):
    """A picture with a link on the home page (横幅), for some days."""

    title = models.CharField("标题", max_length=40, help_text="也是图片的替代文字。")
    picture = models.ForeignKey("news.Picture", models.PROTECT, related_name="banners", verbose_name="图片")
    url = models.CharField("链接", max_length=300, blank=True)
    first_day = models.DateField("从哪天起", null=True, blank=True)
    last_day = models.DateField("到哪天止", null=True, blank=True)

    objects = BannerQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "横幅"
        ordering = ["position", "-id"]

    def __str__(self):
        return self.title

    def clean(self):
        if self.url and not re.match(r"(?:/(?!/)|https?://)", self.url):
            raise ValidationError({"url": "链接写作 /notices/ 这样的站内地址，或以 https:// 开头的网址。"})
        if self.first_day and self.last_day and self.last_day < self.first_day:
            raise ValidationError({"last_day": "「到哪天止」在「从哪天起」之前，请核对。"})


class SiteLink(Placed):
    """A link to another site (友情链接), in groups."""

    name = models.CharField("名称", max_length=40)
    url = models.URLField("网址", max_length=300)
    group = models.CharField("分组", max_length=20, blank=True, help_text="例：主管部门、兄弟协会")

    class Meta:
        verbose_name = verbose_name_plural = "友情链接"
        ordering = ["group", "position", "id"]

    def __str__(self):
        return self.name
