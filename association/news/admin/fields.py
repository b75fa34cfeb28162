"""Fields of the newsroom's forms: the editor (CKEditor 5), a picture that is chosen by uploading it."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html
from unfold.widgets import TEXTAREA_CLASSES

from .. import html
from ..models import Picture
from ..pictures import take_picture

EDITOR = "django_ckeditor_5/dist"
UPLOAD_URL = "/admin/news/picture/upload/"
ACCEPT = "image/jpeg,image/png,image/webp,image/heic,image/heif"
# What the editor's page needs beyond the admin's own policy: pictures that are pasted stand in the text until they are
# uploaded, and the editor reads them back to upload them.
EDITOR_POLICY = {"img-src": ["blob:"], "connect-src": ["data:", "blob:"]}


class RichText(forms.Textarea):
    """The editor; without scripts the HTML itself. What was stored is cleaned before it is shown: it may have come past
    our own door."""

    def __init__(self, attrs=None):
        super().__init__(
            {"class": f"rich-text {' '.join(TEXTAREA_CLASSES)}", "data-upload": UPLOAD_URL, **(attrs or {})}
        )

    def format_value(self, value):
        return html.clean(super().format_value(value) or "")

    @property
    def media(self):
        return forms.Media(
            css={"all": [f"{EDITOR}/styles.css", "admin-theme/news.css"]},
            js=[
                forms.Script(path, defer="")
                for path in (f"{EDITOR}/bundle.js", f"{EDITOR}/translations/zh-cn.js", "admin-theme/editor.js")
            ],
        )


class PictureInput(forms.FileInput):
    """The picture as it is, and a file to put in its place. What was uploaded is kept through a form with errors."""

    needs_multipart_form = True

    def value_from_datadict(self, data, files, name):
        return data.get(f"{name}-kept", ""), files.get(name), bool(data.get(f"{name}-clear"))

    def value_omitted_from_data(self, data, files, name) -> bool:
        return name not in files and f"{name}-kept" not in data

    def use_required_attribute(self, initial) -> bool:
        return False

    def render(self, name, value, attrs=None, renderer=None):
        picture = Picture.objects.filter(pk=value).first() if value and not isinstance(value, tuple) else None
        there = ""
        if picture:
            there = format_html(
                '<img src="{}" alt="{}" width="240"><input type="hidden" name="{}-kept" value="{}">',
                picture.url("480.webp"), picture.alt or "现在的图片", name, picture.pk,
            )  # fmt: skip
            if not self.is_required:
                there += format_html('<label><input type="checkbox" name="{}-clear"> 不要图片</label>', name)
        file = super().render(name, None, {**(attrs or {}), "accept": ACCEPT}, renderer)
        return format_html('<div class="picture-field">{}{}<small>{}</small></div>', there, file, self.words(picture))

    @staticmethod
    def words(picture) -> str:
        return "再选文件则换成新的。" if picture else "JPG、PNG、WebP 或手机照片（HEIC），会自动压缩成合适的大小。"


class PictureField(forms.Field):
    """A key to Picture. `bind(by)` says whose upload it is; a picture is taken in as soon as the form is read, so that
    other errors of the form do not lose it."""

    widget = PictureInput
    default_error_messages = {"required": "请选择图片。"}

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.by = self.taken = None

    def prepare_value(self, value):
        return value.pk if isinstance(value, Picture) else value

    def bound_data(self, data, initial):
        if self.taken:
            return self.taken.pk
        return data[0] if isinstance(data, tuple) else data

    def has_changed(self, initial, data):
        kept, upload, clear = data
        return bool(upload or clear or str(kept or "") != str(initial or ""))

    def clean(self, value):
        kept, upload, clear = value
        if upload:
            self.taken = take_picture(upload, by=self.by)
            return self.taken
        found = (
            None if clear and not self.required else Picture.objects.visible_to(self.by).filter(pk=kept or None).first()
        )
        if found is None and self.required:
            raise ValidationError(self.error_messages["required"], code="required")
        return found
