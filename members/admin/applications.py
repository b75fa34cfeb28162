"""入会申请 and 退会申请: each a case; applications that came on paper are typed in here (代录)."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from association.accounts.roles import Right
from association.cases.admin import check_url
from association.cases.caseadmin import CaseRowAdmin, case_state_filter
from association.cases.materials import missing_of, slots_of
from association.core.admin import Link
from association.core.adminhooks import holds
from association.core.refusals import reason_of, tried

from .. import joining, publicity
from ..enums import JOINING, LEAVING, JoiningState, LeavingState
from ..membership_forms import PaperFields, PaperForm
from ..models import LeavingRequest, Membership, MembershipApplication, MembershipRules


def file_link(party) -> Link | None:
    """To the firm's file, where the party is a firm."""
    return Link("企业档案", f"/admin/members/firm/{party.pk}/change/") if hasattr(party, "firm") else None


@admin.register(MembershipApplication)
class MembershipApplicationAdmin(CaseRowAdmin):
    workflow_kind = JOINING
    list_display = ("title", "number", "kind", "contact_name", "opened", "state_chip")
    list_filter = (case_state_filter(JoiningState), "kind")
    sidebar_order = 110
    empty_text = "单位在自己的页面申请入会以后，会列在这里；纸质申请用右上角的「代录入会申请」。"
    fieldsets = [
        ("申请", {"fields": [("party", "kind"), ("number", "opened")]}),
        (
            "申请内容",
            {
                "fields": [
                    ("contact_name", "contact_phone"), ("business", "staff_count"), ("wished_post",), ("introduction",)
                ]
            },
        ),
        ("决定", {"fields": [("body", "meeting_on")]}),
    ]  # fmt: skip

    def list_links(self, request) -> list[Link]:
        links = []
        waiting = MembershipApplication.objects.standing().filter(case__state=JoiningState.PROPOSED)
        if MembershipRules.current().publicity_days and holds(request.user, Right.PUBLICITY) and waiting.exists():
            links.append(Link("生成公示名单", self.page_url("publicity")))
        if holds(request.user, Right.MEMBERS):
            links.append(Link("代录入会申请", self.page_url("enter"), filled=True))
        return links

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj is not None:
            case, links = obj.case, []
            if not case.voided_at and slots_of(case).exists() and holds(request.user, Right.READ):
                missing = len(missing_of(case))
                links.append(Link(f"审核材料（缺 {missing} 项）" if missing else "审核材料", check_url(case)))
            made = Membership.objects.filter(case=case).first()
            if made:
                links.append(Link("会籍", reverse("admin:members_membership_change", args=[made.pk])))
                links.append(Link("入会通知书", reverse("admin:members_membership_letter", args=[made.pk])))
            context["form_links"] = [*links, *filter(None, [file_link(case.party)])]
        return super().render_change_form(request, context, add, change, form_url, obj)

    def extra_urls(self):
        return [
            self.page("enter/", self.enter_view, "enter", needs=f"portal.{Right.MEMBERS.value}"),
            self.page("publicity/", self.publicity_view, "publicity", needs=f"portal.{Right.PUBLICITY.value}"),
            *super().extra_urls(),
        ]

    def enter_view(self, request):
        """代录: an application on paper; its papers are scanned in on the next page."""
        data = (request.POST, request.FILES) if request.method == "POST" else (None, None)
        form = PaperForm(*data, keeper=request.user, user=request.user, initial={"unit": request.GET.get("unit", "")})
        fields = PaperFields(data[0])
        if request.method == "POST" and form.is_valid() & fields.is_valid():
            row = self._enter(request, form, fields)
            if row is not None:
                messages.success(request, f"已代录「{row.case.title}」（{row.case.number}）。请接着核对材料、受理。")
                return HttpResponseRedirect(self.page_url("change", row.pk))
        context = self.page_context(
            request, title="代录入会申请", forms=[("来件", form), ("申请内容", fields)], button="登记入会申请",
            about="照申请表录入，登记以后就是「待受理」；申请人有账号的，在自己的页面也能看到办理情况。",
            back_url=self.page_url("changelist"), upload=True,
        )  # fmt: skip
        return TemplateResponse(
            request, "admin/members/plain.html", context, status=422 if form.errors or fields.errors else 200
        )

    @staticmethod
    def _enter(request, form, fields):
        data = {name: form.cleaned_data[name] for name in ("channel", "received_on", "scan", "person_name")}
        return tried(form, lambda: joining.enter(by=request.user, party=form.party, values=fields.values(), **data))

    def publicity_view(self, request):
        """All that wait, as a draft of the list."""
        back = self.page_url("changelist")
        if request.method == "POST":
            try:
                made = publicity.make_list(by=request.user)
            except (ValidationError, PermissionDenied) as problem:
                messages.error(request, reason_of(problem))
                return HttpResponseRedirect(back)
            messages.success(request, "公示名单已生成，请核对以后发布。")
            return HttpResponseRedirect(made.get_absolute_url())
        why = publicity.why_not()
        if why:
            messages.warning(request, why)
            return HttpResponseRedirect(back)
        count, days = len(publicity.lines_of()), MembershipRules.current().publicity_days
        about = (
            f"把 {count} 件「拟吸收入会」的申请列成名单，公示 {days} 个工作日；名单还可以核对修改，发布以后才对外公开。"
        )
        context = self.page_context(request, title="生成公示名单", button="生成公示名单", about=about, back_url=back)
        return TemplateResponse(request, "admin/members/act.html", context)


@admin.register(LeavingRequest)
class LeavingRequestAdmin(CaseRowAdmin):
    workflow_kind = LEAVING
    list_display = ("title", "number", "reason", "opened", "state_chip")
    list_filter = (case_state_filter(LeavingState),)
    sidebar_order = 120
    empty_text = "会员在自己的页面申请退会以后，会列在这里；纸质申请在会籍页面代录。"
    fieldsets = [("申请", {"fields": [("party", "number"), ("opened",), ("reason",)]})]

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj is not None:
            own = Link("会籍", reverse("admin:members_membership_change", args=[obj.membership_id]))
            context["form_links"] = [own, *filter(None, [file_link(obj.case.party)])]
        return super().render_change_form(request, context, add, change, form_url, obj)
