"""Addresses of the public site."""

from django.urls import path

from . import council_views, dues_views, showcase_views, views

app_name = "public"
urlpatterns = [
    path("", views.home, name="home"),
    path("firms/", views.directory, name="directory"),
    path("firms/<uuid:uid>/", views.firm, name="firm"),
    path("publicity/", views.publicities, name="publicities"),
    path("publicity/<uuid:uid>/", views.publicity, name="publicity"),
    path("publicity/<uuid:uid>/print/", views.publicity_sheet, name="publicity_sheet"),
    path("announcements/<uuid:uid>/", views.announcement, name="announcement"),
    path("announcements/<uuid:uid>/print/", views.announcement_sheet, name="announcement_sheet"),
    path("showcase/", showcase_views.showcase, name="showcase"),
    path("showcase/<uuid:uid>/", showcase_views.showcase_firm, name="showcase_firm"),
    path("council/", council_views.council, name="council"),
    path("dues/<int:year>/", dues_views.dues, name="dues"),
    path("about/", views.about, name="about"),
    path("theme.css", views.theme, name="theme"),
    path("robots.txt", views.robots, name="robots"),
    path("favicon.ico", views.favicon, name="favicon"),
]
