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
        from .dues import (  # noqa: F401 - new names and mergers, imports, what a firm's file shows
            matching,
            resources_bank,
            resources_receipts,
            settle,
            showing,
        )  # fmt: skip
