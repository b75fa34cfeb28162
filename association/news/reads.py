"""Read counts (阅读数) without cookies and without a write per view.

Each process counts in memory what its readers were shown and adds it to the articles at most once a minute, or after
200 reads, and when it ends. Counting never makes a reader wait: a thread of its own writes, gives way to whoever holds
the database and tries again in its next round. Machines that say what they are do not count.
"""

import atexit
import logging
import os
import re
import threading
from collections import Counter

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import Case, F, PositiveIntegerField, Value, When

from .models import Publication

log = logging.getLogger(__name__)
AT_ONCE = 200  # reads that are written without waiting for the minute to end; articles of one UPDATE
PATIENCE = 300  # milliseconds that the thread waits for SQLite's one writer
AT_EXIT = 3  # seconds that a process waits for its last reads to be written

_ARTICLE = re.compile(r"/articles/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/")
_MACHINE = re.compile(
    r"bot|spider|crawl|slurp|scrap|fetch|preview|monitor|uptime|headless|lighthouse|wget|curl|python|java/|okhttp|go-http|"
    r"httpclient|libwww|feed|rss|ia_archiver|axios|node|postman|phantom|yandex|bytedance",
    re.IGNORECASE,
)


class ReadsMiddleware:
    """Outside of the kept pages: most readers are answered from there."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if (match := _ARTICLE.fullmatch(request.path)) and _is_read(request, response):
            note(match[1])
        return response


def _is_read(request, response) -> bool:
    if request.method != "GET" or response.status_code not in (200, 304):
        return False
    if "prefetch" in (request.META.get("HTTP_SEC_PURPOSE") or request.META.get("HTTP_PURPOSE") or ""):
        return False  # the browser asked on suspicion; nobody looks at it yet
    agent = request.META.get("HTTP_USER_AGENT", "")
    return bool(agent) and not _MACHINE.search(agent)


class _Tally:
    """What this process counted and has not written yet."""

    def __init__(self):
        self.pid, self.lock, self.due = os.getpid(), threading.Lock(), threading.Event()
        self.reads, self.fresh, self.ends = Counter(), 0, False
        self.thread = None

    def add(self, uid: str):
        with self.lock:
            self.reads[uid] += 1
            self.fresh += 1
            if self.fresh >= AT_ONCE:
                self.due.set()
            if self.thread is None and settings.READS_EVERY:
                self.thread = threading.Thread(target=self._write_in_rounds, name="reads", daemon=True)
                self.thread.start()
                atexit.register(self.end)

    def take(self) -> Counter:
        with self.lock:
            found, self.reads, self.fresh = self.reads, Counter(), 0
        return found

    def give_back(self, reads: dict):
        with self.lock:
            self.reads.update(reads)

    def _write_in_rounds(self):
        while not self.ends:
            self.due.wait(settings.READS_EVERY)
            self.due.clear()
            try:
                if connection.vendor == "sqlite":
                    with connection.cursor() as cursor:
                        cursor.execute(f"PRAGMA busy_timeout = {PATIENCE}")
                flush()
            except Exception:  # whatever it was, readers are still to be counted
                log.exception("read counts were not written")
            finally:
                connection.close()

    def end(self):
        if os.getpid() == self.pid:
            self.ends = True
            self.due.set()
            self.thread.join(AT_EXIT)


_tally = _Tally()


def note(uid: str):
    """Count one read of the article."""
    global _tally
    if _tally.pid != os.getpid():  # a forked process has the memory of its parent, but not its thread
        _tally = _Tally()
    _tally.add(uid)


def flush() -> int:
    """Add what was counted to the articles. Returns how many reads; what could not be written waits for the next time."""
    reads = list(_tally.take().items())
    written = 0
    while reads:
        batch = dict(reads[:AT_ONCE])
        try:
            _add(batch)
        except DatabaseError as problem:  # SQLite's writer is busy, the server is away
            log.info("read counts wait: %s", problem)
            _tally.give_back(dict(reads))
            break
        written += sum(batch.values())
        reads = reads[AT_ONCE:]
    return written


@transaction.atomic
def _add(batch: dict[str, int]):
    """One UPDATE, past save(): it is no change of the article, and no page is drawn anew for it."""
    rows = Publication.objects.filter(uid__in=batch)
    list(rows.order_by("pk").select_for_update().values_list("pk"))  # all processes lock in one order
    more = Case(
        *(When(uid=uid, then=Value(number)) for uid, number in batch.items()), output_field=PositiveIntegerField()
    )
    rows.update(reads=F("reads") + more)
