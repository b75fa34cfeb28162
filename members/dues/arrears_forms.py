"""What is written down while one is on the telephone about dues."""

import uuid

from django import forms

from association.core.enums import Audience

from ..fields import amount_field, day_field, text_field
from ..models import CallNote


class DuesCallForm(forms.Form):
    """记一笔通话; the promise may be left open."""

    way = forms.ChoiceField(label="方式", choices=CallNote.Way.choices, initial=CallNote.Way.OUT)
    caller = text_field("对方姓名", 40)
    content = text_field("说了什么", 2000, rows=2)
    promised_on = day_field("承诺在哪一天以前缴", "到那一天列入您的待办；没有承诺的不填。", required=False, ahead=True)
    amount = amount_field("承诺金额（元）", "不填的，为全部欠缴。", required=False)
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
