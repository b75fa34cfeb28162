"""评分办法: a scheme with its parts and grade lines, each part with its rows; sources of credit records."""

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import content_disposition_header

from association.core.admin import BaseAdmin, BaseTabularInline, Link
from association.core.adminlist import chip

from ..actions import copy_scheme, load_scheme
from ..forms import CopySchemeForm, SchemeFileForm, SourceForm
from ..layouts import LAYOUT_FIELDS
from ..models import ChannelWeight, CreditSource, DeductionRule, GradeLine, Scheme, SchemePart, SurveyBand
from ..scheme_file import dumps_scheme
from ..scheme_rows import rulebook_of
from ..scoring import RuleBookError

KINDS = SchemePart.Kind


def problems_of(scheme: Scheme) -> list[str]:
    """What does not fit together, as sentences; empty where the scheme can be used."""
    try:
        rulebook_of(scheme)
    except RuleBookError as error:
        return error.problems
    return []


class _UnlockedMixin:
    """Rows of a scheme in use are only looked at."""

    def _locked(self, obj) -> bool:
        scheme = obj.scheme if isinstance(obj, SchemePart) else obj
        return scheme is not None and scheme.is_locked

    def has_add_permission(self, request, obj=None):
        return not self._locked(obj) and super().has_add_permission(request, obj)

    def has_change_permission(self, request, obj=None):
        return not self._locked(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request, obj=None):
        return not self._locked(obj) and super().has_delete_permission(request, obj)


class PartInline(_UnlockedMixin, BaseTabularInline):
    model = SchemePart
    fields = ("position", "name", "kind", "points", "own", "content")
    readonly_fields = ("content",)
    verbose_name_plural = "评分项"

    def get_queryset(self, request):
        rows = super().get_queryset(request).select_related("scheme")
        return rows.prefetch_related("rules", "channels", "bands")

    @admin.display(description="内容")
    def content(self, part):
        if part.pk is None:
            return "保存后填写"
        rows = {
            KINDS.SURVEY: f"{len(part.channels.all())} 种方式，{len(part.bands.all())} 档",
            KINDS.IMPORTED: "由导入给分",
        }.get(part.kind) or f"{len(part.rules.all())} 条规则"
        url, verb = (
            reverse("admin:evaluations_schemepart_change", args=[part.pk]),
            "查看" if part.scheme.is_locked else "填写",
        )
        return format_html('<a class="list-clear" href="{}">{}，{} ›</a>', url, rows, verb)


class GradeLineInline(_UnlockedMixin, BaseTabularInline):
    model = GradeLine
    fields = ("label", "lower")
    verbose_name_plural = "等级线（从高到低）"


@admin.register(Scheme)
class SchemeAdmin(BaseAdmin):
    list_display = ("name", "year", "period", "total_points", "in_use")
    search_fields = ("name",)
    sidebar_order = 70
    may_delete = True
    inlines = (PartInline, GradeLineInline)
    fieldsets = [
        (None, {"fields": [("name", "year"), ("period_from", "period_to"), ("total", "below_label"), "basis"]}),
    ]
    empty_text = "从文件载入一份，或新建；以后每年复制上一年的。"
    change_form_template = "admin/evaluations/scheme_form.html"

    # -- list ------------------------------------------------------------------------------------------------

    @admin.display(description="评价期", ordering="period_from")
    def period(self, scheme):
        return f"{scheme.period_from} 至 {scheme.period_to}"

    @admin.display(description="满分", ordering="total")
    def total_points(self, scheme):
        return f"{scheme.total.normalize():f}"

    total_points.number = True

    @admin.display(description="使用")
    def in_use(self, scheme):
        return chip("已启用", "lake") if scheme.is_locked else chip("草稿", "gold")

    def list_links(self, request):
        return [Link("载入文件", self.page_url("load"))] if self.has_add_permission(request) else []

    # -- one scheme ------------------------------------------------------------------------------------------

    def has_change_permission(self, request, obj=None):
        return (obj is None or not obj.is_locked) and super().has_change_permission(request, obj)

    def may_delete_row(self, obj):
        return not obj.is_locked

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj is not None:
            links = [Link("检查", "#check"), Link("下载文件", self.page_url("file", obj.pk))]
            if self.has_add_permission(request):
                links.insert(0, Link("复制", self.page_url("copy", obj.pk), filled=obj.is_locked))
            context |= {"problems": problems_of(obj), "form_links": links, "rounds": list(obj.rounds.all())}
        return super().render_change_form(request, context, add, change, form_url, obj)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        found = problems_of(Scheme.objects.get(pk=form.instance.pk))
        if found:
            messages.warning(request, f"已保存。还有 {len(found)} 处要改，改好后才能用来开设轮次，见「检查」。")

    def extra_urls(self):
        return [
            self.page("load/", self.load_view, "load", needs="add"),
            self.page("<int:pk>/copy/", self.copy_view, "copy", needs="add"),
            self.page("<int:pk>/download/", self.file_view, "file", needs="view"),
        ]

    def copy_view(self, request, pk):
        scheme = self.object_or_404(request, pk)
        form = CopySchemeForm(request.POST or None, initial={"year": scheme.year + 1})
        if request.method == "POST" and form.is_valid():
            data = form.cleaned_data
            copy = copy_scheme(scheme, year=data["year"], name=data["name"], by=request.user)
            messages.success(
                request,
                f"已复制为「{copy.name}」：评价期 {copy.period_from} 至 {copy.period_to}。"
                "请逐项核对日期、分值和等级线，再用它开设轮次。",
            )
            return HttpResponseRedirect(self.page_url("change", copy.pk))
        dates = [
            ("评价年度", scheme.year),
            ("信用信息起算日", scheme.period_from),
            ("信用信息截止日", scheme.period_to),
        ]
        context = self.page_context(
            request, scheme, title="复制评分办法", form=form, dates=dates, back_url=self.page_url("change", pk)
        )
        return TemplateResponse(request, "admin/evaluations/scheme_copy.html", context)

    def load_view(self, request):
        form = SchemeFileForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            scheme, new = load_scheme(form.book, by=request.user)
            messages.success(
                request, f"已载入「{scheme.name}」。" if new else f"内容与「{scheme.name}」相同，没有另存一份。"
            )
            return HttpResponseRedirect(self.page_url("change", scheme.pk))
        context = self.page_context(
            request,
            title="载入评分办法文件",
            form=form,
            back_url=self.page_url("changelist"),
            upload=True,
            button="载入",
        )
        return TemplateResponse(request, "admin/evaluations/plain_form.html", context)

    def file_view(self, request, pk):
        scheme = self.object_or_404(request, pk)
        found = problems_of(scheme)
        if found:
            messages.warning(request, "这份评分办法还有要改的地方，改好后才能下载：" + "；".join(found[:3]))
            return HttpResponseRedirect(self.page_url("change", pk))
        response = HttpResponse(dumps_scheme(rulebook_of(scheme)), content_type="application/json; charset=utf-8")
        response["Content-Disposition"] = content_disposition_header(True, f"{scheme.name}.json")
        return response


# -- A part ---------------------------------------------------------------------------------------------------------


class RuleInline(_UnlockedMixin, BaseTabularInline):
    model = DeductionRule
    verbose_name_plural = "来源规则"

    def get_fields(self, request, obj=None):
        return ("source", "grade_cap") if obj and obj.kind == KINDS.VETO else ("source", "each", "cap")


class ChannelInline(_UnlockedMixin, BaseTabularInline):
    model = ChannelWeight
    fields = ("channel", "weight")
    verbose_name_plural = "调查方式权重"


class BandInline(_UnlockedMixin, BaseTabularInline):
    model = SurveyBand
    fields = ("lower", "points")
    verbose_name_plural = "分档（均分从高到低）"


@admin.register(SchemePart)
class SchemePartAdmin(_UnlockedMixin, BaseAdmin):
    """The rows of a part; reached from its scheme."""

    in_sidebar = False
    list_display = ("name", "scheme", "kind", "points")
    change_form_template = "admin/evaluations/part_form.html"

    def has_add_permission(self, request, obj=None):
        return False

    def get_fieldsets(self, request, obj=None):
        head = [(None, {"fields": [("name", "kind"), ("points", "own")]})]
        if obj is not None and obj.kind == KINDS.SURVEY:
            marks = ["survey_items", ("mark_lowest", "mark_highest"), "below_points"]
            head.append(("调查", {"fields": marks}))
        return head

    def get_inlines(self, request, obj):
        if obj is None or obj.kind == KINDS.IMPORTED:
            return ()
        return (ChannelInline, BandInline) if obj.kind == KINDS.SURVEY else (RuleInline,)

    def get_inline_instances(self, request, obj=None):
        found = super().get_inline_instances(request, obj)
        for inline in found:
            if isinstance(inline, RuleInline) and obj.kind == KINDS.BONUS:
                inline.verbose_name_plural = "加分事项"
        return found

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj is not None:
            back = reverse("admin:evaluations_scheme_change", args=[obj.scheme_id])
            context |= {"problems": problems_of(obj.scheme), "form_links": [Link("返回评分办法", back)]}
        return super().render_change_form(request, context, add, change, form_url, obj)

    def response_change(self, request, obj):
        if "_continue" in request.POST:
            return super().response_change(request, obj)
        messages.success(request, f"已保存「{obj.name}」。")
        return HttpResponseRedirect(reverse("admin:evaluations_scheme_change", args=[obj.scheme_id]))

    def save_model(self, request, obj, form, change):
        try:
            super().save_model(request, obj, form, change)
        except ValidationError as locked:  # a round was opened on it while the page stood open
            messages.error(request, locked.messages[0])


# -- Sources --------------------------------------------------------------------------------------------------------


@admin.register(CreditSource)
class CreditSourceAdmin(BaseAdmin):
    form = SourceForm
    list_display = ("name", "authority", "fact_label", "position")
    sidebar_order = 75
    empty_text = "载入评分办法时会带来常用的五个来源，也可以新建。"
    fieldsets = [
        (None, {"fields": [("name", "position"), "authority", "fact_label"]}),
        (
            "文件里的列名",
            {"fields": [name for name in LAYOUT_FIELDS if name.startswith("column_")] + ["needed", "unit"]},
        ),
        ("在评分表上", {"fields": ["start", "details", "from_whom"]}),
    ]

    def get_form(self, request, obj=None, change=False, **kwargs):
        return super().get_form(request, obj, change=change, **(kwargs | {"fields": SourceForm.Meta.fields}))
