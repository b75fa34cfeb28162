"""Addresses of the registration, under /register/."""

from django.urls import path

from . import register_views

app_name = "register"
urlpatterns = [
    path("", register_views.register, name="register"),
    path("code/", register_views.register_code, name="code"),
    path("letter/", register_views.letter, name="letter"),
    path("<uuid:uid>/", register_views.receipt, name="receipt"),
]
