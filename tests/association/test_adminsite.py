"""Every address of the admin for every kind of user: closed, in Chinese, with its own policy."""

import re
from html.parser import HTMLParser

import pytest
from django.conf import settings
from django.contrib import admin
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from association.accounts.roles import ROLES
from tests.pages import is_login
from tests.workflow_factories import FACTORIES, People

STRANGE = "0b0e7a0e-5d3c-4b57-8a5e-1f1d8b0a9f11"
VALUES = {"uuid:": STRANGE, "int:": "1", "path:": "1", "str:": "x", "slug:": "x", "": "x"}


def _paths(resolver, prefix="/"):
    for entry in resolver.url_patterns:
        route = str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _paths(entry, prefix + route)
        elif isinstance(entry, URLPattern):
            yield prefix + route, entry


def _filled(route: str) -> str:
    return re.sub(r"<(\w+:)?(\w+)>", lambda m: VALUES[m[1] or ""], route)


def addresses() -> list[str]:
    """Every address under /admin/ with something in the place of its parts."""
    routes = [route for route, _entry in _paths(get_resolver()) if route.startswith("/admin/")]
    found = {_filled(route) for route in routes if "(" not in route}  # the two that are patterns are named here
    return sorted(found - {"/admin/login/"} | {"/admin/members/", "/admin/no/such/page/"})


def lists() -> list[str]:
    return [f"/admin/{m._meta.app_label}/{m._meta.model_name}/" for m in admin.site._registry]


def test_there_is_something_to_test():
    assert len(addresses()) > 60
    assert {"/admin/", "/admin/inbox/todo/", f"/admin/jobs/{STRANGE}/"} <= set(addresses())


def test_anonymous_readers_get_the_login_alike(association):
    client = Client()
    for url in addresses():
        assert is_login(client.get(url)), url
        answer = client.post(url)
        assert (answer.status_code, answer.headers.get("Location")) == (302, f"/accounts/login/?next={url}"), url


def test_a_logged_in_stranger_finds_nothing(association, firm_user, person, client_of):
    for user in (firm_user(), person()):
        client = client_of(user)
        for url in [*addresses(), "/admin/login/"]:
            assert client.get(url).status_code == 404, url
            assert client.post(url).status_code == 404, url


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)
def test_each_role_opens_what_its_permissions_say_and_nothing_breaks(role, association, staff, client_of):
    user = staff(role.name)
    client = client_of(user)
    for url in addresses():
        answer = client.get(url)
        assert answer.status_code in (200, 302, 403, 404, 405), url
    for model, model_admin in admin.site._registry.items():
        url = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        request = answer.wsgi_request
        request.user = user
        may = model_admin.has_view_or_change_permission(request)
        assert client.get(url).status_code in ((200, 302) if may else (403,)), url


@pytest.mark.parametrize("role", ["秘书处", "系统管理员", "编辑", "监事"])
def test_the_menu_leads_only_where_the_person_may_go(role, association, client_of):
    client = client_of(role)
    page = client.get("/admin/").content.decode()
    menu = page[page.index('id="nav-sidebar-apps"') : page.index("side-foot")]
    links = re.findall(r'href="([^"]+)"', menu)
    assert links
    for link in links:
        assert client.get(link).status_code in (200, 302), link


def test_the_menu_names_areas_in_order_and_no_empty_ones(association, client_of):
    areas = ("待办", "企业", "会籍", "会费", "信用评价", "公示公告", "信息发布", "导入", "账号", "系统")
    for role in ("秘书处", "编辑"):
        found = re.findall(r"<h2>([^<]+)</h2>\s*<ul><li>", client_of(role).get("/admin/").content.decode())
        assert found == [area for area in areas if area in found]
    assert found == ["待办", "信息发布", "系统"]


def test_only_the_admin_has_the_policy_that_its_scripts_need(association, client_of):
    client = client_of("秘书处")
    loose, strict = (client.get(url).headers["Content-Security-Policy"] for url in ("/admin/", "/accounts/login/"))
    assert "'unsafe-eval'" in loose
    assert "'unsafe" not in strict
    assert "'unsafe" not in client.get("/admin/no/such/page/").headers["Content-Security-Policy"]
    assert "'unsafe" not in Client().get("/admin/").headers["Content-Security-Policy"]


def test_nothing_is_asked_of_other_hosts(association, client_of):
    client = client_of("秘书处")
    for url in ["/admin/", *lists()]:
        page = client.get(url).content.decode()
        outside = [a for a in re.findall(r'(?:src|href|action)="([^"]+)"', page) if re.match(r"(https?:)?//", a)]
        assert outside == [], url


# Words of Latin letters that stand on a page of ours: none but what is technical.
ALLOWED = {"Excel", "PDF", "ICP", "ID", "App", "SMS", "TOTP", "JSON", "WPS", "URL", "AAA", "AA", "A4", "IP"}
ALLOWED |= {"zz", "chinesecalendar", "example", "org", "office"}  # what was searched for; names in the rows
ALLOWED |= {
    "Word",
    "MB",
    "OFD",
    "JPG",
    "PNG",
    "WebP",
    "HEIC",
    "https",
    "tongzhi",
}  # kinds of files; an address, and its form
ALLOWED |= {"letter", "csv", "text", "plain"}  # a file's own name and type
ALLOWED |= {"XP", "YY", "HY", "year", "rating", "objection"}  # patterns of numbers, on the settings page


SPOKEN = {"title", "placeholder", "aria-label", "alt", "data-label"}


class _Words(HTMLParser):
    """The words that a reader sees or hears; not scripts, styles and the names of icons."""

    def __init__(self, page):
        super().__init__()
        self.silent, self.words = 0, []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        if tag in ("script", "style") or "material-symbols-outlined" in (values.get("class") or ""):
            self.silent = tag
        self.words += [values[name] or "" for name in SPOKEN & set(values)]

    def handle_endtag(self, tag):
        if tag == self.silent:
            self.silent = 0

    def handle_data(self, data):
        if not self.silent:
            self.words.append(data)


def _words(page: str) -> set[str]:
    """Without credit codes, whose letters say nothing."""
    words = re.sub(r"\b[0-9A-Z]{18}\b", "", " ".join(_Words(page).words))
    return set(re.findall(r"[A-Za-z]{2,}", words))


def _pages() -> list[str]:
    found = ["/admin/"]
    for model in admin.site._registry:
        url = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        found += [url, f"{url}?q=zz", f"{url}add/"]
        row = model._default_manager.first()
        found += [f"{url}{row.pk}/{name}/" for name in ("change", "history", "delete")] if row else []
    return found


def test_no_english_on_lists_forms_history_and_deletion(association, people_and_things, staff, client_of):
    boss = staff("秘书处")
    boss.is_superuser = True
    boss.save()
    client, found = client_of(boss), {}
    for page in _pages():
        answer = client.get(page)
        if answer.status_code == 200:
            found[page] = _words(answer.content.decode()) - ALLOWED
    assert len(found) > 40
    assert {page: words for page, words in found.items() if words} == {}


@pytest.fixture
def people_and_things(association, staff, firm_party):
    """A row of every workflow, with what they need."""
    people = People(staff("综合处", "财务处", "编辑", name="王经办"), staff("秘书长", name="李秘书长"), firm_party)
    for factory in FACTORIES.values():
        factory.make(factory.opens_at[0], people)


def test_the_session_cookie_and_login_are_those_of_everyone(association, client_of):
    assert Client().get("/admin/login/").headers["Location"] == f"{_login()}?next=/admin/"
    assert client_of("秘书处").get("/admin/login/").headers["Location"] == "/admin/"
    assert client_of("秘书处").get("/admin/logout/").headers["Location"] == "/accounts/logout/"


def _login() -> str:
    return "/accounts/login/" if settings.LOGIN_URL == "account_login" else settings.LOGIN_URL
