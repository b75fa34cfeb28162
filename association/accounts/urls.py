"""Addresses under /accounts/: those of allauth that we use, under the names it reverses, and our own.

What allauth has beside (sign-up, e-mail addresses, reset by e-mail) has no address here.
"""

from allauth.account import views as allauth_views
from allauth.mfa.base import views as mfa_views
from allauth.mfa.recovery_codes import views as recovery_views
from allauth.mfa.totp import views as totp_views
from allauth.usersessions import views as session_views
from django.conf import settings
from django.urls import include, path

from . import views

own = [
    path("", views.home, name="home"),
    path("activate/", views.activate, name="activate"),
    path("contact/", views.change_email, name="email"),
    path("stand-ins/new/", views.name_stand_in, name="name_stand_in"),
    path("stand-ins/<uuid:uid>/revoke/", views.revoke_stand_in, name="revoke_stand_in"),
]

urlpatterns = [
    path("", include((own, "accounts"))),
    path("login/", allauth_views.login, name="account_login"),
    path("logout/", allauth_views.logout, name="account_logout"),
    path("inactive/", allauth_views.account_inactive, name="account_inactive"),
    path("reauthenticate/", allauth_views.reauthenticate, name="account_reauthenticate"),
    path("signup/", views.how_to_get, name="account_signup"),
    path("password/reset/", views.forgotten, name="account_reset_password"),
    path("password/change/", views.change_password, name="account_change_password"),
    path("login/code/confirm/", allauth_views.confirm_login_code, name="account_confirm_login_code"),
    path("2fa/", mfa_views.index, name="mfa_index"),
    path("2fa/authenticate/", mfa_views.authenticate, name="mfa_authenticate"),
    path("2fa/reauthenticate/", mfa_views.reauthenticate, name="mfa_reauthenticate"),
    path("2fa/trust/", mfa_views.trust, name="mfa_trust"),
    path("2fa/totp/activate/", totp_views.activate_totp, name="mfa_activate_totp"),
    path("2fa/totp/deactivate/", totp_views.deactivate_totp, name="mfa_deactivate_totp"),
    path("2fa/recovery-codes/", recovery_views.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("2fa/recovery-codes/generate/", recovery_views.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("sessions/", session_views.list_usersessions, name="usersessions_list"),
]

if settings.SMS_BACKEND:
    urlpatterns += [path("login/code/", allauth_views.request_login_code, name="account_request_login_code")]
