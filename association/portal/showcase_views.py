"""会员风采 on a firm's desk: the page that it writes about itself, what the public sees of it, showing it or not."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from association.inbox.models import Whose
from association.news import showcase as pages
from association.news.enums import SHOWCASE_TO_FILL_IN, ShowcaseState
from association.news.models import Showcase
from association.parties.models import Party

from . import cases
from .desk import of_party
from .forms import StartForm
from .showcase_forms import ShowcaseForm

HOME = "/desk/showcase/"
TITLE = "会员风采"
CRUMB = [{"label": TITLE, "url": HOME}]
ABOUT = "在网站上展示您单位的一页：介绍、图片、代表项目和对外联系方式。协会审核以后公开，修改期间照常显示原来的内容。"


def _of_firm(desk):
    if desk.party.kind == Party.Kind.PERSON:
        raise Http404


def _row_or_404(request, desk) -> Showcase:
    row = Showcase.objects.visible_to(request.user).filter(party=desk.party).select_related("party").first()
    if row is None:
        raise Http404
    return row


@of_party
def showcase(request, desk):
    """The page to write or to read. A POST begins it, or saves the form."""
    _of_firm(desk)
    row = Showcase.objects.visible_to(request.user).filter(party=desk.party).select_related("party").first()
    if row is None:
        return _begin(request, desk)
    form = None
    if row.state in SHOWCASE_TO_FILL_IN and desk.may_move:
        posted = request.POST if request.method == "POST" else None
        form = ShowcaseForm(posted, request.FILES or None, showcase=row, reader=request.user)
        if posted is not None and form.is_valid() and _saved(request, form, row):
            return redirect(HOME)
    elif request.method == "POST":
        messages.warning(request, pages.PUT_IN)
        return redirect(HOME)
    return _page(request, desk, row, form)


def _begin(request, desk):
    if request.method == "POST":
        desk.must_move()
        try:
            if StartForm(request.POST).is_valid():
                pages.begin(party=desk.party, by=request.user)
        except ValidationError as problem:
            messages.warning(request, problem.messages[0])
        return redirect(HOME)
    context = {"about": ABOUT, "may_begin": desk.may_move and pages.is_member(desk.party)}
    return render(request, "portal/showcase_begin.html", context)


def _saved(request, form, row) -> bool:
    if not form.saves(lambda: pages.save(row, by=request.user, seen_version=form.seen_version, content=form.content())):
        return False
    messages.success(request, "已保存。写好以后，请点「送审」。")
    return True


def _page(request, desk, row, form):
    why = pages.why_not_public(row)
    context = {
        "row": row, "form": form, "about": ABOUT, "turn": _turn(desk, row), "steps": cases.stations(row),
        "events": cases.events(desk, row), "undo": cases.undo_of(desk, row), "why_not_public": why,
        "public_url": "" if why else row.get_public_url(), "draft": None if form else pages.drawn(row.draft),
        "may_move": desk.may_move, **cases.state_of(row),
    }  # fmt: skip
    wrong = form is not None and (form.errors or form.projects.total_error_count())
    return render(request, "portal/showcase.html", context, status=422 if wrong else 200)


def _turn(desk, row) -> dict:
    note = ""
    if cases.whose_turn(row) == Whose.PARTY:
        note = pages.why_not_submit(row).rstrip("。")
    if row.state == ShowcaseState.RETURNED:
        note = f"协会的意见：{pages.note_of_last_return(row)}"
    elif row.state == ShowcaseState.SHOWN:
        note = "要更新的，直接在下面修改、保存，再送审"
    return cases.turn_of(desk, row, over="不用办理", buttons=cases.buttons_of(desk, row), due=row.due_at, note=note)


@of_party
@require_POST
def showcase_hide(request, desk):
    """Stop showing the page at once (不展示), or show it again; ?hidden= says which."""
    row = _row_or_404(request, desk)
    desk.must_move()
    hidden = request.POST.get("hidden") == "1"
    pages.set_hidden(row, hidden=hidden, by=request.user)
    messages.success(request, "已停止展示，网站上立即看不到了。" if hidden else "已恢复展示。")
    return redirect(HOME)


@of_party
def showcase_move(request, desk, name):
    """The confirm page of one of the firm's own moves (送审, 撤回修改), and the move."""
    return cases.move_page(request, desk, _row_or_404(request, desk), name, crumbs=CRUMB, title=TITLE)


@of_party
def showcase_undo(request, desk):
    return cases.undo_page(request, desk, _row_or_404(request, desk), crumbs=CRUMB, title=TITLE)
