from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "association.exchange"
    label = "exchange"
    verbose_name = "导入导出"

    def ready(self):
        from . import exports, pipeline, undo  # noqa: F401 - register the work
