"""开户与加入单位: what people ask for, beside what is on file; verified by moves."""

from django.contrib import admin
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from association.accounts.roles import Right
from association.core.admin import Link, ReadOnlyAdmin
from association.core.adminhooks import holds
from association.core.adminlist import chip
from association.core.text import name_key
from association.parties.models import Party
from association.workflow.admin import StatefulAdminMixin, state_filter

from ..models import SeatRequest


def _search(rows, term):
    found = Q(applicant_name__icontains=term) | Q(name__icontains=term) | Q(code__iexact=term)
    digits = "".join(char for char in term if char.isdigit())
    return rows.filter(found | Q(applicant_mobile__startswith=digits) if len(digits) >= 3 else found)


@admin.register(SeatRequest)
class SeatRequestAdmin(StatefulAdminMixin, ReadOnlyAdmin):
    """Asked for by the person (staff open accounts on the firm's page); what was handed in stays, and goes on by moves."""

    list_display = ("applicant_name", "name", "code", "right", "proof", "standing", "state_chip", "created_at")
    list_display_links = ("applicant_name",)
    list_select_related = ("party",)
    list_filter = (state_filter(SeatRequest.State), "proof")
    search_fields = ("name",)
    search_help_text = "申请人、单位名称、代码、手机号"
    search_rows = staticmethod(_search)
    fieldsets = [
        ("申请人", {"fields": [("applicant_name", "applicant_mobile"), ("right", "proof"), "account"]}),
        ("单位", {"fields": [("name", "code"), "standing", "on_file", "like"]}),
        ("材料", {"fields": ["papers"]}),
    ]
    bulk_moves = False
    sidebar_order = 10
    empty_text = "有人在网上申请开户或加入单位时，会列在这里。"

    @admin.display(description="新单位或在册", ordering="party")
    def standing(self, row):
        if row.party_id is None:
            return chip("新单位", "gold")
        return chip("在册单位", "lake")

    @admin.display(description="档案里的单位")
    def on_file(self, row):
        if row.party is None:
            return "没有这个代码和名称的档案"
        link = format_html(
            '<a href="{}">{}</a>（{}）', reverse("admin:members_firm_change", args=[row.party_id]), row.party.name,
            row.party.number,
        )  # fmt: skip
        wrong = [] if row.party.code == row.code else ["代码"]
        wrong += [] if row.party.name_key == name_key(row.name) else ["名称"]
        if wrong and row.state == SeatRequest.State.SUBMITTED:
            return format_html("{}　{}", link, chip(f"{'、'.join(wrong)}与申请的不同，请核对", "seal"))
        return link

    @admin.display(description="同名单位")
    def like(self, row):
        same = Party.objects.living().filter(name_key=name_key(row.name)).exclude(pk=row.party_id)
        return "、".join(f"{party.name}（{party.number}）" for party in same[:5]) or "没有"

    @admin.display(description="账号")
    def account(self, row):
        if row.user is None:
            return "还没有账号，开通时建立"
        seen = f"上次登录 {timezone.localtime(row.user.last_login):%Y-%m-%d}" if row.user.last_login else "还没有登录过"
        return f"{row.user.name}（{seen}）"

    @admin.display(description="营业执照、授权委托书")
    def papers(self, row):
        parts = [
            format_html('<a href="{}?inline=1">{}：{}</a>', paper.get_absolute_url(), kind, paper.label)
            for kind, paper in (("营业执照", row.licence), ("授权委托书", row.letter))
            if paper is not None
        ]
        return format_html("　".join("{}" for _part in parts), *parts) if parts else "没有上传材料"

    def _slip(self, request, row) -> list[Link]:
        """Who has never logged in needs a slip (开通单) to do so."""
        waits = row.state == SeatRequest.State.APPROVED and row.user_id and not row.user.last_login
        if not waits or not holds(request.user, Right.ACCOUNTS):
            return []
        return [Link("打印开通单", reverse("admin:accounts_user_deed", args=[row.user_id, "slip"]), filled=True)]

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj is not None:
            context["form_links"] = self._slip(request, obj)
        response = super().render_change_form(request, context, add, change, form_url, obj)
        if obj is not None and obj.party_id is None:  # nobody else's to agree to
            theirs = {self.page_url("move", obj.pk, name) for name in ("admit", "disown")}
            stateful = response.context_data["stateful"]
            stateful["buttons"] = [button for button in stateful["buttons"] if button["url"] not in theirs]
        return response
