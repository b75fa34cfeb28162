"""系统: the association's own row and the working calendar."""

from django.contrib import admin
from django.http import HttpResponseRedirect

from .admin import BaseAdmin
from .models import Association, CalendarYear
from .settings_forms import COLOURS, AssociationForm, CalendarYearForm
from .stamp import raise_stamp


@admin.register(Association)
class AssociationAdmin(BaseAdmin):
    """One row: the list leads straight to it."""

    form = AssociationForm
    sidebar_order = 10
    fieldsets = [
        (
            "名称",
            {
                "fields": [
                    "name",
                    "short_name",
                    "site_name",
                    "logo_letter",
                    "scene",
                    "slogan",
                    "tagline",
                    "introduction",
                ]
            },
        ),
        ("联系", {"fields": ["phone", "email", "address", "postcode", "office_hours", "authority_name"]}),
        ("备案", {"fields": ["icp_number", "police_number"]}),
        ("地区与部门", {"fields": ["district_lines", "department_lines", "word_lines"]}),
        ("编号与颜色", {"fields": ["number_lines", *(f"colour_{name}" for name in COLOURS)]}),
    ]

    @property
    def only_row(self) -> int | None:
        row = Association.current()
        return None if row._state.adding else row.pk

    def has_add_permission(self, request):
        return super().has_add_permission(request) and not Association.objects.exists()

    def changelist_view(self, request, extra_context=None):
        if not self.has_view_or_change_permission(request):
            return super().changelist_view(request, extra_context)
        there = Association.objects.exists()
        return HttpResponseRedirect(self.page_url("change", 1) if there else self.page_url("add"))

    def render_change_form(self, request, context, *args, **kwargs):
        return super().render_change_form(request, context | {"show_save_and_add_another": False}, *args, **kwargs)

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        raise_stamp()


@admin.register(CalendarYear)
class CalendarYearAdmin(BaseAdmin):
    form = CalendarYearForm
    fields = ("year", "source", "off", "worked")
    list_display = ("year", "source")
    may_delete = True
    empty_text = "公示等期限按工作日计算，请先录入当年和下一年的放假调休安排。"
    sidebar_order = 20

    def save_model(self, request, obj, form, change):
        row = form.write()
        obj.pk, obj.source = row.pk, row.source
