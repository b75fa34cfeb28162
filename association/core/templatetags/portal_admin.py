"""Tags of the admin's own templates."""

from django import template
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.templatetags.admin_list import result_headers, result_hidden_fields
from django.contrib.admin.views.main import PAGE_VAR
from django.core.exceptions import FieldDoesNotExist
from django.urls import reverse

from association.core.adminforms import value_in_words
from association.core.adminlist import columns_of, rows_of
from association.core.paginator import LAST

register = template.Library()


@register.inclusion_tag("admin/portal_results.html", takes_context=True)
def portal_result_list(context):
    """The rows of the page, drawn by core.adminlist."""
    cl = context["cl"]
    headers = list(result_headers(cl))
    for header, column in zip(headers, columns_of(cl), strict=False):
        header.update(checkbox=column.name == "action_checkbox", classes=column.classes)
    return {
        "cl": cl,
        "headers": headers,
        "rows": rows_of(cl),
        "actions_row": context.get("actions_row"),
        "hidden_fields": list(result_hidden_fields(cl)),
    }


@register.simple_tag
def portal_pages(cl):
    """[{"label", "url", "here"}]: first, the neighbours, last; 末页 where the number of pages is not known."""
    pages, here, total = [], cl.page_num, cl.paginator.num_pages
    exact = getattr(cl.paginator, "is_exact", True)
    near = {1, *range(max(1, here - 2), min(total, here + 2) + 1)} | ({total} if exact else set())
    before = 0
    for number in sorted(near):
        if number - before > 1:
            pages.append({"label": "…"})
        url = "" if number == here else cl.get_query_string({PAGE_VAR: number})
        pages.append({"label": str(number), "url": url, "here": number == here})
        before = number
    if not exact:
        pages += [{"label": "…"}, {"label": "末页", "url": cl.get_query_string({PAGE_VAR: LAST})}]
    return pages


@register.inclusion_tag("admin/pages.html")
def pages(page, query, unit=""):
    """The pages of a list of our own (django Page) at ?p=, `query` the rest of the address; the total where a unit is given."""
    numbers = page.paginator.get_elided_page_range(page.number)
    return {"page": page, "numbers": numbers, "query": query, "unit": unit}


@register.filter
def admin_list_address(opts) -> str:
    """Where a model's rows stand: its list, or the page of its only row."""
    name = f"admin:{opts.app_label}_{opts.model_name}"
    only = getattr(admin.site._registry.get(opts.model), "only_row", None)
    return reverse(f"{name}_change", args=[only]) if only else reverse(f"{name}_changelist")


@register.filter
def admin_change_url(opts) -> str:
    return f"admin:{opts.app_label}_{opts.model_name}_change"


@register.filter
def changes_in_words(event) -> list[tuple[str, str, str]]:
    """What an event changed: (name of the field, before, after), in the words of the form."""
    return [(*_words(event.subject_type, name, *pair),) for name, pair in event.changes.items()]


def _words(model: str, name: str, *values) -> list[str]:
    try:
        field = apps.get_model(model)._meta.get_field(name)
    except (LookupError, ValueError, FieldDoesNotExist, AttributeError):
        return [name, *(value_in_words(None, value) for value in values)]
    return [str(getattr(field, "verbose_name", name)), *(value_in_words(field, value) for value in values)]


@register.filter
def labelled(row, heads) -> list[tuple]:
    """The (text, url) cells of a row with the head of each before it, for a phone, which has no head line."""
    return [(head, *cell) for head, cell in zip(heads, row, strict=True)]
