from django.apps import AppConfig


class TimelineConfig(AppConfig):
    name = "association.timeline"
    label = "timeline"
    verbose_name = "时间线"

    def ready(self):
        from association.core import journal

        from .actions import log_access, record

        journal.open_doors(record=record, log_access=log_access)
