"""What is asked of a paper of the library (证照库), on the desk of its firm and by staff on its behalf."""

from django import forms

from association.core.adminforms import likely_day

from .kept import KeepsFiles, KeptFileField
from .models import DocumentKind

PURPOSE = "library.paper"
_LONG = "最多 {} 个字，请照证面精简。"


class PaperFields(forms.Form):
    kind = forms.ChoiceField(
        label="证照种类", error_messages=dict.fromkeys(("required", "invalid_choice"), "请选择证照种类。")
    )
    issuer = forms.CharField(
        label="发证单位", required=False, max_length=120, error_messages={"max_length": _LONG.format(120)}
    )
    number = forms.CharField(
        label="证号", required=False, max_length=80, error_messages={"max_length": _LONG.format(80)}
    )
    expires_on = forms.DateField(
        label="有效期至", required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"), help_text="长期有效的不填。",
        error_messages={"invalid": "请填写有效期的最后一天，例如 2027-06-30。"}, validators=[likely_day],
    )  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        names = list(DocumentKind.objects.filter(is_active=True).values_list("name", "needs_term"))
        there = self.initial.get("kind")
        if there and there not in dict(names):
            names.append((there, False))
        with_term = "、".join(name for name, needs_term in names if needs_term)
        self.fields["kind"].choices = [("", "请选择"), *((name, name) for name, _term in names)]
        self.fields["expires_on"].help_text = (
            f"{with_term}要填有效期；长期有效的证照不填。" if with_term else "长期有效的不填。"
        )


class PaperForm(KeepsFiles, PaperFields):
    """A new paper, or the renewed one of a paper that is there."""

    file = KeptFileField(label="扫描件或照片", purpose=PURPOSE, one_pdf=True, help_text="几张照片会合成一个 PDF。")
    field_order = ("kind", "file", "number", "issuer", "expires_on")
