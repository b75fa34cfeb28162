"""One shared stamp (公开页面版本) that every publishing action raises on commit; kept pages are good for one.

Embedded it is the modification time of one file under var/ (a stat to read, an utime to raise: no lock, no temporary
file, nothing left by a killed process). With Redis it is a key.
"""

import logging
import os
import secrets
import time

from django.conf import settings
from django.core.cache import cache
from django.db import transaction

log = logging.getLogger(__name__)
_KEY = "core.public-stamp"


def _path() -> str:
    return f"{settings.VAR_DIR}/public-stamp"


def current() -> str | None:
    """The stamp as all processes see it; None where it cannot be read, and then no kept page may be served."""
    try:
        return _of_redis() if settings.REDIS_URL else _of_file()
    except Exception:  # whatever the disk or the cache's client raises: the pages are slower then, not gone
        log.exception("the public stamp cannot be read")
        return None


def _of_file() -> str:
    try:
        return str(os.stat(_path()).st_mtime_ns)
    except FileNotFoundError:
        _touch()
        return str(os.stat(_path()).st_mtime_ns)


def _of_redis() -> str:
    # a key that Redis dropped comes back as another one, never as one that pages were kept under before
    return cache.get(_KEY) or cache.get_or_set(_KEY, secrets.token_hex(8), None)


def _touch():
    # a time of our own with chance below the millisecond: the file system's clock ticks slower than people publish
    path, now = _path(), time.time_ns() & ~0xFFFFF | secrets.randbits(20)
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o644))
    os.utime(path, ns=(now, now))


def _raise_now():
    if settings.REDIS_URL:
        cache.set(_KEY, secrets.token_hex(8), None)
    else:
        _touch()


def raise_stamp():
    """Let no page kept before this transaction's commit be served after it.

    Robust: what was committed stays so where the stamp cannot be raised; pages are then stale until they run out.
    """
    transaction.on_commit(_raise_now, robust=True)
