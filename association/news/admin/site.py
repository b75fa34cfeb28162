"""The tree of columns, topics, single pages, banners, links."""

from django.contrib import admin
from django.db.models import Case, Count, F, IntegerField, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils.html import format_html

from association.core.admin import Link
from association.core.adminlist import PortalChangeList

from .. import site
from ..models import Banner, Column, Publication, SiteLink, SitePage, Topic
from .rows import SiteRowAdmin, thumb

TREE = ("a", "a_id", "b", "b_id", "c", "pk")  # what tree_order() adds
_TOP, _SECOND = Q(parent=None), Q(parent__parent=None)


def tree_order(rows):
    """Columns as a tree: each under the one above it, in their order; `level` says how deep."""

    def key(name, *, top, second, third):
        found = Case(When(_TOP, then=top), When(_SECOND, then=second), default=third, output_field=IntegerField())
        return {name: found}

    first = Value(-1)
    return rows.annotate(
        **key("level", top=Value(0), second=Value(1), third=Value(2)),
        **key("a", top=F("position"), second=F("parent__position"), third=F("parent__parent__position")),
        **key("a_id", top=F("pk"), second=F("parent"), third=F("parent__parent")),
        **key("b", top=first, second=F("position"), third=F("parent__position")),
        **key("b_id", top=first, second=F("pk"), third=F("parent")),
        **key("c", top=first, second=first, third=F("position")),
    ).order_by(*TREE)


def as_tree(field):
    """A choice of columns, drawn as the tree that they are."""
    field.queryset = tree_order(field.queryset)
    field.label_from_instance = lambda column: "　" * column.level + column.name
    return field


class TreeList(PortalChangeList):
    def get_ordering(self, request, queryset):
        return TREE


@admin.register(Column)
class ColumnAdmin(SiteRowAdmin):
    list_display = ("tree_name", "slug", "layout", "home_place", "article_count", "position", "is_shown")
    list_editable = ("position", "is_shown")
    list_per_page = 200
    sortable_by = ()
    fields = ("parent", "name", "slug", "intro", "layout", "home_place", "position", "is_shown")
    empty_text = "网站的栏目列在这里，例：通知公告、协会动态、政策法规。"
    sidebar_order = 50

    def get_queryset(self, request):
        shown = Publication.objects.on_show().order_by().filter(column=OuterRef("pk")).values("column")
        count = Subquery(shown.annotate(n=Count("pk")).values("n"))
        return tree_order(super().get_queryset(request)).annotate(shown_total=Coalesce(count, 0))

    def get_changelist(self, request, **kwargs):
        return TreeList

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        return as_tree(super().formfield_for_foreignkey(db_field, request, **kwargs))

    @admin.display(description="栏目")
    def tree_name(self, column):
        return format_html('<span class="tree-{}">{}</span>', column.level, column.name)

    @admin.display(description="已发布文章")
    def article_count(self, column):
        return column.shown_total

    article_count.number = True

    def why_not_delete(self, column) -> str:
        return site.why_not_delete_column(column)


@admin.register(Topic)
class TopicAdmin(SiteRowAdmin):
    list_display = ("title", "slug", "article_count", "position", "is_shown")
    list_editable = ("position", "is_shown")
    search_fields = ("title",)
    search_rows = staticmethod(lambda rows, term: rows.filter(title__icontains=term))
    fields = ("title", "slug", "intro", "cover", "position", "is_shown")
    empty_text = "专题把几个栏目的文章集中在一页上，例：安全生产月。"
    sidebar_order = 51

    def get_queryset(self, request):
        shown = Q(articles__publication__in=Publication.objects.on_show())
        return super().get_queryset(request).annotate(shown_total=Count("articles", filter=shown, distinct=True))

    @admin.display(description="已发布文章")
    def article_count(self, topic):
        return topic.shown_total

    article_count.number = True


@admin.register(SitePage)
class SitePageAdmin(SiteRowAdmin):
    rich = ("body",)
    list_display = ("title", "slug", "position", "is_shown", "updated_at")
    list_editable = ("position", "is_shown")
    fields = ("title", "slug", "body", "position", "is_shown")
    empty_text = "不随时间变化的页面列在这里，例：协会章程、入会须知。"
    sidebar_order = 52


@admin.register(Banner)
class BannerAdmin(SiteRowAdmin):
    list_display = ("title", "picture_cell", "url", "first_day", "last_day", "position", "is_shown")
    list_editable = ("position", "is_shown")
    list_select_related = ("picture",)
    fields = ("title", "picture", "url", ("first_day", "last_day"), "position", "is_shown")
    empty_text = "首页的横幅图片列在这里。"
    sidebar_order = 53

    @admin.display(description="图片")
    def picture_cell(self, banner):
        return thumb(banner.picture)


@admin.register(SiteLink)
class SiteLinkAdmin(SiteRowAdmin):
    list_display = ("name", "group", "url", "position", "is_shown")
    list_editable = ("position", "is_shown")
    fields = ("name", "url", "group", "position", "is_shown")
    empty_text = "页脚的友情链接列在这里。"
    sidebar_order = 54

    def list_links(self, request):
        return [Link("看公开页面", "/")]
