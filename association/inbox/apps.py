from django.apps import AppConfig


class InboxConfig(AppConfig):
    name = "association.inbox"
    label = "inbox"
    verbose_name = "待办"

    def ready(self):
        from . import calendar  # noqa: F401 - it listens to the working-day table
