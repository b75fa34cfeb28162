"""Forms of receipts (会费票据)."""

import re

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from association.core.text import number_text
from association.documents.filetypes import PDF
from association.documents.forms import DocumentField

from ..fields import amount_field, day_field

_SIGNS = re.compile(r"[0-9A-Z]+")


class ReceiptForm(forms.Form):
    code = forms.CharField(
        label="票据代码",
        max_length=20,
        error_messages={"required": "请填写票据代码。", "max_length": "票据代码最多 20 位。"},
    )
    number = forms.CharField(
        label="票据号码",
        max_length=20,
        error_messages={"required": "请填写票据号码。", "max_length": "票据号码最多 20 位。"},
    )
    check_code = forms.CharField(
        label="校验码", max_length=20, required=False, error_messages={"max_length": "校验码最多 20 位。"}
    )
    title = forms.CharField(
        label="抬头", max_length=120, required=False, help_text="不填的，按单位的开票信息。",
        error_messages={"max_length": "抬头最多 120 个字。"},
    )  # fmt: skip
    amount = amount_field("金额（元）")
    issued_on = day_field("开具日期", ahead=True, said="请填写开具日期。", initial=timezone.localdate)

    def _signs(self, name: str) -> str:
        text = number_text(self.cleaned_data[name])
        if not _SIGNS.fullmatch(text):
            raise ValidationError(f"{self.fields[name].label}只有数字和字母，请照票面填写。")
        return text

    def clean_code(self):
        return self._signs("code")

    def clean_number(self):
        return self._signs("number")


class ReceiptFileForm(forms.Form):
    file = DocumentField(label="票据文件", help_text="PDF、OFD 或图片。")


class ManyFiles(forms.FileInput):
    allow_multiple_selected = True


class ReceiptFilesForm(forms.Form):
    """Many files at once, or a zip; each is judged by itself."""

    files = forms.Field(
        label="票据文件", required=False, widget=ManyFiles(attrs={"accept": f"{PDF.extensions[0]},.ofd,.zip"}),
        help_text="可以选多个文件，也可以选一个压缩包（.zip）；文件名里要有票据号码。",
    )  # fmt: skip

    def clean(self):
        found = self.files.getlist("files")
        if not found:
            raise ValidationError({"files": "请选择票据文件或压缩包。"})
        return super().clean() | {"files": found}
