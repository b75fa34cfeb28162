"""The upload field of every form: says at once, at the field, why a file is not taken and how to make one that is."""

from django import forms
from django.conf import settings

from . import pictures
from .actions import check
from .filetypes import ACCEPT


class DocumentField(forms.FileField):
    """A file as documents.actions.store() takes it; `clean` raises the same sentences as `store`."""

    def __init__(self, **kwargs):
        kwargs.setdefault("error_messages", {}).setdefault("required", "请选择要上传的文件。")
        kwargs["error_messages"].setdefault("empty", "文件是空的，请重新选择。")
        super().__init__(**kwargs)

    def widget_attrs(self, widget):
        return super().widget_attrs(widget) | {"accept": ACCEPT, "data-max-bytes": str(settings.UPLOAD_LIMIT_BYTES)}

    def clean(self, data, initial=None):
        upload = super().clean(data, initial)
        if upload and upload is not initial:
            kind = check(upload)
            if kind.is_picture:
                pictures.check(upload, kind)
        return upload
