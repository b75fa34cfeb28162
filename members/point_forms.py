"""Forms of the points (积分)."""

from django import forms

from .fields import UnitMixin, day_field, text_field
from .models import PointRule


class PointForm(UnitMixin, forms.Form):
    unit = text_field(
        "会员", 120, "全称或统一社会信用代码。", required=True, said="请填写会员的全称或统一社会信用代码。"
    )
    rule = forms.ModelChoiceField(
        label="项目",
        queryset=PointRule.objects.none(),
        empty_label="请选择",
        error_messages={"required": "请选择积分项目。"},
    )
    happened_on = day_field("日期")
    note = forms.CharField(
        label="说明", max_length=200, required=False, help_text="哪一次会议、培训，哪一篇稿件；同一天有几次的请写清。"
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["rule"].queryset = PointRule.objects.filter(is_active=True)


class VoidPointForm(forms.Form):
    reason = forms.CharField(
        label="作废原因", max_length=300, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="例：登记重复。单位能看到。", error_messages={"required": "请填写作废的原因。"},
    )  # fmt: skip
