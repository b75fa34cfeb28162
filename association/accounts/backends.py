"""Login by password for the mobile number, and the permissions that come with the roles."""

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.models import Permission

from .roles import perms_of


class PortalBackend(AuthenticationBackend):
    """allauth's own; a name of ours so that the setting does not change when the library's does.

    Whoever stands in for others today (代理) has their permissions too, so that they see what they are to act on.
    """

    def _get_user_permissions(self, user_obj):
        """None are given to a person: all come with roles. One query less on each page of the staff."""
        return Permission.objects.none()

    def get_all_permissions(self, user_obj, obj=None):
        found = super().get_all_permissions(user_obj, obj=obj)
        if obj is not None or not user_obj.is_active or not user_obj.is_staff:
            return found
        lent = user_obj.lent_rights
        return found | perms_of(lent) if lent else found
