"""导入: the list of files that came in, and the pages of one (exchange.views)."""

from urllib.parse import urlencode

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseNotAllowed

from association.accounts.rules import may
from association.core.admin import Link, ReadOnlyAdmin
from association.core.adminlist import chip

from . import views
from .kinds import all_kinds, kind_named
from .models import ImportBatch

S = ImportBatch.State
TONES = {S.READING: "gold", S.PREVIEWED: "gold", S.APPLYING: "gold", S.APPLIED: "lake", S.UNDOING: "gold", S.FAILED: ""}


class KindFilter(admin.SimpleListFilter):
    title, parameter_name = "种类", "kind"

    def lookups(self, request, model_admin):
        return [(kind.name, kind.label) for kind in all_kinds()]

    def queryset(self, request, queryset):
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(ImportBatch)
class ImportBatchAdmin(ReadOnlyAdmin):
    list_display = (
        "file", "label", "state_chip", "created", "updated", "unchanged", "rejected", "waiting", "by", "created_at",
    )  # fmt: skip
    list_display_links = ("file",)
    list_select_related = ("document", "by")
    list_filter = (KindFilter, "state")
    search_fields = ("document__label",)
    search_help_text = "文件名"
    empty_text = "企业名册、信用信息、调查、评分等文件导入以后，会列在这里，可以看结果，也可以撤销。"
    sidebar_order = 10

    @admin.display(description="文件", ordering="document__label")
    def file(self, batch):
        return batch.document.label

    @admin.display(description="状态", ordering="state")
    def state_chip(self, batch):
        return chip(batch.get_state_display(), TONES.get(batch.state, ""))

    def list_links(self, request):
        return [Link("导入文件", self.page_url("add"), filled=True)] if views.kinds_of(request.user) else []

    def has_module_permission(self, request):
        return self.has_view_permission(request)

    # -- pages -------------------------------------------------------------------------------------------------

    def extra_urls(self):
        return [
            self.page("template/<slug:name>/download/", self.template_view, "template", needs="view"),
            self.page("<int:pk>/confirm/", self.confirm_view, "confirm", needs="view"),
            self.page("<int:pk>/leave/", self.leave_view, "leave", needs="view"),
            self.page("<int:pk>/undo/", self.undo_view, "undo", needs="view"),
            self.page("<int:pk>/problems/download/", self.problems_view, "problems", needs="view"),
        ]

    def add_view(self, request, form_url="", extra_context=None):
        if not self.has_view_permission(request):
            raise PermissionDenied("您没有导入文件的权限。")
        frame, name = self.page_context(request), request.GET.get("kind", "")
        if not name:
            return views.kinds_page(request, frame=frame, list_url=self.page_url("changelist"))
        kind = views.kind_or_404(request.user, name)
        return views.upload_page(request, kind, frame=frame, back_url=self.page_url("add"))

    def change_view(self, request, object_id, form_url="", extra_context=None):
        batch = self._batch(request, object_id)
        frame = self.page_context(request, batch) | {"subpage": False, "history": self.history_of(batch)[:8]}
        return views.batch_page(request, batch, frame=frame, url_of=self._urls)

    def _urls(self, batch) -> dict:
        again = f"{self.page_url('add')}?{urlencode({'kind': batch.kind, **batch.options})}"
        pages = {name: self.page_url(name, batch.pk) for name in ("confirm", "leave", "undo", "problems")}
        return pages | {"again": again, "list": self.page_url("changelist")}

    def _batch(self, request, pk) -> ImportBatch:
        obj = self.object_or_404(request, pk)
        return ImportBatch.objects.select_related("document", "job", "by", "undone_by").get(pk=obj.pk)

    def _mine(self, request, pk, *, post: bool = True) -> ImportBatch | None:
        """The batch of an address, for who may import its kind; None where the method is wrong."""
        batch = self._batch(request, pk)
        if not may(kind_named(batch.kind).right)(request.user):
            raise PermissionDenied(f"您没有导入{batch.label}的权限。")
        return None if post and request.method != "POST" else batch

    def confirm_view(self, request, pk):
        batch = self._mine(request, pk)
        return views.confirm_view(request, batch) if batch else HttpResponseNotAllowed(["POST"])

    def leave_view(self, request, pk):
        batch = self._mine(request, pk)
        if batch is None:
            return HttpResponseNotAllowed(["POST"])
        return views.leave_view(request, batch, list_url=self.page_url("changelist"))

    def undo_view(self, request, pk):
        batch = self._mine(request, pk, post=False)
        return views.undo_page(request, batch, frame=self.page_context(request, batch))

    def problems_view(self, request, pk):
        return views.problems_view(request, self._mine(request, pk, post=False))

    def template_view(self, request, name):
        return views.template_view(request, views.kind_or_404(request.user, name))
