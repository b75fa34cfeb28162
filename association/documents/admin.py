"""Files in the admin: found, looked at, opened through the one door (documents.views)."""

from django.contrib import admin
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.html import format_html

from association.core.admin import BaseAdmin, ReadOnlyAdmin

from .models import Document, DocumentKind
from .registry import kind_in_words


class KindFilter(admin.SimpleListFilter):
    title, parameter_name = "种类", "kind"

    def lookups(self, request, model_admin):
        found = Document.objects.visible_to(request.user).order_by().values_list("kind", flat=True).distinct()
        return sorted(((kind, kind_in_words(kind)) for kind in found if kind), key=lambda pair: pair[1])

    def queryset(self, request, queryset):
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(Document)
class DocumentAdmin(ReadOnlyAdmin):
    list_display = ("label", "party", "shown_kind", "shown_size", "uploaded_by", "created_at", "audience")
    list_filter = (KindFilter, "audience")
    search_fields = ("label", "party__name", "number")
    fields = (
        "label", "party", "shown_kind", "opened", "shown_size", "mime", "issuer", "number", "expires_on", "audience",
        "uploaded_by", "created_at",
    )  # fmt: skip

    @admin.display(description="种类", ordering="kind")
    def shown_kind(self, obj):
        return kind_in_words(obj.kind) or "—"

    @admin.display(description="大小", ordering="size")
    def shown_size(self, obj):
        return filesizeformat(obj.size)

    @admin.display(description="文件")
    def opened(self, obj):
        url = reverse("documents:download", args=[obj.uid])
        return format_html(
            '<a href="{}?inline=1" target="_blank" rel="noopener">查看</a>　<a href="{}">下载</a>', url, url
        )


@admin.register(DocumentKind)
class DocumentKindAdmin(BaseAdmin):
    """What may stand in the library. A name is not changed once papers bear it: take it out of use and make another."""

    list_display = ("name", "needs_term", "order", "is_active")
    list_filter = ("needs_term", "is_active")
    search_fields = ("name",)
    search_rows = staticmethod(lambda rows, term: rows.filter(name__icontains=term))
    fields = ("name", "needs_term", "order", "is_active")
    empty_text = "单位可以放进证照库的证照种类，在这里列出。"

    def get_readonly_fields(self, request, obj=None):
        return (*super().get_readonly_fields(request, obj), *(("name",) if obj else ()))
