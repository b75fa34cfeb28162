from django.apps import AppConfig


class EvaluationsConfig(AppConfig):
    name = "evaluations"
    label = "evaluations"
    verbose_name = "信用评价"

    def ready(self):
        from . import (  # noqa: F401 - they register
            exports,
            issued,
            kind,
            matching,
            merging,
            publicity,
            resources,
            resources_scores,
            roster,
            runs,
        )  # fmt: skip
