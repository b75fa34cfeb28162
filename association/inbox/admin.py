"""Everything that waits (待办), as a list."""

from django.contrib import admin

from association.core.admin import ReadOnlyAdmin
from association.core.adminlist import link

from .models import Todo, Whose


class OpenFilter(admin.SimpleListFilter):
    title = "是否办结"
    parameter_name = "done"

    def lookups(self, request, model_admin):
        return [("1", "已办结"), ("all", "全部")]

    def choices(self, changelist):
        first, *others = super().choices(changelist)
        yield first | {"display": "待办"}
        yield from others

    def queryset(self, request, queryset):
        if self.value() == "all":
            return queryset
        return queryset.filter(done_at__isnull=self.value() != "1")


@admin.register(Todo)
class TodoAdmin(ReadOnlyAdmin):
    list_display = ("to_do", "title", "party", "turn", "due_at", "done_at")
    list_display_links = None
    list_select_related = ("party", "user")
    list_filter = (OpenFilter, "whose", "right")
    search_fields = ("title", "label", "party__name")
    fields = ("label", "title", "party", "whose", "due_at", "count", "done_at")
    empty_text = "有事情要办时，会列在这里。"
    sidebar_order = 10

    @admin.display(description="要做什么")
    def to_do(self, todo):
        return link(todo.url, todo.label)

    @admin.display(description="轮到谁")
    def turn(self, todo):
        return todo.user.name if todo.user else Whose(todo.whose).label

    def lookup_allowed(self, lookup, value, request=None):
        return lookup == "kind" or super().lookup_allowed(lookup, value, request)
