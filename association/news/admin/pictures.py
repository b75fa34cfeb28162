"""The library of pictures, and the address to which the editor sends its own."""

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import JsonResponse
from django.utils.html import format_html
from django.views.decorators.http import require_POST

from association.accounts.roles import Right
from association.core.admin import BaseAdmin

from ..models import Picture
from ..pictures import take_picture
from .fields import ACCEPT
from .rows import thumb


class PictureForm(forms.ModelForm):
    file = forms.FileField(
        label="图片文件", widget=forms.FileInput(attrs={"accept": ACCEPT}), help_text="JPG、PNG、WebP 或手机照片（HEIC）。",
        error_messages={"required": "请选择图片文件。"},
    )  # fmt: skip

    class Meta:
        model = Picture
        fields = ("alt", "credit")

    by = None

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields.pop("file", None)

    def clean(self):
        """The picture is read here: what is wrong with it stands at its field."""
        data = super().clean()
        if data.get("file") and not self.errors:
            try:
                self.taken = take_picture(data["file"], by=self.by, alt=data["alt"], credit=data["credit"])
            except ValidationError as problem:
                self.add_error("file", problem)
        return data


@admin.register(Picture)
class PictureAdmin(BaseAdmin):
    form = PictureForm
    list_display = ("thumb_cell", "alt", "credit", "size", "uploaded_by", "created_at")
    list_display_links = ("thumb_cell", "alt")
    list_filter = (("alt", admin.EmptyFieldListFilter),)
    search_fields = ("alt", "credit")
    search_rows = staticmethod(
        lambda rows, term: rows.filter(alt__icontains=term) | rows.filter(credit__icontains=term)
    )
    search_help_text = "图片说明、摄影或来源"
    readonly_fields = ("large", "size", "uploaded_by")
    saves_through_actions = False
    empty_text = "在稿件里插入的、在这里上传的图片都列在这里。"
    sidebar_order = 55

    class Media:
        css = {"all": ["admin-theme/news.css"]}

    def get_fields(self, request, obj=None):
        return ("large", "alt", "credit", "size", "uploaded_by") if obj else ("file", "alt", "credit")

    def get_form(self, request, obj=None, change=False, **kwargs):
        if obj is None:
            kwargs["fields"] = ("alt", "credit")
        form = super().get_form(request, obj, change=change, **kwargs)
        form.by = request.user
        return form

    @admin.display(description="图片")
    def thumb_cell(self, picture):
        return thumb(picture)

    @admin.display(description="图片")
    def large(self, picture):
        return format_html('<img class="picture-large" src="{}" alt="{}">', picture.url("960.webp"), picture.alt)

    @admin.display(description="像素")
    def size(self, picture):
        return f"{picture.width} × {picture.height}"

    def save_model(self, request, obj, form, change):
        if change:
            super().save_model(request, obj, form, change)
        else:
            obj.__dict__.update(form.taken.__dict__)

    def extra_urls(self):
        return [*super().extra_urls(), self.page("upload/", self.upload_view, "upload", needs=f"portal.{Right.NEWS}")]

    @staticmethod
    @require_POST
    def upload_view(request):
        """A picture out of the editor: its address, or one sentence that the editor shows."""
        upload = request.FILES.get("upload")
        try:
            if upload is None:
                raise ValidationError("没有收到图片，请再选一次。")
            picture = take_picture(upload, by=request.user)
        except ValidationError as problem:
            return JsonResponse(
                {"error": {"message": f"{upload.name if upload else ''} {problem.messages[0]}".strip()}}, status=422
            )
        return JsonResponse({"url": picture.url("960.webp")})
