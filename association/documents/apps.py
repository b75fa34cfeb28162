from django.apps import AppConfig
from django.db.models.signals import post_migrate


class DocumentsConfig(AppConfig):
    name = "association.documents"
    label = "documents"
    verbose_name = "文件"

    def ready(self):
        from .papers import load_kinds  # models are not loaded when this module is

        post_migrate.connect(load_kinds, sender=self, dispatch_uid="documents.load_kinds")
