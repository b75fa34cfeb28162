from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    name = "association.accounts"
    label = "accounts"
    verbose_name = "账号与权限"

    def ready(self):
        from .registry import offer_matters
        from .roles import sync_roles  # it reads the association's words

        post_migrate.connect(sync_roles, dispatch_uid="accounts.sync_roles")
        offer_matters(lambda: {"accounts": "账号管理"})
