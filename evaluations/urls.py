"""Pages of the rating in the admin that are no model's list; below /admin/evaluations/."""

from django.contrib import admin
from django.urls import path

from . import views

app_name = "evaluations"


def _staff(view):
    """Closed as every page of the admin is."""
    return admin.site.admin_view(view)


urlpatterns = [
    path("waiting/", _staff(views.waiting_page), name="waiting"),
    path("waiting/firms/", _staff(views.firms_found), name="firms"),
    path("waiting/decide/", _staff(views.decide_view), name="decide"),
    path("waiting/dismiss/", _staff(views.dismiss_many), name="dismiss"),
    path("waiting/decided/", _staff(views.decisions_page), name="decisions"),
    path("waiting/decided/<uuid:uid>/", _staff(views.revoke_view), name="revoke"),
]
