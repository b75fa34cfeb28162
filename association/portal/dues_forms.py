"""What a party fills in about its dues."""

import re

from django import forms
from django.core.exceptions import ValidationError

from association.core.text import clean_text, number_text
from members.dues.billing import FIELDS

from .seen import SeenForm

_LONG = "最多 {} 个字。"
_TAX_NUMBER = re.compile(r"[0-9A-Z]{15}|[0-9A-Z]{17,18}|[0-9A-Z]{20}")


def _line(label: str, most: int, **more) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=most, required=False, error_messages={"max_length": _LONG.format(most)}, **more
    )


class BillingForm(SeenForm):
    """开票信息; `thing` is the party's BillingDetails, saved or not."""

    title = forms.CharField(
        label="抬头", max_length=120, help_text="一般是单位全称。",
        error_messages={"required": "请填写票据的抬头，一般是单位全称。", "max_length": _LONG.format(120)},
    )  # fmt: skip
    tax_number = _line("纳税人识别号", 30, help_text="一般是统一社会信用代码。")
    address = _line("地址", 160)
    phone = _line("电话", 40)
    bank = _line("开户行", 80)
    account = _line("银行账号", 40)
    receiver = _line("收票人", 40)
    receiver_email = forms.EmailField(
        label="收票邮箱", required=False, error_messages={"invalid": "邮箱写作 name@example.com 的样子，请核对。"}
    )
    field_order = FIELDS

    def clean_title(self):
        return clean_text(self.cleaned_data["title"])

    def clean_tax_number(self):
        text = number_text(self.cleaned_data["tax_number"])
        if text and not _TAX_NUMBER.fullmatch(text):
            raise ValidationError("纳税人识别号是 15、17、18 或 20 位的数字和字母，请照税务登记核对。")
        return text

    def clean_account(self):
        text = number_text(self.cleaned_data["account"])
        if text and not text.isdigit():
            raise ValidationError("银行账号只有数字，请核对。")
        return text

    def values(self) -> dict:
        """What billing.keep() takes."""
        return {name: self.cleaned_data[name] for name in FIELDS}
