"""Base classes of the admin: rows through visible_to(), few queries, version check, masked fields, history.

class FirmAdmin(BaseAdmin):
    list_display = ("party", "district")
    search_fields = ("name",)                  # the box is there; what it does:
    search_rows = staticmethod(lambda rows, term: rows.filter(…))   # (queryset, term) -> queryset
    may_delete = False                         # rows stay unless the admin says otherwise
    saves_through_actions = False              # True where save_model() calls an action that records its own Event
    def list_links(self, request): return [Link("导入", "/admin/…/import/")]
    def extra_urls(self): return [self.page("<path:object_id>/sheet/", self.sheet, "sheet", needs="view")]
"""

import time
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.admin.options import ShowFacets
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.http import Http404, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from unfold.admin import ModelAdmin, TabularInline

from .adminforms import (
    DATE_FIELDS,
    READ_FIELD,
    KnownListFormSet,
    KnownRows,
    PlainDecimalField,
    masked_column,
    plain_figure,
    read_token,
    sentence_of,
    value_in_words,
    versioned,
)
from .adminhooks import holds, hooks
from .adminlist import PortalChangeList
from .models import Base, StaleVersion
from .paginator import LAST, BoundedPaginator

UNMASKED_SECONDS = 600
HISTORY_ROWS = 50
NOT_CHOSEN = "请选择"


@dataclass(frozen=True)
class Link:
    """A button above a list or a form. `filled` marks the one that is next."""

    label: str
    url: str
    filled: bool = False


def in_order(events):
    """By the day it happened, as the page dates it; what was entered later (补录) stands where it belongs."""
    return events.order_by("-happened_on", "-entered_at", "-id")


def visible_rows(queryset, user):
    """The rows that the person may see, where the model has a rule; the model's permission has been asked before."""
    rule = getattr(queryset, "visible_to", None)
    return rule(user) if rule else queryset


class ScopedFieldsMixin:
    """Choices of foreign keys are the rows that the person may see; dates have the browser's own pickers.

    Figures stand without the zeros that their column adds, in a form and where they are only read.
    """

    formfield_overrides = DATE_FIELDS | {
        models.DecimalField: {"form_class": PlainDecimalField},
        models.URLField: {"assume_scheme": "https"},
    }

    @property
    def readonly_preprocess_fields(self) -> dict:
        figures = (field for field in self.opts.concrete_fields if isinstance(field, models.DecimalField))
        return {field.name: plain_figure for field in figures}

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        form_field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if form_field is not None and getattr(form_field, "queryset", None) is not None:
            form_field.queryset = visible_rows(form_field.queryset, request.user)
            if form_field.empty_label is not None:
                form_field.empty_label = NOT_CHOSEN
        return form_field

    def formfield_for_choice_field(self, db_field, request, **kwargs):
        blank = db_field.blank or not (db_field.has_default() or "initial" in kwargs)
        choices = db_field.get_choices(include_blank=blank, blank_choice=[("", NOT_CHOSEN)])
        return super().formfield_for_choice_field(db_field, request, **{"choices": choices} | kwargs)


class MaskingMixin:
    """Fields that the model names SENSITIVE are shown masked on existing rows until the person asks for them."""

    def masked_names(self, request, obj=None) -> set[str]:
        names = set(getattr(self.model, "SENSITIVE", ()))
        if obj is None or not names or self.is_unmasked(request, obj):
            return set()
        return names

    def is_unmasked(self, request, obj) -> bool:
        opened = request.session.get("unmasked", {}).get(f"{obj._meta.label_lower}:{obj.pk}", 0)
        return time.time() - opened < UNMASKED_SECONDS and holds(request.user, "personal")

    def _columns(self, request, obj) -> dict:
        found = {}
        for name in self.masked_names(request, obj):
            field = self.opts.get_field(name)
            found[name] = request.__dict__.setdefault("_masked_columns", {}).setdefault(
                f"{self.opts.label_lower}.{name}", masked_column(field)
            )
        return found

    def get_fieldsets(self, request, obj=None):
        fieldsets = super().get_fieldsets(request, obj)
        columns = self._columns(request, obj)
        if not columns:
            return fieldsets

        seen = set()  # where no fields are named, Django adds the read-only ones once more

        def swap(names):
            found = [swap(n) if isinstance(n, (list, tuple)) else columns.get(n, n) for n in names]
            return [n for n in found if isinstance(n, list) or not (n in seen or seen.add(n))]

        return [(title, {**options, "fields": swap(options["fields"])}) for title, options in fieldsets]

    def get_readonly_fields(self, request, obj=None):
        return [*super().get_readonly_fields(request, obj), *self._columns(request, obj).values()]


class BaseAdmin(ScopedFieldsMixin, MaskingMixin, ModelAdmin):
    list_per_page = 50
    list_max_show_all = 0
    show_full_result_count = False
    show_facets = ShowFacets.NEVER
    paginator = BoundedPaginator
    empty_value_display = "—"
    compressed_fields = True
    warn_unsaved_form = True
    list_fullwidth = True
    may_delete = False
    saves_through_actions = False
    search_rows = None
    in_sidebar = True
    sidebar_icon = ""
    sidebar_order = 100
    only_row = None  # the key of a model's one row: the menu leads to its page
    change_list_template = None
    object_history_template = "admin/portal_history.html"

    # -- rows ------------------------------------------------------------------------------------------------

    def get_queryset(self, request):
        return visible_rows(super().get_queryset(request), request.user)

    def get_list_select_related(self, request):
        if self.list_select_related:
            return self.list_select_related
        keys = {f.name for f in self.opts.concrete_fields if isinstance(f, models.ForeignKey)}
        return [name for name in self.get_list_display(request) if name in keys]

    def get_search_results(self, request, queryset, search_term):
        if self.search_rows is None:
            return super().get_search_results(request, queryset, search_term)
        term = search_term.strip()
        return (self.search_rows(queryset, term) if term else queryset), False

    def get_paginator(self, request, queryset, per_page, orphans=0, allow_empty_first_page=True):
        asked = request.GET.get("p", "1")
        wanted = LAST if asked == LAST else int(asked) if asked.isdigit() and len(asked) < 8 else 1
        return self.paginator(queryset, per_page, orphans, allow_empty_first_page, wanted=wanted)

    def get_changelist(self, request, **kwargs):
        return PortalChangeList

    def get_changelist_formset(self, request, **kwargs):
        return super().get_changelist_formset(request, formset=KnownListFormSet, **kwargs)

    def list_links(self, request) -> list[Link]:
        """Buttons above the list: import, export, print."""
        return []

    def changelist_view(self, request, extra_context=None):
        context = {"list_links": self.list_links(request), "title": str(self.opts.verbose_name_plural)}
        return super().changelist_view(request, context | (extra_context or {}))

    # -- who may -----------------------------------------------------------------------------------------------

    def may_delete_row(self, obj) -> bool:
        return True

    def has_delete_permission(self, request, obj=None):
        allowed = self.may_delete and super().has_delete_permission(request, obj)
        return allowed and (obj is None or self.may_delete_row(obj))

    def guarded(self, view, *, needs: str = "change"):
        """The view behind the staff login and a permission: view, add, change, delete or a right (portal.decide)."""

        def checked(request, *args, **kwargs):
            asked = getattr(self, f"has_{needs}_permission", None)
            if not (asked(request) if asked else request.user.has_perm(needs)):
                raise PermissionDenied("您没有办理这件事的权限。")
            return view(request, *args, **kwargs)

        return self.admin_site.admin_view(checked)

    def page(self, route: str, view, name: str, *, needs: str = "change"):
        """A page of this admin: its address is named admin:<app>_<model>_<name>."""
        return path(route, self.guarded(view, needs=needs), name=f"{self.opts.app_label}_{self.opts.model_name}_{name}")

    def page_url(self, name: str, *args) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{name}", args=args)

    def extra_urls(self) -> list:
        return []

    def get_urls(self):
        return [
            *self.extra_urls(),
            self.page("<path:object_id>/unmask/", self.unmask_view, "unmask", needs="view"),
            *super().get_urls(),
        ]

    def object_or_404(self, request, object_id, permission: str = "view"):
        """The row of an address, if this person may see it and holds the permission on it."""
        obj = self.get_object(request, unquote(str(object_id)))
        if obj is None:
            raise Http404
        if not getattr(self, f"has_{permission}_permission")(request, obj):
            raise PermissionDenied("您没有办理这件事的权限。")
        return obj

    def page_context(self, request, obj=None, **more) -> dict:
        """What a page of ours under this admin passes to its template."""
        frame = self.admin_site.each_context(request)
        context = {**frame, "opts": self.opts, "original": obj, "object": obj, "subpage": obj is not None, **more}
        return ({"subtitle": str(obj)} if context["subpage"] else {}) | context

    # -- forms -------------------------------------------------------------------------------------------------

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        return versioned(form, self.model) if obj is not None else form

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except StaleVersion:  # saved between our check and our write: the check answers now
            return super().changeform_view(request, object_id, form_url, extra_context)
        except ValidationError as problem:
            if not self.saves_through_actions:
                raise
            messages.warning(request, problem.messages[0])  # somebody was faster than the form's own check
            return HttpResponseRedirect(request.path)

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj is not None:
            form = context["adminform"].form
            typed = request.POST.get(READ_FIELD) if not getattr(form, "stale", False) else None
            masked = self.masked_names(request, obj)
            context |= {
                "read_token": (typed or read_token(obj)) if isinstance(obj, Base) else "",
                "can_unmask": bool(masked) and holds(request.user, "personal"),
                "unmask_url": self.page_url("unmask", obj.pk),
                "history": self.history_of(obj)[:8],
                "history_url": self.page_url("history", obj.pk),
            }
        return super().render_change_form(request, context, add, change, form_url, obj)

    def unmask_view(self, request, object_id):
        """Show the sensitive fields of a row for ten minutes, and remember who saw them."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        obj = self.object_or_404(request, object_id)
        if not holds(request.user, "personal"):
            raise PermissionDenied("您没有查看完整个人信息的权限。")
        what = f"{self.opts.verbose_name}「{obj}」"
        hooks.log_access("unmasked", what, by=request.user, subject=obj, request=request)
        request.session["unmasked"] = request.session.get("unmasked", {}) | {
            f"{obj._meta.label_lower}:{obj.pk}": time.time()
        }
        messages.info(request, "已显示完整信息，10 分钟内有效；本次查看已记入查阅记录。")
        return HttpResponseRedirect(self.page_url("change", obj.pk))

    # -- what happened -----------------------------------------------------------------------------------------

    def history_of(self, obj):
        """The row's timeline, the latest first."""
        return in_order(hooks.events_of(obj)) if hooks.events_of else ()

    def history_view(self, request, object_id, extra_context=None):
        obj = self.object_or_404(request, object_id)
        context = self.page_context(
            request, obj, title="经过", history=self.history_of(obj)[:HISTORY_ROWS],
            versions=self.versions_of(obj), **(extra_context or {}),
        )  # fmt: skip
        return TemplateResponse(request, self.object_history_template, context)

    def versions_of(self, obj) -> list[dict]:
        """What simple-history kept of the row: [{"at", "by", "changes": [(label, old, new)]}], the latest first."""
        if not hasattr(self.model, "history"):
            return []
        rows = list(obj.history.select_related("history_user").order_by("-history_date", "-history_id")[:HISTORY_ROWS])
        found = []
        for newer, older in zip(rows, [*rows[1:], None], strict=True):
            changes = [] if older is None else newer.diff_against(older).changes
            found.append({
                "at": newer.history_date, "by": newer.history_user,
                "changes": [self._in_words(change) for change in changes],
            })  # fmt: skip
        return found

    def _in_words(self, change) -> tuple[str, str, str]:
        field = self.opts.get_field(change.field)
        return field.verbose_name, value_in_words(field, change.old), value_in_words(field, change.new)

    def construct_change_message(self, request, form, formsets, add=False):
        return sentence_of(form.instance, form, formsets, add)

    def _record(self, request, obj, verb, sentence, changes=None):
        if hooks.record and sentence and not self.saves_through_actions:
            hooks.record(obj, verb, f"{request.user.name}{sentence}", by=request.user, changes=changes)

    def log_addition(self, request, obj, message):
        self._record(request, obj, "admin.added", message[0])

    def log_change(self, request, obj, message):
        self._record(request, obj, "admin.changed", *message) if isinstance(message, tuple) else None

    def log_deletions(self, request, queryset):
        for obj in queryset:
            self._record(request, obj, "admin.deleted", f"删除{self.opts.verbose_name}「{obj}」")


class ReadOnlyAdmin(BaseAdmin):
    """Rows that are only looked at here."""

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


class _InlineMixin(ScopedFieldsMixin):
    extra = 0
    per_page = 50

    def get_queryset(self, request):
        return visible_rows(super().get_queryset(request), request.user)

    def get_fields(self, request, obj=None):
        return [self._swapped(request, obj, name) for name in super().get_fields(request, obj)]

    def get_readonly_fields(self, request, obj=None):
        own = [self._swapped(request, obj, n) for n in super().get_readonly_fields(request, obj)]
        hidden = [self._swapped(request, obj, n) for n in getattr(self.model, "SENSITIVE", ())]
        return [*own, *(column for column in hidden if callable(column) and column not in own)]

    def _swapped(self, request, obj, name):
        """The masked column in place of a sensitive field, unless the row above was unmasked."""
        if name not in getattr(self.model, "SENSITIVE", ()) or obj is None:
            return name
        admin = self.admin_site._registry.get(type(obj))
        if admin is not None and admin.is_unmasked(request, obj):
            return name
        return request.__dict__.setdefault("_masked_columns", {}).setdefault(
            f"{self.opts.label_lower}.{name}", masked_column(self.opts.get_field(name))
        )


class KnownInlineFormSet(KnownRows, TabularInline.formset):
    pass


class BaseTabularInline(_InlineMixin, TabularInline):
    hide_title = True
    formset = KnownInlineFormSet


from . import settings_admin  # noqa: E402, F401 - the ground's own lists, found with this module
