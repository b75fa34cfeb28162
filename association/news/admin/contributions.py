"""会员投稿: what firms send in, accepted into the flow of articles, returned or declined; counted by firm and year."""

from django.contrib import admin
from django.template.response import TemplateResponse
from django.utils import timezone

from association.cases.caseadmin import CaseRowAdmin, case_state_filter
from association.core.admin import Link
from association.core.adminlist import link
from association.core.models import Association
from association.exchange.sheets import Head, table_bytes
from association.exchange.views import attachment
from association.timeline.actions import log_access

from .. import contributions
from ..enums import CONTRIBUTION, ContributionState
from ..models import Contribution


class _YearFilter(admin.SimpleListFilter):
    title, parameter_name = "投稿年份", "year"

    def lookups(self, request, model_admin):
        return [(str(year), f"{year} 年") for year in contributions.years(request.user)]

    def queryset(self, request, queryset):
        asked = self.value() or ""
        return queryset.filter(case__submitted_on__year=asked) if asked.isdigit() and len(asked) == 4 else queryset


@admin.register(Contribution)
class ContributionAdmin(CaseRowAdmin):
    workflow_kind = CONTRIBUTION
    change_form_template = "admin/news/contribution.html"
    bulk_moves = False  # each is read
    list_display = ("title", "number", "party", "author", "pictures_count", "submitted", "state_chip")
    list_filter = (case_state_filter(ContributionState), _YearFilter)
    sidebar_order = 15
    empty_text = "会员单位的通讯员在自己的服务台投稿以后，会列在这里。"
    fieldsets = [("来稿", {"fields": [("party", "number"), ("author", "submitted"), ("own", "article_link")]})]

    @admin.display(description="标题", ordering="title")
    def title(self, row):
        return row.title or "（未写标题）"

    @admin.display(description="图片")
    def pictures_count(self, row):
        return f"{len(row.pictures)} 张" if row.pictures else ""

    @admin.display(description="投稿日期", ordering="case__submitted_on")
    def submitted(self, row):
        return f"{row.case.submitted_on:%Y-%m-%d}" if row.case.submitted_on else ""

    @admin.display(description="原创声明")
    def own(self, row):
        return "已声明原创、属实、涉及的人同意公开" if row.is_own else "没有声明"

    @admin.display(description="稿件")
    def article_link(self, row):
        return (
            link(row.article.get_absolute_url(), f"{row.article}（{row.article.state_label}）")
            if row.article_id
            else ""
        )

    def search_rows(self, rows, term):
        return CaseRowAdmin.search_rows(rows, term) | rows.filter(title__icontains=term)

    def list_links(self, request) -> list[Link]:
        return [Link("投稿统计", self.page_url("year"))]

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj is not None:
            context["body"] = contributions.body_of(obj)
            context["public_url"] = contributions.public_url_of(obj)
        response = super().render_change_form(request, context, add, change, form_url, obj)
        if obj is not None and obj.article_id and obj.case.state == ContributionState.ACCEPTED:
            go_on = {"label": "打开稿件", "url": obj.article.get_absolute_url()}  # where it goes on from here
            response.context_data["stateful"]["buttons"].insert(0, go_on)
        return response

    # -- the year ----------------------------------------------------------------------------------------------

    def extra_urls(self):
        return [
            *super().extra_urls(),
            self.page("year/", self.year_view, "year", needs="view"),
            self.page("year/export/", self.export_view, "export", needs="view"),
        ]

    @staticmethod
    def _asked(request) -> tuple[int, list[int]]:
        asked, years = request.GET.get("year", ""), contributions.years(request.user)
        return (int(asked) if asked.isdigit() and int(asked) in years else years[0]), years

    def year_view(self, request):
        year, years = self._asked(request)
        rows = contributions.counted(year, request.user)
        context = self.page_context(
            request, title=f"{year} 年投稿统计", year=year, years=years, rows=rows,
            sent=sum(row.sent for row in rows), published=sum(row.published for row in rows),
            back_url=self.page_url("changelist"), export_url=f"{self.page_url('export')}?year={year}",
        )  # fmt: skip
        return TemplateResponse(request, "admin/news/contributions_year.html", context)

    def export_view(self, request):
        year, _years = self._asked(request)
        rows, title = contributions.counted(year, request.user), f"{year} 年投稿统计"
        heads = [Head("序号", 6, figure=True), Head("单位", 36), Head("代码或临时编号", 21)]
        heads += [Head(name, 9, figure=True) for name in ("来稿", "采用", "其中已发布", "暂不采用", "待处理")]
        content = table_bytes(
            title=f"{Association.current().name}{title}", landscape=True, heads=heads,
            notes=f"共 {len(rows)} 家；导出：{request.user.name} {timezone.localtime():%Y-%m-%d %H:%M}",
            rows=(
                [n, row.party.name, row.party.number, row.sent, row.accepted, row.published, row.declined, row.waiting]
                for n, row in enumerate(rows, 1)
            ),
        )  # fmt: skip
        log_access("export", title, by=request.user, rows=len(rows), request=request)
        return attachment(content, f"{title}.xlsx")
