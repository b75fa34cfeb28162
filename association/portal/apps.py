from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "association.portal"
    label = "portal"
    verbose_name = "服务台"
