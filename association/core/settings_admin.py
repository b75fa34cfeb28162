"""系统: the association's own row and the working calendar."""

from django.contrib import admin, messages
from django.db import transaction
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse

from .admin import BaseAdmin, Link
from .logo import put_logo, take_logo
from .models import Association, CalendarYear
from .refusals import tried
from .settings_forms import COLOURS, AssociationForm, CalendarYearForm, LogoForm
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
        row = context.get("original")
        links = [Link("换标志" if row.logo else "上传标志", self.page_url("logo", row.pk))] if row else []
        more = {"show_save_and_add_another": False, "form_links": links}
        return super().render_change_form(request, context | more, *args, **kwargs)

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        raise_stamp()

    # -- the emblem --------------------------------------------------------------------------------------------

    def extra_urls(self):
        return [self.page("<path:object_id>/logo/", self.logo_view, "logo")]

    def logo_view(self, request, object_id):
        row = self.object_or_404(request, object_id, "change")
        form = LogoForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and "remove" in request.POST:
            return self._put_logo(request, row, "", f"已去掉标志图片，改用标识字「{row.logo_letter}」。")
        if (
            request.method == "POST"
            and form.is_valid()
            and (path := tried(form, lambda: take_logo(form.cleaned_data["file"])))
        ):
            return self._put_logo(request, row, path, "标志已换好，网站和工作台都已更新。")
        context = self.page_context(request, row, title="标志", form=form, back_url=self.page_url("change", row.pk))
        return TemplateResponse(request, "admin/core/logo.html", context, status=422 if form.errors else 200)

    @transaction.atomic
    def _put_logo(self, request, row, path: str, said: str):
        put_logo(row, path)
        self.log_change(request, row, ("更换标志" if path else "去掉标志", None))
        messages.success(request, said)
        return HttpResponseRedirect(self.page_url("change", row.pk))


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
