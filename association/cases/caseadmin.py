"""Lists of cases of one kind in the admin, by the kind's own table: the rows are read here and moved by their case."""

from django.contrib import admin
from django.utils import timezone

from association.core.admin import ReadOnlyAdmin
from association.parties.models import Party
from association.workflow.admin import StatefulAdminMixin, state_filter


def case_state_filter(states):
    """状态 of the row's case; void cases only where they are asked for."""
    return state_filter(states, of="case")


class CaseRowAdmin(StatefulAdminMixin, ReadOnlyAdmin):
    """Base of a list whose model has `case` as its key. A kind names its `workflow_kind`, columns and fieldsets."""

    list_display_links = ("title",)
    list_select_related = ("case",)
    search_fields = ("case__party_name",)
    search_help_text = "名称、曾用名、拼音首字母、代码、办件编号"
    ordering = ("-case__opened_at", "-case_id")

    @staticmethod
    def search_rows(rows, term):
        found = rows.filter(case__party__in=Party.objects.search(term).values("pk"))
        return found | rows.filter(case__number__icontains=term)

    @admin.display(description="事项", ordering="case__party_name")
    def title(self, row):
        return row.case.title

    @admin.display(description="办件编号", ordering="case__number")
    def number(self, row):
        return row.case.number

    @admin.display(description="单位或个人")
    def party(self, row):
        return row.case.party_name

    @admin.display(description="登记日期", ordering="case__opened_at")
    def opened(self, row):
        return f"{timezone.localdate(row.case.opened_at):%Y-%m-%d}"

    @admin.display(description="状态", ordering="case__state")
    def state_chip(self, row):
        return super().state_chip(row)

    def stateful_of(self, obj):
        return obj.case

    def stateful_rows(self, queryset):
        return [row.case for row in queryset.select_related("case__party")]

    def history_of(self, obj):
        return super().history_of(obj.case)
