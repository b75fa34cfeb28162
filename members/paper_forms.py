"""A paper that staff put into a firm's library (证照库) on its behalf."""

from django import forms

from association.documents.models import Document
from association.documents.paper_forms import PaperForm
from association.workflow.forms import ChannelField, ReceivedOnField


class PaperOnBehalfForm(PaperForm):
    """As on the firm's desk, with how it came and when, and which paper it replaces."""

    channel = ChannelField()
    received_on = ReceivedOnField()
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
