"""An admin site with cases of one kind, for tests of the workflow's pages alone."""

from django.urls import include, path

from association.adminsite import PortalAdminSite
from association.cases.models import Case
from association.core.admin import BaseAdmin
from association.documents.urls import urlpatterns as documents
from association.workflow.admin import StatefulAdminMixin


class CaseAdmin(StatefulAdminMixin, BaseAdmin):
    workflow_kind = "rating"
    list_display = ("title", "state_chip", "party", "due_at")
    fields = ("title",)


site = PortalAdminSite()
site.register(Case, CaseAdmin)
urlpatterns = [
    path("admin/", site.urls),
    path("accounts/", include("allauth.urls")),
    path("files/", include((documents, "documents"))),
]
