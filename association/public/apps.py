from django.apps import AppConfig


class PublicConfig(AppConfig):
    name = "association.public"
    label = "public"
    verbose_name = "公开网站"
