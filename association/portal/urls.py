"""Addresses of the desk, under /desk/. Its messages are the outbox's (association.urls)."""

from django.urls import path

from . import material_views, rating_views, views

app_name = "portal"
urlpatterns = [
    path("", views.home, name="home"),
    path("switch/", views.switch, name="switch"),
    path("firm/", views.firm, name="firm"),
    path("documents/", views.documents, name="documents"),
    path("ratings/", rating_views.rating_list, name="ratings"),
    path("ratings/<uuid:uid>/", rating_views.rating_page, name="rating"),
    path("ratings/<uuid:uid>/undo/", rating_views.rating_undo, name="rating_undo"),
    path("ratings/<uuid:uid>/<slug:name>/", rating_views.rating_move, name="rating_move"),
    path("materials/<uuid:uid>/", material_views.materials, name="materials"),
    path("materials/<uuid:uid>/remove/", material_views.remove, name="material_remove"),
    path("materials/<uuid:uid>/<uuid:slot>/", material_views.add, name="material_add"),
    path("<path:rest>", views.unknown, name="unknown"),
]
