"""A paper that staff put into a firm's library (证照库) on its behalf."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from association.core.adminforms import DayInput
from association.core.enums import Channel
from association.documents.models import Document
from association.documents.paper_forms import PaperForm


class PaperOnBehalfForm(PaperForm):
    """As on the firm's desk, with how it came and when, and which paper it replaces."""

    channel = forms.ChoiceField(
        label="怎样收到", choices=[("", "请选择"), *Channel.choices],
        error_messages={"required": "请选择怎样收到的：纸质、电话、现场或来信。"},
    )  # fmt: skip
    received_on = forms.DateField(
        label="收到日期", widget=DayInput, initial=timezone.localdate,
        error_messages={"required": "请填写收到的日期。", "invalid": "请填写日期，写作 2021-05-20 的样子。"},
    )  # fmt: skip
    replaces = forms.ModelChoiceField(
        Document.objects.none(), label="换下哪一份", required=False, empty_label="不换，新放入一份",
        error_messages={"invalid_choice": "这份证照已经不在证照库里，请重新选择。"},
    )  # fmt: skip
    field_order = ("channel", "received_on", "kind", "file", "replaces", "number", "issuer", "expires_on")

    def __init__(self, *args, keeper, party, **kwargs):
        super().__init__(*args, keeper=keeper, party=party, **kwargs)
        papers = Document.objects.visible_to(keeper).in_library().filter(party=party).order_by("kind", "expires_on")
        self.fields["replaces"].queryset = papers
        self.fields["replaces"].label_from_instance = lambda paper: f"{paper.kind} {paper.number or paper.label}"

    def clean_received_on(self):
        day = self.cleaned_data["received_on"]
        if day > timezone.localdate():
            raise ValidationError("收到日期不能晚于今天。")
        return day
