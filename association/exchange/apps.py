from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "association.exchange"
    label = "exchange"
    verbose_name = "导入导出"

    def ready(self):
        from . import pipeline  # noqa: F401 - registers the work
