"""The party's ratings: history over the years, one score sheet, and the moves that the party makes itself."""

from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from association.cases.models import Case
from association.inbox.models import Whose
from association.publicity.models import PUBLIC_STATES, ListState, PublicityLine
from association.publicity.terms import is_over
from evaluations.models import Rating
from evaluations.queries import history_of, sheet_for

from . import cases
from .desk import Desk, of_party

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
            "url": rating.case.desk_url,
            "grade": rating.grade,
            "year": rating.round.year,
            "issued": f"{rating.round.issuer} {rating.grade_number}".strip() if rating.grade else "",
            "issued_on": rating.grade_on,
            **cases.state_of(rating.case),
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
    line = _line_of(case)
    others = [row for row in history_of(desk.party, request.user) if row["year"] != rating.round.year]
    context = {
        **sheet_for(request.user, rating).context(),
        "crumbs": CRUMB,
        "turn": _turn_of(desk, case, line),
        "steps": cases.stations(case),
        "grades": others,
        "line": line,
        "events": cases.events(desk, case),
        "undo": cases.undo_of(desk, case),
        "leaving": cases.leaving_of(desk, case),
    }
    return render(request, "portal/rating.html", context)


def _line_of(case: Case) -> PublicityLine | None:
    """Where the case stands in a public list, the latest. One query."""
    lines = PublicityLine.objects.filter(case=case, list__state__in=PUBLIC_STATES)
    return lines.select_related("list", "announcement").order_by("-list__starts_on", "-pk").first()


def _turn_of(desk: Desk, case: Case, line: PublicityLine | None) -> dict:
    """components/turn_bar.html: whose move, until when, with the party's own moves as its buttons."""
    what, due = "", case.due_at
    if cases.whose_turn(case) == Whose.CLOCK and line is not None:
        what, due = "名单正在公示", line.list.ends_at
        if line.list.state != ListState.PUBLICISED or is_over(due, timezone.now()):
            what, due = "公示期满，等待公告", None
    return cases.turn_of(desk, case, over="本次评价已办结", buttons=cases.buttons_of(desk, case), due=due, what=what)


@of_party
def rating_move(request, desk, uid, name):
    """The confirm page of one of the party's own moves, and the move."""
    rating = _rating_or_404(request, desk, uid)
    return cases.move_page(
        request, desk, rating.case, name, crumbs=CRUMB, title=rating.round.title, rating=rating,
        sheet=sheet_for(request.user, rating),
    )  # fmt: skip


@of_party
def rating_undo(request, desk, uid):
    rating = _rating_or_404(request, desk, uid)
    return cases.undo_page(request, desk, rating.case, crumbs=CRUMB, title=rating.round.title)
