"""Sessions of staff: they end when idle; a second factor where the setting asks for one."""

import time
from urllib.parse import urlencode, urlsplit

from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

_SEEN = "accounts.seen"
_GRACE = 30  # seconds between two writes of the session
POLL_HEADER = "X-Poll"


def is_poll(request) -> bool:
    """A page asking by itself how far its job is, not a person at work.

    Says so by the header X-Poll, or is htmx's request of an element that stands for a job (components/progress.html).
    """
    if request.method not in ("GET", "HEAD"):
        return False
    by_htmx = "HX-Request" in request.headers and request.headers.get("HX-Trigger", "").startswith("job-")
    return by_htmx or POLL_HEADER in request.headers


def go(request, url: str) -> HttpResponse:
    """Send the reader elsewhere, the whole page also where htmx asked for a part of it."""
    if "HX-Request" in request.headers:
        return HttpResponse(status=200, headers={"HX-Redirect": url})
    return HttpResponseRedirect(url)


def page_of(request) -> str:
    """The page the reader looks at: this address, or of a form or a part of a page the one it stands on."""
    if request.method == "GET" and "HX-Request" not in request.headers:
        return request.get_full_path()
    came_from = request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(came_from, {request.get_host()}):
        return ""
    parts = urlsplit(came_from)
    return parts.path + (f"?{parts.query}" if parts.query else "")


class StaffIdleMiddleware:
    """End a staff session after STAFF_IDLE_MINUTES without a person's request (GB/T 22239: 自动退出).

    Polling does not count as work. The login page says why, and leads back to where the person was.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if not (request.user.is_authenticated and request.user.is_staff):
            return self.get_response(request)
        now, seen = time.time(), request.session.get(_SEEN)
        if seen is not None and now - seen > settings.STAFF_IDLE_MINUTES * 60 + _GRACE:
            next_page = page_of(request)
            logout(request)
            query = {"ended": "idle"} | ({"next": next_page} if next_page else {})
            return go(request, f"{reverse(settings.LOGIN_URL)}?{urlencode(query)}")
        if not is_poll(request) and (seen is None or now - seen > _GRACE):
            request.session[_SEEN] = now
        return self.get_response(request)


class SecondFactorMiddleware:
    """Send staff without a second factor to set one up, where STAFF_SECOND_FACTOR is on.

    Open without: what is public, the pages that set it up, and the way out.
    """

    OPEN = {
        "mfa_index", "mfa_activate_totp", "mfa_view_recovery_codes", "mfa_generate_recovery_codes",
        "mfa_reauthenticate", "account_reauthenticate", "account_logout",
    }  # fmt: skip

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        if (
            not settings.STAFF_SECOND_FACTOR
            or not (request.user.is_authenticated and request.user.is_staff)
            or not getattr(view, "login_required", True)
            or request.resolver_match.url_name in self.OPEN
            or has_second_factor(request)
        ):
            return None
        messages.info(request, "工作人员账号须启用二次验证，请先完成设置。")
        return go(request, reverse("mfa_index"))


def has_second_factor(request) -> bool:
    """The person has an authenticator app (asked at login), or came by password and SMS code or a trusted device."""
    from allauth.mfa.internal.flows.trust import is_trusted_browser  # models are not loaded when middleware classes are
    from allauth.mfa.utils import is_mfa_enabled

    if is_mfa_enabled(request.user):
        return True
    if not settings.SMS_BACKEND:
        return False
    methods = {record["method"] for record in get_authentication_records(request, request.user)}
    return methods >= {"password", "code"} or ("password" in methods and is_trusted_browser(request, request.user))
