"""An admin site with one admin of each sort on the base classes, for tests of the base classes alone."""

from django.urls import include, path

from association.adminsite import PortalAdminSite
from association.core.admin import BaseAdmin, BaseTabularInline, Link, ReadOnlyAdmin
from association.parties.models import Party
from members.models import Firm, Person


class PersonInline(BaseTabularInline):
    model = Person
    fields = ("role", "name", "phone")


class FirmAdmin(BaseAdmin):
    list_display = ("party", "district", "contact_phone", "registered_capital", "updated_at")
    list_filter = ("district",)
    search_fields = ("party__name",)
    search_rows = staticmethod(lambda rows, term: rows.filter(party__name__contains=term))
    fields = ("party", "district", "contact_name", "contact_phone", "remark", "registered_capital")
    raw_id_fields = ("party",)
    inlines = (PersonInline,)

    def list_links(self, request):
        return [Link("导入", "/admin/x/")]

    def extra_urls(self):
        return [self.page("<path:object_id>/sheet/", self.sheet, "sheet", needs="portal.decide")]

    def sheet(self, request, object_id):
        return self.history_view(request, object_id)


class PartyAdmin(ReadOnlyAdmin):
    list_display = ("name", "code")
    search_fields = ("name",)


site = PortalAdminSite()
site.register(Firm, FirmAdmin)
site.register(Party, PartyAdmin)
urlpatterns = [
    path("admin/", site.urls),
    path("accounts/", include("association.accounts.urls")),
    path("", include("association.public.urls")),  # the frame of the login links there
]
