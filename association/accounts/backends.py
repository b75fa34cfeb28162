"""Login by password for the mobile number, and the permissions that come with the roles."""

from allauth.account.auth_backends import AuthenticationBackend

from .roles import perms_of


class PortalBackend(AuthenticationBackend):
    """allauth's own; a name of ours so that the setting does not change when the library's does.

    Whoever stands in for others today (代理) has their permissions too, so that they see what they are to act on.
    """

    def get_all_permissions(self, user_obj, obj=None):
        """By the table of roles (accounts.roles) that the groups are synced to: no query on each page of the staff."""
        if user_obj.is_superuser:
            return super().get_all_permissions(user_obj, obj=obj)
        if obj is not None or not user_obj.is_active or not user_obj.is_staff:
            return set()
        return perms_of(user_obj.rights_today)
