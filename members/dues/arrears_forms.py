"""What is written down while one is on the telephone about dues."""

import uuid

from django import forms

from association.core.adminforms import DayInput, PlainDecimalField
from association.core.enums import Audience

from ..models import CallNote


class DuesCallForm(forms.Form):
    """记一笔通话; the promise may be left open."""

    way = forms.ChoiceField(label="方式", choices=CallNote.Way.choices, initial=CallNote.Way.OUT)
    caller = forms.CharField(label="对方姓名", max_length=40, required=False)
    content = forms.CharField(
        label="说了什么", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"max_length": "最多 2000 个字，请精简。"},
    )  # fmt: skip
    promised_on = forms.DateField(
        label="承诺在哪一天以前缴", required=False, widget=DayInput, help_text="到那一天列入您的待办；没有承诺的不填。",
        error_messages={"invalid": "请填写日期，写作 2021-05-20 的样子。"},
    )  # fmt: skip
    amount = PlainDecimalField(
        label="承诺金额（元）", required=False, max_digits=12, decimal_places=2, help_text="不填的，为全部欠缴。",
        error_messages={"invalid": "请填写金额，写作 5000 或 5000.50 的样子。", "max_decimal_places": "金额最多两位小数。"},
    )  # fmt: skip
    inside = forms.BooleanField(
        label="仅协会内部可见", required=False, initial=True, help_text="不勾选的，单位在自己的档案里也能看到。"
    )
    once = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("once", uuid.uuid4())

    def clean(self):
        data = super().clean()
        if not self.errors and not (data.get("content") or data.get("promised_on") or data.get("caller")):
            self.add_error("content", "请写几个字：和谁说的，说了什么；没有打通的，也请写明。")
        return data

    def values(self) -> dict:
        """What note_dues_call() takes."""
        data = dict(self.cleaned_data)
        data["audience"] = Audience.STAFF if data.pop("inside") else Audience.PARTY
        return data
