"""What the materials of a case are handed in and checked by."""

from django import forms

from association.documents.forms import DocumentField
from association.documents.models import Document

from .materials import Finding
from .models import Material


class ManyFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class HandInForm(forms.Form):
    """Files for one slot: fresh ones (each judged by itself, see `refused`), and papers of the library by uid."""

    files = forms.Field(required=False, widget=ManyFilesInput)
    papers = forms.ModelMultipleChoiceField(Document.objects.none(), required=False, to_field_name="uid")

    def __init__(self, *args, papers, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["papers"].queryset = papers
        self.fields["papers"].error_messages = dict.fromkeys(
            ("invalid_choice", "invalid_pk_value", "invalid_list"), "证照库里没有这份文件，请刷新页面后再选。"
        )
        self.refused: list[str] = []

    def clean(self):
        data, good, judge = super().clean(), [], DocumentField()
        for upload in self.files.getlist("files"):
            try:
                good.append(judge.clean(upload))
            except forms.ValidationError as problem:
                self.refused.append(f"{upload.name}：{problem.messages[0]}")
        if not self.errors and not good and not data.get("papers") and not self.refused:
            raise forms.ValidationError("请先选择文件，再点上传。")
        return data | {"files": good}


class CheckForm(forms.Form):
    """The verdict on one material; a form a row, told apart by prefix."""

    verdict = forms.ChoiceField(
        choices=Material.Verdict,
        widget=forms.RadioSelect,
        error_messages=dict.fromkeys(("required", "invalid_choice"), "请选择符合或需补正。"),
    )
    note = forms.CharField(
        required=False, max_length=200, error_messages={"max_length": "最多 200 个字，请精简。"},
        widget=forms.TextInput(attrs={"placeholder": "需补正时写明缺什么、怎么改"}),
    )  # fmt: skip
    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data=None, *, material: Material):
        super().__init__(
            data, prefix=f"m{material.pk}",
            initial={"verdict": material.verdict, "note": material.note, "seen": material.version},
        )  # fmt: skip
        self.material = material

    def clean(self):
        data = super().clean()
        if data.get("verdict") == Material.Verdict.WRONG and not data.get("note", "").strip():
            self.add_error("note", "请写明需要补正什么，单位照着补。")
        return data

    def finding(self) -> Finding:
        data = self.cleaned_data
        return Finding(self.material, data["verdict"], data["note"], data["seen"])
