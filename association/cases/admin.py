"""材料清单 by rows, and the page on which staff check (审核材料) and complete the materials of a case."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from association.core.admin import BaseAdmin
from association.core.models import StaleVersion
from association.core.refusals import reason_of
from association.documents.models import DocumentKind

from . import material_pages
from .forms import CheckForm
from .materials import Shelf, check, shelf_of, slots_of
from .models import Case, Material, Slot
from .registry import all_kinds, kind_of


class _SlotForm(forms.ModelForm):
    """Kinds of case and of paper are chosen, not typed."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "kind" in self.fields:
            self.fields["kind"] = forms.ChoiceField(
                label="办件种类", choices=[(kind.name, kind.label) for kind in all_kinds()]
            )
        if "document_kind" in self.fields:
            names = list(DocumentKind.objects.filter(is_active=True).values_list("name", flat=True))
            there = self.instance.document_kind
            if there and there not in names:
                names.append(there)
            self.fields["document_kind"] = forms.ChoiceField(
                label="证照种类", required=False, choices=[("", "不是证照")] + [(name, name) for name in names],
                help_text="选定后，单位可以直接使用证照库里的这种文件",
            )  # fmt: skip


@admin.register(Slot)
class SlotAdmin(BaseAdmin):
    form = _SlotForm
    list_display = ("name", "kind_label", "part", "is_required", "document_kind", "order", "is_active")
    list_filter = ("is_required", "is_active")
    search_fields = ("name",)
    search_rows = staticmethod(lambda rows, term: rows.filter(name__icontains=term))
    fields = ("kind", "part", "name", "hint", "document_kind", "is_required", "order", "is_active")
    empty_text = "各种办件要交哪些材料，在这里逐项列出。"
    sidebar_order = 160

    @admin.display(description="办件种类", ordering="kind")
    def kind_label(self, slot):
        return next((kind.label for kind in all_kinds() if kind.name == slot.kind), slot.kind)


def check_url(case: Case) -> str:
    """Where staff check and complete the materials of a case."""
    return reverse("admin:cases_material_case", args=[case.uid])


def staff_shelf(case: Case, user, *, back: str = "", errors: dict | None = None) -> Shelf:
    """What components/materials.html takes as `shelf` on a page of the workbench."""
    return shelf_of(case, user, base=check_url(case), back=back or check_url(case), errors=errors)


@admin.register(Material)
class MaterialAdmin(BaseAdmin):
    """No list of its own: materials are reached from their case."""

    in_sidebar = False
    list_display = ("case", "slot", "document", "verdict")
    list_select_related = ("case", "slot", "document")
    list_filter = ("verdict",)
    search_fields = ("document__label",)
    search_rows = staticmethod(lambda rows, term: rows.filter(document__label__icontains=term))
    fields = ("case", "slot", "document", "verdict", "note")

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return obj is None and super().has_change_permission(request)

    def extra_urls(self):
        return [
            self.page("case/<uuid:uid>/", self.case_view, "case", needs="view"),
            self.page("case/<uuid:uid>/remove/", self.remove_view, "remove"),
            self.page("case/<uuid:uid>/<uuid:slot>/", self.add_view_of_slot, "hand_in"),
            *super().extra_urls(),
        ]

    def _case_or_404(self, request, uid) -> Case:
        case = Case.objects.visible_to(request.user).standing().filter(uid=uid).select_related("party").first()
        if case is None or not slots_of(case).exists():
            raise Http404
        return case

    def _page(self, request, case, *, forms=None, errors=None, status=200):
        back = kind_of(case.kind).staff_url(case)
        shelf = staff_shelf(case, request.user, errors=errors)
        forms = forms or {form.material.pk: form for form in self._forms(case)}
        context = self.page_context(
            request, case=case, shelf=shelf, title="审核材料", back_url=back,
            may_check=shelf.may_edit and self.has_change_permission(request),
            rows=[(row, [forms[one.pk] for one in row.materials if one.pk in forms]) for row in shelf.rows],
        )  # fmt: skip
        return TemplateResponse(request, "admin/cases/materials.html", context, status=status)

    def _forms(self, case, data=None) -> list[CheckForm]:
        rows = Material.objects.filter(case=case).select_related("slot", "document").order_by("slot__order", "pk")
        return [CheckForm(data, material=row) for row in rows if data is None or f"m{row.pk}-seen" in data]

    def case_view(self, request, uid):
        """Verdicts on what was handed in; below, uploads that staff make for the party."""
        case = self._case_or_404(request, uid)
        if request.method != "POST":
            return self._page(request, case)
        found = self._forms(case, request.POST)
        forms = {form.material.pk: form for form in self._forms(case)} | {form.material.pk: form for form in found}
        if [form for form in found if not form.is_valid()]:
            messages.warning(request, "还有材料没有写明要补正什么，见下面标红的地方；其余的选择都保留着。")
            return self._page(request, case, forms=forms, status=422)
        try:
            changed = check(case=case, findings=[form.finding() for form in found], by=request.user)
        except StaleVersion as problem:
            messages.warning(
                request, f"「{problem.current.document.label}」刚刚由别人审核为“{problem.current.get_verdict_display()}”，"
                "本次没有保存，请核对后再保存。",
            )  # fmt: skip
            return HttpResponseRedirect(check_url(case))
        except (ValidationError, PermissionDenied) as problem:
            messages.warning(request, reason_of(problem))
            return self._page(request, case, forms=forms, status=422)
        messages.success(request, f"已保存 {changed} 项审核结果。" if changed else "没有改动。")
        return HttpResponseRedirect(check_url(case))

    def add_view_of_slot(self, request, uid, slot):
        case = self._case_or_404(request, uid)
        if request.method != "POST":  # back from a login that had run out
            return HttpResponseRedirect(check_url(case))
        onward, errors = material_pages.hand_in(request, case, slot, page=check_url(case))
        return onward or self._page(request, case, errors=errors, status=422)

    def remove_view(self, request, uid):
        case = self._case_or_404(request, uid)
        if request.method != "POST":  # back from a login that had run out
            return HttpResponseRedirect(check_url(case))
        return material_pages.take_back(request, case, page=check_url(case))
