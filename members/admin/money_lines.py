"""银行流水: the list of lines, a line's page, those that wait for a person, one line for several parties, 不入账."""

from urllib.parse import urlencode

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from association.accounts.roles import Right
from association.core.admin import Link, ReadOnlyAdmin
from association.core.adminhooks import holds
from association.core.adminlist import chip
from association.core.adminmenu import MenuPage, add_page
from association.core.refusals import put_errors
from association.parties.models import Party

from ..dues import booking, money_lists
from ..dues.matching import WAITING_URL
from ..dues.money_forms import AsideForm, ClaimForm, DecisionForm, PartFormSet, typed_and_one_more
from ..dues.waiting import complete
from ..dues.words import in_yuan
from ..models import BankLine
from ..pages import act_page
from .money_filters import export_view, list_filters

DUES = f"portal.{Right.DUES.value}"
A_PAGE, FOUND = 20, 8

add_page(MenuPage("会费", "待认领流水", WAITING_URL, lambda user: holds(user, Right.READ), order=30))


@admin.register(BankLine)
class BankLineAdmin(ReadOnlyAdmin):
    change_form_template = "admin/members/dues/line.html"
    list_display = ("happened_at", "payer", "signed", "memo", "state", "whose")
    list_filter = list_filters("line_filters", ("state", "month"))
    search_fields = ("payer",)
    search_help_text = "对方户名、摘要、流水号、金额"
    search_rows = staticmethod(money_lists.search_lines)
    sidebar_order = 31
    empty_text = "导入开户银行的流水以后，每一笔列在这里。"
    fieldsets = (
        (
            "流水",
            {
                "fields": [
                    ("happened_at", "direction"),
                    ("amount", "balance"),
                    ("payer", "payer_account"),
                    "memo",
                    ("reference", "account"),
                    "batch",
                ]
            },
        ),
    )

    @admin.display(description="金额（元）", ordering="amount")
    def signed(self, line):
        return -line.amount if line.direction == BankLine.Direction.OUT else line.amount

    signed.number = True

    @admin.display(description="情况")
    def state(self, line):
        if line.withdrawn_at:
            return chip("导入已撤销")
        if line.direction != BankLine.Direction.IN:
            return chip(line.get_direction_display())
        if line.set_aside_at:
            return chip("不入账")
        if line.left <= 0:
            return chip("已入账", "lake")
        return chip("部分入账" if line.booked else "待认领", "gold")

    @admin.display(description="记给")
    def whose(self, line):
        """The parties that its standing payments are of, or why it waits."""
        names = [one.party.name if one.party else one.get_purpose_display() for one in line.standing_payments]
        return "、".join(names) or (line.why if line.left > 0 and not line.set_aside_at else line.set_aside_reason)

    def get_queryset(self, request):
        rows = super().get_queryset(request).select_related("batch__document")
        return rows.prefetch_related(money_lists.standing_payments())

    def list_links(self, request) -> list[Link]:
        query = f"?{request.GET.urlencode()}" if request.GET else ""
        links = [Link("导出", self.page_url("export") + query)]
        if holds(request.user, Right.DUES):
            links.append(Link("导入流水", f"{reverse('admin:exchange_importbatch_add')}?kind=bank-lines"))
        return [*links, Link("待认领流水", self.page_url("waiting"), filled=True)]

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        context |= {
            "state": self.state(obj), "form_links": self._links(request, obj),
            "payments": obj.payments.select_related("party", "by").order_by("pk"),
        }  # fmt: skip
        return super().render_change_form(request, context, add, change, form_url, obj)

    def _links(self, request, line) -> list[Link]:
        if not holds(request.user, Right.DUES) or line.withdrawn_at or line.direction != BankLine.Direction.IN:
            return []
        if line.set_aside_at:
            return [Link("恢复为待认领", self.page_url("back", line.pk))]
        if line.left <= 0:
            return []
        return [Link("认领入账", self.page_url("book", line.pk), True), Link("不入账", self.page_url("aside", line.pk))]

    def extra_urls(self):
        return [
            self.page("waiting/", self.waiting_view, "waiting", needs="view"),
            self.page("export/", self.export_view, "export", needs="view"),
            self.page("<int:pk>/claim/", require_POST(self.claim_view), "claim", needs=DUES),
            self.page("<int:pk>/book/", self.book_view, "book", needs=DUES),
            self.page("<int:pk>/aside/", self.aside_view, "aside", needs=DUES),
            self.page("<int:pk>/back/", self.back_view, "back", needs=DUES),
        ]

    def export_view(self, request):
        return export_view(
            request, money_lists.LINES, money_lists.line_filters(request.user), self.page_url("changelist")
        )

    # -- what waits --------------------------------------------------------------------------------------------

    def waiting_view(self, request):
        """Lines that wait, the oldest first, with their likely parties; `firm` searches another one for the line `for`."""
        known = money_lists.line_filters(request.user)
        params = money_lists.params_of(request.GET, {"month": known["month"]})
        rows = money_lists.lines_listed(request.user, params).waiting().select_related(None)
        page = Paginator(rows.order_by("happened_at", "pk"), A_PAGE).get_page(request.GET.get("p"))
        firm, wanted = request.GET.get("firm", "").strip()[:60], request.GET.get("for", "")
        living = Party.objects.visible_to(request.user).living()
        months = known["month"][1]
        context = self.page_context(
            request, title="待认领流水", page=page, rows=complete(list(page.object_list), request.user), params=params,
            query=urlencode(params), months=months.items(), month_words=months.get(params.get("month")), firm=firm,
            wanted=wanted, offered=living.search(firm).order_by("name")[:FOUND] if firm else [],
            may_book=holds(request.user, Right.DUES),
        )  # fmt: skip
        return TemplateResponse(request, "admin/members/dues/waiting.html", context)

    def _waiting_url(self, request) -> str:
        """Back to the page of the list that the person came from."""
        query = request.POST.get("back", "")
        return self.page_url("waiting") + (f"?{query}" if query else "")

    def claim_view(self, request, pk):
        """就是这家: the whole line is booked at once."""
        line, form = self.object_or_404(request, pk), ClaimForm(request.POST, user=request.user)
        if not form.is_valid():
            messages.error(request, next(iter(form.errors.values()))[0])
            return HttpResponseRedirect(self._waiting_url(request))
        party, version = form.cleaned_data["party"], form.cleaned_data["version"]
        try:
            [payment] = booking.book_line(line=line, parts=[(party,)], by=request.user, seen_version=version)
        except ValidationError as problem:
            messages.error(request, problem.messages[0])
        else:
            messages.success(
                request, f"已把 {in_yuan(payment.amount)} 记给「{payment.party.name}」；记错的，可在收款里冲正。"
            )
        return HttpResponseRedirect(self._waiting_url(request))

    def book_view(self, request, pk):
        """A line for one party or several, for dues or another use."""
        line = self.object_or_404(request, pk)
        more = request.method == "POST" and "more" in request.POST
        posted = request.POST if request.method == "POST" and not more else None
        typed = typed_and_one_more(request.POST) if more else [{"unit": request.GET.get("unit", "")}]
        start = (
            {name: request.POST.get(name, "") for name in DecisionForm.base_fields}
            if more
            else {"version": line.version}
        )
        form = DecisionForm(posted, initial=start)
        parts = PartFormSet(posted, initial=typed, form_kwargs={"user": request.user})
        if posted is not None and form.is_valid() and parts.is_valid():
            data = form.cleaned_data
            try:
                made = booking.book_line(
                    line=line, parts=parts.parts, by=request.user, note=data["note"], seen_version=data["version"]
                )
            except ValidationError as problem:
                put_errors(form, problem)
            else:
                messages.success(request, f"已入账 {len(made)} 笔，共 {in_yuan(sum(one.amount for one in made))}。")
                return HttpResponseRedirect(self.page_url("waiting"))
        context = self.page_context(
            request, line, title="认领入账", line=line, parts=parts, form=form, back_url=self.page_url("waiting"),
            likely=complete([line], request.user)[0].likely,
        )  # fmt: skip
        return TemplateResponse(
            request, "admin/members/dues/book.html", context, status=422 if posted is not None else 200
        )

    def aside_view(self, request, pk):
        line = self.object_or_404(request, pk)
        return act_page(
            request, form=AsideForm(request.POST or None, initial={"version": line.version}),
            act=lambda data: booking.set_aside(
                line=line, reason=data["reason"], by=request.user, seen_version=data["version"]
            ),
            frame=self.page_context(request, line), title="标为不入账", button="不入账", back_url=self.page_url("waiting"),
            said="已标为不入账，可在流水里恢复。", heading=self._words(line),
            about="不是会费、也不用记账的款项，例：押金退回、代收代付。以后可以恢复。",
        )  # fmt: skip

    def back_view(self, request, pk):
        line = self.object_or_404(request, pk)
        return act_page(
            request, act=lambda _data: booking.put_back(line=line, by=request.user),
            frame=self.page_context(request, line), title="恢复为待认领", button="恢复", said="已恢复为待认领。",
            back_url=self.page_url("change", line.pk), heading=self._words(line), about=f"不入账的原因：{line.set_aside_reason}",
        )  # fmt: skip

    @staticmethod
    def _words(line) -> str:
        return f"{line.happened_on:%Y-%m-%d} {line.payer or '银行未写户名'} {in_yuan(line.left)}"
