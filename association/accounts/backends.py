"""Login by password for the mobile number, and the permissions that come with the roles."""

from allauth.account.auth_backends import AuthenticationBackend


class PortalBackend(AuthenticationBackend):
    """allauth's own; a name of ours so that the setting does not change when the library's does."""
