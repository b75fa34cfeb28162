"""The stamp of public pages: whatever process publishes, every other draws its pages anew."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.db import transaction
from django.test import Client, RequestFactory

from association.core import stamp
from association.core.pagecache import PublicPageMiddleware
from tests.association.core.kept_pages import plain, said

pytestmark = [
    pytest.mark.urls("tests.association.core.kept_pages"),
    pytest.mark.usefixtures("fresh_pages"),
    pytest.mark.django_db,
]
ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.django_db(transaction=True)
def test_what_is_committed_is_seen_at_once_by_every_process():
    one, other = Client(), Client()
    assert b"first" in one.get("/").content
    assert b"first" in other.get("/").content
    with transaction.atomic():
        said["text"] = "second"
        stamp.raise_stamp()
        assert b"first" in one.get("/").content  # not committed yet
    assert b"second" in one.get("/").content
    assert b"second" in other.get("/").content


@pytest.mark.django_db(transaction=True)
def test_what_is_taken_back_raises_nothing():
    before = stamp.current()
    with transaction.atomic():
        stamp.raise_stamp()
        transaction.set_rollback(True)
    assert stamp.current() == before


@pytest.mark.django_db(transaction=True)
def test_two_in_one_instant_are_two():
    seen = {stamp.current()}
    with time_machine.travel("2021-05-06T10:00:00+08:00", tick=False):
        for _ in range(50):
            stamp.raise_stamp()
            seen.add(stamp.current())
    assert len(seen) == 51


@pytest.mark.django_db(transaction=True)
def test_another_process_raises_it_for_this_one(client):
    client.get("/")
    said["text"] = "second"
    code = "import django; django.setup(); from association.core.stamp import raise_stamp; raise_stamp()"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=_environment(), check=True, timeout=60)
    assert b"second" in client.get("/").content


def _environment():
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "association.settings",
        "VAR_DIR": str(settings.VAR_DIR),
        "REDIS_URL": settings.REDIS_URL,
    }


def test_it_leaves_one_file_or_key_and_nothing_else():
    before = {file.name for file in settings.VAR_DIR.iterdir()}
    for _ in range(5):
        stamp._raise_now()
    assert {file.name for file in settings.VAR_DIR.iterdir()} - before <= {"public-stamp"}


def test_a_page_drawn_while_something_was_published_is_not_kept_as_new(client):
    """The stamp of a page is the one from before it was drawn."""

    def publishes_meanwhile(request):
        response = plain(request)
        said["text"] = "second"
        stamp._raise_now()
        return response

    middleware = PublicPageMiddleware(publishes_meanwhile)
    request = RequestFactory().get("/")
    assert b"first" in middleware(request).content
    assert b"second" in middleware(request).content


def test_where_the_stamp_cannot_be_read_pages_are_slow_and_right(client, settings, tmp_path):
    settings.REDIS_URL, settings.VAR_DIR = "", tmp_path / "gone"
    for text in ("first", "second"):
        said["text"] = text
        assert text in client.get("/").content.decode()
