from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "association.core"
    label = "core"
    verbose_name = "基础设置"

    def ready(self):
        from . import checks  # noqa: F401 - registers the check of the database
