from django.apps import AppConfig


class NewsConfig(AppConfig):
    name = "association.news"
    label = "news"
    verbose_name = "信息发布"

    def ready(self):
        from association.documents.registry import name_kind

        from . import workflow  # noqa: F401 - models are loaded only now; the table registers itself
        from .models import Banner, Disclosure, JournalIssue, Publication, SitePage, Topic, shows_pictures

        name_kind("news", "网站附件")
        for rows, key in (
            (Publication.objects.on_show, "pictures"), (Publication.objects.on_show, "cover"),
            (Banner.objects.shown, "picture"), (Topic.objects.shown, "cover"), (JournalIssue.objects.shown, "cover"),
            (SitePage.objects.shown, "pictures"), (Disclosure.objects.shown, "pictures"),
        ):  # fmt: skip
            shows_pictures(rows, key)
