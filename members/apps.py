from django.apps import AppConfig


class MembersConfig(AppConfig):
    name = "members"
    label = "members"
    verbose_name = "会员与企业"

    def ready(self):
        from . import duplicates, exports, resources, resources_members, resources_terms, workflow  # noqa: F401 - they register themselves
        from . import term_panel  # noqa: F401
