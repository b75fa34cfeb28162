"""收款: the ledger, money written down by hand, reversed, given back, moved to another use."""

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse

from association.accounts.roles import Right
from association.core.admin import Link, ReadOnlyAdmin
from association.core.adminhooks import holds
from association.core.adminlist import chip
from association.core.refusals import put_errors

from ..dues import booking, money_lists
from ..dues.forms import ReasonForm
from ..dues.money_forms import HandForm, MoveForm, RefundForm
from ..dues.words import in_yuan
from ..models import Payment
from ..pages import act_page
from .applications import file_link
from .money_filters import export_view, list_filters

DUES = f"portal.{Right.DUES.value}"
K = Payment.Kind


@admin.register(Payment)
class PaymentAdmin(ReadOnlyAdmin):
    change_form_template = "admin/members/dues/payment.html"
    list_display = ("received_on", "whose", "payer", "amount", "purpose", "channel", "matched", "credit", "state")
    list_select_related = ("party",)
    list_filter = list_filters("payment_filters", ("state", "month", "purpose", "channel", "matched"))
    search_fields = ("payer",)
    search_help_text = "单位名称、简称、拼音首字母、代码，付款人、流水号、凭据号、金额"
    search_rows = staticmethod(money_lists.search_payments)
    sidebar_order = 32
    empty_text = "导入的流水入账以后，或者用右上角的「登记收款」登记现金、微信、支票以后，列在这里。"
    fieldsets = (
        (
            "收款",
            {
                "fields": [
                    ("party", "payer"),
                    ("received_on", "amount"),
                    ("kind", "purpose"),
                    ("channel", "matched"),
                    ("reference", "by"),
                    "note",
                ]
            },
        ),
    )

    @admin.display(description="单位", ordering="party__name")
    def whose(self, payment):
        return payment.party.name if payment.party else None

    @admin.display(description="预存（元）")
    def credit(self, payment):
        counts = self._counts(payment) and payment.purpose == Payment.Purpose.DUES
        return (payment.left or None) if counts else None

    credit.number = True

    @staticmethod
    def _counts(payment) -> bool:
        return payment.kind == K.RECEIPT and payment.reversed_at is None

    @admin.display(description="情况")
    def state(self, payment):
        if payment.kind != K.RECEIPT:
            return chip(payment.get_kind_display() + ("（已冲正）" if payment.reversed_at else ""), "seal")
        if payment.reversed_at:
            return chip("已冲正", "seal")
        return chip(f"已退 {in_yuan(payment.refunded)}", "gold") if payment.refunded else chip("有效", "lake")

    def list_links(self, request) -> list[Link]:
        query = f"?{request.GET.urlencode()}" if request.GET else ""
        links = [Link("导出", self.page_url("export") + query)]
        return [*links, Link("登记收款", self.page_url("new"), True)] if holds(request.user, Right.DUES) else links

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        settled = obj.allocations.standing().select_related("bill__dues_year").order_by("pk")
        context |= {
            "state": self.state(obj), "form_links": self._links(request, obj), "settles": settled,
            "counts": self._counts(obj), "receipts": obj.receipts.order_by("pk"), "related": _related(obj, request.user),
        }  # fmt: skip
        return super().render_change_form(request, context, add, change, form_url, obj)

    def _links(self, request, payment) -> list[Link]:
        links = [file_link(payment.party)] if payment.party else []
        if payment.line_id:
            links.append(Link("银行流水", payment.line.get_absolute_url()))
        if holds(request.user, Right.DUES) and payment.reversed_at is None and payment.kind != K.REVERSAL:
            if payment.kind == K.RECEIPT:
                links.append(Link("退款", self.page_url("refund", payment.pk)))
                links.append(Link("改用途", self.page_url("move", payment.pk)))
            links.append(Link("冲正", self.page_url("reverse", payment.pk)))
        return [one for one in links if one]

    def extra_urls(self):
        return [
            self.page("export/", self.export_view, "export", needs="view"),
            self.page("new/", self.new_view, "new", needs=DUES),
            self.page("<int:pk>/reverse/", self.reverse_view, "reverse", needs=DUES),
            self.page("<int:pk>/refund/", self.refund_view, "refund", needs=DUES),
            self.page("<int:pk>/move/", self.move_view, "move", needs=DUES),
        ]

    def export_view(self, request):
        return export_view(
            request, money_lists.PAYMENTS, money_lists.payment_filters(request.user), self.page_url("changelist")
        )

    # -- what is done ------------------------------------------------------------------------------------------

    def new_view(self, request):
        """手工登记."""
        form = HandForm(request.POST or None, user=request.user, initial={"unit": request.GET.get("unit", "")})
        if request.method == "POST" and form.is_valid():
            data = form.cleaned_data
            values = {name: data[name] for name in ("amount", "received_on", "channel", "purpose", "payer")}
            values |= {name: data[name] for name in ("reference", "note", "sure")}
            try:
                payment = booking.book_by_hand(party=data["unit"], by=request.user, once_key=data["once"], **values)
            except ValidationError as problem:
                put_errors(form, problem)
                form.ask_whether_sure()
            else:
                messages.success(request, f"已登记「{payment.payer}」{in_yuan(payment.amount)}。")
                return HttpResponseRedirect(self.page_url("change", payment.pk))
        context = self.page_context(
            request, title="登记收款", form=form, back_url=self.page_url("changelist"), button="登记",
            about="登记现金、微信、支票等不在银行流水里的收款。会费随即抵缴最早的欠缴，多余的转为预存。",
        )  # fmt: skip
        return TemplateResponse(request, "admin/members/act.html", context, status=422 if form.errors else 200)

    def _act(self, request, payment, form, act, **words):
        heading = f"{payment.received_on:%Y-%m-%d} {payment.payer} {in_yuan(payment.amount)}"
        return act_page(
            request, form=form, act=act, frame=self.page_context(request, payment), heading=heading,
            back_url=self.page_url("change", payment.pk), **words,
        )  # fmt: skip

    def reverse_view(self, request, pk):
        payment = self.object_or_404(request, pk)
        about = "记错的才冲正：另记一笔相反的金额，原来的保留。已抵的会费恢复为欠缴"
        return self._act(
            request, payment, ReasonForm(request.POST or None),
            lambda data: booking.reverse(payment=payment, by=request.user, **data), title="冲正", button="冲正",
            danger=True, said="已冲正。", about=about + ("，银行流水回到待认领。" if payment.line_id else "。"),
        )  # fmt: skip

    def refund_view(self, request, pk):
        payment = self.object_or_404(request, pk)
        initial = {"amount": f"{payment.left or payment.amount - payment.refunded:.2f}"}
        return self._act(
            request, payment, RefundForm(request.POST or None, initial=initial),
            lambda data: booking.refund(payment=payment, by=request.user, **data), title="退款", button="登记退款",
            said="退款已登记。", about="登记已经退给单位的钱。先退预存；超过预存的，已抵的会费恢复为欠缴。",
        )  # fmt: skip

    def move_view(self, request, pk):
        payment = self.object_or_404(request, pk)

        def act(data):
            values = {name: data[name] for name in ("purpose", "amount", "reason")}
            booking.move_to(payment=payment, by=request.user, party=data.get("unit"), **values)

        return self._act(
            request, payment, MoveForm(request.POST or None, user=request.user, payment=payment), act, title="改用途", button="改用途",
            said="已改用途，原来的一笔已冲正。", about="这笔钱（或其中一部分）不是原来的用途。原来的一笔冲正，按新的用途另记。",
        )  # fmt: skip


def _related(payment, user) -> list[tuple[str, Payment]]:
    """Lines of the ledger that belong together with this one."""
    found = [("冲正的是", payment.reverses), ("退的是", payment.refunds), ("改自", payment.moved_from)]
    found += [("冲正", one) for one in Payment.objects.visible_to(user).filter(reverses=payment)]
    found += [("改作", one) for one in Payment.objects.visible_to(user).filter(moved_from=payment)]
    found += [("退款", one) for one in payment.refund_lines.visible_to(user).order_by("pk")]
    return [(words, one) for words, one in found if one is not None]
