"""Forms of the points (积分)."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from association.core.adminforms import DayInput
from association.parties.models import Party

from .models import PointRule
from .queries import party_named


class PointForm(forms.Form):
    unit = forms.CharField(
        label="会员", max_length=120, help_text="全称或统一社会信用代码。",
        error_messages={"required": "请填写会员的全称或统一社会信用代码。"},
    )  # fmt: skip
    rule = forms.ModelChoiceField(
        label="项目",
        queryset=PointRule.objects.none(),
        empty_label="请选择",
        error_messages={"required": "请选择积分项目。"},
    )
    happened_on = forms.DateField(label="日期", widget=DayInput, initial=timezone.localdate)
    note = forms.CharField(
        label="说明", max_length=200, required=False, help_text="哪一次会议、培训，哪一篇稿件；同一天有几次的请写清。"
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["rule"].queryset = PointRule.objects.filter(is_active=True)

    def clean_unit(self) -> Party:
        party = party_named(self.cleaned_data["unit"])
        if party is None:
            raise ValidationError("没有找到这家单位，或者有几家同名的；请填写全称或统一社会信用代码。")
        return party

    def clean_happened_on(self):
        day = self.cleaned_data["happened_on"]
        if day > timezone.localdate():
            raise ValidationError("日期不能晚于今天，请核对。")
        return day


class VoidPointForm(forms.Form):
    reason = forms.CharField(
        label="作废原因", max_length=300, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="例：登记重复。单位能看到。", error_messages={"required": "请填写作废的原因。"},
    )  # fmt: skip
