"""A unit confirms its line of a list of posts (核对任职资料) before the list is issued."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render

from association.core.refusals import put_errors
from association.inbox.queries import Clock
from members.enums import TermState
from members.models import TermChange, TermChangeLine
from members.term_changes import answer_line, page_of
from members.term_forms import AnswerForm

from .desk import READS_ONLY, choose, of_party

SHOWN = (TermState.CONFIRMING, TermState.PROPOSED, TermState.ISSUED)


def _lines(request, desk, uid) -> tuple[TermChange, list[TermChangeLine], list[str]]:
    """The list, the party's own lines in it once the units were asked, and which other parties of the reader wait.

    Who answers for another of their parties (a page that was open before) sits down at that one. Raises Http404.
    """
    seats = {seat.party_id: seat for seat in desk.seats}
    rows = TermChangeLine.objects.visible_to(request.user).filter(party__in=seats, change__uid=uid)
    every = list(rows.filter(change__state__in=SHOWN).select_related("change", "post", "party").order_by("place"))
    answered = next((line for line in every if str(line.pk) == request.POST.get("line")), None)
    if answered is not None and answered.party_id != desk.party.pk:
        choose(request, seats[answered.party_id].uid)
    lines = [line for line in every if line.party_id == desk.party.pk]
    if not lines:
        raise Http404
    waiting = [line.party.name for line in every if line.party_id != desk.party.pk and _waits(line)]
    return lines[0].change, lines, list(dict.fromkeys(waiting))


def _waits(line: TermChangeLine) -> bool:
    return line.change.state == TermState.CONFIRMING and line.answer == TermChangeLine.Answer.WAITING


@of_party
def term(request, desk, uid):
    """The party's lines, each with what it may put right; a POST answers one of them (`line`)."""
    change, lines, others = _lines(request, desk, uid)
    is_open = change.state == TermState.CONFIRMING
    posted = None
    if request.method == "POST":
        desk.must_move()
        posted = next((line for line in lines if str(line.pk) == request.POST.get("line")), None)
        if posted is None or not is_open:
            messages.warning(request, "这份名单的核对已经结束，有变动请联系协会。")
            return redirect(page_of(change))
    for line in lines:
        line.form = AnswerForm.of(line, request.POST if line is posted else None)
        if line is posted and line.form.is_valid() and _answer(request, line):
            return redirect(page_of(change))
    waits = any(_waits(line) for line in lines)
    context = {
        "change": change, "lines": lines, "is_open": is_open and desk.may_move, "turn": _turn(desk, change, waits),
        "others": others,
    }  # fmt: skip
    return render(request, "portal/term.html", context, status=422 if posted is not None else 200)


def _answer(request, line: TermChangeLine) -> bool:
    """True where the answer is on file; else the form says why not."""
    form, data = line.form, dict(line.form.cleaned_data)
    try:
        saved = answer_line(line, by=request.user, **data)
    except ValidationError as problem:
        if getattr(problem, "code", None) == "stale":
            line.refresh_from_db(from_queryset=TermChangeLine.objects.select_related("change", "post", "party"))
            if line.answer != TermChangeLine.Answer.WAITING and line.answered_by_id == request.user.pk:
                return True  # the second of two clicks
            form.data = form.data.copy()
            form.data[form.add_prefix("seen_version")] = line.version
        put_errors(form, problem)
        return False
    messages.success(request, f"{line.post}的任职资料{saved.get_answer_display()}，谢谢。")
    return True


def _turn(desk, change: TermChange, waits: bool) -> dict:
    """components/turn_bar.html."""
    due = change.due_at if waits else None
    after = {TermState.CONFIRMING: "已收到您的答复，等名单印发", TermState.PROPOSED: "核对已结束，名单待印发"}
    what = "核对任职资料" if waits else after.get(change.state, f"名单已印发（{change.document_number}）")
    return {
        "mine": waits and desk.may_move,
        "who": "您" if waits else "" if change.state == TermState.ISSUED else "协会",
        "what": what,
        "due": due,
        "days_left": Clock().left(due),
        "late": False,
        "note": "" if desk.may_move or not waits else READS_ONLY.rstrip("。"),
        "action": None,
        "others": [],
    }
