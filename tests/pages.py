"""What kind of page an answer is, and what a reader sees of it."""

import re


def is_login(response) -> bool:
    """The login was drawn in the place of the page asked for."""
    drawn = {template.name for template in response.templates}
    return response.status_code == 200 and "account/login.html" in drawn


def words_of(response) -> str:
    """What stands between the head of the page and its foot, without marks."""
    page = re.sub(r"(?s)^.*?<main|<footer.*$|<svg.*?</svg>|<script.*?</script>", " ", response.content.decode())
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def values_of(response) -> dict:
    """The values of the page's form, as a browser would send them back."""
    form = response.context["form"]
    found = {name: form[name].value() for name in form.fields if not form[name].field.widget.needs_multipart_form}
    return {name: value for name, value in found.items() if value not in (None, False)}
