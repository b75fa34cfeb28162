from django.apps import AppConfig


class NewsConfig(AppConfig):
    name = "association.news"
    label = "news"
    verbose_name = "信息发布"

    def ready(self):
        from association.documents.registry import name_kind

        from . import kind, panels, wechat, workflow  # noqa: F401 - models are loaded only now; they register themselves
        from .models import (
            Banner,
            Contribution,
            Disclosure,
            JournalIssue,
            Publication,
            Showcase,
            SitePage,
            Topic,
            opens_pictures,
            shows_pictures,
        )

        name_kind("news", "网站附件")
        for rows, key in (
            (Publication.objects.on_show, "pictures"), (Publication.objects.on_show, "cover"),
            (Banner.objects.shown, "picture"), (Topic.objects.shown, "cover"), (JournalIssue.objects.shown, "cover"),
            (SitePage.objects.shown, "pictures"), (Disclosure.objects.shown, "pictures"),
            (Showcase.objects.on_show, "shown_files"),
        ):  # fmt: skip
            shows_pictures(rows, key)
        opens_pictures(Contribution.objects.visible_to, "files")
        opens_pictures(Showcase.objects.visible_to, "draft_files")
        opens_pictures(Showcase.objects.visible_to, "shown_files")
