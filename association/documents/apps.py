from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "association.documents"
    label = "documents"
    verbose_name = "文件"
