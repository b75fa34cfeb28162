"""Pages of moves: one confirm page for every move, one for undo and void, one for many rows at once.

They know nothing of the admin: the caller passes the page's frame (template, back_url, context).
"""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone

from association.accounts.roles import Right
from association.inbox.models import Whose
from association.inbox.queries import Clock
from association.parties.models import Seat

from .actions import perform, perform_many, preview_many, undo_last, void
from .checks import MoveRefused, allowed, as_staff, moves_for, undoable_step, why_not, why_not_void
from .forms import MoveForm, ReasonForm
from .models import Step
from .table import workflow_of

SHOWN_IN_BULK = 100  # rows of a bulk page that are written out; the others are counted
MOST_IN_BULK = 5000


# -- Whose turn, and what happened -----------------------------------------------------------------------------------


def turn_of(thing, user) -> dict:
    """Whose move it is: {"who", "what", "due", "left", "late", "mine", "state"}."""
    flow = workflow_of(thing)
    turn = flow.turns.get(thing.state)
    due = getattr(thing, "due_at", None)
    past = due is not None and due < timezone.now()
    who = {Whose.OFFICE: "协会", Whose.AUTHORITY: "主管部门"}.get(turn.whose, "") if turn else ""
    if turn and turn.whose == Whose.PARTY:
        who = str(thing.turn_person or thing.turn_party or "单位")
    label = thing.state_label
    return {
        "state": label,
        "who": who,
        "what": turn.label if turn and turn.label else label,
        "due": due,
        "left": None if past else Clock().left(due),
        "late": past and not (turn and turn.whose == Whose.CLOCK),  # nobody is late with what the clock does
        "mine": bool(turn and turn.whose == Whose.OFFICE and turn.right and turn.right in user.rights_today),
        "void": getattr(thing, "voided_at", None),
    }


def stations_of(thing, steps) -> list[dict]:
    """The states that were passed, the present one and those ahead: {"label", "state": done | current | todo, "date"}.

    A state of the path that was skipped is not drawn.
    """
    flow = workflow_of(thing)
    path = list(flow.path) or [thing.state]
    if thing.state not in path:
        path.append(thing.state)
    reached = {step.target: step.happened_on for step in steps if step.undone_at is None}
    here = path.index(thing.state)
    return [
        {
            "label": flow.states(state).label,
            "state": "current" if index == here else "done" if index < here and state in reached else "todo",
            "date": reached.get(state) if index <= here else None,
        }
        for index, state in enumerate(path)
        if index >= here or state in reached
    ]


def stateful_context(thing, user, move_url) -> dict:
    """What the change page shows: turn, buttons, stations, steps, undo, void. move_url(name) is a move's address."""
    steps = list(Step.objects.of(thing).select_related("scan"))
    step, why = undoable_step(thing, user, steps)
    buttons = [
        {
            "label": move.label if allowed(thing, move, user) else f"代录：{move.label}",
            "url": move_url(move.name),
            "danger": move.danger,
            "about": move.about,
        }
        for move in moves_for(thing, user)
        if not (move.quiet and move.guard(thing))
    ]
    return {
        "turn": turn_of(thing, user),
        "buttons": buttons,
        "stations": stations_of(thing, steps),
        "steps": steps[::-1],
        "undo": {"label": step.label, "url": move_url("-undo")} if step else None,
        "undo_why": why,
        "void_url": move_url("-void") if not why_not_void(thing, user) else "",
    }


# -- One row ---------------------------------------------------------------------------------------------------------


def _move_named(thing, name):
    try:
        move = workflow_of(thing).get(name)
    except KeyError as unknown:
        raise Http404 from unknown
    if move.hidden or (move.by_clock and move.right is None):
        raise Http404
    return move


def _own_form(move, request, thing=None):
    """The move's own fields; a form class with `takes_thing` is made with thing=."""
    if move.form is None:
        return None
    more = {"thing": thing} if getattr(move.form, "takes_thing", False) else {}
    return move.form(request.POST, request.FILES, **more) if request.method == "POST" else move.form(**more)


def _what_happens(things, move, user, on_behalf) -> dict:
    """What the page states before the move: whose name it bears, from, to, who comes next, who hears of it, undo."""
    flow = workflow_of(things[0])
    turn = flow.turns.get(move.target)
    return {
        "source": "、".join(dict.fromkeys(thing.state_label for thing in things)),
        "target": flow.states(move.target).label,
        "next_who": turn.whose.label if turn else "",
        "next_what": turn.label if turn else "",
        "next_days": turn.working_days if turn else None,
        "can_be_undone": move.can_be_undone,
        "signs_for": _signs_for(things[0], move, user, on_behalf),
        "tells": _who_is_told(things, move),
    }


def _signs_for(thing, move, user, on_behalf) -> str:
    """The sentence for a stand-in, before anything is signed in another's name; "" for one's own right."""
    held = as_staff(thing, move, user) if on_behalf else allowed(thing, move, user)
    if held is None or held.principal is None:
        return ""
    verb = "签发" if move.right == Right.DECIDE else "办理"
    return f"您将代{held.principal.name}{verb}，署名写作「{held.signature}」。"


def _who_is_told(things, move) -> str:
    """Who hears of the move; a unit without an account hears nothing, and somebody has to call it."""
    if not move.tells:
        return ""
    parties = {thing.turn_party.pk for thing in things if thing.turn_party is not None}
    silent = len(parties - set(Seat.objects.live().filter(party__in=parties).values_list("party_id", flat=True)))
    if not silent:
        return move.tells
    if silent == len(parties):
        return "企业还没有账号，不会收到消息，请另行通知"
    return f"{move.tells}；其中 {silent} 家还没有账号，不会收到消息，请另行通知"


def move_page(request, thing, name, *, back_url, template="workflow/move.html", context=None):
    """The confirm page of one move, and the move itself. `back_url` is where the reader lands afterwards."""
    move, user = _move_named(thing, name), request.user
    on_behalf = move.is_theirs and allowed(thing, move, user) is None and bool(as_staff(thing, move, user))
    if request.method != "POST":
        why = why_not(thing, move, user, on_behalf=True if on_behalf else None)
        if why:
            if thing.state in move.sources and not on_behalf and allowed(thing, move, user) is None:
                raise PermissionDenied(why)
            messages.warning(request, why)
            return HttpResponseRedirect(back_url)
    last = Step.objects.of(thing).standing().last()
    form = MoveForm(
        request.POST if request.method == "POST" else None, request.FILES or None, move=move, last_step=last,
        on_behalf=on_behalf, party=thing.turn_party, user=user, initial={"seen_version": thing.version},
    )  # fmt: skip
    own = _own_form(move, request, thing)
    if request.method == "POST":
        valid = form.is_valid() & (own is None or own.is_valid())
        if valid and _perform(request, thing, move, form, own):
            return HttpResponseRedirect(back_url)
    facts = _what_happens([thing], move, user, on_behalf)
    context = {
        "title": move.label, "move": move, "thing": thing, "form": form, "own_form": own, "on_behalf": on_behalf,
        "back_url": back_url, "kept_scan": form.kept_scan, "too_late": thing.state not in move.sources, **facts,
        **(context or {}),
    }  # fmt: skip
    return TemplateResponse(request, template, context, status=200 if not form.errors else 422)


def _perform(request, thing, move, form, own) -> bool:
    """True where the move is made (also by the first of two clicks); else the forms say why not."""
    data = own.cleaned_data if own else {}
    seen = form.cleaned_data.get("seen_version")
    try:
        perform(thing, move.name, by=request.user, seen_version=seen, **form.arguments(), **data)
    except PermissionDenied as problem:
        _put(problem, form, own)
    except ValidationError as problem:
        if _clicked_twice(thing, move, request.user, seen):
            messages.success(request, f"已办理「{move.label}」。")
            return True
        if getattr(problem, "code", None) == "stale":
            form.data = form.data.copy()
            form.data["seen_version"] = thing.version
        _put(problem, form, own)
    else:
        messages.success(request, f"已办理「{move.label}」。")
        return True
    return False


def _put(problem, form, own):
    """Show a refusal at the field it is about, of the page's form or of the move's own; any other on top."""
    code = getattr(problem, "code", None)
    if isinstance(problem, PermissionDenied):
        form.add_error(None, str(problem))
    elif own and code not in form.fields and code in own.fields:
        own.add_error(code, problem.messages[0])
    else:
        form.put(problem)


def _clicked_twice(thing, move, user, seen) -> bool:
    last = Step.objects.of(thing).standing().last()
    return bool(
        last and seen is not None and thing.version == seen + 1 and last.name == move.name and last.actor_id == user.pk
    )


def reason_page(request, thing, what, *, back_url, template="workflow/reason.html", context=None):
    """Taking the last step back ("undo"), or declaring the row void ("void")."""
    if what == "undo":
        step, why = undoable_step(thing, request.user)
        label, act = f"撤回「{step.label}」" if step else "撤回上一步", undo_last
    else:
        step, why, label, act = None, why_not_void(thing, request.user), "作废", void
    if why:
        messages.warning(request, why)
        return HttpResponseRedirect(back_url)
    form = ReasonForm(request.POST or None, what=label)
    if request.method == "POST" and form.is_valid():
        try:
            act(thing, by=request.user, reason=form.cleaned_data["note"])
        except MoveRefused as problem:
            form.add_error(None, problem.messages[0])
        else:
            messages.success(request, f"已{label}。")
            return HttpResponseRedirect(back_url)
    context = {
        "title": label, "what": what, "step": step, "thing": thing, "form": form, "back_url": back_url,
        **(context or {}),
    }  # fmt: skip
    return TemplateResponse(request, template, context, status=200 if not form.errors else 422)


# -- Many rows -------------------------------------------------------------------------------------------------------


def bulk_page(request, things, name, *, back_url, hidden, template="workflow/bulk.html", context=None):
    """What a move will do to each ticked row, then the move. `hidden` [(name, value)] brings the rows back on POST.

    The first POST comes from the list (without `confirmed`): it only shows.
    """
    move = _move_named(things[0], name)
    confirmed = request.POST.get("confirmed") == "yes"
    on_behalf = move.is_theirs
    form = MoveForm(
        request.POST if confirmed else None, request.FILES or None if confirmed else None, move=move,
        on_behalf=on_behalf, party=None, user=request.user,
    )  # fmt: skip
    own = _own_form(move, request) if confirmed else move.form() if move.form else None
    if confirmed and form.is_valid() & (own is None or own.is_valid()):
        try:
            done = perform_many(things, name, by=request.user, **form.arguments(), **(own.cleaned_data if own else {}))
        except (PermissionDenied, ValidationError) as problem:  # what stands in the way of all: nothing was moved
            _put(problem, form, own)
        else:
            _report(request, move, *done)
            return HttpResponseRedirect(back_url)
    verdicts = preview_many(things, name, request.user, on_behalf=True if on_behalf else None)
    can = [thing for thing, why in verdicts if not why]
    cannot = [(thing, why) for thing, why in verdicts if why]
    context = {
        "title": f"{move.label}（{len(can)} 件）", "move": move, "form": form, "own_form": own, "can": can,
        "can_shown": can[:SHOWN_IN_BULK], "can_more": max(0, len(can) - SHOWN_IN_BULK),
        "cannot": cannot[:SHOWN_IN_BULK], "cannot_count": len(cannot), "hidden": hidden,
        "back_url": back_url, "on_behalf": on_behalf,
        **_what_happens(can or things, move, request.user, on_behalf), **(context or {}),
    }  # fmt: skip
    return TemplateResponse(request, template, context)


def _report(request, move, moved, refused):
    if moved:
        messages.success(request, f"已办理「{move.label}」{moved} 件。")
    for thing, why in refused[:5]:
        messages.warning(request, f"「{thing}」没有办理：{why}")
    if len(refused) > 5:
        messages.warning(request, f"还有 {len(refused) - 5} 件没有办理，它们仍在列表里。")
