"""Base of the lists beside the articles: each row is saved by site.save_row, its text in the editor, its files kept."""

from csp.decorators import csp_update
from django import forms
from django.core.exceptions import PermissionDenied
from django.utils.decorators import method_decorator
from django.utils.html import format_html

from association.core.admin import BaseAdmin, Link
from association.documents.kept import KeepsFiles, KeptFileField

from .. import site
from ..models import Picture
from .fields import EDITOR_POLICY, PictureField, RichText


class RowForm(KeepsFiles, forms.ModelForm):
    """A form whose file is kept through errors."""


class SiteRowAdmin(BaseAdmin):
    """`rich`: fields in the editor. `files`: {field of the form: words under it}, kept uploads for `document`."""

    form = RowForm
    rich: tuple[str, ...] = ()
    may_delete = True

    class Media:
        css = {"all": ["admin-theme/news.css"]}

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if db_field.name in self.rich:
            kwargs["widget"] = RichText
        if db_field.related_model is Picture and db_field.many_to_one:
            return PictureField(label=db_field.verbose_name, required=not db_field.blank, help_text=db_field.help_text)
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if isinstance(field, forms.URLField):
            field.error_messages["invalid"] = "网址写作 https://www.example.com 的样子。"
        return field

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        person = request.user

        class Bound(form):
            def __init__(self, *args, **values):
                if issubclass(form, KeepsFiles):
                    values |= {"keeper": person}
                super().__init__(*args, **values)
                for field in self.fields.values():
                    if isinstance(field, PictureField):
                        field.by = person

        Bound.__name__ = form.__name__
        return Bound

    @method_decorator(csp_update(EDITOR_POLICY))
    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        return super().changeform_view(request, object_id, form_url, extra_context)

    def save_model(self, request, obj, form, change):
        kept = form.cleaned_data.get("file") if isinstance(form.fields.get("file"), KeptFileField) else None
        site.save_row(obj, by=request.user, document=kept)

    def delete_model(self, request, obj):
        if why := self.why_not_delete(obj):
            raise PermissionDenied(why)
        site.delete_row(obj, by=request.user)

    def why_not_delete(self, obj) -> str:
        return ""

    def may_delete_row(self, obj) -> bool:
        return not self.why_not_delete(obj)

    def get_actions(self, request):
        found = super().get_actions(request)
        found.pop("delete_selected", None)  # one by one: each says why it stays
        return found

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj is not None and hasattr(obj, "get_public_url") and obj.is_shown:
            context["form_links"] = [Link("看公开页面", obj.get_public_url())]
        return super().render_change_form(request, context, add, change, form_url, obj)


def thumb(picture) -> str:
    """A small picture in a cell of a list."""
    if picture is None:
        return "—"
    return format_html('<img class="thumb" src="{}" alt="{}" loading="lazy">', picture.url("480.webp"), picture.alt)
