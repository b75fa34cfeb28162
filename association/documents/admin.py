"""Files in the admin: found, looked at, opened through the one door (documents.views)."""

from django.contrib import admin
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.html import format_html

from association.core.admin import ReadOnlyAdmin

from .models import Document


@admin.register(Document)
class DocumentAdmin(ReadOnlyAdmin):
    list_display = ("label", "party", "kind", "shown_size", "uploaded_by", "created_at", "audience")
    list_filter = ("kind", "audience")
    search_fields = ("label", "party__name", "number")
    fields = (
        "label", "party", "kind", "opened", "shown_size", "mime", "issuer", "number", "expires_on", "audience",
        "uploaded_by", "created_at",
    )  # fmt: skip

    @admin.display(description="大小", ordering="size")
    def shown_size(self, obj):
        return filesizeformat(obj.size)

    @admin.display(description="文件")
    def opened(self, obj):
        url = reverse("documents:download", args=[obj.uid])
        return format_html(
            '<a href="{}?inline=1" target="_blank" rel="noopener">查看</a>　<a href="{}">下载</a>', url, url
        )
