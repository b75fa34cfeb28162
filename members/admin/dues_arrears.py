"""欠缴会费: the telephone list, what was said on the telephone, notices to print; all calls about dues as a list."""

from urllib.parse import urlencode

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.utils import timezone

from association.accounts.roles import Right
from association.core.admin import Link, ReadOnlyAdmin
from association.core.adminhooks import holds
from association.core.adminlist import chip, link
from association.core.adminmenu import MenuPage, add_page
from association.core.models import Association
from association.core.refusals import put_errors
from association.core.words import word
from association.exchange.exports import masked_for
from association.exchange.sheets import Head, table_bytes
from association.exchange.views import attachment
from association.parties.models import Party
from association.parties.search import by_party
from association.timeline.actions import log_access

from ..dues import arrears
from ..dues.arrears_forms import DuesCallForm
from ..dues.checks import needs_right
from ..dues.notices import notice_of
from ..dues.reminding import SEND_URL
from ..dues.statement import outstanding, statement_of
from ..dues.words import in_yuan
from ..models import DuesPromise, DuesRules
from ..pages import keys_in
from .unmasking import is_open, open_list

URL = "/admin/members/duespromise/arrears/"
LIST = "dues-arrears"  # in the session: that the telephones of this list were asked for
A_PAGE, PRINTED = 50, 500

add_page(MenuPage("会费", "欠缴会费", URL, lambda user: holds(user, Right.READ), order=20))


class _PromiseFilter(admin.SimpleListFilter):
    title, parameter_name = "承诺", "promise"

    def lookups(self, request, model_admin):
        return [("open", "没到日子"), ("over", "已到日子"), ("none", "没有承诺")]

    def queryset(self, request, queryset):
        today = timezone.localdate()
        asked = {
            "open": {"promised_on__gte": today}, "over": {"promised_on__lt": today}, "none": {"promised_on": None}
        }.get(self.value(), {})  # fmt: skip
        return queryset.filter(**asked)


@admin.register(DuesPromise)
class DuesPromiseAdmin(ReadOnlyAdmin):
    """The list itself is the log of calls; it is reached from 欠缴会费."""

    in_sidebar = False
    list_display = ("unit", "said_at", "way", "caller", "said", "promised", "by")
    list_select_related = ("call__by", "bill__party", "bill__dues_year")
    list_filter = (_PromiseFilter,)
    fields = ("unit", "bill_year", "said_at", "way", "caller", "said", "promised", "by")
    search_fields = ("bill__party__name",)
    search_help_text = "单位名称、简称、拼音首字母、代码"
    search_rows = staticmethod(by_party("bill__party"))
    empty_text = "在「欠缴会费」里记一笔通话，就会列在这里。"

    unit = admin.display(description="单位")(lambda self, row: row.bill.party.name)
    bill_year = admin.display(description="账单")(lambda self, row: str(row.bill.dues_year))
    said_at = admin.display(description="时间", ordering="call__happened_at")(lambda self, row: row.call.happened_at)
    way = admin.display(description="方式")(lambda self, row: row.call.get_way_display())
    caller = admin.display(description="对方")(lambda self, row: row.call.caller)
    by = admin.display(description="记录人")(lambda self, row: row.call.by.name)

    @admin.display(description="说了什么")
    def said(self, row):
        return link(row.call.get_absolute_url(), row.call.content[:60] or row.call.topic)

    @admin.display(description="承诺", ordering="promised_on")
    def promised(self, row):
        return promise_words(row)

    def list_links(self, request) -> list[Link]:
        return [Link("欠缴会费", self.page_url("arrears"), filled=True)]

    def changelist_view(self, request, extra_context=None):
        return super().changelist_view(request, {"title": "会费通话记录"} | (extra_context or {}))

    def extra_urls(self):
        return [
            self.page("arrears/", self.arrears_view, "arrears", needs="view"),
            self.page("arrears/print/", self.print_view, "arrears_print", needs="view"),
            self.page("arrears/export/", self.export_view, "arrears_export", needs="view"),
            self.page("arrears/notices/", self.notices_view, "arrears_notices", needs="view"),
            self.page("arrears/<int:party>/", self.party_view, "arrears_party", needs="view"),
        ]

    # -- the list ----------------------------------------------------------------------------------------------

    def arrears_view(self, request):
        """Who owes, the most first. A POST shows the telephones in full for ten minutes, and is remembered."""
        params = arrears.params_of(request.GET)
        found = arrears.listed(request.user, params)
        here = f"{URL}?{urlencode(_said(params))}"
        if request.method == "POST":
            open_list(request, LIST, f"欠缴会费名单（{arrears.words_of(params)}）", rows=len(found))
            return HttpResponseRedirect(here)
        masked = not is_open(request, LIST)
        page = Paginator(found, A_PAGE).get_page(request.GET.get("p"))
        query = urlencode(_said(params))
        context = self.page_context(
            request, title="欠缴会费", crumb=Link("会费", "/admin/members/duesyear/"), params=params, page=page,
            query=query, choices=arrears.choices(request.user),
            rows=[(row, row.contact_words(masked=masked), promise_words(row.promise)) for row in page.object_list],
            called=arrears.CALLED, orders=arrears.ORDERS, total=sum(row.owed.total for row in found),
            masked=masked, here=here,
            can_unmask=masked and holds(request.user, Right.PERSONAL), may_call=holds(request.user, Right.DUES),
            log_url=self.page_url("changelist"), remind_url=SEND_URL,
        )  # fmt: skip
        return TemplateResponse(request, "admin/members/dues/arrears.html", context)

    def print_view(self, request):
        params = arrears.params_of(request.GET)
        rows, words, masked = arrears.listed(request.user, params), arrears.words_of(params), masked_for(request.user)
        back = f"{URL}?{urlencode(_said(params))}"
        if len(rows) > PRINTED:
            messages.info(
                request, f"共 {len(rows)} 家，超过 {PRINTED} 家请用「导出」，在 Excel 里打印；或者先缩小范围。"
            )
            return HttpResponseRedirect(back)
        log_access("print", f"欠缴会费名单（{words}）", by=request.user, rows=len(rows), request=request)
        context = {
            "rows": [(row, row.contact_words(masked=masked), promise_words(row.promise)) for row in rows],
            "words": words, "total": sum(row.owed.total for row in rows), "masked": masked, "back_url": back,
            "printed_by": request.user.name, "printed_at": timezone.now(),
        }  # fmt: skip
        return render(request, "members/dues/arrears_print.html", context)

    def export_view(self, request):
        params = arrears.params_of(request.GET)
        rows, words, masked = arrears.listed(request.user, params), arrears.words_of(params), masked_for(request.user)
        notes = f"范围：{words}；共 {len(rows)} 家；导出：{request.user.name} {timezone.localtime():%Y-%m-%d %H:%M}"
        content = table_bytes(
            title=f"{Association.current().name}欠缴会费名单", notes=f"{notes}{'；电话已部分隐去' if masked else ''}",
            heads=_HEADS, rows=(_cells(number, row, masked) for number, row in enumerate(rows, 1)), landscape=True,
        )  # fmt: skip
        log_access("export", f"欠缴会费名单（{words}）", by=request.user, rows=len(rows), request=request)
        return attachment(content, f"欠缴会费名单_{timezone.localtime():%Y%m%d}.xlsx")

    def notices_view(self, request):
        """催缴通知, a sheet a party: those ticked (POST), else all of the list as it is filtered."""
        params = arrears.params_of(request.POST if request.method == "POST" else request.GET)
        ticked = keys_in(request.POST, "party")
        if bills := keys_in(request.POST, "bill"):  # from the page that sends reminders
            ticked += outstanding(request.user).filter(pk__in=bills).values_list("party", flat=True)
        back = f"{URL}?{urlencode(_said(params))}"
        if "text" in request.POST and not ticked:
            messages.info(request, "请先勾选要打印通知的单位。")
            return HttpResponseRedirect(SEND_URL)
        rows = arrears.of_parties(request.user, ticked) if ticked else arrears.listed(request.user, params)
        if not 0 < len(rows) <= PRINTED:
            why = f"一次最多打印 {PRINTED} 份通知，请先缩小范围。" if rows else "没有欠缴的单位，不用打印通知。"
            messages.info(request, why)
            return HttpResponseRedirect(back)
        log_access("print", "催缴会费通知", by=request.user, rows=len(rows), request=request)
        rules, association = DuesRules.current(), Association.current()
        context = {
            "notices": [notice_of(row.party, row.owed, rules, association) for row in rows], "title": "催缴会费通知",
            "back_url": back, "printed_by": request.user.name, "printed_at": timezone.now(),
        }  # fmt: skip
        return render(request, "members/dues/notices.html", context)

    # -- one party ---------------------------------------------------------------------------------------------

    def party_view(self, request, party):
        """What it owes and paid, what was said before, 记一笔通话."""
        unit = Party.objects.visible_to(request.user).filter(pk=party).first()
        if unit is None:
            raise Http404
        may_call, back = holds(request.user, Right.DUES), f"{URL}?{urlencode(_said(arrears.params_of(request.GET)))}"
        form = DuesCallForm(request.POST if request.method == "POST" else None)
        if request.method == "POST":
            needs_right(request.user)
        if request.method == "POST" and form.is_valid() and self._noted(request, unit, form):
            return HttpResponseRedirect(back)
        rows = arrears.of_parties(request.user, [unit.pk])
        row, opened = (rows[0] if rows else None), is_open(request, LIST)
        context = self.page_context(
            request, title=unit.name, crumb=Link("欠缴会费", back), unit=unit, row=row, statement=statement_of(unit.pk, request.user),
            contacts=row.contact_words(masked=not opened) if row else [], form=form, may_call=may_call and (row or form.errors),
            calls=[(one, promise_words(one)) for one in arrears.calls_of(unit.pk, request.user)], back_url=back,
        )  # fmt: skip
        status = 422 if form.errors else 200
        return TemplateResponse(request, "admin/members/dues/arrears_party.html", context, status=status)

    @staticmethod
    def _noted(request, unit: Party, form) -> bool:
        try:
            arrears.note_dues_call(unit, by=request.user, **form.values())
        except (ValidationError, PermissionDenied) as problem:
            put_errors(form, problem)
            return False
        messages.success(request, f"已记下与「{unit.name}」的通话。")
        return True


def _said(params: dict) -> dict:
    """The filters that say something, for an address."""
    return {name: value for name, value in params.items() if value and (name, value) != ("order", "owed")}


def promise_words(one: DuesPromise | None):
    """「06-30 前缴 5,000 元」 as a chip; "" without a promise."""
    if one is None or one.promised_on is None:
        return ""
    words = f"{one.promised_on:%Y-%m-%d} 前缴{f' {in_yuan(one.amount)}' if one.amount else '清'}"
    return chip(words, "seal" if one.promised_on < timezone.localdate() else "gold")


_HEADS = [
    Head("序号", 6, figure=True), Head("单位名称", 34), Head("代码或临时编号", 21), Head("档次", 16), Head(word("district"), 10),
    Head("会员", 6), Head("欠缴年度", 16), Head("尚欠（元）", 12, figure=True), Head("最近缴费", 11), Head("联系人", 16),
    Head("电话", 18), Head("最近联系", 11), Head("承诺日期", 11), Head("承诺金额（元）", 12, figure=True),
]  # fmt: skip


def _cells(number: int, row: arrears.Arrears, masked: bool) -> list:
    contacts, promise = row.contact_words(masked=masked), row.promise
    return [
        number, row.party.name, row.party.number, row.label, row.district, "是" if row.is_member else "否",
        row.owed.years, row.owed.total, f"{row.last_paid:%Y-%m-%d}" if row.last_paid else "",
        "、".join(name for name, _phone in contacts if name), "、".join(phone for _name, phone in contacts if phone),
        f"{timezone.localtime(row.last.call.happened_at):%Y-%m-%d}" if row.last else "",
        f"{promise.promised_on:%Y-%m-%d}" if promise else "", promise.amount if promise else None,
    ]  # fmt: skip
