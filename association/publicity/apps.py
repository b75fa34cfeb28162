from django.apps import AppConfig


class PublicityConfig(AppConfig):
    name = "association.publicity"
    label = "publicity"
    verbose_name = "公示公告"
