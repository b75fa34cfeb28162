"""The upload of a Word file."""

from django import forms
from django.contrib import messages

from association.documents.forms import DocumentField


def say_read(request, upload, refused):
    """Tell who sent a Word file what is to be done now, and what of it was left out."""
    messages.success(request, f"已读入「{upload.name}」，请核对标题和文字，给图片写上说明。")
    for sentence in refused:
        messages.warning(request, sentence)


class WordForm(forms.Form):
    file = DocumentField(
        label="Word 文件", help_text="Word 或 WPS 写的 .docx；旧的 .doc、.wps 请先另存为 .docx。第一行是标题。"
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["file"].widget.attrs["accept"] = ".docx"
