"""投稿 on a party's desk: what was sent in and what became of it; writing, handing in, taking back."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from association.core.refusals import tried
from association.inbox.models import Whose
from association.news import contributions
from association.news.enums import CONTRIBUTION_TO_FILL_IN, ContributionState
from association.news.models import Contribution
from association.news.word_forms import WordForm, say_read

from . import cases
from .contribution_forms import ContributionForm
from .desk import of_party
from .forms import StartForm

HOME = "/desk/contributions/"
CRUMB = [{"label": "投稿", "url": HOME}]
A_PAGE = 20


def _rows(request, desk):
    rows = Contribution.objects.visible_to(request.user).standing().filter(case__party=desk.party)
    return rows.select_related("case__party")


@of_party
@require_safe
def contribution_list(request, desk):
    """All that was written, the latest first, and how much was published by year. Four queries."""
    page = Paginator(_rows(request, desk), A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page, "years": contributions.counted_of(desk.party, request.user), "may_move": desk.may_move,
        "rows": [
            {"title": row.title or "（未写标题）", "url": row.case.desk_url, "date": row.case.submitted_on or row.case.opened_at}
            | _state_of(row.case)
            for row in page
        ],
    }  # fmt: skip
    return render(request, "portal/contributions.html", context)


@of_party
@require_POST
def contribution_new(request, desk):
    """An empty draft, or the one that nobody has written in yet."""
    desk.must_move()
    if not StartForm(request.POST).is_valid():
        return redirect(HOME)
    return redirect(contributions.begin(party=desk.party, by=request.user).case.desk_url)


@of_party
def contribution_word(request, desk):
    """A Word file becomes a draft, to be read once more and handed in."""
    desk.must_move()
    form = WordForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        found = tried(form, lambda: contributions.begin_from_word(upload, party=desk.party, by=request.user))
        if found:
            row, refused = found
            say_read(request, upload, refused)
            return redirect(row.case.desk_url)
    context = {
        "form": form, "title": "用 Word 文件投稿", "crumbs": CRUMB, "back": HOME,
        "note": f"最多读入 {contributions.MOST_PICTURES} 张图片；表格只留文字。",
    }  # fmt: skip
    return render(request, "portal/contribution_word.html", context, status=422 if form.errors else 200)


def _state_of(case) -> dict:
    """As for every case; that a text was accepted is good news, whatever it waits for."""
    return cases.state_of(case) | ({"tone": "lake"} if case.state == ContributionState.ACCEPTED else {})


def _row_or_404(request, desk, uid) -> Contribution:
    row = _rows(request, desk).filter(case__uid=uid).first()
    if row is None:
        raise Http404
    return row


@of_party
def contribution(request, desk, uid):
    """Whose turn it is, the text to write or to read, what happened. A POST saves the form."""
    row = _row_or_404(request, desk, uid)
    case, form = row.case, None
    if case.state in CONTRIBUTION_TO_FILL_IN and desk.may_move:
        form = ContributionForm(
            request.POST if request.method == "POST" else None,
            request.FILES or None,
            contribution=row,
            reader=request.user,
        )
        if request.method == "POST" and form.is_valid() and _saved(request, form, row):
            return redirect(case.desk_url)
    elif request.method == "POST":
        messages.warning(request, contributions.PUT_IN)
        return redirect(case.desk_url)
    public_url = contributions.public_url_of(row)
    context = {
        "row": row, "case": case, "form": form, "title": row.title or "写一篇投稿", "crumbs": CRUMB,
        "turn": _turn(desk, row, public_url), "steps": cases.stations(case), "events": cases.events(desk, case),
        "body": contributions.body_of(row), "public_url": public_url, "undo": cases.undo_of(desk, case),
        "leaving": cases.leaving_of(desk, case), **_state_of(case),
    }  # fmt: skip
    return render(request, "portal/contribution.html", context, status=422 if form and form.errors else 200)


def _saved(request, form, row) -> bool:
    if not form.saves(
        lambda: contributions.save(row, by=request.user, seen_version=form.seen_version, **form.values())
    ):
        return False
    messages.success(request, "已保存。写好以后，请点「提交投稿」。")
    return True


def _turn(desk, row, public_url) -> dict:
    case, note, what = row.case, "", ""
    theirs = cases.whose_turn(case) == Whose.PARTY
    if theirs:
        note = contributions.why_not_submit(case).rstrip("。")
    buttons = cases.buttons_of(desk, case)
    if case.state == ContributionState.ACCEPTED:
        what, note = "协会已采用，正在编审", "发布后给您发消息"
    if public_url:
        buttons = [{"label": "看发布的文章", "url": public_url}]
    elif case.state == ContributionState.PUBLISHED:
        note = "文章现在没有在网站上显示"
    return cases.turn_of(desk, case, over="已办结", buttons=buttons, due=case.due_at, what=what, note=note)


@of_party
def contribution_move(request, desk, uid, name):
    """The confirm page of one of the party's own moves, and the move."""
    case = _row_or_404(request, desk, uid).case
    return cases.move_page(request, desk, case, name, crumbs=CRUMB, title=cases.title_of(case))


@of_party
def contribution_undo(request, desk, uid):
    case = _row_or_404(request, desk, uid).case
    return cases.undo_page(request, desk, case, crumbs=CRUMB, title=cases.title_of(case))
