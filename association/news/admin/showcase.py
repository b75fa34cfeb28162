"""会员风采: members' own pages, 现在公开的 beside 送审的, approved or returned."""

from django.contrib import admin
from django.utils import timezone

from association.core.admin import Link, ReadOnlyAdmin
from association.core.adminlist import chip
from association.parties.models import Party
from association.workflow import views
from association.workflow.admin import StatefulAdminMixin, state_filter

from .. import showcase
from ..enums import ShowcaseState
from ..models import Showcase


class _HiddenFilter(admin.SimpleListFilter):
    title, parameter_name = "会员选择不展示", "hidden"

    def lookups(self, request, model_admin):
        return [("1", "不展示"), ("0", "展示")]

    def queryset(self, request, queryset):
        return queryset.filter(is_hidden=self.value() == "1") if self.value() in ("0", "1") else queryset


@admin.register(Showcase)
class ShowcaseAdmin(StatefulAdminMixin, ReadOnlyAdmin):
    change_form_template = "admin/news/showcase.html"
    bulk_moves = False  # each is read
    list_display = ("party", "pictures_count", "projects_count", "shown_day", "state_chip", "standing")
    list_select_related = ("party",)
    list_filter = (state_filter(ShowcaseState), _HiddenFilter)
    search_fields = ("party__name",)
    search_help_text = "名称、曾用名、拼音首字母、代码"
    sidebar_order = 25
    empty_text = "会员单位在自己的服务台编辑会员风采以后，会列在这里；审核通过的在网站上公开。"
    fieldsets = [("会员", {"fields": [("party", "standing", "shown_day")]})]

    def search_rows(self, rows, term):
        return rows.filter(party__in=Party.objects.search(term).values("pk"))

    @admin.display(description="图片")
    def pictures_count(self, row):
        return f"{len(showcase.content_of(row.draft)['pictures'])} 张"

    @admin.display(description="代表项目")
    def projects_count(self, row):
        return f"{len(showcase.content_of(row.draft)['projects'])} 个"

    @admin.display(description="上次公开", ordering="shown_at")
    def shown_day(self, row):
        return f"{timezone.localtime(row.shown_at):%Y-%m-%d}" if row.shown_at else ""

    @admin.display(description="展示")
    def standing(self, row):
        if row.is_hidden:
            return chip("会员选择不展示", "seal")
        return chip("有公开的内容", "lake") if row.shown else chip("还没有公开")

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj is not None:
            context |= self._compared(obj)
            why = showcase.why_not_public(obj)
            context["form_links"] = [] if why else [Link("网站上的页面", obj.get_public_url())]
        return super().render_change_form(request, context, add, change, form_url, obj)

    @staticmethod
    def _compared(obj) -> dict:
        rows = showcase.differences(obj)
        return {"rows": rows, "changed": sum(row.changed for row in rows), "is_first": not obj.shown}

    def move_view(self, request, object_id, name):
        """As for every row, with both copies above the question."""
        if name.startswith("-"):
            return super().move_view(request, object_id, name)
        obj = self.object_or_404(request, object_id)
        context = {**self.page_context(request, obj), **self._compared(obj)}
        back = self.page_url("change", obj.pk)
        return views.move_page(
            request, obj, name, back_url=back, template="admin/news/showcase_move.html", context=context
        )
