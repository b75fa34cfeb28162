from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "association.outbox"
    label = "outbox"
    verbose_name = "消息"

    def ready(self):
        from association.accounts.registry import offer_teller

        from .actions import tell

        offer_teller(tell)
