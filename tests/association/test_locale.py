"""The project's catalogue: built, and nothing of the admin theme left in English."""

import ast
import gettext
import re
from pathlib import Path

import unfold
from django.conf import settings
from django.utils import translation
from django.utils.translation.template import templatize

FOLDER = Path(settings.LOCALE_PATHS[0]) / "zh_Hans" / "LC_MESSAGES"
UNUSED = ("guardian", "constance", "location_field", "unfold_crispy", "contrib/inlines")


def _entries(text: str) -> dict:
    """{msgid or (msgid, 0): msgstr} of a .po file."""
    found = {}
    for block in text.split("\n\n"):
        parts = {}
        for keyword, value in re.findall(
            r'^(msgctxt|msgid|msgid_plural|msgstr|msgstr\[0\]) (".*")$', block, flags=re.M
        ):
            parts[keyword] = ast.literal_eval(value)
        if parts.get("msgid"):
            if "msgctxt" in parts:
                parts["msgid"] = f"{parts['msgctxt']}\x04{parts['msgid']}"  # as gettext keeps it
            found[(parts["msgid"], 0) if "msgid_plural" in parts else parts["msgid"]] = (
                parts.get("msgstr[0]") or parts["msgstr"]
            )
    return found


def test_the_built_catalogue_is_in_step_with_its_source():
    with (FOLDER / "django.mo").open("rb") as file:
        built = {key: value for key, value in gettext.GNUTranslations(file)._catalog.items() if key}
    source = _entries((FOLDER / "django.po").read_text())
    assert len(source) > 100
    assert built == source


def _messages():
    """What the theme's own code and templates say."""
    root = Path(unfold.__file__).parent
    literal = r"(?:u?'(?:\\.|[^'\\\n])*'|u?\"(?:\\.|[^\"\\\n])*\")"
    words = re.compile(rf"\b(?:_|gettext|gettext_lazy)\(\s*({literal}(?:\s*{literal})*)")
    for path in [*root.rglob("*.py"), *root.rglob("*.html")]:
        if not any(name in str(path) for name in UNUSED):
            text = path.read_text()
            for found in words.findall(templatize(text) if path.suffix == ".html" else text):
                yield ast.literal_eval(f"({found})")


def test_the_theme_says_nothing_in_english():
    with translation.override("zh-hans"):
        left = {m for m in _messages() if re.search("[A-Za-z]{2}", m) and translation.gettext(m) == m}
    assert left <= {"%(class_name)s %(instance)s"}


def test_placeholders_survive_translation():
    for key, value in _entries((FOLDER / "django.po").read_text()).items():
        source = key[0] if isinstance(key, tuple) else key
        assert set(re.findall(r"%\(\w+\)[sd]|\{\w*\}", value)) <= set(re.findall(r"%\(\w+\)[sd]|\{\w*\}", source)), key
