"""Public pages (公开页面): the same bytes for everyone, answered by the outermost middleware without session or query.

A view marked @public_page says so; what it returns is kept in this process, keyed by the shared stamp. Pages show
clocks, so each is kept until the next moment that changes it (`request.public_until`), at most five minutes.
"""

import functools
import gzip
import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse, HttpResponseNotModified
from django.utils import timezone

from . import stamp

KEPT_PAGES = 1000
LONGEST = timedelta(minutes=5)  # a process that died between commit and raising the stamp leaves a page stale for this long
_HEADERS_NOT_KEPT = {"set-cookie", "content-length", "content-encoding", "vary"}


@dataclass(frozen=True, slots=True)
class Page:
    body: bytes
    packed: bytes
    etag: str
    headers: tuple[tuple[str, str], ...]
    until: float


def public_page(view):
    """Mark a view open to everyone, whose page is the same for everyone and may be kept."""

    @login_not_required
    @functools.wraps(view)
    def wrapped(request, *args, **kwargs):
        response = view(request, *args, **kwargs)
        if response.status_code == 200 and request.method == "GET":
            response.public_until = min(getattr(request, "public_until", None) or _midnight(), _midnight())
        return response

    return wrapped


def _midnight() -> datetime:
    tomorrow = timezone.localdate() + timedelta(days=1)
    return timezone.make_aware(datetime.combine(tomorrow, datetime.min.time()))


class PublicPageMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response
        self.pages: OrderedDict[tuple, Page] = OrderedDict()

    def __call__(self, request):
        if request.method not in ("GET", "HEAD"):
            return self.get_response(request)
        key = (stamp.current(), request.META.get("HTTP_HOST"), request.get_full_path())
        page = self.pages.get(key)
        if page is not None and page.until > timezone.now().timestamp():
            return self._answer(request, page)
        response = self.get_response(request)
        until = getattr(response, "public_until", None)
        if until is None or response.streaming or response.cookies:
            return response
        page = self._keep(key, response, until)
        return self._answer(request, page)

    def _keep(self, key, response, until) -> Page:
        body = response.content
        page = Page(
            body=body,
            packed=gzip.compress(body, 6, mtime=0),
            etag=f'W/"{hashlib.sha256(body).hexdigest()[:24]}"',
            headers=tuple((k, v) for k, v in response.items() if k.lower() not in _HEADERS_NOT_KEPT),
            until=min(until, timezone.now() + LONGEST).timestamp(),
        )
        self.pages[key] = page
        while len(self.pages) > KEPT_PAGES:
            self.pages.popitem(last=False)
        return page

    @staticmethod
    def _answer(request, page):
        if request.META.get("HTTP_IF_NONE_MATCH") == page.etag:
            response = HttpResponseNotModified()
        else:
            packed = "gzip" in request.META.get("HTTP_ACCEPT_ENCODING", "")
            response = HttpResponse(page.packed if packed else page.body)
            if packed:
                response["Content-Encoding"] = "gzip"
            response["Content-Length"] = str(len(response.content))
        for name, value in page.headers:
            response[name] = value
        response["ETag"] = page.etag
        response["Vary"] = "Accept-Encoding"
        response["Cache-Control"] = "no-cache"
        return response
