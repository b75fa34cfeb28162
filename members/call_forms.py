"""Forms of calls and visits (来电来访)."""

import uuid

from django import forms

from association.core.enums import Audience
from association.core.text import clean_text

from .fields import day_field, text_field, unit_named
from .models import CallNote


class CallForm(forms.Form):
    """What is written down while the telephone is in the other hand. A number is kept as it was said."""

    way = forms.ChoiceField(label="方式", choices=CallNote.Way.choices, initial=CallNote.Way.IN)
    caller = forms.CharField(label="对方姓名", max_length=40, required=False)
    phone = forms.CharField(label="对方电话", max_length=30, required=False)
    topic = forms.CharField(
        label="事由", max_length=60, error_messages={"required": "请用几个字写明事由。", "max_length": "最多 60 个字，详情写在内容里。"}
    )  # fmt: skip
    content = text_field("内容", 2000, rows=3)
    follow_up_on = day_field("约定回复日期", "到那一天列入您的待办。", required=False, ahead=True)
    inside = forms.BooleanField(
        label="仅协会内部可见", required=False, help_text="不勾选的，企业在自己的档案里也能看到。"
    )
    once = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("once", uuid.uuid4())

    def values(self) -> dict:
        """What note_call() takes."""
        data = dict(self.cleaned_data)
        data["audience"] = Audience.STAFF if data.pop("inside") else Audience.PARTY
        return data


class CallNoteForm(forms.ModelForm):
    """The page of one note; a new one may be of nobody on file."""

    party_name = forms.CharField(
        label="单位", required=False, max_length=120, help_text="在册企业的全称或代码；不是在册企业的不填，写在内容里。"
    )

    class Meta:
        model = CallNote
        fields = ("way", "caller", "phone", "topic", "content", "follow_up_on", "audience")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "audience" in self.fields:
            self.fields["audience"].choices = [(one, one.label) for one in (Audience.PARTY, Audience.STAFF)]
            if self.instance.pk is None:
                self.initial["audience"] = Audience.PARTY

    def clean_party_name(self):
        text = clean_text(self.cleaned_data["party_name"])
        self.party = unit_named(text, unknown="档案里没有这家企业，请核对全称或代码。") if text else None
        return text


class AnswerForm(forms.Form):
    words = forms.CharField(
        label="怎样回复的", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="可以不填；填写的记在内容里。",
    )  # fmt: skip
