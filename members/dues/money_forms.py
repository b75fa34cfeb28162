"""Forms of money that comes in: a bank line for one party or several, a payment by hand, back, to another use."""

import uuid

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from association.parties.models import Party

from ..fields import UnitMixin, amount_field, day_field, text_field
from ..models import Payment

MOST_PARTS = 50


class ClaimForm(forms.Form):
    """就是这家: the whole of a bank line, as the person saw it."""

    party = forms.ModelChoiceField(
        Party.objects.none(),
        error_messages={"required": "请先选择单位。", "invalid_choice": "没有这家单位，请重新选择。"},
    )
    version = forms.IntegerField(required=False)

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["party"].queryset = Party.objects.visible_to(user).living()


class PartForm(UnitMixin, forms.Form):
    """A part of a bank line. An empty row says nothing."""

    unit = text_field("单位", 120)
    amount = amount_field("金额（元）", required=False)
    purpose = forms.ChoiceField(label="用途", choices=Payment.Purpose.choices, initial=Payment.Purpose.DUES)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["unit"].widget.attrs |= {"list": "units", "autocomplete": "off"}

    @property
    def says_nothing(self) -> bool:
        data = self.cleaned_data
        return (
            not data.get("unit") and data.get("amount") is None and data.get("purpose") in (None, Payment.Purpose.DUES)
        )


class _Parts(forms.BaseFormSet):
    def clean(self):
        """What is asked of the rows together: an amount in each, where there is more than one."""
        if any(self.errors):
            return
        told = [form for form in self.forms if not form.says_nothing]
        if not told:
            raise ValidationError("请填写这笔钱是哪家单位的，或者作什么用途。")
        for form in told:
            if form.cleaned_data.get("amount") is None and len(told) > 1:
                form.add_error("amount", "分成几笔的，每笔都要填金额。")
            if not form.cleaned_data.get("unit") and form.cleaned_data["purpose"] == Payment.Purpose.DUES:
                form.add_error("unit", "缴会费的，请填写单位。")

    @property
    def parts(self) -> list[tuple]:
        """[(party or None, amount or None, purpose)]."""
        told = [form.cleaned_data for form in self.forms if not form.says_nothing]
        return [(data["unit"], data["amount"], data["purpose"]) for data in told]


def typed_and_one_more(posted) -> list[dict]:
    """The rows as they were typed, and an empty one: nothing is found fault with before it is said to be all."""
    told = posted.get("form-TOTAL_FORMS", "")
    count = min(int(told), MOST_PARTS - 1) if told.isascii() and told.isdigit() else 1
    return [{name: posted.get(f"form-{n}-{name}", "") for name in PartForm.base_fields} for n in range(count)] + [{}]


PartFormSet = forms.formset_factory(PartForm, formset=_Parts, extra=0, max_num=MOST_PARTS, absolute_max=MOST_PARTS + 10)


class DecisionForm(forms.Form):
    """What goes with a decision about a bank line."""

    note = text_field("说明", 300, "例：法定代表人代缴，已电话核实。", rows=2)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)


class AsideForm(forms.Form):
    reason = text_field("不入账的原因", 300, "例：代收代付款、押金退回。", required=True, rows=2)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)


class HandForm(UnitMixin, forms.Form):
    """手工登记: money that is in no statement."""

    unit = text_field("单位", 120, "全称或统一社会信用代码；不是会费的可以不填。")
    amount = amount_field("金额（元）")
    received_on = day_field("收款日期")
    channel = forms.ChoiceField(
        label="方式",
        choices=[pair for pair in Payment.Channel.choices if pair[0] != Payment.Channel.BANK],
        help_text="银行转账请导入银行流水再认领。",
    )
    purpose = forms.ChoiceField(label="用途", choices=Payment.Purpose.choices, initial=Payment.Purpose.DUES)
    payer = text_field("付款人", 120, "与单位不同的填写，例：经办人姓名。")
    reference = text_field("凭据号", 60, "支票号、收据号、微信单号等；同一个号只能登记一次。")
    note = text_field("说明", 300)
    sure = forms.BooleanField(label="确实是另一笔", required=False, widget=forms.HiddenInput)
    once = forms.CharField(widget=forms.HiddenInput, max_length=40, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("received_on", timezone.localdate())
        self.initial.setdefault("once", uuid.uuid4().hex)

    def ask_whether_sure(self):
        """The box stands there once there is something to be sure about."""
        if "sure" in self.errors:
            self.fields["sure"].widget = forms.CheckboxInput()

    def clean(self):
        data = super().clean()
        if data.get("purpose") == Payment.Purpose.DUES and "unit" in data and data["unit"] is None:
            self.add_error("unit", "缴会费的，请填写单位。")
        return data


class RefundForm(forms.Form):
    amount = amount_field("退款金额（元）")
    refunded_on = day_field("退款日期")
    channel = forms.ChoiceField(label="方式", choices=Payment.Channel.choices)
    reference = text_field("凭据号", 60, "例：退款的流水号。")
    reason = text_field("退款的原因", 300, "例：重复缴费。单位能看到。", required=True, rows=2)


class MoveForm(UnitMixin, forms.Form):
    """改用途. A payment that is somebody's already is not asked whose it is."""

    purpose = forms.ChoiceField(label="改作", choices=Payment.Purpose.choices)
    amount = amount_field("金额（元）", "可以只改一部分，余下的用途不变。")
    unit = text_field("单位", 120, "全称或统一社会信用代码。")
    reason = text_field("改用途的原因", 300, "例：会员确认多缴部分为捐赠。单位能看到。", required=True, rows=2)

    def __init__(self, *args, payment: Payment, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["purpose"].choices = [pair for pair in Payment.Purpose.choices if pair[0] != payment.purpose]
        self.initial.setdefault("amount", f"{payment.left or payment.amount:.2f}")
        if payment.party_id:
            del self.fields["unit"]
