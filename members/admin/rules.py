"""会籍规则: the one row of rules, as a form."""

from django.contrib import admin
from django.http import HttpResponseRedirect

from association.core.admin import BaseAdmin
from association.core.stamp import raise_stamp

from ..membership_forms import RulesForm
from ..models import MembershipRules


@admin.register(MembershipRules)
class MembershipRulesAdmin(BaseAdmin):
    """One row: the list leads straight to it."""

    form = RulesForm
    sidebar_order = 190
    fieldsets = [
        ("入会", {"fields": [("deciding_body", "publicity_days"), "number_format", "letter_text"]}),
        ("退会与提醒", {"fields": [("lapse_months", "confirm_days"), "warn_days"]}),
        ("公开", {"fields": ["council_public", "people_public"]}),
        ("总公司与分公司", {"fields": ["head_sees_branches", "branches_see_head"]}),
    ]

    def has_add_permission(self, request):
        return super().has_add_permission(request) and not MembershipRules.objects.exists()

    def changelist_view(self, request, extra_context=None):
        if not self.has_view_or_change_permission(request):
            return super().changelist_view(request, extra_context)
        if MembershipRules.objects.exists():
            return HttpResponseRedirect(self.page_url("change", 1))
        if self.has_add_permission(request):
            return HttpResponseRedirect(self.page_url("add"))
        return super().changelist_view(request, extra_context)

    def render_change_form(self, request, context, *args, **kwargs):
        words = {"title": "会籍规则", "show_save_and_add_another": False}
        return super().render_change_form(request, context | words, *args, **kwargs)

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        raise_stamp()  # the public directory follows some of them
