"""Every address of the portal. Closed unless a view is marked public: who is not logged in gets the login."""

from django.contrib import admin
from django.urls import include, path

handler403 = "association.core.errors.permission_denied"

urlpatterns = [
    path("admin/evaluations/", include("evaluations.urls")),
    path("admin/", admin.site.urls),
    path("accounts/", include("association.accounts.urls")),
    path("desk/messages/", include("association.outbox.urls")),
    path("desk/", include("association.portal.urls")),
    path("register/", include("association.portal.register_urls")),
    path("files/", include("association.documents.urls")),
    path("", include("association.news.urls")),
    path("", include("association.public.urls")),
]
