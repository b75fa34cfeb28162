"""催缴: whom a reminder would reach and what it says, before it is sent; what was sent."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse

from association.accounts.roles import Right
from association.core.admin import Link, ReadOnlyAdmin
from association.core.adminhooks import holds
from association.core.refusals import reason_of
from association.outbox.models import Message
from association.parties.search import by_party

from ..dues import reminding
from ..dues.statement import outstanding
from ..models import DuesReminder, DuesRules, DuesYear
from ..pages import keys_in
from .dues_arrears import URL as ARREARS_URL

DUES = f"portal.{Right.DUES.value}"


class _RemindForm(forms.Form):
    text = forms.CharField(
        label="正文", max_length=1000, widget=forms.Textarea(attrs={"rows": 5}), help_text="每家的欠缴金额会自动写在正文后面。",
        error_messages={"required": "请填写催缴的正文。", "max_length": "最多 1000 个字，请精简。"},
    )  # fmt: skip
    way = forms.ChoiceField(choices=DuesReminder.Way.choices, initial="message", widget=forms.HiddenInput)


class _YearFilter(admin.SimpleListFilter):
    title, parameter_name = "年度", "year"

    def lookups(self, request, model_admin):
        years = DuesYear.objects.visible_to(request.user).values_list("year", flat=True)
        return [(str(year), f"{year} 年") for year in years]

    def queryset(self, request, queryset):
        return queryset.filter(bill__dues_year__year=self.value()) if (self.value() or "").isdigit() else queryset


@admin.register(DuesReminder)
class DuesReminderAdmin(ReadOnlyAdmin):
    list_display = ("unit", "bill_year", "step", "way", "owed", "sent_at", "by")
    list_select_related = ("bill__party", "bill__dues_year", "by")
    list_filter = (_YearFilter, "step", "way")
    fields = (("unit", "bill_year", "step"), ("way", "owed"), "text", ("sent_at", "by"))
    search_fields = ("bill__party__name",)
    search_help_text = "单位名称、简称、拼音首字母、代码"
    search_rows = staticmethod(by_party("bill__party"))
    sidebar_order = 25
    empty_text = "发出的催缴会列在这里：哪一年第几次，什么时候发给了谁，写了什么。"

    unit = admin.display(description="单位")(lambda self, row: row.bill.party.name)
    bill_year = admin.display(description="年度", ordering="bill__dues_year__year")(
        lambda self, row: f"{row.bill.dues_year.year} 年"
    )

    def list_links(self, request) -> list[Link]:
        links = [Link("欠缴会费", ARREARS_URL)]
        return (
            [*links, Link("发出催缴", self.page_url("send"), filled=True)] if holds(request.user, Right.DUES) else links
        )

    def extra_urls(self):
        return [self.page("send/", self.send_view, "send", needs=DUES)]

    def send_view(self, request):
        """The step of a year that is on: whom, what, by which way; a POST sends it to those ticked."""
        rules, years = DuesRules.current(), self._years(request)
        year = next((row for row in years if str(row.year) == request.GET.get("year")), years[0] if years else None)
        step = reminding.step_now(year, rules) if year else None
        if step is None:
            return self._page(request, years, year, None, rules)
        sent = request.method == "POST"
        form = _RemindForm(request.POST if sent else None, initial={"text": reminding.usual_text(step, rules)})
        ticked = set(keys_in(request.POST, "bill"))
        if sent and not ticked:
            form.add_error(None, "请先勾选要催缴的单位。")
        if sent and form.is_valid() and self._sent(request, step, ticked, form):
            return HttpResponseRedirect(f"{self.page_url('send')}?year={year.year}")
        return self._page(request, years, year, step, rules, form=form, ticked=ticked if sent else None)

    @staticmethod
    def _years(request) -> list[DuesYear]:
        """Years with something outstanding, the latest first."""
        owing = outstanding(request.user).order_by().values("dues_year")
        return list(DuesYear.objects.visible_to(request.user).filter(pk__in=owing).order_by("-year"))

    def _page(self, request, years, year, step, rules, *, form=None, ticked=None):
        dues = reminding.to_remind(step, request.user) if step else []
        steps = reminding.steps_of(year, rules) if year else []
        context = self.page_context(
            request, title=str(step or "催缴"), years=years, year=year, step=step, form=form,
            next_step=next((one for one in steps if not one.has_come), None), steps=steps,
            rows=[(one, one.bill.pk in ticked if ticked is not None else one.promised_on is None) for one in dues],
            by_message=sum(1 for one in dues if one.people), by_paper=sum(1 for one in dues if not one.people),
            channels="、".join(Message.Channel(c).label for c in reminding.channels()),
            log_url=f"{self.page_url('changelist')}?year={year.year}" if year else self.page_url("changelist"),
        )  # fmt: skip
        status = 422 if form is not None and form.errors else 200
        return TemplateResponse(request, "admin/members/dues/remind.html", context, status=status)

    @staticmethod
    def _sent(request, step, ticked, form) -> bool:
        way = form.cleaned_data["way"]
        try:
            made = reminding.remind(step, ticked, text=form.cleaned_data["text"], way=way, by=request.user)
        except (ValidationError, PermissionDenied) as problem:
            form.add_error(None, reason_of(problem))
            return False
        done = "发出" if way == DuesReminder.Way.MESSAGE else "登记"
        if made:
            messages.success(request, f"已{done} {step}：{len(made)} 家。")
        if left := len(ticked) - len(made):
            why = (
                "没有账号的请打印通知，其余的刚才已经缴清或者已有人催过"
                if way == "message"
                else "刚才已经缴清或者已有人催过"
            )
            messages.warning(request, f"{left} 家没有{done}：{why}。")
        return True
