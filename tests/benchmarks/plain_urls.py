"""What the portal is measured against: a view that does nothing, and Django's own admin on the same firms."""

from django.contrib import admin
from django.http import HttpResponse
from django.urls import path

from members.models import Firm, Person, Qualification

BODY = b"<!doctype html><title>bare</title>" + b"<p>" + b"x" * 20_000


def bare(_request):
    return HttpResponse(BODY)


class QualificationInline(admin.TabularInline):
    model, extra = Qualification, 0


class PersonInline(admin.TabularInline):
    model, extra = Person, 0


class FirmAdmin(admin.ModelAdmin):
    raw_id_fields = ("party",)  # a choice of 100,000 is nobody's form
    inlines = (QualificationInline, PersonInline)
    list_display = ("name", "code", "district", "main_qualification", "is_member", "contact_name")
    list_select_related = ("party",)
    list_filter = ("district", "qualification_group", "is_member")
    list_per_page = 50
    search_fields = ("party__name",)

    @admin.display(description="企业", ordering="party__name")
    def name(self, firm):
        return firm.party.name

    @admin.display(description="统一社会信用代码")
    def code(self, firm):
        return firm.party.code


site = admin.AdminSite()
site.register(Firm, FirmAdmin)
urlpatterns = [path("bare/", bare), path("admin/", site.urls)]
