"""Several people at one desk never overwrite each other: the later one reads what changed and by whom, and decides.

class TermsForm(SeenForm):            # before a desk form that changes a row
    note = forms.CharField(…)

form = TermsForm(request.POST or None, thing=row, reader=request.user)
if form.is_valid() and form.saves(
    lambda: actions.change(row, by=request.user, seen_version=form.seen_version, …)
):
    return redirect(…)

The action compares `seen_version` with the row it has locked, and raises StaleVersion(row) where they differ. What was
typed stays in the form; sent once more, it counts as seen.
"""

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from association.core.adminforms import label_of_field, read_token, value_in_words
from association.core.models import StaleVersion
from association.core.refusals import put_errors
from association.timeline.actions import events_of

SHOWN = 3


class SeenForm(forms.Form):
    """A form about `thing` (any core.Base row) as `reader` saw it; `events()` is what the reader may know of it."""

    read = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, thing, reader, **kwargs):
        super().__init__(*args, **kwargs)
        self.thing, self.reader = thing, reader
        self.initial["read"] = read_token(thing)

    def _read(self):
        version, _, moment = str(self.data.get(self.add_prefix("read"), "")).partition("@")
        try:
            at = parse_datetime(moment) if moment else None
        except ValueError:  # well written, but no day of any calendar
            at = None
        is_number = version.isascii() and version.isdigit() and len(version) < 10
        return (int(version), at) if is_number and at else (None, None)

    @property
    def seen_version(self) -> int | None:
        """The version that the reader decided on, for the action."""
        return self._read()[0]

    def clean(self):
        data = super().clean()
        version, _moment = self._read()
        if version is not None and version != self.thing.version:
            self._say()
        return data

    def saves(self, act) -> bool:
        """Whether the action went through; else the form says why not, also where somebody was quicker meanwhile."""
        try:
            act()
        except StaleVersion as problem:
            self.thing = problem.current
            self._say()
        except (PermissionDenied, ValidationError) as problem:
            put_errors(self, problem)
        else:
            return True
        return False

    def _say(self):
        _version, moment = self._read()
        self.add_error(
            None,
            f"您打开这一页以后，{self.what_changed(moment)}。您填写的内容都还在下面，请核对；再提交一次，以您的为准。",
        )
        self.data = self.data.copy()
        self.data[self.add_prefix("read")] = read_token(self.thing)

    def events(self):
        return events_of(self.thing)

    def what_changed(self, moment) -> str:
        """「09:12 王某把李某的权限改为经办人（权限：只读 → 经办人）」, as far as the reader may see it."""
        events = self.events().visible_to(self.reader)
        found = list(events.filter(entered_at__gte=moment).order_by("-pk")[:SHOWN]) if moment else []
        if not found:
            return f"{timezone.localtime(self.thing.updated_at):%H:%M} 有人修改过"
        return "；".join(f"{timezone.localtime(e.entered_at):%H:%M} {e.sentence}{self._diff(e)}" for e in found)

    def _diff(self, event) -> str:
        words = []
        for name, pair in event.changes.items():
            field = next((one for one in self.thing._meta.get_fields() if one.name == name), None)
            old, new = (value_in_words(field, value) for value in pair)
            words.append(f"{label_of_field(self.thing, name)}：{old} → {new}")
        return f"（{'，'.join(words)}）" if words else ""
