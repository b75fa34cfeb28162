from django.apps import AppConfig


class MembersConfig(AppConfig):
    name = "members"
    label = "members"
    verbose_name = "会员与企业"

    def ready(self):
        from . import (  # noqa: F401 - they register themselves
            duplicates,
            exports,
            membership_panel,
            paper_panel,
            points_panel,
            resources,
            resources_members,
            resources_points,
            resources_terms,
            term_panel,
            workflow,
        )  # fmt: skip
        from .dues import resources_receipts  # noqa: F401
        from .dues import matching, resources_bank, settle, showing  # noqa: F401 - imports, mergers; timeline, panel, card
