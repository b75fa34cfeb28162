"""会费账单: the list, a bill's page with what settled it, one bill by hand, reductions, void."""

from django.contrib import admin
from django.http import Http404, HttpResponseRedirect

from association.accounts.roles import Right
from association.core.admin import Link, ReadOnlyAdmin
from association.core.adminhooks import holds
from association.core.adminlist import chip
from association.exchange.exports import export_list, file_name
from association.exchange.views import attachment
from association.jobs.models import Job
from association.jobs.views import page_url as job_url
from association.timeline.models import Event

from ..dues import bill_list, bills
from ..dues.forms import BillForm, ReasonForm, ReductionForm
from ..dues.words import in_yuan
from ..models import DuesBill, DuesYear
from ..pages import act_page
from .applications import file_link

DUES = f"portal.{Right.DUES.value}"


def _filter(parameter: str):
    """A filter of the list out of bill_list.filters(), which the export uses as well."""

    class Filter(admin.SimpleListFilter):
        title, parameter_name = bill_list.TITLES[parameter], parameter

        def lookups(self, request, model_admin):
            return list(self._all(request)[parameter].items())

        def queryset(self, request, queryset):
            values, narrow = self._all(request)[parameter], bill_list.NARROW[parameter]
            if self.value() in values:
                return narrow(queryset, self.value())
            return queryset.standing() if parameter == "state" else queryset

        def _all(self, request):
            if not hasattr(request, "bill_filters"):
                request.bill_filters = bill_list.filters(request.user)
            return request.bill_filters

    return Filter


@admin.register(DuesBill)
class DuesBillAdmin(ReadOnlyAdmin):
    change_form_template = "admin/members/dues/bill.html"
    list_display = ("party", "dues_year", "label", "district", "amount", "paid", "owed", "state")
    list_select_related = ("party", "dues_year")
    list_filter = tuple(map(_filter, bill_list.TITLES))
    search_fields = ("party__name",)
    search_help_text = "会员名称、曾用名、简称、拼音首字母、代码"
    search_rows = staticmethod(bill_list.search)
    sidebar_order = 20
    empty_text = "在「收缴情况」里批量开单以后，每家会员的账单列在这里。"
    fieldsets = (
        (
            "账单",
            {
                "fields": [
                    ("party", "dues_year"),
                    ("label", "district"),
                    ("full_amount", "amount", "paid"),
                    "reason",
                    "made_on",
                ]
            },
        ),
    )

    @admin.display(description="欠缴（元）")
    def owed(self, bill):
        return bill.outstanding

    owed.number = True

    @admin.display(description="情况")
    def state(self, bill):
        if bill.voided_at:
            return chip("已作废")
        if bill.outstanding <= 0:
            return chip("已缴清" if bill.amount else "免缴", "lake")
        return chip("已缴部分", "gold") if bill.paid else chip("未缴", "seal")

    def list_links(self, request) -> list[Link]:
        query = f"?{request.GET.urlencode()}" if request.GET else ""
        links = [Link("导出", self.page_url("export") + query)]
        if holds(request.user, Right.DUES):
            links.append(Link("逐张开单", self.page_url("new")))
        return links

    def history_of(self, obj):
        """What happened to the party's dues."""
        return Event.objects.filter(subject_type="parties.party", subject_id=obj.party_id, verb__startswith="dues.")

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        reductions = list(obj.reductions.select_related("by").order_by("approved_on", "pk"))
        context |= {
            "reductions": reductions,
            "settled_by": obj.allocations.standing().select_related("payment").order_by("payment__received_on", "pk"),
            "may_change": self._open(request, obj), "form_links": self._links(request, obj), "state": self.state(obj),
        }  # fmt: skip
        return super().render_change_form(request, context, add, change, form_url, obj)

    def _open(self, request, obj) -> bool:
        return not obj.voided_at and not obj.dues_year.is_closed and holds(request.user, Right.DUES)

    def _links(self, request, obj) -> list[Link]:
        links = []
        if self._open(request, obj):
            links += [
                Link("登记减免", self.page_url("reduce", obj.pk)),
                Link("作废账单", self.page_url("void", obj.pk)),
            ]
        return [*links, *filter(None, [file_link(obj.party)])]

    def extra_urls(self):
        return [
            self.page("export/", self.export_view, "export", needs="view"),
            self.page("new/", self.new_view, "new", needs=DUES),
            self.page("<int:pk>/reduce/", self.reduce_view, "reduce", needs=DUES),
            self.page("<int:pk>/restore/<int:reduction>/", self.restore_view, "restore", needs=DUES),
            self.page("<int:pk>/void/", self.void_view, "void", needs=DUES),
        ]

    def export_view(self, request):
        params = bill_list.params_of(request.GET, request.user)
        made = export_list(
            bill_list.BILLS, params, by=request.user, request=request, back_url=self.page_url("changelist")
        )
        return (
            HttpResponseRedirect(job_url(made))
            if isinstance(made, Job)
            else attachment(made, file_name(bill_list.BILLS))
        )

    # -- what is done to a bill --------------------------------------------------------------------------------

    def new_view(self, request):
        """One bill by hand, in a year that has begun and is open."""
        years = [year for year in DuesYear.objects.visible_to(request.user) if not year.is_closed]
        data = request.POST if request.method == "POST" else None
        initial = {name: request.GET.get(name, "") for name in ("unit", "year")}
        form = BillForm(data, user=request.user, years=[year.year for year in years], initial=initial)
        about = "批量开单没有算到的，在这里逐张开。已有的预存会随即抵缴。"
        if not years:
            about = "没有收缴中的年度：请先在「收缴情况」里批量开单。"

        def act(found):
            values = {name: found[name] for name in ("year", "label", "full_amount", "reason")}
            bills.make_bill(party=found["unit"], by=request.user, **values)

        return act_page(
            request, form=form, act=act, frame=self.page_context(request, subpage=False), title="逐张开单",
            button="开单", back_url=self.page_url("changelist"), said="已开单。", about=about,
        )  # fmt: skip

    def _act(self, request, obj, form, act, **words):
        heading = f"{obj.party.name} · {obj.dues_year} · 应缴 {in_yuan(obj.amount)}，已缴 {in_yuan(obj.paid)}"
        return act_page(
            request, form=form, act=act, frame=self.page_context(request, obj),
            back_url=self.page_url("change", obj.pk), heading=heading, **words,
        )  # fmt: skip

    def reduce_view(self, request, pk):
        obj = self.object_or_404(request, pk)
        return self._act(
            request, obj, ReductionForm(request.POST or None),
            lambda data: bills.reduce_bill(obj, by=request.user, **data), said="减免已登记。", title="登记减免",
            button="登记减免", about="应缴随之减少；已经多缴的部分转为预存，先抵其他年度的欠缴。",
        )  # fmt: skip

    def restore_view(self, request, pk, reduction):
        obj = self.object_or_404(request, pk)
        row = obj.reductions.filter(pk=reduction, voided_at=None).first()
        if row is None:
            raise Http404
        return self._act(
            request, obj, ReasonForm(request.POST or None),
            lambda data: bills.void_reduction(row, by=request.user, **data), said="减免已撤销。", title="撤销减免",
            button="撤销减免", danger=True, about=f"撤销 {in_yuan(row.amount)} 的减免，应缴恢复，记录保留。",
        )  # fmt: skip

    def void_view(self, request, pk):
        obj = self.object_or_404(request, pk)
        return self._act(
            request, obj, ReasonForm(request.POST or None),
            lambda data: bills.void_bill(obj, by=request.user, **data), said="账单已作废。", title="作废账单",
            button="作废账单", danger=True, about="开错的账单才作废；已缴的钱转为预存，批量开单不会再给这家开当年的账单。",
        )  # fmt: skip
