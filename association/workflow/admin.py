"""The admin of anything that has a workflow: turn bar, the table's buttons, one confirm page, moves in bulk."""

from django.contrib import admin, messages
from django.contrib.admin import helpers
from django.http import HttpResponseRedirect

from association.core.adminlist import chip
from association.inbox.models import Whose

from . import views
from .checks import as_staff, is_void
from .table import get_workflow, workflow_of

TONES = {Whose.OFFICE: "gold", Whose.AUTHORITY: "gold", Whose.PARTY: "", Whose.CLOCK: "seal", Whose.NOBODY: "lake"}
VOID = "void"


def state_filter(states, *, of: str = ""):
    """状态 as a filter of a list. `of`: the key to the row that has the state, where that can be declared void (作废);
    void rows are then listed only where they are asked for."""

    class StateFilter(admin.SimpleListFilter):
        title, parameter_name = "状态", "state"

        def lookups(self, request, model_admin):
            return [*states.choices, *([(VOID, "已作废")] if of else [])]

        def queryset(self, request, queryset):
            if of:
                queryset = queryset.filter(**{f"{of}__voided_at__isnull": self.value() != VOID})
            if self.value() not in states.values:
                return queryset
            return queryset.filter(**{f"{of}__state" if of else "state": self.value()})

    return StateFilter


class StatefulAdminMixin:
    """Before BaseAdmin: `class ListAdmin(StatefulAdminMixin, BaseAdmin)`. The state is shown, never edited.

    workflow_kind     the table of this list, where the model does not name one (a list of Cases of one kind)
    stateful_of(obj)  the Stateful behind a row: override where the row is a case's own table (return obj.case)
    list_display      may name `state_chip`
    """

    change_form_template = "workflow/change_form.html"
    move_template = "workflow/move.html"  # the confirm page of one move
    workflow_kind: str | None = None
    bulk_moves = True

    def stateful_of(self, obj):
        return obj

    def stateful_rows(self, queryset) -> list:
        """The Statefuls behind the ticked rows, in few queries; override together with stateful_of."""
        keys = {field.name for field in queryset.model._meta.concrete_fields if field.is_relation}
        return list(queryset.select_related("party") if "party" in keys else queryset)

    def flow(self):
        kind = self.workflow_kind or getattr(self.model, "workflow_kind", None)
        return get_workflow(kind) if isinstance(kind, str) else None

    def state_chip(self, obj):
        thing = self.stateful_of(obj)
        flow = workflow_of(thing)
        if getattr(thing, "voided_at", None):
            return chip("已作废")
        turn = flow.turns.get(thing.state)
        return chip(thing.state_label, TONES.get(turn.whose, "") if turn else "")

    state_chip.short_description = "状态"
    state_chip.admin_order_field = "state"

    # -- one row -----------------------------------------------------------------------------------------------

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj is not None:
            thing = self.stateful_of(obj)
            context["stateful"] = views.stateful_context(
                thing, request.user, lambda name: self.page_url("move", obj.pk, name)
            )
        return super().render_change_form(request, context, add, change, form_url, obj)

    def extra_urls(self):
        return [
            *super().extra_urls(),
            self.page("<path:object_id>/move/<str:name>/", self.move_view, "move", needs="view"),
        ]

    def move_view(self, request, object_id, name):
        """Confirm page of a move; `-undo` and `-void` are the two that no table names."""
        obj = self.object_or_404(request, object_id)
        thing, back = self.stateful_of(obj), self.page_url("change", obj.pk)
        context = self.page_context(request, obj)
        if name in ("-undo", "-void"):
            return views.reason_page(request, thing, name[1:], back_url=back, context=context)
        context |= self.move_context(request, obj, name)
        return views.move_page(request, thing, name, back_url=back, template=self.move_template, context=context)

    def move_context(self, request, obj, name) -> dict:
        """What the confirm page shows beside the move itself."""
        return {}

    # -- many rows ---------------------------------------------------------------------------------------------

    def get_actions(self, request):
        found = super().get_actions(request)
        flow = self.flow()
        if flow is None or not self.bulk_moves:
            return found
        for move in flow.transitions:
            again = move.target in move.sources  # the same rows would qualify once more
            if not (move.hidden or move.by_clock or again) and self._may_bulk(request, move, flow):
                name = f"move_{move.name}"
                found[name] = (_bulk_action(move.name), name, f"代录：{move.label}" if move.is_theirs else move.label)
        return found

    def get_changelist_instance(self, request):
        request.shown_list = super().get_changelist_instance(request)
        return request.shown_list

    def get_action_choices(self, request, *args, **kwargs):
        """The moves that a row of this page can take; what was ticked comes back among all of them."""
        choices = super().get_action_choices(request, *args, **kwargs)
        shown, flow = getattr(request, "shown_list", None), self.flow()
        if request.method == "POST" or shown is None or flow is None:
            return choices
        things = [self.stateful_of(row) for row in shown.result_list]
        states = {thing.state for thing in things if not is_void(thing)}
        idle = {f"move_{move.name}" for move in flow.transitions if not move.sources & states}
        return [choice for choice in choices if choice[0] not in idle]

    def _may_bulk(self, request, move, flow) -> bool:
        known = request.__dict__.setdefault("_bulk_rights", {})
        if move.right not in known:
            known[move.right] = as_staff(_OfKind(flow.kind), move, request.user) is not None
        return known[move.right]

    def bulk_view(self, request, queryset, name):
        """The page that lists what will happen to each ticked row, and then does it."""
        back = request.get_full_path()
        if queryset.order_by().count() > views.MOST_IN_BULK:
            messages.warning(request, f"一次最多办理 {views.MOST_IN_BULK} 件，请先用筛选缩小范围。")
            return HttpResponseRedirect(back)
        things = self.stateful_rows(queryset)
        if not things:
            messages.warning(request, "选中的记录已经不在这里，请刷新后再选。")
            return HttpResponseRedirect(back)
        hidden = [("action", f"move_{name}"), ("index", "0")]
        hidden += [(helpers.ACTION_CHECKBOX_NAME, pk) for pk in queryset.values_list("pk", flat=True)]
        context = self.page_context(request, subpage=False)
        return views.bulk_page(request, things, name, back_url=back, hidden=hidden, context=context)


class _OfKind:
    """Stands for any row of a kind where only the kind matters (rights are by kind)."""

    def __init__(self, kind):
        self.workflow_kind = kind


def _bulk_action(name):
    def act(modeladmin, request, queryset):
        return modeladmin.bulk_view(request, queryset, name)

    return act
