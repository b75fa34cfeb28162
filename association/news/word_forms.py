"""The upload of a Word file."""

from django import forms

from association.documents.forms import DocumentField


class WordForm(forms.Form):
    file = DocumentField(
        label="Word 文件", help_text="Word 或 WPS 写的 .docx；旧的 .doc、.wps 请先另存为 .docx。第一行是标题。"
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["file"].widget.attrs["accept"] = ".docx"
