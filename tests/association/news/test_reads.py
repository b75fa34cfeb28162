"""Read counts: people, not machines; never in the way of a page; nothing lost between processes or at the end of one."""

import signal
import subprocess
import sys
import threading
import urllib.request

import pytest
from django.conf import settings
from django.db import connection, connections

from association.core import stamp
from association.news import reads
from association.news.actions import pin
from association.news.models import Publication
from tests.association.core.test_runall import free_port
from tests.worker import ROOT, database_url, wait_until

PHONE = "Mozilla/5.0 (Linux; Android 12) AppleWebKit/537.36 Chrome/98.0 Mobile Safari/537.36 MicroMessenger/8.0.30"


@pytest.fixture(autouse=True)
def _nothing_counted_yet():
    reads._tally.take()
    yield
    reads._tally.take()


def counted(found) -> int:
    reads.flush()
    return Publication.objects.get(article=found).reads


def read(client, found, **headers):
    return client.get(f"/articles/{found.uid}/", headers={"user-agent": PHONE} | headers)


def test_readers_are_counted_of_kept_pages_too(client, signed):
    found = signed()
    first = read(client, found)
    read(client, found)
    assert read(client, found, **{"if-none-match": first["ETag"]}).status_code == 304
    assert counted(found) == 3
    assert counted(found) == 3  # written once


@pytest.mark.parametrize(
    "headers",
    [
        {"user-agent": "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)"},
        {"user-agent": "Sogou web spider/4.0"},
        {"user-agent": "curl/8.0"},
        {"user-agent": "Mozilla/5.0 HeadlessChrome/120.0"},
        {"user-agent": ""},
        {"sec-purpose": "prefetch;prerender"},
        {"purpose": "prefetch"},
    ],
)
def test_machines_and_pages_fetched_on_suspicion_are_not(client, signed, headers):
    found = signed()
    assert read(client, found, **headers).status_code == 200
    assert counted(found) == 0


def test_neither_heads_nor_other_pages_nor_what_is_gone(client, signed, reviewer):
    from association.workflow.actions import perform

    found = signed()
    client.head(f"/articles/{found.uid}/", headers={"user-agent": PHONE})
    client.get(f"/articles/{found.uid}/?utm=1", headers={"user-agent": PHONE})  # sent to the one address
    client.get("/", headers={"user-agent": PHONE})
    perform(found, "take_down", by=reviewer, note="有误")
    stamp._raise_now()  # on commit, which the test does not
    assert read(client, found).status_code == 404
    assert counted(found) == 0


def test_it_is_no_change_of_the_article(client, signed, django_assert_num_queries):
    found, other = signed(), signed(title="另一篇通知的标题")
    before, kept = Publication.objects.get(article=found), stamp.current()
    read(client, found)
    read(client, other)
    reads.flush()
    after = Publication.objects.get(article=found)
    assert (after.version, after.updated_at, after.reads) == (before.version, before.updated_at, 1)
    assert stamp.current() == kept
    with django_assert_num_queries(0):
        assert reads.flush() == 0


def test_many_articles_are_one_update(signed, django_assert_max_num_queries):
    found = [signed(title=f"第 {n} 号通知的标题") for n in range(3)]
    for number, one in enumerate(found):
        for _ in range(number + 1):
            reads.note(str(one.uid))
    with django_assert_max_num_queries(4):  # the lock, the update, and a savepoint about them
        assert reads.flush() == 6
    assert [Publication.objects.get(article=one).reads for one in found] == [1, 2, 3]


def test_saving_a_publication_that_was_read_before_loses_no_reader(signed, reviewer):
    found = signed()
    publication = Publication.objects.get(article=found)
    reads.note(str(found.uid))
    reads.flush()
    publication.subtitle = "副题"
    publication.save()
    pin(publication, until=None, by=reviewer)
    assert Publication.objects.get(article=found).reads == 1


@pytest.mark.django_db(transaction=True)
def test_threads_lose_none(signed):
    found = signed()

    def many():
        for number in range(300):
            reads.note(str(found.uid))
            if number % 100 == 0:
                reads.flush()
        reads.flush()
        connections.close_all()

    threads = [threading.Thread(target=many) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counted(found) == 1200


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(
    settings.DATABASES["default"]["ENGINE"].endswith("postgresql"), reason="SQLite alone has one writer"
)
def test_a_busy_database_is_tried_again_later(signed):
    found = signed()
    reads.note(str(found.uid))
    held, go = threading.Event(), threading.Event()

    def hold():
        with connection.cursor() as cursor:
            cursor.execute("BEGIN IMMEDIATE")
            held.set()
            go.wait(20)
            cursor.execute("ROLLBACK")
        connections.close_all()

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(20)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 50")
    try:
        assert reads.flush() == 0
    finally:
        go.set()
        thread.join()
        connection.close()
    assert reads.flush() == 1
    assert Publication.objects.get(article=found).reads == 1


@pytest.mark.django_db(transaction=True)
def test_real_web_processes_write_them_when_they_end(signed):
    """Two processes of gunicorn count for themselves; both write what they have when they are told to stop."""
    found, port = signed(), free_port()
    database = database_url(connection.settings_dict)
    environment = {
        "DJANGO_SETTINGS_MODULE": "association.settings", "DATABASE_URL": database, "VAR_DIR": str(settings.VAR_DIR),
        "SECRET_KEY": settings.SECRET_KEY, "REDIS_URL": settings.REDIS_URL, "PATH": "/usr/bin:/bin", "DEBUG": "true",
    }  # fmt: skip
    command = [sys.executable, "-m", "gunicorn", "association.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "2"]
    command += ["--worker-class", "gthread", "--threads", "2", "--no-control-socket", "--graceful-timeout", "3"]
    server = subprocess.Popen(command, cwd=ROOT, env=environment)
    address = f"http://127.0.0.1:{port}/articles/{found.uid}/"

    def answers():
        try:
            return urllib.request.urlopen(address, timeout=5).status == 200  # Python's own name: not counted
        except OSError:
            return False

    try:
        wait_until(answers)
        for _ in range(20):
            urllib.request.urlopen(urllib.request.Request(address, headers={"User-Agent": PHONE}), timeout=20).read()
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)
    assert Publication.objects.get(article=found).reads == 20
