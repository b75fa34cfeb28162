"""会费票据: which payment has which receipt, their files one by one or many at once, payments that wait for one; 开票信息."""

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404
from django.template.response import TemplateResponse
from django.urls import reverse

from association.accounts.roles import Right
from association.core.admin import Link, ReadOnlyAdmin
from association.core.adminhooks import holds
from association.core.adminlist import chip, link
from association.core.refusals import put_errors
from association.parties.search import by_party

from ..dues import receipt_files, receipts
from ..dues.forms import ReasonForm
from ..dues.receipt_forms import ReceiptFileForm, ReceiptFilesForm, ReceiptForm
from ..dues.words import in_yuan
from ..models import BillingDetails, DuesReceipt, DuesYear, Payment
from ..pages import act_page
from .applications import file_link

DUES = f"portal.{Right.DUES.value}"
A_PAGE = 50
_VOID = "作废以后这笔收款可以重新开票，号码不能再用；单位能看到原因。"


class _FileFilter(admin.SimpleListFilter):
    title, parameter_name = "文件", "file"

    def lookups(self, request, model_admin):
        return [("no", "没有文件"), ("yes", "已有文件"), ("void", "已作废")]

    def queryset(self, request, queryset):
        asked = {
            "no": {"document": None, "voided_at": None}, "yes": {"document__isnull": False, "voided_at": None},
            "void": {"voided_at__isnull": False},
        }.get(self.value(), {})  # fmt: skip
        return queryset.filter(**asked)


@admin.register(DuesReceipt)
class DuesReceiptAdmin(ReadOnlyAdmin):
    list_display = ("number", "code", "unit", "title", "amount", "issued_on", "file")
    list_select_related = ("payment__party", "document")
    list_filter = (_FileFilter,)
    fields = (("code", "number", "check_code"), ("unit", "title"), ("amount", "issued_on"), ("paid", "file"))
    search_fields = ("number",)
    search_help_text = "票据号码，单位名称、简称、拼音首字母、代码"
    search_rows = staticmethod(by_party("payment__party", "number__contains"))
    sidebar_order = 40
    empty_text = "在「待开票的收款」里逐笔登记，或从 Excel 导入票据号码。"

    unit = admin.display(description="单位")(lambda self, row: row.payment.party.name)
    paid = admin.display(description="收款")(
        lambda self, row: link(f"/admin/members/payment/{row.payment_id}/change/", str(row.payment))
    )

    @admin.display(description="文件")
    def file(self, row):
        if row.voided_at:
            return chip(f"已作废：{row.void_reason}", "seal")
        return link(f"{row.document.get_absolute_url()}?inline=1", "查看") if row.document else chip("没有文件", "gold")

    def list_links(self, request) -> list[Link]:
        links = [Link("待开票的收款", self.page_url("missing"))]
        if not holds(request.user, Right.DUES):
            return links
        brought = f"{reverse('admin:exchange_importbatch_add')}?kind=dues-receipts"
        return [*links, Link("导入票据号码", brought), Link("批量上传文件", self.page_url("files"), filled=True)]

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        links = [file_link(obj.payment.party)]
        if obj.voided_at is None and holds(request.user, Right.DUES):
            word = "换文件" if obj.document_id else "上传文件"
            links += [Link("作废", self.page_url("void", obj.pk)), Link(word, self.page_url("attach", obj.pk), True)]
        context["form_links"] = [one for one in links if one]
        return super().render_change_form(request, context, add, change, form_url, obj)

    def extra_urls(self):
        return [
            self.page("missing/", self.missing_view, "missing", needs="view"),
            self.page("files/", self.files_view, "files", needs=DUES),
            self.page("new/<int:payment>/", self.new_view, "new", needs=DUES),
            self.page("<int:pk>/attach/", self.attach_view, "attach", needs=DUES),
            self.page("<int:pk>/void/", self.void_view, "void", needs=DUES),
        ]

    # -- payments that wait ------------------------------------------------------------------------------------

    def missing_view(self, request):
        """Payments of dues without a receipt, the oldest first. Five queries."""
        rows = receipts.without_receipt(request.user).select_related("party").prefetch_related("party__billing_details")
        years = [str(year) for year in DuesYear.objects.visible_to(request.user).values_list("year", flat=True)]
        year, term = request.GET.get("year", ""), request.GET.get("q", "").strip()[:60]
        if year in years:
            rows = rows.filter(received_on__year=year)
        if term:
            rows = by_party()(rows, term)
        page = Paginator(rows.order_by("received_on", "pk"), A_PAGE).get_page(request.GET.get("p"))
        query = request.GET.copy()
        query.pop("p", None)
        context = self.page_context(
            request, title="待开票的收款", page=page, rows=[(row, _title_of(row)) for row in page.object_list], years=years,
            year=year, term=term, query=query.urlencode(),
            may_issue=holds(request.user, Right.DUES), back_url=self.page_url("changelist"),
        )  # fmt: skip
        return TemplateResponse(request, "admin/members/dues/receipts_missing.html", context)

    def new_view(self, request, payment):
        row = receipts.without_receipt(request.user).select_related("party").filter(pk=payment).first()
        row = row or self._or_404(Payment.objects.visible_to(request.user).for_dues(), payment)
        free, last = receipts.free_of(row), DuesReceipt.objects.visible_to(request.user).order_by("-pk").first()
        start = {"amount": free, "title": receipts.title_of(row.party), "code": last.code if last else ""}
        return act_page(
            request, form=ReceiptForm(request.POST or None, initial=start), frame=self.page_context(request), button="登记",
            act=lambda data: receipts.issue(row, by=request.user, **data), title="登记会费票据", heading=row.party.name,
            about=f"{row.received_on:%Y-%m-%d} {row.get_channel_display()}收款 {in_yuan(row.amount)}，还可以开 {in_yuan(free)}。"
            "登记以后再上传票据文件。",
            said=f"已登记「{row.party.name}」的票据。", back_url=self.page_url("missing"),
        )  # fmt: skip

    @staticmethod
    def _or_404(rows, pk) -> Payment:
        row = rows.select_related("party").filter(pk=pk).first()
        if row is None:
            raise Http404
        return row

    # -- one receipt -------------------------------------------------------------------------------------------

    def attach_view(self, request, pk):
        obj = self.object_or_404(request, pk)
        posted, back = request.method == "POST", self.page_url("change", obj.pk)
        form = ReceiptFileForm(request.POST if posted else None, request.FILES if posted else None)
        about = f"{obj.title} {in_yuan(obj.amount)}。上传以后单位可以在「会费」里下载。"
        return act_page(
            request, form=form, frame=self.page_context(request, obj), button="上传", upload=True, about=about,
            act=lambda data: receipts.attach(obj, data["file"], by=request.user, replace=True),
            title=f"票据 {obj.number} 的文件", said="文件已上传。", back_url=back,
        )  # fmt: skip

    def void_view(self, request, pk):
        obj = self.object_or_404(request, pk)
        return act_page(
            request, form=ReasonForm(request.POST if request.method == "POST" else None), button="作废", danger=True,
            frame=self.page_context(request, obj), act=lambda data: receipts.void(obj, by=request.user, **data),
            title=f"作废票据 {obj.number}", about=f"{obj.title} {in_yuan(obj.amount)}。{_VOID}",
            said="已作废。", back_url=self.page_url("change", obj.pk),
        )  # fmt: skip

    # -- many files --------------------------------------------------------------------------------------------

    def files_view(self, request):
        """Many files, or a zip: each goes to the receipt whose number stands in its name; what became of each."""
        posted, outcomes = request.method == "POST", []
        form = ReceiptFilesForm(request.POST if posted else None, request.FILES if posted else None)
        if posted and form.is_valid():
            try:
                outcomes = receipt_files.attach_many(form.cleaned_data["files"], by=request.user)
            except ValidationError as problem:
                put_errors(form, problem)
        context = self.page_context(
            request, title="批量上传票据文件", form=form if form.errors else ReceiptFilesForm(), outcomes=outcomes,
            done=sum(1 for one in outcomes if one.receipt), back_url=self.page_url("changelist"),
            waiting=DuesReceipt.objects.visible_to(request.user).standing().filter(document=None).count(),
        )  # fmt: skip
        status = 422 if form.errors else 200
        return TemplateResponse(request, "admin/members/dues/receipt_files.html", context, status=status)


def _title_of(payment: Payment) -> str:
    details = payment.party.billing_details.all()
    return details[0].title if details else payment.party.name


@admin.register(BillingDetails)
class BillingDetailsAdmin(ReadOnlyAdmin):
    """What the parties wrote themselves, for whoever makes out the receipts."""

    list_display = ("party", "title", "tax_number", "bank", "receiver", "receiver_email", "updated_at")
    list_select_related = ("party",)
    fields = (
        "party", ("title", "tax_number"), ("address", "phone"), ("bank", "account"), ("receiver", "receiver_email"), "updated_at",
    )  # fmt: skip
    search_fields = ("title",)
    search_help_text = "单位名称、简称、拼音首字母、代码，抬头"
    search_rows = staticmethod(by_party("party", "title__icontains"))
    sidebar_order = 45
    empty_text = "单位在自己的「会费」里填写开票信息以后，会列在这里；没有填写的，按单位名称开票。"
