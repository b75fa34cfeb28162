"""What a party fills in about its membership on the desk."""

import datetime as dt

from django import forms
from django.utils import timezone

from members.joining_forms import ApplicationFields

from .seen import SeenForm


class ApplicationForm(SeenForm, ApplicationFields):
    """The application, as far as it is filled in; saved as often as one likes, also by several people in turn."""

    def values(self) -> dict:
        return {name: value for name, value in super().values().items() if name != "read"}


class LeaveForm(forms.Form):
    reason = forms.CharField(
        label="退会原因", required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 4}), help_text="可以不填。",
        error_messages={"max_length": "最多 300 个字，请精简。"},
    )  # fmt: skip


class DayForm(forms.Form):
    """某日会籍: a day of the address; today where there is none."""

    day = forms.DateField(
        label="日期", required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "日期写作 2021-05-20 的样子。"},
    )  # fmt: skip

    def asked(self) -> dt.date:
        return (self.cleaned_data.get("day") if self.is_valid() else None) or timezone.localdate()
