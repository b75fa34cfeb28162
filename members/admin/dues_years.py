"""会费收缴情况: a year's figures, the preview that makes its bills, the check list, the table for the meeting, the public page."""

from decimal import Decimal

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.utils import timezone

from association.accounts.roles import Right
from association.core.admin import Link, ReadOnlyAdmin
from association.core.adminhooks import holds
from association.core.adminmenu import MenuPage, add_page
from association.core.models import Association
from association.exchange.views import attachment
from association.timeline.actions import log_access
from association.workflow.admin import StatefulAdminMixin

from ..dues import figures, years
from ..dues.bills import make_bills
from ..dues.forms import asked_year
from ..dues.plans import plan_bills
from ..dues.year_file import year_file
from ..models import DuesRules, DuesYear
from ..pages import act_page

URL = "/admin/members/duesyear/"
DUES = f"portal.{Right.DUES.value}"
WITHOUT_SHOWN = 200

add_page(MenuPage("会费", "收缴情况", URL, lambda user: user.has_perm("members.view_duesyear"), order=10))


@admin.register(DuesYear)
class DuesYearAdmin(StatefulAdminMixin, ReadOnlyAdmin):
    """The list is the page of the year that is under way; the years before stand on it."""

    in_sidebar = False
    bulk_moves = False
    change_form_template = "admin/members/dues/year.html"
    list_display = ("year", "standard", "due_on", "state_chip", "closed_on")
    list_select_related = ("standard",)
    fieldsets = (("依据", {"fields": [("standard", "due_on"), ("closed_on", "published_at")]}),)

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("standard")

    def changelist_view(self, request, extra_context=None):
        if not self.has_view_permission(request):
            return super().changelist_view(request, extra_context)
        known = dict(self.get_queryset(request).values_list("year", "pk"))
        if known and "year" in request.GET:
            return HttpResponseRedirect(self.page_url("change", known[asked_year(request.GET, known)]))
        if known:
            year = asked_year({}, known)
            return self.change_view(request, str(known[year]), extra_context={"subtitle": f"会费收缴情况：{year} 年"})
        may = holds(request.user, Right.DUES)
        context = self.page_context(request, title="会费收缴情况", may=may, bill_url=self.page_url("bill"))
        return TemplateResponse(request, "admin/members/dues/begin.html", context)

    # -- the page ----------------------------------------------------------------------------------------------

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        shown = figures.year_page(obj)
        context |= {
            "title": "会费收缴情况", "page": shown, "rows": figures.years_before(), "form_links": self._links(request, obj),
            "months": [(name.removesuffix(" 月"), Decimal(str(yuan)) / 10_000) for name, yuan in shown["months"]],
            "public_url": self._public_url(obj),
        }  # fmt: skip
        return super().render_change_form(request, context, add, change, form_url, obj)

    def _public_url(self, obj) -> str:
        shown = obj.published_at and DuesRules.current().published != DuesRules.Published.NOTHING
        return f"/dues/{obj.year}/" if shown else ""

    def _links(self, request, obj) -> list[Link]:
        links = [Link("打印年度表", self.page_url("print", obj.pk)), Link("导出", self.page_url("export", obj.pk))]
        if not holds(request.user, Right.DUES):
            return links
        if obj.is_closed:
            return [Link("公开", self.page_url("publish", obj.pk)), *links]
        checks = Link("关账核对", self.page_url("checks", obj.pk))
        return [Link("批量开单", f"{self.page_url('bill')}?year={obj.year}"), checks, *links]

    def extra_urls(self):
        return [
            self.page("bill/", self.bill_view, "bill", needs=DUES),
            self.page("<int:pk>/checks/", self.checks_view, "checks", needs=DUES),
            self.page("<int:pk>/print/", self.print_view, "print", needs="view"),
            self.page("<int:pk>/export/", self.export_view, "export", needs="view"),
            self.page("<int:pk>/publish/", self.publish_view, "publish", needs=DUES),
            *super().extra_urls(),
        ]

    # -- bills -------------------------------------------------------------------------------------------------

    def bill_view(self, request):
        """Whom billing the year would bill, and for how much; the button does it."""
        year = asked_year(request.GET, [])
        if request.method == "POST":
            try:
                row, made = make_bills(year, by=request.user)
            except ValidationError as problem:
                messages.warning(request, "".join(problem.messages))
                return HttpResponseRedirect(request.get_full_path())
            messages.success(request, f"已开出 {year} 年会费账单 {made} 张。" if made else "应开单的会员都已经有账单。")
            return HttpResponseRedirect(self.page_url("change", row.pk))
        plan, problem = None, ""
        try:
            plan = plan_bills(year)
        except ValidationError as refused:
            problem = "".join(refused.messages)
        closed = DuesYear.objects.visible_to(request.user).filter(year=year, state="closed").exists()
        context = self.page_context(
            request, title=f"批量开单：{year} 年会费", subpage=False, plan=plan, problem=problem, year=year, closed=closed,
            without_shown=WITHOUT_SHOWN, back_url=self.page_url("changelist"),
        )  # fmt: skip
        return TemplateResponse(request, "admin/members/dues/bill_year.html", context)

    # -- closing -----------------------------------------------------------------------------------------------

    def checks_view(self, request, pk):
        obj = self.object_or_404(request, pk)
        checks = years.checks_of(obj)
        context = self.page_context(
            request, obj, title="关账核对", checks=checks, back_url=self.page_url("change", obj.pk),
            ready=not any(check.must and not check.done for check in checks), closed=obj.is_closed,
            close_url=self.page_url("move", obj.pk, "close"),
        )  # fmt: skip
        return TemplateResponse(request, "admin/members/dues/checks.html", context)

    def publish_view(self, request, pk):
        obj = self.object_or_404(request, pk)
        scope = DuesRules.current().get_published_display()
        about = f"按「会费设置」：{scope}。公开的是关账时的数字，页面地址是 /dues/{obj.year}/，任何人都能看到。"
        return act_page(
            request, act=lambda _data: years.publish(obj, by=request.user), frame=self.page_context(request, obj),
            back_url=self.page_url("change", obj.pk), said="已公开。", title="公开年度会费情况", button="公开",
            heading=str(obj), about=years.why_not_publish(obj) or about,
        )  # fmt: skip

    # -- out ---------------------------------------------------------------------------------------------------

    def print_view(self, request, pk):
        """The yearly table for the members' meeting, as a sheet. Leaves an AccessLog row."""
        obj = self.object_or_404(request, pk)
        table = figures.yearly_table(obj)
        log_access("print", f"{obj}收缴情况表", by=request.user, rows=len(table["lines"]), request=request)
        context = {
            "year": obj, "table": table, "back_url": self.page_url("change", obj.pk),
            "association": Association.current(), "printed_by": request.user.name, "printed_at": timezone.now(),
        }  # fmt: skip
        return render(request, "members/dues/year_print.html", context)

    def export_view(self, request, pk):
        obj = self.object_or_404(request, pk)
        content = year_file(obj, by=request.user, request=request)
        return attachment(content, f"{obj.year}年会费收缴情况表.xlsx")
