"""资料变更: what firms propose, old beside new; accepted, returned, written to the file by moves of its case."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse

from association.cases.caseadmin import CaseRowAdmin, case_state_filter
from association.core.admin import Link
from association.core.adminlist import link
from association.core.masking import mask_mobile
from association.core.refusals import put_errors
from association.workflow import views
from association.workflow.checks import as_staff
from association.workflow.table import workflow_of

from .. import changes, on_file
from ..change_forms import ProposalForm
from ..enums import FIRM_CHANGE, ChangeState
from ..models import ChangeProposal, Firm
from ..queries import party_named


@admin.register(ChangeProposal)
class ChangeProposalAdmin(CaseRowAdmin):
    workflow_kind = FIRM_CHANGE
    change_form_template = "admin/members/change.html"
    bulk_moves = False  # each is looked at
    list_display = ("title", "number", "opened", "takes_effect_on", "state_chip")
    list_filter = (case_state_filter(ChangeState),)
    sidebar_order = 20
    empty_text = "企业在自己的页面申请变更名称、地址、联系人、资质等以后，会列在这里；纸质申请在企业档案里代录。"
    fieldsets = [("申请", {"fields": [("party", "number"), ("proposed_by", "opened"), ("takes_effect_on", "paper")]})]

    def masked_names(self, request, obj=None) -> set[str]:
        shown = obj is None or any(on_file.is_personal(key) for key in obj.values)
        return super().masked_names(request, obj) if shown else set()

    # -- columns -----------------------------------------------------------------------------------------------

    @admin.display(description="提出日期", ordering="case__opened_at")
    def opened(self, row):
        return super().opened(row)

    @admin.display(description="单位")
    def party(self, row):
        return super().party(row)

    @admin.display(description="证明材料")
    def paper(self, row):
        return link(row.licence.get_absolute_url(), row.licence.label) if row.licence_id else ""

    # -- pages -------------------------------------------------------------------------------------------------

    def _compared(self, request, obj) -> dict:
        """Old and new side by side, telephones masked until asked for; what wants a second look."""
        found = changes.differences(obj)
        full = self.is_unmasked(request, obj)
        rows = [
            {
                "label": one.label, "moved": one.moved and obj.applied_at is None,
                **{name: self._shown(one, name, full) for name in ("before", "now", "after")},
            }
            for one in found
        ]  # fmt: skip
        name = obj.values.get(on_file.NAME, ["", ""])[1]
        other = party_named(name) if name else None
        return {
            "rows": rows, "moved": any(row["moved"] for row in rows),
            "same_name": other if other and other.pk != obj.case.party_id else None,
        }  # fmt: skip

    @staticmethod
    def _shown(one, name, full) -> str:
        text = getattr(one, name)
        return mask_mobile(text) if on_file.is_personal(one.key) and not full else text

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj is not None:
            context |= self._compared(request, obj)
            links = [Link("企业档案", f"/admin/members/firm/{obj.case.party_id}/change/")]
            if self._may_put_in_again(request, obj):
                links.append(Link("代录：修改后重新提交", self.page_url("again", obj.pk)))
            context["form_links"] = links
        return super().render_change_form(request, context, add, change, form_url, obj)

    @staticmethod
    def _may_put_in_again(request, obj) -> bool:
        move = workflow_of(obj.case).get("submit")
        return obj.case.state in move.sources and bool(as_staff(obj.case, move, request.user))

    def move_view(self, request, object_id, name):
        """As for every case, with old and new above the question."""
        if name.startswith("-"):
            return super().move_view(request, object_id, name)
        obj = self.object_or_404(request, object_id)
        context = {**self.page_context(request, obj), **self._compared(request, obj)}
        back = self.page_url("change", obj.pk)
        return views.move_page(
            request, obj.case, name, back_url=back, template="admin/members/change_move.html", context=context
        )

    def extra_urls(self):
        return [
            *super().extra_urls(),
            self.page("<path:object_id>/again/", self.again_view, "again", needs="portal.members"),
        ]

    def again_view(self, request, object_id):
        """A returned proposal is put in again on the firm's behalf (代录)."""
        obj = self.object_or_404(request, object_id)
        if not self._may_put_in_again(request, obj):
            return HttpResponseRedirect(self.page_url("change", obj.pk))
        firm = Firm.objects.select_related("party").get(pk=obj.case.party_id)
        frame = self.page_context(request, obj)
        return proposal_page(request, firm, proposal=obj, frame=frame, back_url=self.page_url("change", obj.pk))


def proposal_page(request, firm: Firm, *, frame, back_url, proposal=None):
    """Staff type in what a firm asks for (代录变更)."""
    form = ProposalForm(
        request.POST if request.method == "POST" else None, request.FILES or None, firm=firm, user=request.user,
        proposal=proposal, on_behalf=True, masked=True,
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            saved = form.save()
        except (ValidationError, PermissionDenied) as problem:
            put_errors(form, problem)
        else:
            return HttpResponseRedirect(saved.case.get_absolute_url())
    context = {**frame, "title": "代录资料变更", "form": form, "firm": firm, "back_url": back_url}
    return TemplateResponse(request, "admin/members/propose.html", context, status=422 if form.errors else 200)
