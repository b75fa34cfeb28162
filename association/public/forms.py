"""What the addresses of public pages may ask for. Everything is optional; what cannot be is said in one sentence."""

from django import forms
from django.http import Http404

LONGEST = 60
TOO_LONG = f"请输入不超过 {LONGEST} 个字。"
NUL = "请只输入文字，再查一次。"


def _words():
    field = forms.CharField(required=False, max_length=LONGEST, error_messages={"max_length": TOO_LONG})
    field.validators[-1].message = NUL  # Django's validator of null characters
    return field


class SearchForm(forms.Form):
    """Words to look for, as people type them."""

    q = _words()

    @property
    def problem(self) -> str:
        """Why nothing can be looked for; "" where all is well."""
        return next((error for errors in self.errors.values() for error in errors), "")

    def words(self, name="q") -> str:
        return self.cleaned_data.get(name) or ""


class LinesForm(SearchForm):
    """Within one list: also by result."""

    result = _words()


class DirectoryForm(SearchForm):
    district = _words()
    grade = _words()


class DisclosureForm(SearchForm):
    """Of one kind, of one year."""

    kind = _words()
    year = forms.IntegerField(
        required=False, min_value=1900, max_value=2999,
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), "年份写作 2026 的样子。"),
    )  # fmt: skip


class SiteSearchForm(DisclosureForm):
    """Of the whole site; of articles also by column."""

    column = _words()


def page_number(request) -> int:
    """?page= as a number from 1. Raises Http404 for anything that no link of ours ever said."""
    text = request.GET.get("page", "1")
    if not (text.isascii() and text.isdigit() and 1 <= len(text) <= 6 and int(text) > 0):
        raise Http404
    return int(text)
