from django.apps import AppConfig


class InboxConfig(AppConfig):
    name = "association.inbox"
    label = "inbox"
    verbose_name = "待办"
