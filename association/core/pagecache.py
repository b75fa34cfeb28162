"""Public pages (公开页面): the same bytes for everyone, answered by the outermost middleware without session or query.

A view marked @public_page is given a request without cookies, session or user, so that its page cannot differ from
reader to reader. Each process keeps what it answered for as long as the shared stamp (core.stamp) stands, until the
next moment that changes the page (`request.public_until`: a deadline; midnight at the latest), five minutes at most.
"""

import functools
import gzip
import hashlib
import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse, HttpResponseNotModified, HttpResponseRedirect
from django.utils import timezone
from django.utils.cache import cc_delim_re
from django.utils.http import parse_etags

from . import stamp

LONGEST = timedelta(minutes=5)  # how long a page is stale where a process died between commit and raising the stamp
KEPT_BYTES = 24 * 1024 * 1024  # a process, both forms of each page together
LARGEST_PAGE = 4 * 1024 * 1024
LONGEST_ADDRESS = 500  # characters; no page of ours has a longer one
SEARCHES = 4  # searches may fill one part in so many, so that a flood of them never pushes out the pages all read
_NOT_KEPT = {"set-cookie", "content-length", "content-encoding", "vary", "etag", "cache-control", "date"}
_NOT_IN_304 = {"content-type", "content-language", "last-modified"}


# -- Views --------------------------------------------------------------------------------------------------------


def public_page(*params: str):
    """Mark a view open to everyone, whose page is the same for everyone and may be kept.

    `params` are the query values that it reads. An address with others, or with empty ones, is redirected to the one
    address of its page: shared links carry what messengers add to them.
    """

    def mark(view):
        @login_not_required
        @functools.wraps(view)
        def wrapped(request, *args, **kwargs):
            if request.method not in ("GET", "HEAD"):
                response = HttpResponse(status=405)
                response["Allow"] = "GET, HEAD"
                return response
            wanted = _one_address(request, params)
            if wanted is not None:
                return HttpResponseRedirect(wanted)
            bare = _for_anyone(request)
            response = view(bare, *args, **kwargs)
            if "CSRF_COOKIE" in bare.META or bare.session.accessed or response.cookies:
                raise RuntimeError(
                    f"{request.path}: a public page holds a form token, reads the session or sets a cookie"
                )
            if response.status_code == 200:
                response.public_until = min(getattr(bare, "public_until", None) or _midnight(), _midnight())
            return response

        return wrapped

    return mark


def _one_address(request, params) -> str | None:
    """Where the page of this address stands, if elsewhere: known values only, in order, trimmed, none empty."""
    if not request.META.get("QUERY_STRING"):
        return None
    given = [(name, value) for name, values in request.GET.lists() for value in values]
    wanted = [(name, value) for name in params if (value := request.GET.get(name, "").strip())]
    if given == wanted:
        return None
    return f"{request.path}?{urlencode(wanted)}" if wanted else request.path


class _NoSession(dict):
    """What a public view finds for a session: nothing, and it is noticed that it looked."""

    accessed = False

    def get(self, *args):
        self.accessed = True
        return super().get(*args)

    def __getitem__(self, key):
        self.accessed = True
        return super().__getitem__(key)

    def __setitem__(self, key, value):
        self.accessed = True


def _for_anyone(request):
    """The request without what tells its reader from another."""
    bare = type(request).__new__(type(request))  # not copy(): that leaves resolver_match behind
    bare.__dict__.update(request.__dict__)
    bare.META = {name: value for name, value in request.META.items() if name not in ("HTTP_COOKIE", "CSRF_COOKIE")}
    bare.COOKIES = {}
    bare.session = _NoSession()
    bare.user = AnonymousUser()
    for name in ("_messages", "_cached_user", "_acached_user", "auser"):
        bare.__dict__.pop(name, None)
    return bare


def _midnight() -> datetime:
    tomorrow = timezone.localdate() + timedelta(days=1)
    return timezone.make_aware(datetime.combine(tomorrow, datetime.min.time()))


# -- Kept pages ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Page:
    """`stamp` is the one that stood before the page was made: what was published meanwhile makes it old."""

    stamp: str
    body: bytes
    packed: bytes
    etag: str
    headers: tuple[tuple[str, str], ...]
    brief: tuple[tuple[str, str], ...]
    until: float

    @property
    def weight(self) -> int:
        return len(self.body) + len(self.packed) + 1000


class Shelf:
    """Pages by address, the least lately read first to go. Shared by the threads of a process."""

    def __init__(self, most: int):
        self.most, self.weight = most, 0
        self._pages: OrderedDict[tuple, Page] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key, now_stamp: str, now: float) -> Page | None:
        page = self._pages.get(key)
        if page is None or page.stamp != now_stamp or page.until <= now:
            return None
        with self._lock:
            if key in self._pages:
                self._pages.move_to_end(key)
        return page

    def put(self, key, page: Page):
        with self._lock:
            if (old := self._pages.pop(key, None)) is not None:
                self.weight -= old.weight
            self._pages[key] = page
            self.weight += page.weight
            while self.weight > self.most:
                self.weight -= self._pages.popitem(last=False)[1].weight

    def __len__(self):
        return len(self._pages)


class PublicPageMiddleware:
    """Outermost: answers from the shelf, or lets the request through and keeps what may be kept."""

    def __init__(self, get_response):
        self.get_response = get_response
        self.pages, self.searches = Shelf(KEPT_BYTES * (SEARCHES - 1) // SEARCHES), Shelf(KEPT_BYTES // SEARCHES)

    def __call__(self, request):
        meta = request.META
        query = meta.get("QUERY_STRING", "")
        if request.method not in ("GET", "HEAD") or len(request.path) + len(query) > LONGEST_ADDRESS:
            return self.get_response(request)
        # the host and scheme as they came: a page names its own address, and a wrong host is never answered at all
        key = (request.scheme, meta.get("HTTP_HOST"), request.path, query)
        shelf = self.searches if "q=" in query else self.pages
        now_stamp = stamp.current()
        if now_stamp is None:
            return self.get_response(request)
        page = shelf.get(key, now_stamp, timezone.now().timestamp())
        if page is None:
            response = self.get_response(request)
            page = _page_of(response, now_stamp)
            if page is None:
                return response
            if page.weight <= LARGEST_PAGE:
                shelf.put(key, page)
            if response.cookies:  # of the middleware within, for this reader alone: a session that goes on
                return _with_cookies(_answer(request, page), response.cookies)
        return _answer(request, page)


def _with_cookies(response, cookies):
    response.cookies = cookies
    response.headers["Vary"] = "Accept-Encoding, Cookie"
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def _page_of(response, now_stamp: str) -> Page | None:
    """What is kept of a response; None for any that is not a public page's plain answer."""
    until = getattr(response, "public_until", None)
    if until is None or response.status_code != 200 or response.streaming:
        return None
    headers = tuple((name, value) for name, value in response.items() if name.lower() not in _NOT_KEPT)
    return Page(
        stamp=now_stamp,
        body=response.content,
        packed=gzip.compress(response.content, 6, mtime=0),
        etag=f'W/"{hashlib.sha256(response.content).hexdigest()[:24]}"',
        headers=headers,
        brief=tuple((name, value) for name, value in headers if name.lower() not in _NOT_IN_304),
        until=min(until, timezone.now() + LONGEST).timestamp(),
    )


def _answer(request, page: Page):
    if has_it(request.META.get("HTTP_IF_NONE_MATCH", ""), page.etag):
        response, headers = HttpResponseNotModified(), page.brief
    else:
        packed = takes_gzip(request.META.get("HTTP_ACCEPT_ENCODING", ""))
        body = page.packed if packed else page.body
        response, headers = HttpResponse(b"" if request.method == "HEAD" else body), page.headers
        if packed:
            response.headers["Content-Encoding"] = "gzip"
        response.headers["Content-Length"] = str(len(body))
    for name, value in headers:
        response.headers[name] = value
    response.headers["ETag"] = page.etag
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = "no-cache"  # ask each time: the answer is 304 for as long as the page stands
    return response


def has_it(header: str, etag: str) -> bool:
    """Whether If-None-Match names this page: one tag, a list of them, or *. Compared weakly (RFC 9110, 13.1.2)."""
    if not header or header == etag:
        return bool(header)
    if header.strip() == "*":
        return True
    plain = etag.removeprefix("W/")
    return any(tag.removeprefix("W/") == plain for tag in parse_etags(header))


@functools.lru_cache(maxsize=256)
def takes_gzip(header: str) -> bool:
    """Whether Accept-Encoding takes gzip: named or by *, and not with q=0 (RFC 9110, 12.5.3)."""
    weights = {}
    for part in cc_delim_re.split(header.strip().lower()):
        coding, _, rest = part.partition(";")
        name, _, weight = rest.strip().partition("=")
        try:
            weights[coding.strip()] = float(weight) if name.strip() == "q" else 1.0
        except ValueError:
            weights[coding.strip()] = 0.0
    return weights.get("gzip", weights.get("x-gzip", weights.get("*", 0.0))) > 0
