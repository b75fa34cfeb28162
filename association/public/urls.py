"""Addresses of the public site."""

from django.urls import path

from . import (
    council_views,
    dues_views,
    feeds,
    info_views,
    lookup_views,
    news_views,
    search_views,
    showcase_views,
    sitemaps,
    views,
)

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
    path("search/", search_views.search, name="search"),
    path("news/<slug:slug>/", news_views.column, name="column"),
    path("news/<slug:slug>/rss.xml", feeds.column_rss, name="column_rss"),
    path("news/<slug:slug>/atom.xml", feeds.column_atom, name="column_atom"),
    path("articles/<uuid:uid>/", news_views.article, name="article"),
    path("topics/", news_views.topics, name="topics"),
    path("topics/<slug:slug>/", news_views.topic, name="topic"),
    path("pages/<slug:slug>/", news_views.single, name="page"),
    path("lookup/", lookup_views.lookup, name="lookup"),
    path("lookup/progress/", lookup_views.progress, name="progress"),
    path("sitemap.xml", sitemaps.index, name="sitemap"),
    path("sitemap-<slug:section>.xml", sitemaps.section, name="sitemap_section"),
    path("disclosure/", info_views.disclosure, name="disclosure"),
    path("journal/", info_views.journal, name="journal"),
    path("accessibility/", info_views.accessibility, name="accessibility"),
    path("share.jpg", views.share_picture, name="share_picture"),
    path("rss.xml", feeds.all_rss, name="rss"),
    path("atom.xml", feeds.all_atom, name="atom"),
    path("theme.css", views.theme, name="theme"),
    path("robots.txt", views.robots, name="robots"),
    path("favicon.ico", views.favicon, name="favicon"),
]
