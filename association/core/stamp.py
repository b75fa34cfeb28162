"""One shared stamp (公开页面版本) that every publishing action raises on commit; cached public pages are keyed by it."""

import os
import secrets
import tempfile
from pathlib import Path

from django.conf import settings
from django.core.cache import cache
from django.db import transaction

_KEY = "core.public-stamp"


def _path() -> Path:
    return settings.VAR_DIR / "public-stamp"


def current() -> str:
    """The stamp as all processes see it: a Redis key, or one file's identity when embedded (a stat, no read)."""
    if settings.REDIS_URL:
        return cache.get(_KEY) or "0"
    try:
        found = os.stat(_path())
    except FileNotFoundError:
        return "0"
    return f"{found.st_mtime_ns}-{found.st_ino}"


def _raise_now():
    token = secrets.token_hex(8)
    if settings.REDIS_URL:
        cache.set(_KEY, token, None)
        return
    handle, name = tempfile.mkstemp(dir=settings.VAR_DIR, prefix="stamp-")
    with os.fdopen(handle, "w") as file:
        file.write(token)
    os.replace(name, _path())


def raise_stamp():
    """Let no page cached before this transaction's commit be served after it."""
    transaction.on_commit(_raise_now)
