from django.contrib.admin.apps import AdminConfig


class PortalAdminConfig(AdminConfig):
    """Makes our site the one that every package registers with."""

    default_site = "association.adminsite.PortalAdminSite"
