"""The one gate of what is closed: whoever is not logged in is asked to, where they stand."""

from copy import copy
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpResponse, QueryDict
from django.shortcuts import resolve_url

from .middleware import go, is_poll, page_of


def ask_to_log_in(request) -> HttpResponse:
    """The answer to a reader who is not logged in, the same whether the thing asked for exists or not.

    A page: the login in its place (200), whose form leads back to it. What sends a form, asks by itself or wants
    anything but a page (htmx, JSON) is sent to the login, for there is no page to draw it in. A form leads back to the
    page it stood on: the address that it is sent to may not be one to read.
    """
    if "HX-Request" in request.headers:
        query = urlencode({"next": page_of(request)})
        return go(request, f"{resolve_url(settings.LOGIN_URL)}?{query}")
    address = request.get_full_path()
    if request.method not in ("GET", "HEAD") or is_poll(request) or not request.accepts("text/html"):
        return redirect_to_login(page_of(request) or address)
    return _login_page(request, address)


def _login_page(request, address: str) -> HttpResponse:
    """What the login's own address shows with ?next=, drawn without going there.

    A login that waits for its second factor goes on to that.
    """
    from allauth.account.views import login  # models are not loaded when middleware classes are

    asked = copy(request)
    asked.method = "GET"  # HEAD would count as a try
    asked.GET = QueryDict(mutable=True)
    asked.GET["next"] = address
    return login(asked)


class ClosedUnlessPublicMiddleware(LoginRequiredMiddleware):
    """Django's LoginRequiredMiddleware with our gate: closed unless a view is marked public."""

    def handle_no_permission(self, request, view_func):
        return ask_to_log_in(request)
