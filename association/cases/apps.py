from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "association.cases"
    label = "cases"
    verbose_name = "办件"

    def ready(self):
        from . import tasks  # noqa: F401 - registers its worker
