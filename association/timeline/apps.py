from django.apps import AppConfig


class TimelineConfig(AppConfig):
    name = "association.timeline"
    label = "timeline"
    verbose_name = "时间线"
