"""What the confirm page of a move asks for: the reason, the day, and for a party's move how it came (代录)."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from association.core.enums import Audience, Channel
from association.documents.actions import store
from association.documents.models import Document

from .checks import OnBehalf


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self, attrs=None):
        super().__init__(attrs, format="%Y-%m-%d")


class ChannelField(forms.ChoiceField):
    """How something came that staff enter for a party (代录)."""

    def __init__(self, **kwargs):
        super().__init__(
            label="怎样收到", choices=[("", "请选择"), *Channel.choices],
            error_messages={"required": "请选择怎样收到的：纸质、电话、现场或来信。"}, **kwargs,
        )  # fmt: skip


class ReceivedOnField(forms.DateField):
    """The day on which it came: today where nothing else is said, never later."""

    def __init__(self, **kwargs):
        super().__init__(
            label="收到日期", widget=DayInput, initial=timezone.localdate,
            error_messages={"required": "请填写收到的日期。", "invalid": "日期写作 2021-04-28 的样子。"}, **kwargs,
        )  # fmt: skip

    def validate(self, value):
        super().validate(value)
        if value and value > timezone.localdate():
            raise ValidationError("收到日期不能晚于今天。")


class MoveForm(forms.Form):
    """Fields of every move. `on_behalf` adds how, when and on what paper the party asked for it."""

    happened_on = forms.DateField(
        label="发生日期", widget=DayInput, error_messages={
            "invalid": "日期写作 2021-04-28 的样子。", "required": "请填写发生日期，一般就是今天。",
        },
    )  # fmt: skip
    note = forms.CharField(label="说明", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
    seen_version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, move, last_step=None, on_behalf=False, party=None, user=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.move, self.on_behalf, self.party, self.user = move, on_behalf, party, user
        note, day = self.fields["note"], self.fields["happened_on"]
        day.initial = timezone.localdate()
        day.help_text = "一般不用改。补录以前的事，改成实际发生的那一天，并写明原因" + (
            f"；不能早于上一步「{last_step.label}」的 {last_step.happened_on:%Y-%m-%d}。" if last_step else "。"
        )
        if move.needs_note:
            note.required, note.label = True, "原因"
            note.error_messages["required"] = f"请写明{move.label}的原因。"
        if on_behalf:
            self._add_on_behalf()

    def _add_on_behalf(self):
        self.fields |= {"channel": ChannelField(), "received_on": ReceivedOnField()}
        del self.fields["happened_on"]  # the day of a step on behalf is the day it was received
        if self.party is None:  # many rows at once: a scan belongs to one party
            return
        self.fields["scan"] = forms.FileField(
            label="扫描件", required=False, help_text="纸质材料的扫描件或照片，可以以后补传。"
        )
        self.fields["scan_uid"] = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def clean(self):
        """Keep an uploaded scan at once, so that another field's mistake does not lose it."""
        data = super().clean()
        if not self.on_behalf:
            return data
        upload, kept = data.get("scan"), data.get("scan_uid")
        if upload:
            try:
                self.kept_scan = store(
                    upload, owner_party=self.party, by=self.user, kind="scan", audience=Audience.PARTY
                )
            except ValidationError as problem:
                self.add_error("scan", problem)
        elif kept:
            self.kept_scan = Document.objects.filter(uid=kept, uploaded_by=self.user, party=self.party).first()
        if self.kept_scan:
            self.data = self.data.copy()
            self.data["scan_uid"] = str(self.kept_scan.uid)
        return data

    kept_scan: Document | None = None

    def arguments(self) -> dict:
        """What perform() takes of this form."""
        data = self.cleaned_data
        if not self.on_behalf:
            return {"note": data["note"], "happened_on": data["happened_on"]}
        came = OnBehalf(channel=data["channel"], received_on=data["received_on"], scan=self.kept_scan)
        return {"note": data["note"], "on_behalf": came}

    def put(self, problem: ValidationError):
        """Show a refusal at the field it is about."""
        code = getattr(problem, "code", None)
        target = "received_on" if code == "happened_on" and self.on_behalf else code
        self.add_error(target if target in self.fields else None, problem.messages[0])


class ReasonForm(forms.Form):
    """Taking a step back (撤回上一步) or declaring a row void (作废)."""

    note = forms.CharField(label="原因", max_length=300, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args, what: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["note"].error_messages["required"] = f"请写明{what}的原因。"
