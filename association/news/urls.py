"""Addresses of the pictures."""

from django.urls import path

from . import views

app_name = "news"
urlpatterns = [path("pictures/<uuid:uid>/<str:name>", views.picture, name="picture")]
