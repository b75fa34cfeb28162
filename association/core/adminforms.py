"""Forms of the admin: the version check, masked fields, and what an edit changed."""

import re
from datetime import datetime
from decimal import Decimal

from django import forms
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.html import strip_tags
from unfold.widgets import INPUT_CLASSES

from . import masking
from .adminhooks import hooks
from .models import Base

READ_FIELD = "_read"  # 「version@moment」 of the row as the form showed it
HIDDEN = "（已隐藏）"


class PlainDecimalField(forms.DecimalField):
    """A figure in a form without the zeros that the column adds: 100, not 100.000."""

    def prepare_value(self, value):
        return plain_figure(f"{value:f}") if isinstance(value, Decimal) else value


def plain_figure(text: str) -> str:
    """100.000 -> 100, 12.50 -> 12.5; anything else as it is."""
    return str(text).rstrip("0").rstrip(".") if re.fullmatch(r"-?[\d,]+\.\d+", str(text)) else text


def read_token(obj) -> str:
    return f"{obj.version}@{timezone.now().isoformat()}"


def _parse_token(token: str) -> tuple[int, datetime] | None:
    version, _, moment = token.partition("@")
    at = parse_datetime(moment) if moment else None
    return (int(version), at) if version.isdigit() and at else None


LONGEST_DIFF = 160  # characters of what stood there before and now: a whole page is not quoted in a sentence


def changes_since(obj, moment) -> str:
    """One sentence: who changed what since the form was opened."""
    events = list(hooks.events_of(obj).filter(entered_at__gte=moment)[:3]) if hooks.events_of else []
    if not events:
        return f"{timezone.localtime(obj.updated_at):%H:%M} 有人修改过"
    return "；".join(f"{timezone.localtime(e.entered_at):%H:%M} {e.sentence}{_diff(obj, e.changes)}" for e in events)


def _diff(obj, changes: dict) -> str:
    words = []
    for name, pair in changes.items():
        field = next((one for one in obj._meta.get_fields() if one.name == name), None)
        old, new = (value_in_words(field, value) for value in pair)
        both = f"：{old} → {new}"
        words.append(label_of_field(obj, name) + (both if len(both) <= LONGEST_DIFF else "：内容较长，不在这里列出"))
    return f"（{'，'.join(words)}）" if words else ""


_RICH = re.compile(r"<(?:p|h[2-4]|ul|ol|figure|table|blockquote)\b")  # how the text of a page begins


def value_in_words(field, value) -> str:
    """A stored value as the form shows it: 是 and 否, the label of a choice, 空. `field` may be None."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if value is None or value in ("", [], {}):
        return "空"
    if isinstance(value, str) and _RICH.match(value):
        return " ".join(strip_tags(value.replace("><", "> <")).split()) or "（只有图片或表格）"
    choices = dict(getattr(field, "flatchoices", None) or ())
    return str(choices.get(value, value)) if not isinstance(value, list | dict) else _table_in_words(value)


def _table_in_words(value) -> str:
    """A stored table (districts, formats) as one line."""
    rows = value if isinstance(value, list) else [f"{key}={one}" for key, one in value.items()]
    return "、".join(str(row.get("name", row)) if isinstance(row, dict) else str(row) for row in rows)


def label_of_field(obj, name: str) -> str:
    """The Chinese name of a field; the text itself where the model has none of that name."""
    try:
        return str(obj._meta.get_field(name).verbose_name)
    except (FieldDoesNotExist, AttributeError):
        return name


class VersionedForm:
    """Mixed into every change form: refuses to overwrite what somebody else saved since the form was opened."""

    stale = False

    def clean(self):
        data = super().clean()
        read = _parse_token(self.data.get(READ_FIELD, ""))
        if read and read[0] != self.instance.version:
            self.stale = True
            self.add_error(
                None,
                f"您打开这一页以后，这条记录被修改过：{changes_since(self.instance, read[1])}。"
                "您填写的内容都保留在下面，请核对；再按一次「保存」，以您的内容为准。",
            )
        return data


def versioned(form: type, model) -> type:
    """The form class with the version check, where the model has a version."""
    return type(form.__name__, (VersionedForm, form), {}) if issubclass(model, Base) else form


class KnownRows:
    """Before a model formset: its rows are read once, where Django asks again for each row that was sent."""

    def add_fields(self, form, index):
        super().add_fields(form, index)
        field = form.fields.get(self.model._meta.pk.name)
        if isinstance(field, forms.ModelChoiceField):
            field.to_python = lambda value: self._known(field, value)

    def _known(self, field, value):
        if value in field.empty_values:
            return None
        row = {str(row.pk): row for row in self.get_queryset()}.get(str(value))
        if row is None:
            raise ValidationError(
                field.error_messages["invalid_choice"], code="invalid_choice", params={"value": value}
            )
        return row


class KnownListFormSet(KnownRows, forms.BaseModelFormSet):
    """Fields within a list: their column is no label to who does not see it."""

    def add_fields(self, form, index):
        super().add_fields(form, index)
        for field in form.visible_fields():
            field.field.widget.attrs["aria-label"] = f"{form.instance}：{field.label}"


# -- Dates: the browser's own pickers, in the reader's language and without scripts ---------------------------------


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self, attrs=None):
        super().__init__({"class": " ".join(INPUT_CLASSES), **(attrs or {})}, format="%Y-%m-%d")


def likely_day(day):
    """Validator: a slip in the year (0202, 20026) is said, as it is in a table (exchange/cells.py)."""
    if not 1900 <= day.year <= 2099:
        raise ValidationError(f"年份不对：{day.year} 年，请核对。", code="year")


class MomentInput(forms.DateTimeInput):
    input_type = "datetime-local"

    def __init__(self, attrs=None):
        super().__init__({"class": " ".join(INPUT_CLASSES), **(attrs or {})}, format="%Y-%m-%dT%H:%M")


class ClockInput(forms.TimeInput):
    input_type = "time"

    def __init__(self, attrs=None):
        super().__init__({"class": " ".join(INPUT_CLASSES), **(attrs or {})}, format="%H:%M")


DATE_FIELDS = {
    models.DateTimeField: {"form_class": forms.DateTimeField, "widget": MomentInput},
    models.DateField: {"widget": DayInput},
    models.TimeField: {"widget": ClockInput},
}

# -- Masked fields ------------------------------------------------------------------------------------------------

_MASKS = (
    (("mobile", "phone", "tel", "contact"), masking.mask_mobile),
    (("account",), masking.mask_account),
    (("id_number", "id_card", "passport"), masking.mask_id),
    (("address",), masking.mask_address),
    (("name", "objector", "representative"), masking.mask_name),
)


def mask_value(field, value) -> str:
    """A sensitive value as it may be shown to everyone on the staff; long texts and other kinds are hidden whole."""
    if value in (None, ""):
        return ""
    if isinstance(field, models.CharField) and not isinstance(field, models.EmailField):
        for words, mask in _MASKS:
            if any(word in field.name for word in words):
                return mask(str(value))
    return HIDDEN


def masked_column(field):
    """A callable for readonly_fields and fieldsets that shows the field masked."""

    def display(obj):
        return mask_value(field, getattr(obj, field.attname))

    display.short_description = field.verbose_name
    display.__name__ = f"masked_{field.name}"
    return display


# -- What an edit changed -----------------------------------------------------------------------------------------


def _shown(form, name, value) -> str:
    field = form.fields[name]
    if value in (None, "", []):
        return ""
    if isinstance(field, forms.ModelMultipleChoiceField):
        return "、".join(str(row) for row in value) if not isinstance(value, str) else value
    if isinstance(field, forms.ModelChoiceField):
        row = value if isinstance(value, models.Model) else field.queryset.model._base_manager.filter(pk=value).first()
        return str(row or "")
    if isinstance(field, forms.ChoiceField):
        return str(dict(field.choices).get(value, value))
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return f"{timezone.localtime(value) if timezone.is_aware(value) else value:%Y-%m-%d %H:%M}"
    return str(value)[:200]


def changes_of(form) -> dict[str, list[str]]:
    """{field: [old, new]} of a valid form, as texts; sensitive ones are named by label only (see Event.changes).

    What only the form has (a table written as lines) stands under its label, as it was typed.
    """
    stored = {field.name for field in form._meta.model._meta.get_fields()} if hasattr(form, "_meta") else set()
    changes = {}
    for name in form.changed_data:
        if name in form.cleaned_data:
            key = name if name in stored else str(form.fields[name].label or name)
            new = form.cleaned_data.get(name) if name in stored else form[name].value()
            changes[key] = [_shown(form, name, form.initial.get(name)), _shown(form, name, new)]
    return changes


def sentence_of(obj, form, formsets, add: bool) -> tuple[str, dict]:
    """(「修改了联系电话、地址，新增资质 A」, {field: [old, new]}) for the timeline."""
    kind = obj._meta.verbose_name
    parts, changes = [], {}
    if add:
        parts.append(f"新建{kind}「{obj}」")
    elif form is not None and form.changed_data:
        changes = changes_of(form)
        parts.append("修改了" + "、".join(str(form.fields[name].label or name) for name in form.changed_data))
    for formset in formsets or ():
        label = formset.model._meta.verbose_name
        parts += [f"新增{label}「{row}」" for row in getattr(formset, "new_objects", ())]
        parts += [f"修改{label}「{row}」" for row, _names in getattr(formset, "changed_objects", ())]
        parts += [f"删除{label}「{row}」" for row in getattr(formset, "deleted_objects", ())]
    return "，".join(parts), changes
