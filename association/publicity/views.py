"""Staff pages of lists, objections and announcements, under the admin: it checks login and permission and passes its
frame (each page's menu and crumbs) as `frame`."""

from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone

from association.core.adminhooks import holds
from association.core.enums import Audience
from association.core.masking import mask_mobile, mask_name
from association.documents.actions import store
from association.timeline.actions import log_access
from association.timeline.models import AccessLog

from .actions import attach_evidence, delete_draft, register_objection
from .forms import EvidenceForm, ObjectionForm
from .models import PUBLIC_STATES, LineState, PublicityLine
from .texts import print_sheet, share_announcement, share_list

LINES_A_PAGE = 50
MOST_FOUND = 30
TONES = {LineState.OPEN: "", LineState.BLOCKED: "gold", LineState.CLEARED: "lake", LineState.DROPPED: "seal"}


# -- Lists --------------------------------------------------------------------------------------------


def lines_page(request, publicity, *, back_url, register_url, frame):
    """The lines of a list as a table to read, paged and searched. Three queries for the rows and their counts."""
    q, state = request.GET.get("q", "").strip(), request.GET.get("state", "")
    rows = publicity.lines.find(q).select_related("announcement").order_by("position")
    if state in LineState.values:
        rows = rows.filter(state=state)
    states = dict(publicity.lines.order_by().values_list("state").annotate(n=Count("pk")))
    page = Paginator(rows, LINES_A_PAGE).get_page(request.GET.get("p"))
    for line in page.object_list:
        line.tone = TONES[line.state]
    context = {
        "title": "公示名单",
        "publicity": publicity,
        "page": page,
        "query": urlencode({"state": state, "q": q}),
        "q": q,
        "state": state,
        "states": [(key, label, states[key]) for key, label in LineState.choices if states.get(key)],
        "register_url": register_url if publicity.state in PUBLIC_STATES and holds(request.user, "publicity") else "",
        "back_url": back_url,
    }
    return TemplateResponse(request, "publicity/lines.html", context | frame)


def print_page(request, publicity, *, back_url):
    """The list as a sheet for the wall (公示张贴件): all lines, what it is about, until when, how to object."""
    context = print_sheet(publicity) | _printed(request, back_url)
    return TemplateResponse(request, "publicity/print_list.html", context)


def share_page(request, row, *, line_count, back_url, frame):
    """The ready text of a list or an announcement for a WeChat group."""
    address = request.build_absolute_uri(row.get_public_url())
    write = share_list if hasattr(row, "working_days") else share_announcement
    text = write(row, line_count=line_count, address=address)
    context = {"title": "转发", "row": row, "text": text, "back_url": back_url}
    return TemplateResponse(request, "publicity/share.html", context | frame)


def discard_page(request, publicity, *, list_url, back_url, frame):
    """Delete a draft, after asking."""
    if request.method == "POST":
        try:
            delete_draft(publicity, by=request.user)
        except ValidationError as problem:
            messages.warning(request, problem.messages[0])
            return HttpResponseRedirect(back_url)
        messages.success(request, f"已删除草稿《{publicity.title}》。")
        return HttpResponseRedirect(list_url)
    context = {"title": "删除草稿", "publicity": publicity, "back_url": back_url}
    return TemplateResponse(request, "publicity/discard.html", context | frame)


# -- Objections ----------------------------------------------------------------------------------------


def register_page(request, *, here, done_url, back_url, frame):
    """Write down an objection: first find the line (by part of the firm's name), then the form.

    `here` is this page's address, done_url(objection) where it leads.
    """
    line = _line(request.POST.get("line") or request.GET.get("line"))
    if line is None:
        return _choose_line(request, here=here, back_url=back_url, frame=frame)
    typed = request.POST if request.method == "POST" else None
    form = ObjectionForm(typed, initial={"line": line, "received_at": timezone.now()})
    if request.method == "POST" and form.is_valid():
        try:
            objection = register_objection(by=request.user, **form.cleaned_data)
        except ValidationError as problem:
            form.add_error(problem.code if getattr(problem, "code", None) in form.fields else None, problem)
        else:
            messages.success(request, f"已登记 {objection.number}。{_what_it_does(objection)}")
            return HttpResponseRedirect(done_url(objection))
    context = {"title": "登记异议", "line": line, "form": form, "here": here, "back_url": back_url}
    status = 422 if form.errors else 200
    return TemplateResponse(request, "publicity/register.html", context | frame, status=status)


def _line(key) -> PublicityLine | None:
    if not str(key or "").isdigit():
        return None
    rows = PublicityLine.objects.select_related("list").filter(list__state__in=PUBLIC_STATES)
    return rows.filter(pk=key).first()


def _what_it_does(objection) -> str:
    if objection.is_late:
        return "收到时公示已经期满，标为逾期：照样核查、答复，不影响公告。"
    if objection.line.announcement_id:
        return "这个单位已经公告：核查成立的，须发更正公告。"
    return f"「{objection.line.name}」在核查清楚以前不列入公告。"


def _choose_line(request, *, here, back_url, frame):
    q = request.GET.get("q", "").strip()
    found = []
    if q:
        rows = PublicityLine.objects.filter(list__state__in=PUBLIC_STATES).find(q)
        found = list(rows.select_related("list").order_by("-list__starts_on", "list", "position")[: MOST_FOUND + 1])
    context = {
        "title": "登记异议", "q": q, "found": found[:MOST_FOUND], "more": len(found) > MOST_FOUND, "most": MOST_FOUND,
        "here": here, "back_url": back_url,
    }  # fmt: skip
    return TemplateResponse(request, "publicity/choose_line.html", context | frame)


def evidence_page(request, objection, *, back_url, frame):
    """Put a scan or a photo to an objection."""
    form = EvidenceForm(request.POST, request.FILES) if request.method == "POST" else EvidenceForm()
    if request.method == "POST" and form.is_valid():
        try:
            document = store(
                form.cleaned_data["upload"], owner_party=None, by=request.user, kind="objection",
                audience=Audience.STAFF, label=f"{objection.number}材料",
            )  # fmt: skip
        except ValidationError as problem:
            form.add_error("upload", problem)
        else:
            attach_evidence(objection, document=document, by=request.user)
            messages.success(request, "已上传材料。")
            return HttpResponseRedirect(back_url)
    context = {"title": "上传材料", "objection": objection, "form": form, "back_url": back_url}
    return TemplateResponse(request, "publicity/evidence.html", context | frame, status=422 if form.errors else 200)


def sheet_page(request, objection, *, back_url):
    """异议登记表, filled in. Names and numbers in full only for who may see them, and then it is remembered."""
    full = holds(request.user, "personal")
    if full:
        what = f"异议登记表 {objection.number}"
        log_access(AccessLog.Action.PRINT, what, by=request.user, subject=objection, request=request)
    context = {
        "objection": objection,
        "line": objection.line,
        "publicity": objection.line.list,
        "objector": objection.objector if full else mask_name(objection.objector),
        "contact": objection.contact if full else mask_mobile(objection.contact),
    }
    return TemplateResponse(request, "publicity/print_objection.html", context | _printed(request, back_url))


def blank_sheet_page(request, publicity, *, back_url):
    """异议登记表 to be filled in by hand at the counter; `publicity` may be None."""
    context = {"publicity": publicity, "blank": True} | _printed(request, back_url)
    return TemplateResponse(request, "publicity/print_objection.html", context)


def _printed(request, back_url) -> dict:
    return {"printed_by": request.user.name, "printed_at": timezone.now(), "back_url": back_url}
