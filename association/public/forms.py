"""What the addresses of public pages may ask for. Everything is optional; what cannot be is said in one sentence."""

from django import forms
from django.http import Http404

from association.core.codes import clean_code

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
    member = forms.BooleanField(required=False)


class ShowcaseForm(SearchForm):
    post = _words()
    district = _words()
    qualification = _words()
    letter = forms.RegexField(r"^[A-Za-z]$", required=False, error_messages={"invalid": "按首字母查，请选一个字母。"})


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


class ProgressForm(forms.Form):
    """How far a matter has come: both are asked for, so that a number alone tells nothing."""

    number = forms.CharField(
        label="办件编号", max_length=40, error_messages={"required": "请填写办件编号，受理通知和短信里都有。"},
        widget=forms.TextInput({"autocomplete": "off"}),
    )  # fmt: skip
    code = forms.CharField(
        label="统一社会信用代码", max_length=40, error_messages={"required": "请填写单位的统一社会信用代码（18 位）。"},
        widget=forms.TextInput({"autocomplete": "off"}),
    )  # fmt: skip

    def clean_code(self):
        return clean_code(self.cleaned_data["code"])


def page_number(request) -> int:
    """?page= as a number from 1. Raises Http404 for anything that no link of ours ever said."""
    text = request.GET.get("page", "1")
    if not (text.isascii() and text.isdigit() and 1 <= len(text) <= 6 and int(text) > 0):
        raise Http404
    return int(text)
