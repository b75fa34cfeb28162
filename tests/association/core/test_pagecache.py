"""Public pages: the same for everyone, kept without a query, never stale, and nothing but pages is kept."""

import gzip
from functools import partial

import pytest
import time_machine
from django.test import Client, RequestFactory

from association.core import stamp
from association.core.pagecache import KEPT_BYTES, Page, PublicPageMiddleware, Shelf, has_it, takes_gzip
from tests.association.core.kept_pages import drawn_pages, plain
from tests.pages import is_login
from tests.parallel import at_once

pytestmark = [
    pytest.mark.urls("tests.association.core.kept_pages"),
    pytest.mark.usefixtures("fresh_pages"),
    pytest.mark.django_db,
]


# -- The same for everyone, without a query ------------------------------------------------------------------------


def test_a_kept_page_costs_no_query_and_is_the_same_for_who_is_logged_in(client, client_of, django_assert_num_queries):
    visitor = client.get("/")
    known = client_of("秘书处")
    drawn_for_known = known.get("/")
    with django_assert_num_queries(0):
        kept = known.get("/")
    assert visitor.content == drawn_for_known.content == kept.content
    assert "AnonymousUser {}" in kept.content.decode()
    assert not kept.cookies
    assert drawn_pages == ["/", "/"]  # once for each client: each has a middleware of its own, as a process has


def test_the_frame_of_a_page_may_ask_for_user_and_messages_and_finds_nobody(client_of):
    known = client_of("秘书处")
    known.get("/private/")  # leaves a message behind
    assert known.get("/frame/").content == Client().get("/frame/").content


def test_a_session_that_goes_on_is_the_readers_own(client_of, settings):
    """Staff sessions are written now and then: that cookie goes to this reader and is kept with no page."""
    known, visitor = client_of("秘书处"), Client()
    known.handler = visitor.handler  # one process
    answer = known.get("/")
    assert list(answer.cookies) == ["sessionid"]
    assert answer["Cache-Control"] == "private, no-cache"
    kept = visitor.get("/")
    assert kept.content == answer.content
    assert not kept.cookies
    assert drawn_pages == ["/"]


def test_a_page_that_holds_a_token_or_looks_into_the_session_or_sets_a_cookie_is_an_error(client):
    for address in ("/token/", "/session/", "/cookie/"):
        with pytest.raises(RuntimeError, match="public page"):
            client.get(address)


def test_headers_of_a_kept_page_are_those_of_the_first_answer(client):
    first, kept = client.get("/"), client.get("/")
    assert dict(first.items()) == dict(kept.items())
    assert "script-src 'self'" in kept["Content-Security-Policy"]
    assert kept["X-Frame-Options"] == "DENY"
    assert kept["X-Content-Type-Options"] == "nosniff"
    assert kept["Referrer-Policy"] == "same-origin"
    assert kept["Cross-Origin-Opener-Policy"] == "same-origin"
    assert kept["Cache-Control"] == "no-cache"
    assert kept["Vary"] == "Accept-Encoding"


# -- What is kept, and what is not -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("address", "status"), [("/missing/", 404), ("/moved/", 302), ("/stream/", 200)])
def test_nothing_but_plain_pages_is_kept(client, address, status):
    answers = [client.get(address) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [status, status]
    assert [address, address] == drawn_pages
    assert "ETag" not in answers[0]


def test_closed_pages_are_never_kept(client_of):
    first, second = client_of("秘书处"), client_of("编辑")
    assert first.get("/private/").content != second.get("/private/").content
    assert is_login(Client().get("/private/"))


def test_public_pages_are_only_read(client):
    for method in ("post", "put", "delete", "options"):
        answer = getattr(client, method)("/")
        assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")
    assert drawn_pages == []


def test_an_address_has_its_known_values_only(client):
    for asked, there in [
        ("/?from=singlemessage", "/"),
        ("/?q=&page=", "/"),
        ("/?q=%20a%20", "/?q=a"),
        ("/?page=2&q=a&utm=1", "/?q=a&page=2"),
        ("/?q=a&q=b", "/?q=b"),
        ("/?", None),
        ("/?q=%e6%B9%96", None),
    ]:
        answer = client.get(asked)
        assert answer.headers.get("Location") == there, asked
        if there:
            assert client.get(there).status_code == 200


def test_very_long_addresses_are_answered_and_not_kept(client):
    address = "/?q=" + "x" * 600
    assert client.get(address).status_code == client.get(address).status_code == 200
    assert len(drawn_pages) == 2


def test_a_foreign_host_is_refused_and_poisons_nothing(client):
    bad = client.get("/", headers={"host": "evil.example"})
    assert bad.status_code == 400
    assert client.get("/").status_code == 200
    assert client.get("/", headers={"host": "evil.example"}).status_code == 400


def test_each_host_and_scheme_has_its_own_page(client, settings):
    settings.ALLOWED_HOSTS = ["one.example", "two.example"]
    pages = {
        client.get("/", headers={"host": host}, secure=secure).content.split()[-2]
        for host in ("one.example", "two.example")
        for secure in (False, True)
        for _ in range(2)
    }
    assert pages == {
        b"http://one.example/", b"https://one.example/", b"http://two.example/", b"https://two.example/"
    }  # fmt: skip
    assert len(drawn_pages) == 4


def test_plain_http_is_still_redirected_where_https_is_asked_for(client, settings):
    client.get("/", secure=True)
    settings.SECURE_SSL_REDIRECT = True
    assert Client().get("/", secure=True).status_code == 200
    assert Client().get("/").status_code == 301


# -- Until when ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "seconds", "drawn"),
    [("/", 299, 1), ("/", 301, 2), ("/until/", 39, 1), ("/until/", 41, 2)],
)
def test_a_page_is_kept_five_minutes_or_until_it_changes_by_itself(client, address, seconds, drawn):
    with time_machine.travel("2021-05-06T10:00:00+08:00", tick=False) as clock:
        client.get(address)
        clock.shift(seconds)
        client.get(address)
    assert len(drawn_pages) == drawn


def test_no_page_outlives_the_day(client):
    with time_machine.travel("2021-05-06T23:59:00+08:00", tick=False) as clock:
        client.get("/")
        clock.shift(61)
        client.get("/")
    assert len(drawn_pages) == 2


# -- HTTP ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("first", ["get", "head"])
def test_head_says_what_get_would_and_sends_nothing(client, first):
    getattr(client, first)("/")
    got, head = client.get("/"), client.head("/")
    assert head.content == b""
    assert head["Content-Length"] == str(len(got.content))
    assert dict(head.items()) == dict(got.items())
    assert len(drawn_pages) == 1


def test_head_is_empty_on_the_first_request_too(client):
    head = client.head("/")
    assert head.content == b""
    assert int(head["Content-Length"]) > 500


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("{}", True),
        ("{strong}", True),
        ('"other", {}', True),
        ('W/"other" , {} , "more"', True),
        ("*", True),
        (" * ", True),
        ('"other"', False),
        ("nonsense", False),
        ("", False),
    ],
)
def test_a_page_the_reader_has_is_not_sent_again(client, header, found):
    etag = client.get("/")["ETag"]
    header = header.format(etag, strong=etag.removeprefix("W/"))
    assert has_it(header, etag) is found
    again = client.get("/", headers={"if-none-match": header})
    assert again.status_code == (304 if found else 200)
    if found:
        assert again.content == b""
        assert "Content-Type" not in again
        assert "Content-Length" not in again
        assert again["ETag"] == etag
        assert again["Cache-Control"] == "no-cache"
        assert again["Vary"] == "Accept-Encoding"
        assert again["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize(
    ("header", "taken"),
    [
        ("gzip", True),
        ("deflate, gzip;q=1.0, *;q=0.5", True),
        ("GZIP", True),
        ("br, *", True),
        ("gzip;q=0", False),
        ("gzip; q=0.000", False),
        ("*;q=0", False),
        ("*, gzip;q=0", False),
        ("identity", False),
        ("", False),
        ("gzip;q=x", False),
        ("x-gzip", True),
    ],
)
def test_packed_only_for_who_takes_it(client, header, taken):
    assert takes_gzip(header) is taken
    plain_page = client.get("/").content
    answer = client.get("/", headers={"accept-encoding": header})
    assert ("Content-Encoding" in answer) is taken
    assert (gzip.decompress(answer.content) if taken else answer.content) == plain_page
    assert answer["Content-Length"] == str(len(answer.content))


# -- How much ------------------------------------------------------------------------------------------------------


def page(size, mark="s"):
    return Page(mark, b"x" * size, b"", '"e"', (), (), 9e9)


def test_the_shelf_keeps_to_its_weight_and_lets_the_least_read_go():
    shelf = Shelf(10_000)
    for name in "abcd":
        shelf.put(name, page(1500))
    shelf.get("a", "s", 0)
    shelf.put("e", page(1500))
    assert shelf.weight <= 10_000
    assert [name for name in "abcde" if shelf.get(name, "s", 0)] == ["a", "c", "d", "e"]
    shelf.put("a", page(10))
    shelf.put("a", page(20))
    assert shelf.weight == 3 * 2500 + 1020


def test_a_flood_of_searches_pushes_out_no_page():
    middleware = PublicPageMiddleware(plain)
    middleware(RequestFactory().get("/"))
    for number in range(400):
        middleware.searches.put(("flood", number), page(100_000))
    drawn_pages.clear()
    middleware(RequestFactory().get("/"))
    assert drawn_pages == []
    assert middleware.searches.weight <= KEPT_BYTES // 4


def test_many_threads_at_once_get_whole_pages():
    middleware = PublicPageMiddleware(plain)
    wrong = []

    def reads(number):
        for turn in range(60):
            if turn % 20 == number:
                stamp._raise_now()
            word = f"w{turn % 7}"
            answer = middleware(RequestFactory().get("/", {"q": word}))
            if f" {word} ".encode() not in answer.content:
                wrong.append(answer.content)

    assert at_once(*(partial(reads, number) for number in range(4))) == [None] * 4
    assert wrong == []
