"""证照库 on the desk: the party's papers with their terms; upload, renew, correct, take out; below, its other files."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from association.core.refusals import put_errors
from association.documents import papers
from association.documents.models import Document, DocumentKind
from association.documents.paper_forms import PaperForm

from .desk import of_party
from .library_forms import PaperChangeForm

FILES_A_PAGE = 30
SOON = 90  # days
HOME = "/desk/documents/"
CRUMBS = [{"label": "证照库", "url": HOME}]


def term_of(paper: Document, today=None) -> dict:
    """{"chip", "tone"} of a paper's term, as its firm reads it."""
    if paper.expires_on is None:
        return {"chip": "长期" if paper.in_library else "", "tone": ""}
    left = (paper.expires_on - (today or timezone.localdate())).days
    if left < 0:
        return {"chip": "已到期", "tone": "seal"}
    if left <= SOON:
        return {"chip": f"还有 {left} 天到期" if left else "今天到期", "tone": "gold"}
    return {"chip": "有效", "tone": "lake"}


def _files(request, desk):
    return Document.objects.visible_to(request.user).filter(party=desk.party)


@of_party
@require_safe
def library(request, desk):
    """Papers in force by kind, those that were replaced, then all other files of the party. Five queries."""
    order = dict(DocumentKind.objects.values_list("name", "order"))
    every = list(_files(request, desk).filter(in_library=True).order_by("expires_on", "-pk"))
    now = [paper for paper in every if paper.replaced_by_id is None]
    now.sort(key=lambda paper: (order.get(paper.kind, 999), paper.kind))
    today = timezone.localdate()
    others = _files(request, desk).filter(in_library=False).order_by("-created_at", "-pk")
    context = {
        "papers": [{"paper": paper, **term_of(paper, today)} for paper in now],
        "replaced": [paper for paper in every if paper.replaced_by_id],
        "page": Paginator(others, FILES_A_PAGE).get_page(request.GET.get("page")),
        "may_move": desk.may_move,
    }
    return render(request, "portal/documents.html", context)


def _paper_or_404(request, desk, uid) -> Document:
    paper = _files(request, desk).in_library().filter(uid=uid).first()
    if paper is None:
        raise Http404
    return paper


@of_party
def add(request, desk):
    """A new paper."""
    return _add_page(request, desk, None)


@of_party
def renew(request, desk, uid):
    """The renewed paper in place of one that ends."""
    return _add_page(request, desk, _paper_or_404(request, desk, uid))


def _add_page(request, desk, old: Document | None):
    desk.must_move()
    start = {"kind": old.kind, "issuer": old.issuer} if old else {"kind": request.GET.get("kind", "")}
    posted = request.method == "POST"
    form = PaperForm(
        request.POST if posted else None, request.FILES if posted else None, keeper=request.user, party=desk.party,
        initial=start,
    )  # fmt: skip
    if posted and form.is_valid():
        data = dict(form.cleaned_data)
        try:
            paper = papers.add_paper(document=data.pop("file"), party=desk.party, by=request.user, replaces=old, **data)
        except ValidationError as problem:
            put_errors(form, problem)
        else:
            messages.success(request, f"「{paper.label}」已放入证照库，办件时可以直接选用。")
            return redirect(HOME)
    title = f"更新{old.kind}" if old else "放入证照库"
    context = {
        "form": form, "title": title, "crumbs": CRUMBS, "back": HOME, "submit": "保存",
        "lead": f"换下「{old.label}」；原来的一份在用过它的办件里仍可查看。" if old else "上传一次，以后办件直接选用。",
    }  # fmt: skip
    return render(request, "portal/paper.html", context, status=422 if form.errors else 200)


@of_party
def change(request, desk, uid):
    """Correct what was written about a paper, or take it out."""
    paper = _paper_or_404(request, desk, uid)
    desk.must_move()
    posted = request.method == "POST"
    start = {name: getattr(paper, name) for name in ("kind", "issuer", "number", "expires_on")}
    form = PaperChangeForm(request.POST if posted else None, thing=paper, reader=request.user, initial=start)
    if posted and form.is_valid() and _written(request, paper, form):
        return redirect(HOME)
    context = {
        "form": form, "title": "修改证照登记", "lead": paper.label, "crumbs": CRUMBS, "back": HOME, "submit": "保存",
        "paper": paper,
    }  # fmt: skip
    return render(request, "portal/paper.html", context, status=422 if form.errors else 200)


def _written(request, paper, form) -> bool:
    values = {name: form.cleaned_data[name] for name in ("kind", "issuer", "number", "expires_on")}
    if not form.saves(
        lambda: papers.change_paper(paper=paper, by=request.user, seen_version=form.seen_version, **values)
    ):
        return False
    messages.success(request, "已保存。")
    return True


@of_party
def remove(request, desk, uid):
    """Take a paper out of the library: asked first."""
    paper = _paper_or_404(request, desk, uid)
    desk.must_move()
    if request.method != "POST":
        return render(request, "portal/paper_remove.html", {"paper": paper, "crumbs": CRUMBS, "back": HOME})
    try:
        papers.remove_paper(paper=paper, by=request.user)
    except ValidationError as problem:
        messages.warning(request, problem.messages[0])
    else:
        messages.success(request, f"「{paper.label}」已移出证照库。")
    return redirect(HOME)
