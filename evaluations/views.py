"""等待认领: one page over all kinds of row whose firm was not found, and what people have decided."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from association.accounts.roles import Right
from association.core.adminhooks import holds
from association.exchange.kinds import kind_named
from association.exchange.models import NameDecision

from .decisions import WaitingName, decide, revoke
from .forms import DecideForm, ReasonForm
from .matching import SOURCES
from .waiting import complete, groups, search_firms

PAGE = 20


def _may_see(request):
    if not request.user.has_perm("evaluations.view_creditrecord"):
        raise PermissionDenied("您没有查看评价资料的权限。")


def _context(request, **more) -> dict:
    return {**admin.site.each_context(request), "may_decide": holds(request.user, Right.RATING), **more}


def waiting_page(request):
    """Groups by name as written, most rows first; `firm` searches another firm for the group named in `for`."""
    _may_see(request)
    kind, term = request.GET.get("kind", ""), request.GET.get("q", "").strip()
    kinds = [(name, kind_named(name).label) for name in SOURCES.values()]
    found = groups(kind if kind in dict(kinds) else "", term)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    page.object_list = complete(list(page.object_list))
    firm, wanted = request.GET.get("firm", "").strip(), request.GET.get("for", "")
    context = _context(
        request, title="等待认领", page=page, kinds=kinds, kind=kind, term=term, rows=sum(one.count for one in found),
        firm=firm, wanted=wanted, offered=search_firms(request.user, firm) if firm else [],
    )  # fmt: skip
    return TemplateResponse(request, "admin/evaluations/waiting.html", context)


def firms_found(request):
    """The firms that a search offers, as a piece of the waiting page (htmx)."""
    _may_see(request)
    term = request.GET.get("firm", "").strip()
    context = {"offered": search_firms(request.user, term) if term else [], "firm": term}
    return TemplateResponse(request, "admin/evaluations/firms_found.html", context)


def _back(request):
    query = request.POST.get("back", "")
    return HttpResponseRedirect(reverse("evaluations:waiting") + (f"?{query}" if query else ""))


@require_POST
def decide_view(request):
    """One decision: 就是这家, or 不是本轮企业."""
    _may_see(request)
    form = DecideForm(request.POST, user=request.user)
    if not form.is_valid():
        messages.error(request, "；".join(error for errors in form.errors.values() for error in errors))
        return _back(request)
    data = form.cleaned_data
    name = WaitingName(data["kind"], data["source"], data["name_key"], data["code"])
    if data["kind"] not in SOURCES.values():
        messages.error(request, "没有这种资料，请刷新页面。")
        return _back(request)
    try:
        decision, moved = decide(name, party=data["party"], by=request.user, note=data["note"])
    except ValidationError as problem:
        messages.error(request, problem.messages[0])
    else:
        what = f"就是「{decision.party.name}」" if decision.party else "不是本轮企业"
        messages.success(
            request, f"已认定「{decision.name or decision.code}」{what}，{moved} 行资料已处理。可在「已认领」里撤回。"
        )
    return _back(request)


@require_POST
def dismiss_many(request):
    """Several ticked names at once: none of them is a firm of this round."""
    _may_see(request)
    ticked = request.POST.getlist("ticked")
    wanted = [group for group in groups() if group.key in set(ticked)]
    if not wanted:
        messages.warning(request, "请先勾选不是本轮企业的名称。")
        return _back(request)
    if request.POST.get("confirmed") != "yes":
        context = _context(
            request, title=f"不是本轮企业（{len(wanted)} 个名称）", wanted=wanted, back=request.POST.get("back", "")
        )
        return TemplateResponse(request, "admin/evaluations/dismiss_many.html", context)
    done, problems = 0, []
    for group in wanted:
        try:
            decide(group.waiting, party=None, by=request.user, note=request.POST.get("note", "")[:200])
            done += 1
        except ValidationError as problem:
            problems.append(problem.messages[0])
    if done:
        messages.success(request, f"已认定 {done} 个名称不是本轮企业，可在「已认领」里撤回。")
    for problem in problems[:5]:
        messages.error(request, problem)
    return _back(request)


def decisions_page(request):
    """What was decided, by whom and when; each can be taken back."""
    _may_see(request)
    term = request.GET.get("q", "").strip()
    rows = NameDecision.objects.select_related("party", "decided_by", "revoked_by").filter(kind__in=SOURCES.values())
    if term:
        rows = rows.filter(name__icontains=term)
    page = Paginator(rows.order_by("-created_at", "-pk"), 50).get_page(request.GET.get("page"))
    for row in page.object_list:
        row.label = kind_named(row.kind).label
    context = _context(request, title="已认领", page=page, term=term)
    return TemplateResponse(request, "admin/evaluations/decisions.html", context)


def revoke_view(request, uid):
    """Take a decision back: its rows are matched anew."""
    _may_see(request)
    decision = get_object_or_404(NameDecision.objects.select_related("party", "decided_by"), uid=uid)
    back = reverse("evaluations:decisions")
    form = ReasonForm(request.POST or None, label="撤回原因", required=True)
    if request.method == "POST" and form.is_valid():
        try:
            left = revoke(decision, by=request.user, note=form.cleaned_data["note"])
        except ValidationError as problem:
            messages.error(request, problem.messages[0])
        else:
            messages.success(request, f"已撤回，{left} 行资料重新等待认领。")
        return HttpResponseRedirect(back)
    what = f"就是「{decision.party.name}」" if decision.party else "不是本轮企业"
    context = _context(
        request, title=f"撤回：「{decision.name}」{what}", form=form, back_url=back, button="撤回",
        about="这个名称的资料会重新按代码和名称匹配，匹配不到的回到等待认领。",
    )  # fmt: skip
    return TemplateResponse(request, "admin/evaluations/plain_form.html", context)
