"""Addresses that nobody links to, and what goes wrong inside: each gets a page in Chinese."""

import re

import pytest
from django.urls import path

from tests.pages import words_of


@pytest.mark.parametrize("page", ["abc", "0", "-1", "1.5", "99999999", "２", "2", "1e3", "%00"])
@pytest.mark.parametrize("address", ["/firms/", "/publicity/", "{list}"])
def test_a_page_that_is_not_there_is_a_chinese_404(client, publish, address, page):
    address = address.format(list=publish().get_public_url())
    response = client.get(f"{address}?page={page}")
    assert response.status_code == 404
    assert "没有找到这一页" in words_of(response)


@pytest.mark.parametrize(
    "q", ["%00", "a%00b", "%ff%fe", "'" * 10, "<script>alert(1)</script>", "长" * 61, "%25_\\", "😀"]
)
@pytest.mark.parametrize("address", ["/firms/", "{list}"])
def test_whatever_is_searched_for_gets_a_page(client, publish, address, q):
    address = address.format(list=publish().get_public_url())
    response = client.get(f"{address}?q={q}")
    assert response.status_code == 200
    assert "<script>alert" not in response.content.decode()
    if q.startswith("长"):
        assert "不超过 60 个字" in words_of(response)


def test_error_pages_are_chinese_and_lead_on(client, association):
    for address in ("/nothing/", "/firms/00000000-0000-4000-8000-000000000000/", "/publicity/x/"):
        response = client.get(address)
        assert response.status_code == 404
        assert "/firms/" in response.content.decode()
    assert client.get("/", headers={"host": "evil.example"}).status_code == 400


def broken(request):
    raise ZeroDivisionError


broken.login_required = False
urlpatterns = [path("", broken)]


@pytest.mark.urls("tests.association.public.test_odd_addresses")
def test_what_fails_inside_says_so_in_chinese(client):
    client.raise_request_exception = False
    response = client.get("/")
    assert response.status_code == 500
    assert re.search("[一-龥]", words_of(response))
