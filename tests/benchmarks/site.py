"""Pages of the news with many articles on file: kept ones beside a bare view, drawn ones beside plain Django pages of the
same articles; their queries, their weight, and when a weak phone has drawn them.
"""

import gzip
import os
import re
import shutil
import statistics

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from association.core import stamp
from association.core.models import Association
from association.news.models import Publication
from tests.worker import database_url

from . import articles
from .measure import ROUNDS, Figure, say
from .pages import compare
from .server import Server

SMALL, LARGE = 1000, 40  # requests a round: of kept pages, of drawn ones
QUERIES = 5  # under six
WEIGHT = 120  # KB, packed, without pictures
PAINTED = 1000  # ms
SLOWDOWN = 4


def figures(count: int) -> list[Figure]:
    if Publication.objects.count() < count:
        articles.add_articles(count)
    Association(name="某某协会", short_name="某协", site_name="某某协会", logo_letter="某").save()
    call_command("collectstatic", interactive=False, verbosity=0)
    middle = Publication.objects.on_show().order_by("-published_at")[count // 2]
    last = -(-count // len(articles.COLUMNS) // 20)
    pages = {
        "home": ("/", "/bare/"),
        "column, page 1": ("/news/tongzhi/", "/plain/column/?page=1"),
        "column, page 500": (f"/news/tongzhi/?page={min(500, last)}", f"/plain/column/?page={min(500, last)}"),
        "article": (middle.get_public_url(), f"/plain/article/{middle.pk}/"),
    }
    rows = [_queries(label, path) for label, (path, _plain) in pages.items()]
    environment = {"DATABASE_URL": database_url(connection.settings_dict), "SECRET_KEY": settings.SECRET_KEY}
    connection.close()
    with (
        Server("association.settings", environment) as ours,
        Server("tests.benchmarks.plain_settings", environment) as reference,
    ):
        for label, (path, plain) in pages.items():
            pair = compare(ours, reference, (path, "/bare/"), SMALL)
            rows.append(Figure(f"{label}, kept", *(pair or (None, None)), "ms", 1.6))
            if plain != "/bare/":
                pair = compare(ours, reference, (path, plain), LARGE, before=stamp._raise_now)
                rows.append(Figure(f"{label}, drawn", *(pair or (None, None)), "ms", 1.5))
        rows += [_weight(ours, label, path) for label, (path, _plain) in pages.items()]
        rows += _painted(ours, pages)
    return rows


def _queries(label: str, path: str) -> Figure:
    """Of a page that is drawn, the association's row already known."""
    Client().get("/about/")
    with CaptureQueriesContext(connection) as asked:
        Client().get(path)
    return Figure(f"{label}, drawn: queries", len(asked), QUERIES, "", 1.0)


def _weight(server: Server, label: str, path: str) -> Figure:
    """KB that a first visit loads: the page, its styles and scripts, as they are sent to who takes gzip."""
    page = server.sent(path)
    text = gzip.decompress(page).decode()
    others = re.findall(r'<(?:link rel="stylesheet" href|script src)="([^"]+)"', text)
    total = len(page) + sum(len(server.sent(address)) for address in others)
    return Figure(f"{label}: weight", total / 1024, WEIGHT, "KB", 1.0, f"of it the page {len(page) / 1024:.0f}")


def _painted(server: Server, pages: dict) -> list[Figure]:
    """Largest contentful paint of a first visit in Chromium, its CPU slowed down."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if not path:
        say("  largest contentful paint left out: no Chromium on the path, none named in CHROMIUM")
        return []
    from playwright.sync_api import sync_playwright

    rows = []
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        for label, (address, _plain) in pages.items():
            spent = [_paint_of(browser, f"http://127.0.0.1:{server.port}{address}") for _ in range(ROUNDS)]
            name = f"{label}: painted, CPU {SLOWDOWN}x slower"
            rows.append(Figure(name, statistics.median(spent), PAINTED, "ms", 1.0))
        browser.close()
    return rows


_LARGEST = """() => new Promise(done => new PerformanceObserver(
    list => done(list.getEntries().at(-1).startTime)).observe({type: "largest-contentful-paint", buffered: true}))"""


def _paint_of(browser, address: str) -> float:
    context = browser.new_context(viewport={"width": 390, "height": 844})  # nothing kept of the visit before
    page = context.new_page()
    context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWDOWN})
    page.goto(address, wait_until="load")
    found = page.evaluate(_LARGEST)
    context.close()
    return found
