from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "association.outbox"
    label = "outbox"
    verbose_name = "消息"
