"""发布记录: what went out, when, at which address, who signed; to look at and as Excel."""

from datetime import timedelta

from django.contrib import admin
from django.http import HttpResponseRedirect
from django.utils import timezone
from django.utils.html import format_html

from association.accounts.roles import Right
from association.core.admin import Link, ReadOnlyAdmin
from association.core.adminlist import chip
from association.exchange.exports import ListExport, export_list, file_name
from association.exchange.exports import register as register_export
from association.exchange.resources import ColumnField, TableResource
from association.exchange.views import attachment
from association.jobs.models import Job
from association.jobs.views import page_url as job_url

from ..models import Publication

ROLES = "编审校发"
PERIODS = {"60": "近 60 天", "year": "今年", "last": "去年"}


def signers(signatures) -> str:
    """编 钱某某；审 孙某某；…"""
    return "；".join(f"{role} {name}" for role, name, _at in signatures)


def _signer(role: str):
    return lambda signatures: next((name for one, name, _at in signatures if one == role), "")


class PublicationResource(TableResource):
    published = ColumnField("发布时间", "published_at", width=17)
    title = ColumnField("标题", "title", width=48)
    column = ColumnField("栏目", "column__name")
    number = ColumnField("发文字号", "document_number", width=18)
    source = ColumnField("来源", "source", width=24)
    writer, reviewer, proofreader, issuer = (
        ColumnField(role, "signatures", width=10, show=_signer(role)) for role in ROLES
    )
    address = ColumnField("网址", "uid", width=46, show=lambda uid: f"/articles/{uid}/")
    reads = ColumnField("阅读", "reads", width=8, figure=True)
    revised = ColumnField("更新时间", "revised_at", width=17)
    withdrawn = ColumnField("撤下时间", "withdrawn_at", width=17)

    class Meta:
        model = Publication


def _in_period(rows, period: str):
    today = timezone.localdate()
    if period == "60":
        return rows.filter(published_at__date__gte=today - timedelta(days=60))
    if period in ("year", "last"):
        return rows.filter(published_at__year=today.year - (period == "last"))
    return rows


def _rows(user, params):
    found = _in_period(Publication.objects.visible_to(user), params.get("period", ""))
    if params.get("q"):
        found = _search(found, params["q"])
    return found.order_by("-published_at", "-id")


def _words(params) -> str:
    said = [PERIODS.get(params.get("period", ""), ""), f"标题有「{params['q']}」" if params.get("q") else ""]
    return "，".join(filter(None, said))


def _search(rows, term):
    return rows.filter(title__icontains=term) | rows.filter(document_number__icontains=term)


RECORD = register_export(
    ListExport("news.publications", "信息发布记录", PublicationResource, _rows, _words, right=Right.NEWS)
)


class PeriodFilter(admin.SimpleListFilter):
    title, parameter_name = "发布时间", "period"

    def lookups(self, request, model_admin):
        return list(PERIODS.items())

    def queryset(self, request, queryset):
        return _in_period(queryset, self.value() or "")


@admin.register(Publication)
class PublicationAdmin(ReadOnlyAdmin):
    list_display = ("title", "column", "published_at", "signed", "address", "reads", "standing")
    list_select_related = ("column",)
    list_filter = (PeriodFilter,)
    search_fields = ("title",)
    search_help_text = "标题、发文字号"
    search_rows = staticmethod(_search)
    fields = ("title", "column", "published_at", "revised_at", "withdrawn_at", "signed", "address", "reads", "desk")
    empty_text = "稿件签发以后，发布的文字、签名和时间记在这里。"
    sidebar_order = 20

    def list_links(self, request):
        query = request.GET.urlencode()
        return [Link("导出 Excel", self.page_url("export") + (f"?{query}" if query else ""))]

    @admin.display(description="签名")
    def signed(self, publication):
        return signers(publication.signatures)

    @admin.display(description="网址")
    def address(self, publication):
        return format_html('<a class="list-clear" href="{}">打开</a>', publication.get_public_url())

    @admin.display(description="现在")
    def standing(self, publication):
        over = publication.withdrawn_at or (publication.take_down_at and publication.take_down_at <= timezone.now())
        return chip("已撤下") if over else chip("对外显示", "lake")

    @admin.display(description="稿件")
    def desk(self, publication):
        return format_html('<a class="list-clear" href="{}">打开稿件</a>', publication.article.get_absolute_url())

    def extra_urls(self):
        return [*super().extra_urls(), self.page("export/", self.export_view, "export", needs=f"portal.{Right.NEWS}")]

    def export_view(self, request):
        params = {name: request.GET[name][:80] for name in ("period", "q") if request.GET.get(name)}
        made = export_list(RECORD, params, by=request.user, request=request, back_url=self.page_url("changelist"))
        return HttpResponseRedirect(job_url(made)) if isinstance(made, Job) else attachment(made, file_name(RECORD))
