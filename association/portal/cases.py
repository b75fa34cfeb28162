"""A case on its party's desk, of whatever kind: its words, whose turn it is, the party's own moves and the way back."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone

from association.cases.models import Case
from association.core.models import Association
from association.core.refusals import put_errors, tried
from association.inbox.models import Whose
from association.inbox.queries import Clock
from association.timeline.actions import events_of
from association.workflow.actions import perform, undo_last
from association.workflow.checks import undoable_step
from association.workflow.models import Step
from association.workflow.table import Transition, workflow_of
from association.workflow.views import stations_of

from .desk import READS_ONLY, Desk
from .forms import PartyMoveForm, UndoForm

TONES = {Whose.PARTY: "gold", Whose.CLOCK: "seal", Whose.NOBODY: "lake"}
LEAVING = "withdraw"  # the way out stands below, not beside what is asked


# -- Its words --------------------------------------------------------------------------------------------------------


def without_name(title: str, name: str) -> str:
    """On a party's own desk its name need not stand before each matter."""
    return title.removeprefix(name).strip() or title


def title_of(case: Case) -> str:
    return without_name(case.title, case.party_name)


def state_of(case: Case) -> dict:
    """{"chip", "tone"} in the party's words."""
    return {"chip": workflow_of(case).label_for(case.state, staff=False), "tone": TONES.get(whose_turn(case), "")}


def stations(case: Case) -> list[dict]:
    """The stations that this case passed, stands at and has ahead. One query.

    Where nobody has anything left to do, the last one is passed too.
    """
    shown = stations_of(case, Step.objects.of(case))
    if whose_turn(case) == Whose.NOBODY:
        shown = [row | {"state": "done"} if row["state"] == "current" else row for row in shown]
    return shown


def events(desk: Desk, case: Case):
    """What happened, as the party may read it. One query."""
    return events_of(case).visible_to(desk.user).order_by("-entered_at", "-pk")


# -- Whose turn it is -------------------------------------------------------------------------------------------------


def whose_turn(case: Case) -> str:
    turn = workflow_of(case).turns.get(case.state)
    return turn.whose if turn else Whose.NOBODY


def turn_of(
    desk: Desk, case: Case, *, over: str, buttons: list[dict], due=None, what: str = "", note: str = ""
) -> dict:
    """components/turn_bar.html. `over` says that the matter is closed; `what` and `note` are a kind's own words."""
    turn, whose = workflow_of(case).turns.get(case.state), whose_turn(case)
    what = what or (turn.label if turn else "") or state_of(case)["chip"]
    mine = whose == Whose.PARTY and desk.may_move
    if whose == Whose.PARTY and not desk.may_move:
        note = READS_ONLY.rstrip("。")
    return {
        "mine": mine, "who": _who(whose), "what": f"{over}（{what}）" if whose == Whose.NOBODY else what, "due": due,
        "days_left": Clock().left(due), "late": due is not None and whose == Whose.PARTY and due < timezone.now(),
        "note": note, "action": buttons[0] if buttons else None, "others": buttons[1:],
    }  # fmt: skip


def _who(whose: str) -> str:
    if whose == Whose.AUTHORITY:
        return Association.current().authority_name or "主管部门"
    return {Whose.PARTY: "您", Whose.OFFICE: "协会"}.get(whose, "")


# -- What the party may do --------------------------------------------------------------------------------------------


def moves_of(desk: Desk, case: Case) -> list[Transition]:
    """What the party itself may do now; nothing from a reader's seat."""
    if not desk.may_move or getattr(case, "voided_at", None):
        return []
    return [move for move in workflow_of(case).from_state(case.state) if move.party_may and not move.hidden]


def _button(case: Case, move: Transition) -> dict:
    return {"label": move.label, "url": f"{case.desk_url}{move.name}/"}


def buttons_of(desk: Desk, case: Case) -> list[dict]:
    return [_button(case, move) for move in moves_of(desk, case) if move.name != LEAVING]


def leaving_of(desk: Desk, case: Case) -> dict | None:
    """The way out (撤回申请), where there is one."""
    return next((_button(case, move) for move in moves_of(desk, case) if move.name == LEAVING), None)


def undo_of(desk: Desk, case: Case) -> dict | None:
    """The reader's own last step, while it can be taken back. One query."""
    step, _why = undoable_step(case, desk.user) if desk.may_move else (None, "")
    return {"label": f"撤回「{step.label}」", "url": f"{case.desk_url}undo/"} if step else None


def move_page(request, desk: Desk, case: Case, name: str, *, crumbs: list[dict], title: str, **more):
    """The confirm page of one of the party's own moves, and the move. `more` is what the page shows above it."""
    back = case.desk_url
    move = next((m for m in workflow_of(case).transitions if m.name == name and m.party_may and not m.hidden), None)
    if move is None:
        raise Http404
    desk.must_move()
    if move not in moves_of(desk, case) and request.method != "POST":
        messages.warning(request, f"现在不能{move.label}：这一件已经是“{state_of(case)['chip']}”。")
        return redirect(back)
    form = PartyMoveForm(
        request.POST if request.method == "POST" else None, move=move, initial={"seen_version": case.version}
    )
    if request.method == "POST" and form.is_valid() and _moved(request, case, move, form):
        return redirect(back)
    context = {
        "move": move, "form": form, "back": back, "title": title, "crumbs": [*crumbs, _crumb(title, back)],
        "after": workflow_of(case).states(move.target).label, **more,
    }  # fmt: skip
    return render(request, "portal/move.html", context, status=422 if form.errors else 200)


def _moved(request, case: Case, move: Transition, form) -> bool:
    """True where the move is made, also by the first of two clicks; else the form says why not."""
    seen = form.cleaned_data["seen_version"]
    try:
        perform(case, move.name, by=request.user, note=form.cleaned_data["note"], seen_version=seen)
    except (PermissionDenied, ValidationError) as problem:
        last, _why = undoable_step(case, request.user)
        if last is None or last.name != move.name or seen is None or case.version != seen + 1:
            put_errors(form, problem)
            return False
    messages.success(request, f"已{move.label}。")
    return True


def undo_page(request, desk: Desk, case: Case, *, crumbs: list[dict], title: str):
    """Take back one's own last step (撤回上一步), until somebody else acted on it."""
    back = case.desk_url
    step, why = undoable_step(case, request.user) if desk.may_move else (None, READS_ONLY)
    if step is None:
        messages.warning(request, why)
        return redirect(back)
    form = UndoForm(request.POST if request.method == "POST" else None)
    sent = request.method == "POST" and form.is_valid()
    if sent and tried(form, lambda: undo_last(case, by=request.user, reason=form.cleaned_data["note"])):
        messages.success(request, f"已撤回「{step.label}」。")
        return redirect(back)
    context = {"title": title, "step": step, "form": form, "back": back, "crumbs": [*crumbs, _crumb(title, back)]}
    return render(request, "portal/undo.html", context, status=422 if form.errors else 200)


def _crumb(label: str, url: str) -> dict:
    return {"label": label, "url": url}
