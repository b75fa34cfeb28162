from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "association.outbox"
    label = "outbox"
    verbose_name = "消息"

    def ready(self):
        from association.accounts.registry import offer_code_sender, offer_teller

        from .actions import tell
        from .tasks import send_code

        offer_teller(tell)
        offer_code_sender(send_code.delay)
