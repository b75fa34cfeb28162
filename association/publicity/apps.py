from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class PublicityConfig(AppConfig):
    name = "association.publicity"
    label = "publicity"
    verbose_name = "公示公告"

    def ready(self):
        from association.core.numbers import name_numbers
        from association.documents.registry import name_kind

        from . import guards, workflow  # noqa: F401 - models are loaded only now; the tables register themselves

        name_numbers("objection", "异议")
        name_kind("objection", "异议材料")

        pre_migrate.connect(guards.take_off, sender=self, dispatch_uid="publicity.guards.off")
        post_migrate.connect(guards.put_on, sender=self, dispatch_uid="publicity.guards.on")
