"""信用信息, 业绩调查, 主管部门评分: what came in, corrected by staff with a reason, voided and restored."""

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse

from association.core.admin import BaseAdmin, Link
from association.core.adminlist import chip
from association.parties.models import Party

from ..corrections import CORRECTABLE, correct_row, restore_row, void_row
from ..forms import FirmForm, ReasonForm, RecordForm, ScoreForm, SurveyForm
from ..models import AuthorityScore, CreditRecord, CreditSource, RatingRound, Survey
from ..waiting import search_firms


class RoundFilter(admin.SimpleListFilter):
    title, parameter_name = "轮次", "round__year"

    def lookups(self, request, model_admin):
        return [(str(year), f"{year} 年度") for year in RatingRound.objects.values_list("year", flat=True)]

    def queryset(self, request, queryset):
        return queryset.filter(round__year=self.value()) if (self.value() or "").isdigit() else queryset


class _SourceFilter(admin.SimpleListFilter):
    title, parameter_name = "来源", "source"

    def lookups(self, request, model_admin):
        return [(name, name) for name in CreditSource.objects.values_list("name", flat=True)]

    def queryset(self, request, queryset):
        return queryset.filter(source=self.value()) if self.value() else queryset


class _MatchFilter(admin.SimpleListFilter):
    """Without a choice: everything that is not void."""

    title, parameter_name = "情况", "match"
    CHOICES = {
        "waiting": ("等待认领", Q(party=None, dismissed=False, voided_at=None)),
        "dismissed": ("不是本轮企业", Q(dismissed=True, voided_at=None)),
        "person": ("人工认领", Q(matched_by="person", voided_at=None)),
        "name": ("按名称匹配", Q(matched_by="name", voided_at=None)),
        "code": ("按代码匹配", Q(matched_by="code", voided_at=None)),
        "double": ("与另一行相同，不计分", Q(same_as__isnull=False, voided_at=None)),
        "void": ("已作废", Q(voided_at__isnull=False)),
    }

    def lookups(self, request, model_admin):
        return [(key, label) for key, (label, _wanted) in self.CHOICES.items()]

    def queryset(self, request, queryset):
        _label, wanted = self.CHOICES.get(self.value(), ("", Q(voided_at=None)))
        return queryset.filter(wanted)


def search_matched(rows, term):
    """By the firm on file, or as the file wrote it."""
    firms = Party.objects.search(term).values("pk")
    return rows.filter(Q(party__in=firms) | Q(raw_name__icontains=term) | Q(raw_code__iexact=term))


class MatchedAdmin(BaseAdmin):
    """Base of the three: rows come in by import, here they are looked at, corrected, voided."""

    saves_through_actions = True
    search_fields = ("raw_name",)
    search_help_text = "企业名称、曾用名、拼音首字母、代码"
    search_rows = staticmethod(search_matched)
    readonly_fields = ("party",)
    list_select_related = ("party",)
    change_form_template = "admin/evaluations/matched.html"

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return (obj is None or obj.voided_at is None) and super().has_change_permission(request, obj)

    @admin.display(description="企业", ordering="party__name")
    def firm(self, row):
        return row.party.name if row.party else row.raw_name or row.raw_code

    @admin.display(description="匹配")
    def match(self, row):
        if row.voided_at:
            return chip("已作废", "seal")
        if row.same_as_id:
            return chip("与另一行相同，不计分")
        if row.dismissed:
            return chip("不是本轮企业")
        if row.party_id is None:
            return chip("等待认领", "gold")
        return f"按{row.get_matched_by_display()}" + ("，已更正" if row.corrected else "")

    def get_fieldsets(self, request, obj=None):
        fieldsets = list(super().get_fieldsets(request, obj))
        if obj is not None and self.has_change_permission(request, obj):
            fieldsets.append(("更正", {"fields": ["reason"]}))
        return fieldsets

    # -- correcting ------------------------------------------------------------------------------------------

    def values_of(self, form) -> dict:
        return {name: form.cleaned_data[name] for name in form.changed_data if name in CORRECTABLE[self.model]}

    def save_model(self, request, obj, form, change):
        """The action writes; a refusal is shown, and what was typed stays on file as it was."""
        row = self.model.objects.get(pk=obj.pk)
        try:
            saved = correct_row(
                row, by=request.user, reason=form.cleaned_data.get("reason") or "", **self.values_of(form)
            )
        except ValidationError as problem:
            request.not_saved = problem.messages[0]
            return
        obj.version = saved.version

    def response_change(self, request, obj):
        if not getattr(request, "not_saved", ""):
            return super().response_change(request, obj)
        messages.error(request, f"没有保存：{request.not_saved}")
        return HttpResponseRedirect(request.get_full_path())

    # -- void, restore ---------------------------------------------------------------------------------------

    def extra_urls(self):
        return [
            self.page("<int:pk>/void/", self.void_view, "void"),
            self.page("<int:pk>/restore/", self.restore_view, "restore"),
            self.page("<int:pk>/firm/", self.firm_view, "firm"),
        ]

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj is not None and super().has_change_permission(request, obj):
            links = [("恢复", "restore")] if obj.voided_at else [("改认企业", "firm"), ("作废", "void")]
            context["form_links"] = [Link(label, self.page_url(name, obj.pk)) for label, name in links]
        return super().render_change_form(request, context, add, change, form_url, obj)

    def void_view(self, request, pk):
        about = "作废以后不再计分，记录仍保留在这里；下一次测算起生效。"
        return self._reason(request, pk, "作废", void_row, about)

    def restore_view(self, request, pk):
        return self._reason(request, pk, "恢复", restore_row, "恢复以后重新计分；下一次测算起生效。")

    def firm_view(self, request, pk):
        """This one row is about another firm (改认企业): search it, say why."""
        obj, back = self.object_or_404(request, pk), self.page_url("change", pk)
        term = request.GET.get("firm", "").strip()
        form = FirmForm(request.POST or None, user=request.user)
        if request.method == "POST" and form.is_valid():
            data = form.cleaned_data
            try:
                correct_row(obj, by=request.user, reason=data["note"], party=data["party"])
            except ValidationError as problem:
                form.add_error(None, problem.messages[0])
            else:
                messages.success(request, f"已改认为「{data['party'].name}」。请重新测算。")
                return HttpResponseRedirect(back)
        context = self.page_context(
            request, obj, title="改认企业", form=form, back_url=back, firm=term,
            offered=search_firms(request.user, term) if term else [],
        )  # fmt: skip
        return TemplateResponse(request, "admin/evaluations/other_firm.html", context)

    def _reason(self, request, pk, verb, action, about):
        obj = self.object_or_404(request, pk)
        form = ReasonForm(request.POST or None, label=f"{verb}原因", required=True)
        back = self.page_url("change", pk)
        if request.method == "POST" and form.is_valid():
            try:
                action(obj, by=request.user, reason=form.cleaned_data["note"])
            except ValidationError as problem:
                messages.error(request, problem.messages[0])
            else:
                messages.success(request, f"已{verb}。请重新测算。")
            return HttpResponseRedirect(back)
        context = self.page_context(
            request,
            obj,
            title=f"{verb}：{obj}",
            form=form,
            about=about,
            button=verb,
            danger=verb == "作废",
            back_url=back,
        )
        return TemplateResponse(request, "admin/evaluations/plain_form.html", context)


@admin.register(CreditRecord)
class CreditRecordAdmin(MatchedAdmin):
    form = RecordForm
    list_display = ("firm", "source", "fact", "document_no", "date", "repaired", "match")
    list_filter = (_SourceFilter, _MatchFilter, "repaired")
    sidebar_order = 30
    empty_text = "导入住建、劳动、税务、法院、银行的信用信息以后，会列在这里。"
    fieldsets = [
        (
            None,
            {"fields": ["party", "source", "fact", ("document_no", "date"), ("amount", "counterparty"), "repaired"]},
        ),
    ]
    readonly_fields = ("party", "source")


@admin.register(Survey)
class SurveyAdmin(MatchedAdmin):
    form = SurveyForm
    list_display = ("firm", "project", "client", "channel", "date", "surveyor", "mean", "match")
    list_filter = (RoundFilter, _MatchFilter, "channel")
    sidebar_order = 31
    empty_text = "导入业绩调查表以后，会列在这里。"

    @admin.display(description="平均")
    def mean(self, survey):
        marks = [float(mark) for mark in survey.marks.values()]
        return f"{sum(marks) / len(marks):.2f}" if marks else None

    mean.number = True

    def get_form(self, request, obj=None, change=False, **kwargs):
        return super().get_form(request, obj, change=change, **(kwargs | {"fields": SurveyForm.Meta.fields}))

    def get_fieldsets(self, request, obj=None):
        fields = ["party", ("project", "client"), ("channel", "date", "surveyor")]
        marks = [f"mark:{item}" for item in obj.marks] if obj else []
        found = [(None, {"fields": fields})]
        if obj is not None and self.has_change_permission(request, obj):
            found += [
                ("评分", {"fields": [tuple(marks[at : at + 3]) for at in range(0, len(marks), 3)]}),
                ("更正", {"fields": ["reason"]}),
            ]
        return found

    def values_of(self, form):
        return super().values_of(form) | {"marks": form.marks()}


@admin.register(AuthorityScore)
class AuthorityScoreAdmin(MatchedAdmin):
    form = ScoreForm
    list_display = ("firm", "raw_code", "score", "round", "match")
    list_select_related = ("party", "round")
    list_filter = (RoundFilter, _MatchFilter)
    sidebar_order = 32
    empty_text = "导入主管部门评分以后，会列在这里。"
    fieldsets = [(None, {"fields": ["party", ("round", "score")]})]
    readonly_fields = ("party", "round")
