from django.apps import AppConfig


class PartiesConfig(AppConfig):
    name = "association.parties"
    label = "parties"
    verbose_name = "单位与席位"
