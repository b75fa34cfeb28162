"""The party's ratings: history over the years, one score sheet, and the moves that the party makes itself."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from association.workflow.actions import perform, undo_last
from association.workflow.checks import reason_of, undoable_step
from association.workflow.table import workflow_of
from evaluations.models import Rating
from evaluations.queries import history_of, sheet_for

from . import ratings
from .desk import of_party
from .forms import PartyMoveForm, UndoForm

CRUMB = [{"label": "信用评价", "url": "/desk/ratings/"}]


def _ratings(request, desk):
    rows = Rating.objects.visible_to(request.user).standing().filter(party=desk.party)
    return rows.select_related("case__party", "round__current_run").order_by("-round__year")


def _rating_or_404(request, desk, uid) -> Rating:
    rating = _ratings(request, desk).filter(case__uid=uid).first()
    if rating is None:
        raise Http404
    return rating


@of_party
@require_safe
def rating_list(request, desk):
    """The party's ratings over the years."""
    rows = [
        {
            "title": rating.round.title,
            "url": f"/desk/ratings/{rating.case.uid}/",
            "grade": rating.grade,
            "year": rating.round.year,
            "issued": f"{rating.round.issuer} {rating.grade_number}".strip() if rating.grade else "",
            "issued_on": rating.grade_on,
            **ratings.state_of(rating.case),
        }
        for rating in _ratings(request, desk)
    ]
    return render(request, "portal/ratings.html", {"rows": rows})


@of_party
@require_safe
def rating_page(request, desk, uid):
    """The score sheet, as far as the round opens it; above it whose turn it is, below it what happened."""
    rating = _rating_or_404(request, desk, uid)
    case = rating.case
    line = ratings.line_of(case)
    others = [row for row in history_of(desk.party, request.user) if row["year"] != rating.round.year]
    context = {
        **sheet_for(request.user, rating).context(),
        "crumbs": CRUMB,
        "turn": ratings.turn_of(desk, case, line),
        "steps": ratings.stations(case),
        "grades": others,
        "line": line,
        "events": ratings.events(desk, case),
        "undo": ratings.undo_of(desk, case),
        "leaving": ratings.leaving_of(desk, case),
    }
    return render(request, "portal/rating.html", context)


@of_party
def rating_move(request, desk, uid, name):
    """The confirm page of one of the party's own moves, and the move."""
    rating = _rating_or_404(request, desk, uid)
    case, back = rating.case, f"/desk/ratings/{rating.case.uid}/"
    move = next((move for move in workflow_of(case).transitions if move.name == name and move.party_may), None)
    if move is None or move.hidden:
        raise Http404
    if not desk.may_move:
        raise PermissionDenied("您的席位只能查看。")
    if move not in ratings.moves_of(desk, case) and request.method != "POST":
        messages.warning(request, f"现在不能{move.label}：这一件已经是“{ratings.state_of(case)['chip']}”。")
        return redirect(back)
    form = PartyMoveForm(
        request.POST if request.method == "POST" else None, move=move, initial={"seen_version": case.version}
    )
    if request.method == "POST" and form.is_valid() and _perform(request, case, move, form):
        return redirect(back)
    context = {
        "rating": rating,
        "move": move,
        "form": form,
        "back": back,
        "crumbs": [*CRUMB, {"label": rating.round.title, "url": back}],
        "after": workflow_of(case).states(move.target).label,
        "sheet": sheet_for(request.user, rating),
    }
    return render(request, "portal/move.html", context, status=422 if form.errors else 200)


def _perform(request, case, move, form) -> bool:
    """True where the move is made, also by the first of two clicks; else the form says why not."""
    seen = form.cleaned_data["seen_version"]
    try:
        perform(case, move.name, by=request.user, note=form.cleaned_data["note"], seen_version=seen)
    except (PermissionDenied, ValidationError) as problem:
        last, _why = undoable_step(case, request.user)
        if last is not None and last.name == move.name and seen is not None and case.version == seen + 1:
            messages.success(request, f"已{move.label}。")
            return True
        form.add_error(None, reason_of(problem))
        return False
    messages.success(request, f"已{move.label}。")
    return True


@of_party
def rating_undo(request, desk, uid):
    """Take back one's own last step (撤回上一步), until somebody else acted on it."""
    rating = _rating_or_404(request, desk, uid)
    case, back = rating.case, f"/desk/ratings/{rating.case.uid}/"
    step, why = undoable_step(case, request.user) if desk.may_move else (None, "您的席位只能查看。")
    if step is None:
        messages.warning(request, why)
        return redirect(back)
    form = UndoForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            undo_last(case, by=request.user, reason=form.cleaned_data["note"])
        except ValidationError as problem:
            form.add_error(None, reason_of(problem))
        else:
            messages.success(request, f"已撤回「{step.label}」。")
            return redirect(back)
    crumbs = [*CRUMB, {"label": rating.round.title, "url": back}]
    context = {"rating": rating, "step": step, "form": form, "back": back, "crumbs": crumbs}
    return render(request, "portal/undo.html", context, status=422 if form.errors else 200)
