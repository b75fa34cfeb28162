"""Rows of admin lists, drawn lean: what does not depend on the row is worked out once per column.

The theme's own drawing asks templates for each cell, and for the headers again with each row.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from django.contrib.admin.templatetags.admin_urls import add_preserved_filters
from django.contrib.admin.utils import label_for_field, lookup_field
from django.contrib.admin.views.main import PAGE_VAR
from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from django.utils import timezone
from django.utils.html import conditional_escape, escape
from django.utils.safestring import mark_safe
from unfold.views import ChangeList

from .adminforms import mask_value
from .paginator import LAST

TONES = {"": "", "primary": "lake", "success": "lake", "info": "", "warning": "gold", "danger": "seal"}


class PortalChangeList(ChangeList):
    """`?p=last` is the last page, whichever that is."""

    def get_results(self, request):
        super().get_results(request)
        if request.GET.get(PAGE_VAR) == LAST:
            self.page_num = self.paginator.num_pages
            if self.multi_page:
                self.result_list = self.paginator.page(LAST).object_list


@dataclass
class Column:
    name: str
    label: str
    classes: str
    read: Callable  # obj -> value
    show: Callable  # value -> html text
    links: bool = False
    head: str = field(default="td")


def _text(value) -> str:
    if value is None or value == "":
        return '<span class="none">—</span>'
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, dt.datetime):
        return f"{timezone.localtime(value) if timezone.is_aware(value) else value:%Y-%m-%d %H:%M}"
    if isinstance(value, dt.date):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, Decimal):
        return f"{value.normalize():,f}" if value else "0"
    return conditional_escape(value)


def chip(label, tone: str = "") -> str:
    """A state as a small coloured word; tone: "", lake, seal or gold (or the theme's own names)."""
    tone = TONES.get(tone, tone)
    return mark_safe(f'<span class="chip{f" chip-{tone}" if tone else ""}">{escape(label)}</span>') if label else ""


def _chips(tones):
    """The theme's @display(label=…): a value, or (key, text), with a tone by value."""

    def show(value):
        key, text = value if isinstance(value, (tuple, list)) and len(value) == 2 else (value, value)
        tone = tones.get(key, "") if isinstance(tones, dict) else tones if isinstance(tones, str) else ""
        return chip(text, tone) or _text(None)

    return show


def _model_column(cl, name, model_field, label) -> Column:
    classes, show = f"field-{name}", _text
    if model_field.name in getattr(cl.model, "SENSITIVE", ()):
        return Column(
            name, label, classes, lambda obj: getattr(obj, model_field.attname),
            lambda value: _text(mask_value(model_field, value)),
        )  # fmt: skip
    if isinstance(model_field, models.ForeignKey):
        return Column(name, label, classes, lambda obj: getattr(obj, name), show)
    if model_field.flatchoices:
        words = {key: str(text) for key, text in model_field.flatchoices}
        return Column(name, label, classes, lambda obj: words.get(getattr(obj, name), getattr(obj, name)), show)
    if isinstance(model_field, (models.IntegerField, models.DecimalField, models.FloatField)):
        classes += " number"
    elif isinstance(model_field, (models.DateField, models.TimeField)):
        classes += " nowrap"
    return Column(name, label, classes, lambda obj: getattr(obj, name), show)


def _called_column(cl, name, attr, label) -> Column:
    admin, key = cl.model_admin, getattr(name, "__name__", name)

    def read(obj):
        try:
            return lookup_field(name, obj, admin)[2]
        except ObjectDoesNotExist:
            return None

    show = _text
    tones = getattr(attr, "label", False)
    if tones:
        show = _chips(tones)
    own = getattr(admin, name, None) if isinstance(name, str) and name != "__str__" else None
    if callable(own):
        read = own
    elif callable(name):
        read = name
    classes = f"field-{key}" + (" number" if getattr(attr, "number", False) else "")
    if name == "action_checkbox":
        classes = "action-checkbox"
    return Column(key, label, classes, read, show)


def columns_of(cl) -> list[Column]:
    found = []
    for name in cl.list_display:
        text, attr = label_for_field(name, cl.model, model_admin=cl.model_admin, return_attr=True)
        label = "" if name == "action_checkbox" else str(text)
        model_field = None
        if isinstance(name, str) and not hasattr(cl.model_admin, name):
            model_field = next((f for f in cl.lookup_opts.concrete_fields if f.name == name), None)
        column = _model_column(cl, name, model_field, label) if model_field else _called_column(cl, name, attr, label)
        if cl.list_display_links is not None and name != "action_checkbox":
            column.links = name in cl.list_display_links if cl.list_display_links else not any(c.links for c in found)
        if column.links and not any(c.links for c in found):
            column.head = "th"
        found.append(column)
    return found


def _checkbox(cl, obj, text) -> str:
    return (
        f'<td class="action-checkbox"><input type="checkbox" name="_selected_action" value="{escape(obj.pk)}" '
        f'class="action-select" aria-label="选择「{escape(text)}」"></td>'
    )


def _link(cl) -> Callable:
    """obj -> the address of its page; the filters that lead back are the same for every row."""
    sample = add_preserved_filters({"preserved_filters": cl.preserved_filters, "opts": cl.opts}, "/")
    tail = escape(sample[1:])
    return lambda obj: f"{escape(cl.url_for_result(obj))}{tail}"


def _opener(cl) -> Callable:
    if not cl.is_popup:
        return lambda obj: ""
    attr = str(cl.to_field) if cl.to_field else cl.pk_attname
    return lambda obj: f' data-popup-opener="{escape(obj.serializable_value(attr))}"'


def _cell(column, obj, form, address, opener) -> str:
    if form is not None and column.name in form.fields:
        bound = form[column.name]
        return f'<td class="{column.classes}" data-label="{escape(column.label)}">{bound.errors}{bound}</td>'
    value = column.show(column.read(obj))
    if column.links:
        value = f'<a href="{address(obj)}"{opener(obj)}>{value}</a>'
    scope = ' scope="row"' if column.head == "th" else ""
    return f'<{column.head} class="{column.classes}"{scope} data-label="{escape(column.label)}">{value}</{column.head}>'


def rows_of(cl) -> list[tuple]:
    """[(object, html of its cells)] of the page."""
    columns, address, opener = columns_of(cl), _link(cl), _opener(cl)
    forms = cl.formset.forms if getattr(cl, "formset", None) else None
    first = next((c for c in columns if c.name != "action_checkbox"), None)
    rows = []
    for index, obj in enumerate(cl.result_list):
        form = forms[index] if forms else None
        cells = []
        for column in columns:
            if column.classes == "action-checkbox":
                cells.append(_checkbox(cl, obj, str(first.read(obj) or "") if first else obj))
            else:
                cells.append(_cell(column, obj, form, address, opener))
        hidden = "".join(str(f) for f in form.hidden_fields()) if form else ""
        rows.append((obj, mark_safe("".join(cells) + hidden)))
    return rows


def link(url, text) -> str:
    """A link in a list cell."""
    return mark_safe(f'<a href="{escape(url)}">{escape(text)}</a>') if url else escape(text)
