"""What holds for every template: each reading person and the strict Content-Security-Policy rely on it."""

import re
from pathlib import Path

import pytest
from django.template import engines
from django.template.loader import get_template

ROOT = Path(__file__).resolve().parent.parent.parent
TEMPLATES = ROOT / "templates"
OURS = sorted(
    path
    for path in TEMPLATES.rglob("*.html")
    if path.relative_to(TEMPLATES).parts[0] not in ("admin", "unfold")  # /admin/ has a policy of its own
)
PUBLIC = sorted((TEMPLATES / "public").glob("*.html"))
COMMENT = re.compile(r"{% comment %}.*?{% endcomment %}", re.S)
ICON = re.compile(r'{% icon (?:symbol\|default:)?"([\w-]+)"|\bsymbol="([\w-]+)"')


def name(path):
    return str(path.relative_to(TEMPLATES))


def markup(path):
    """The template without its comments, which may name what is forbidden."""
    return COMMENT.sub("", path.read_text("utf-8"))


@pytest.mark.parametrize("path", OURS, ids=name)
def test_every_template_compiles(path):
    assert get_template(name(path)).template.name == name(path)


@pytest.mark.parametrize("path", OURS, ids=name)
def test_nothing_that_the_policy_forbids(path):
    text = markup(path)
    assert re.findall(r"<style|\sstyle=|\son[a-z]+=|javascript:|<script(?![^>]*\ssrc=)", text) == []
    assert re.findall(r'(?:src|action|rel="stylesheet" href)="(?:https?:)?//', text) == []


@pytest.mark.parametrize("path", PUBLIC, ids=name)
def test_a_public_page_says_nothing_about_its_reader(path):
    text = markup(path) + markup(TEMPLATES / "base.html")
    assert re.findall(r"{%\s*csrf_token|\brequest\b|\buser\b|\bmessages\b|{%\s*now\b", text) == []
    # the look-up of a matter changes nothing and needs no token; sent by POST, its answer stands in no log and history
    assert 'method="post"' not in text.replace("""method="post" action="{% url 'public:progress' %}\"""", "")


@pytest.mark.parametrize("path", sorted((TEMPLATES / "components").glob("*.html")), ids=name)
def test_a_component_names_what_it_takes(path):
    head = path.read_text("utf-8")
    assert head.startswith("{% comment %}")
    assert "Takes:" in head.partition("{% endcomment %}")[0]


def used_icons():
    """Icon names written in templates, in the menus and actions that Python hands over, and in what drawing needs."""
    names = set()
    for path in TEMPLATES.rglob("*.html"):
        names |= {found for pair in ICON.findall(markup(path)) for found in pair if found}
    for app in ("association", "members", "evaluations"):
        for path in (ROOT / app).rglob("*.py"):
            names |= set(re.findall(r'"icon": "([\w-]+)"', path.read_text("utf-8")))
    return names


def test_the_sprite_holds_every_icon_that_is_drawn():
    sprite = (ROOT / "static/vendor/bootstrap-icons-1.13.2/icons.svg").read_text("utf-8")
    assert used_icons() <= set(re.findall(r'<symbol id="([\w-]+)"', sprite))


@pytest.mark.parametrize("page", ["400.html", "500.html"])
def test_the_pages_for_a_broken_portal_need_no_context_and_no_database(page):
    text = engines["django"].get_template(page).render()
    assert "<h1>" in text
    assert 'href="/"' in text
