"""The gate: a closed page draws the login in its place and tells a stranger nothing; what is no page is sent there."""

import re

import pytest
from django.core.files.base import ContentFile
from django.test import Client

from association.core.enums import Audience
from association.documents.actions import store
from tests.conftest import PASSWORD
from tests.pages import is_login


@pytest.fixture
def visit(association):
    def visit(address, method="get", **headers):
        return getattr(Client(), method)(address, headers=headers)

    return visit


@pytest.mark.parametrize(
    ("address", "title"),
    [
        ("/desk/", "登录办事大厅"),
        ("/desk/ratings/?page=2", "登录办事大厅"),
        ("/admin/", "登录工作台"),
        ("/accounts/", "登录后管理账号"),
        ("/files/00000000-0000-4000-8000-000000000000/download/", "登录后查看文件"),
    ],
)
def test_the_login_stands_in_the_place_of_a_closed_page(visit, address, title):
    page = visit(address)
    assert is_login(page)
    assert "no-store" in page["Cache-Control"]
    text = page.content.decode()
    assert re.search(rf"<title>{title} ·", text)
    assert re.search(rf"<h1>{title}</h1>", text)
    form = text[text.index('<form method="post"') : text.index("</form>")]
    assert 'action="/accounts/login/"' in form
    assert f'name="next" value="{address}"' in form


def test_from_a_closed_page_straight_to_it(association, person):
    client, user = Client(enforce_csrf_checks=True), person()
    page = client.get("/desk/messages/?page=1")
    fields = dict(re.findall(r'name="(csrfmiddlewaretoken|next)" value="([^"]+)"', page.content.decode()))
    wrong = client.post("/accounts/login/", fields | {"login": user.mobile, "password": "wrong"})
    assert 'name="next" value="/desk/messages/?page=1"' in wrong.content.decode()
    assert re.search(r"<title>登录办事大厅 ·", wrong.content.decode())
    right = client.post("/accounts/login/", fields | {"login": user.mobile, "password": PASSWORD})
    assert right["Location"] == "/desk/messages/?page=1"


def _bytes(page) -> str:
    """A page without its own address and the random token against forged forms."""
    text = page.content.decode().replace(page.wsgi_request.get_full_path(), "ADDRESS")
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", text)


def test_what_is_there_looks_like_what_is_not(visit, firm_party):
    party = firm_party()
    document = store(ContentFile(b"a,b\n1,2\n", name="a.csv"), owner_party=party, by=None, audience=Audience.PARTY)
    for real, none in (
        (f"/admin/members/firm/{party.firm.pk}/change/", "/admin/members/firm/999999/change/"),
        ("/admin/members/firm/", "/admin/no/such/thing/"),
        ("/desk/documents/", "/desk/nothing/at/all/"),
        (f"/files/{document.uid}/download/", "/files/00000000-0000-4000-8000-000000000000/download/"),
    ):
        here, there = visit(real), visit(none)
        assert is_login(here)
        assert _bytes(here) == _bytes(there), (real, none)
        ours = {name: value for name, value in here.headers.items() if name not in ("Expires", "Content-Length")}
        assert ours.items() <= there.headers.items(), (real, none)


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_what_sends_something_goes_to_the_login(visit, method):
    answer = visit("/desk/firm/", method)
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/?next=/desk/firm/")


def test_a_form_leads_back_to_the_page_it_stood_on(association, desk_of, firm_party):
    """The button 申请入会 is sent to an address that nobody can read."""
    client = desk_of(firm_party())
    client.logout()
    answer = client.post("/desk/membership/apply/", headers={"Referer": "http://testserver/desk/membership/"})
    assert answer["Location"] == "/accounts/login/?next=/desk/membership/"
    answer = client.post("/desk/membership/apply/", headers={"Referer": "https://evil.example/desk/"})
    assert answer["Location"] == "/accounts/login/?next=/desk/membership/apply/"


@pytest.mark.parametrize("headers", [{"Accept": "application/json"}, {"X-Poll": "1"}])
def test_what_wants_no_page_goes_to_the_login(visit, headers):
    answer = visit("/desk/", **headers)
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/?next=/desk/")


def test_a_part_of_a_page_leads_the_whole_page_to_the_login(visit):
    answer = visit("/admin/x/", **{"HX-Request": "true", "HX-Current-URL": "http://testserver/admin/?p=2"})
    assert (answer.status_code, answer["HX-Redirect"]) == (200, "/accounts/login/?next=%2Fadmin%2F%3Fp%3D2")
    assert answer.content == b""


def test_head_answers_like_get_and_counts_as_no_try(association, settings):
    settings.ACCOUNT_RATE_LIMITS = {"login": "1/m/ip"}
    client = Client()
    assert [client.head("/desk/").status_code for _ in range(3)] == [200, 200, 200]


def test_an_address_of_another_host_is_never_led_to(association, person):
    client, user = Client(), person()
    page = client.get("/desk/", query_params={"next": "https://evil.example/", "ended": "idle"})
    assert "较长时间没有操作" not in page.content.decode()
    assert "evil.example/&quot;" not in page.content.decode()
    answer = client.post(
        "/accounts/login/", {"login": user.mobile, "password": PASSWORD, "next": "https://evil.example/"}
    )
    assert answer["Location"] == "/desk/"
