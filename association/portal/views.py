"""The desk (办事首页): what waits for a party, its file, its ratings, its documents. Each page acts for desk.party."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from association.cases.models import Case
from association.cases.registry import kind_of
from association.outbox.models import Message
from association.parties.models import Party
from association.publicity.models import party_lines
from members.dues.statement import owed_by

from .cases import state_of, without_name
from .desk import choose, desk_of
from .forms import SeatForm

CASES_SHOWN, NEWS_SHOWN = 20, 5


@never_cache
@require_safe
def home(request):
    """What waits, what is under way, what is new. Who acts for no party reads what the desk is and how to get on."""
    desk = desk_of(request)
    if desk.party is None:
        return render(request, "portal/no_party.html", {"todos": desk.todos})
    cases = Case.objects.visible_to(request.user).standing().filter(party=desk.party)[:CASES_SHOWN]
    one = Party.objects.one_with(desk.party).values("pk")
    unread = Message.objects.filter(user=request.user).unread().order_by("-created_at", "-pk")
    for todo in desk.todos:
        todo.title = without_name(todo.title, desk.party.name)
    context = {
        "todos": desk.todos,
        "owed": owed_by(desk.party.pk, request.user),
        "cases": [_case_row(case, request.user) for case in cases],
        "lines": party_lines(request.user).filter(party__in=one).order_by("-list__starts_on", "-pk")[:NEWS_SHOWN],
        "news": unread[:NEWS_SHOWN],
    }
    return render(request, "portal/home.html", context)


def _case_row(case: Case, user) -> dict:
    kind = kind_of(case.kind)
    summary = kind.party_summary(case, user)
    row = {
        "title": without_name(summary["title"], case.party_name),
        "meta": summary["label"],
        "url": case.desk_url,
        "date": case.opened_at,
    }
    return row | state_of(case)


@require_POST
def switch(request):
    """Sit down at another of one's parties."""
    form = SeatForm(request.POST)
    if not form.is_valid():
        raise Http404
    seat = choose(request, form.cleaned_data["seat"])
    messages.success(request, f"现在为「{seat.party.name}」办理。")
    return redirect("portal:home")


def unknown(request, rest):
    """Any other address of the desk: closed like the others, so that it tells a stranger no more than they do."""
    raise Http404
