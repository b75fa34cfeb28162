from django.apps import AppConfig


class MembersConfig(AppConfig):
    name = "members"
    label = "members"
    verbose_name = "会员与企业"

    def ready(self):
        from . import resources  # noqa: F401 - registers the import kinds
