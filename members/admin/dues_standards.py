"""会费标准 and 会费设置: a standard is drafted with its rates, adopted with the meeting's vote, copied for the next; the one row
of settings."""

from decimal import Decimal

from django.contrib import admin, messages
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse

from association.accounts.roles import Right
from association.core.admin import BaseAdmin, BaseTabularInline, Link
from association.core.adminhooks import holds
from association.core.adminlist import chip
from association.core.stamp import raise_stamp

from ..dues import standards
from ..dues.forms import DuesRulesForm, RateForm, RateFormSet, StandardForm
from ..dues.standards import share_in_words
from ..dues.words import in_yuan
from ..models import DuesRate, DuesRules, DuesStandard
from ..pages import act_page


def _told(fields) -> list:
    return ["joiners_in_words" if name == "joiners" else name for name in fields]


DUES = f"portal.{Right.DUES.value}"


class RateInline(BaseTabularInline):
    model = DuesRate
    form, formset = RateForm, RateFormSet
    fields = ("label", "amount", "order")
    verbose_name_plural = "档次（金额固定，不写“以上”“以下”）"

    def get_extra(self, request, obj=None, **kwargs):
        return 5 if obj is None else 1

    def _open(self, obj) -> bool:
        return obj is None or obj.adopted_at is None

    def has_add_permission(self, request, obj=None):
        return self._open(obj) and super().has_add_permission(request, obj)

    def has_change_permission(self, request, obj=None):
        return self._open(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request, obj=None):
        return self._open(obj) and super().has_delete_permission(request, obj)


@admin.register(DuesStandard)
class DuesStandardAdmin(BaseAdmin):
    """Adopted ones are only looked at."""

    form = StandardForm
    inlines = (RateInline,)
    change_form_template = "admin/members/dues/standard.html"
    list_display = ("name", "starts_on", "basis", "body", "meeting_on", "stands")
    fieldsets = (
        ("标准", {"fields": [("name", "starts_on"), ("basis", "due_day"), "joiners"]}),
        (
            "表决",
            {
                "fields": [
                    ("body", "meeting_on"),
                    ("delegates", "present", "in_favour"),
                    ("is_secret", "document_number"),
                    "note",
                ]
            },
        ),
    )
    may_delete = True
    sidebar_order = 80
    empty_text = "用「新增」起草一份会费标准，写明会议和表决情况，确认以后才能开单。"

    @admin.display(description="年中入会")
    def joiners_in_words(self, standard):
        rules = [f"{row['from']} 起入会的，{share_in_words(Decimal(row['share']))}" for row in standard.joiners]
        return "；".join(rules) or "按全年"

    def get_fieldsets(self, request, obj=None):
        """Where it is only looked at, the rules for joiners are a sentence."""
        found = super().get_fieldsets(request, obj)
        if self.has_change_permission(request, obj):
            return found
        return [(name, {**more, "fields": _told(more["fields"])}) for name, more in found]

    def get_readonly_fields(self, request, obj=None):
        return [*super().get_readonly_fields(request, obj), "joiners_in_words"]

    @admin.display(description="状态")
    def stands(self, standard):
        return chip("已确认", "lake") if standard.adopted_at else chip("草稿", "gold")

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and (obj is None or obj.adopted_at is None)

    def may_delete_row(self, obj):
        return obj.adopted_at is None

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj is not None:
            may, problems = holds(request.user, Right.DUES), []
            links = [Link("复制为新的草稿", self.page_url("copy", obj.pk))] if may else []
            if obj.adopted_at is None:
                problems = standards.why_not_adopt(obj)
                links = (
                    [Link("确认标准", self.page_url("adopt", obj.pk), filled=not problems), *links] if may else links
                )
            context |= {"form_links": links, "problems": problems}
        return super().render_change_form(request, context, add, change, form_url, obj)

    def extra_urls(self):
        return [
            self.page("<int:pk>/adopt/", self.adopt_view, "adopt", needs=DUES),
            self.page("<int:pk>/copy/", self.copy_view, "copy", needs=DUES),
        ]

    def adopt_view(self, request, pk):
        obj = self.object_or_404(request, pk)
        rates = "，".join(f"{rate.label} {in_yuan(rate.amount)}" for rate in obj.rates.all())
        about = (
            f"{obj.body}（{obj.meeting_on:%Y-%m-%d}）表决通过，{obj.starts_on:%Y-%m-%d} 起执行：{rates}。"
            "确认以后不能再改；自表决之日起 30 日内要向全体会员公开。"
        )
        return act_page(
            request, act=lambda _data: standards.adopt(obj, by=request.user), frame=self.page_context(request, obj),
            back_url=self.page_url("change", obj.pk), said="会费标准已确认，可以开单了。", title="确认会费标准",
            button="确认标准", heading=obj.name, about=about,
        )  # fmt: skip

    def copy_view(self, request, pk):
        """Asks first: a link may not write."""
        obj = self.object_or_404(request, pk)
        if request.method != "POST":
            about = "档次和金额照抄，会议、人数和票数空着；改好以后另行确认。原来的标准不变。"
            context = self.page_context(
                request, obj, title="复制为新的草稿", heading=obj.name, about=about, button="复制",
                back_url=self.page_url("change", obj.pk),
            )  # fmt: skip
            return TemplateResponse(request, "admin/members/act.html", context)
        draft = standards.copy_standard(obj, by=request.user)
        messages.success(request, "已复制为草稿，请改好金额、会议和表决情况，再确认。")
        return HttpResponseRedirect(self.page_url("change", draft.pk))


@admin.register(DuesRules)
class DuesRulesAdmin(BaseAdmin):
    """One row: the list leads straight to it."""

    form = DuesRulesForm
    sidebar_order = 90
    fieldsets = (
        ("收款账户", {"fields": [("account_name", "account_bank"), "account_number"]}),
        ("联系", {"fields": [("contact", "contact_phone"), "notice_text"]}),
        ("催缴与公开", {"fields": ["reminder_days", "published"]}),
    )

    def has_add_permission(self, request):
        return super().has_add_permission(request) and not DuesRules.objects.exists()

    def changelist_view(self, request, extra_context=None):
        if not self.has_view_or_change_permission(request):
            return super().changelist_view(request, extra_context)
        if DuesRules.objects.exists():
            return HttpResponseRedirect(self.page_url("change", 1))
        if self.has_add_permission(request):
            return HttpResponseRedirect(self.page_url("add"))
        return super().changelist_view(request, extra_context)

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        raise_stamp()  # the public page follows what they say
