from django.apps import AppConfig


class EvaluationsConfig(AppConfig):
    name = "evaluations"
    label = "evaluations"
    verbose_name = "信用评价"

    def ready(self):
        from . import exports, issued, kind, matching, publicity, resources, roster, runs  # noqa: F401 - they register
