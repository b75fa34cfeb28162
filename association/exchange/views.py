"""Pages of an import: choose what the file is, upload, look at the dry run, confirm, see the result, take it back."""

import re
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import content_disposition_header

from association.accounts.rules import may
from association.jobs.actions import Refused
from association.jobs.models import Job
from association.jobs.views import page_url as job_url
from association.jobs.views import progress_context
from association.timeline.actions import log_access

from . import actions
from .errors import UnreadableFile
from .forms import ConfirmForm, UndoForm, UploadForm
from .kinds import OPTIONS, ImportKind, all_kinds, kind_named, may_read
from .models import ImportBatch, ImportRow
from .sheets import XLSX
from .templates_out import problem_sheet, template_sheet

PAGE = 50
_QUOTED = re.compile("“[^”]*”")
S = ImportBatch.State


def kinds_of(user) -> list[ImportKind]:
    """The kinds of file that a person may import. One question a right."""
    asked = {}
    for kind in all_kinds():
        if kind.right not in asked:
            asked[kind.right] = may(kind.right)(user)
    return sorted((kind for kind in all_kinds() if asked[kind.right]), key=lambda kind: kind.order)


def templates_of(kind: ImportKind) -> list[tuple[str, str]]:
    """[(words, address)] of a kind's empty files: one, or one for each source that looks different."""
    url = reverse("admin:exchange_importbatch_template", args=[kind.name])
    chosen = [(name, value, words) for name in kind.options for value, words in kind.choices(name)]
    if any(value == "" for _name, value, _words in chosen):  # the file's own columns tell which it is
        return [(words, f"{url}?{urlencode({name: value})}") for name, value, words in chosen if value]
    return [("下载模板", url)]


def kind_or_404(user, name: str) -> ImportKind:
    kind = next((kind for kind in kinds_of(user) if kind.name == name), None)
    if kind is None:
        raise Http404
    return kind


# -- In ---------------------------------------------------------------------------------------------------------------


def kinds_page(request, *, frame, list_url):
    """First step: what the file is."""
    kinds = kinds_of(request.user)
    if not kinds:
        raise PermissionDenied("您没有导入文件的权限。")
    cards = [(kind, templates_of(kind)) for kind in kinds]
    context = {**frame, "title": "导入文件", "kinds": cards, "back_url": list_url, "original": None}
    return TemplateResponse(request, "admin/exchange/kinds.html", context)


def upload_page(request, kind: ImportKind, *, frame, back_url):
    """Second step: the file, with what its kind asks for. A small file is looked at before the answer."""
    asked = {name: request.GET[name] for name in kind.options if request.GET.get(name)}
    sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = UploadForm(*sent, kind=kind, initial=asked)
    if request.method == "POST" and form.is_valid():
        batch = _take(form, request.user)
        if batch is not None:
            return HttpResponseRedirect(batch.get_absolute_url())
    context = {
        **frame, "title": f"导入{kind.label}", "kind": kind, "form": form, "back_url": back_url, "original": None,
        "templates": templates_of(kind),
    }  # fmt: skip
    return TemplateResponse(request, "admin/exchange/upload.html", context)


def _take(form: UploadForm, user) -> ImportBatch | None:
    """The batch; None where the form now says what is wrong."""
    try:
        batch = actions.upload(form.kind, form.cleaned_data["file"], options=form.options(), by=user)
    except UnreadableFile as problem:
        form.blame(f"{problem.sentence.rstrip('。')}。")
    except Refused as problem:
        form.blame(str(problem), on_options=True)
    except ValidationError as problem:
        form.blame(problem.messages[0])
    else:
        return batch
    return None


# -- The page of a batch ----------------------------------------------------------------------------------------------


def batch_page(request, batch: ImportBatch, *, frame, url_of):
    """Counts, only the rows that have a problem or wait, what was left out, what can be done next."""
    kind = kind_named(batch.kind)
    mine = may(kind.right)(request.user)
    full = may_read(request.user, kind)
    busy = batch.state in (S.READING, S.APPLYING, S.UNDOING)
    context = {
        **frame, "title": batch.document.label, "batch": batch, "kind": kind, "may": mine, "urls": url_of(batch),
        "shows_values": full, "tiles": _tiles(batch),
        "options": [(OPTIONS[name].label, kind.shown(name, value)) for name, value in batch.options.items() if name in OPTIONS],
        "problems": _page(request, batch.rows.filter(verdict=ImportRow.Verdict.REJECTED), "p", hide=not full),
        "waiting": _page(request, batch.rows.filter(verdict=ImportRow.Verdict.WAITING), "w"),
        "form": ConfirmForm(), "nothing_new": batch.read and not (batch.created or batch.updated or batch.waiting),
        "broken": batch.state == S.BROKEN or (busy and (batch.job is None or batch.job.is_over)), "before": _same_file(batch),
    }  # fmt: skip
    if batch.job is not None and busy and not batch.job.is_over:
        context |= progress_context(batch.job, job_url(batch.job, reload=True))
    if batch.job is not None and batch.job.state == Job.State.FAILED and batch.state != S.APPLIED:
        context["job_error"] = batch.job.error
    if batch.state in (S.UNDONE, S.UNDOING, S.APPLIED):
        context["kept"] = _page(request, batch.rows.exclude(kept=""), "k")
        context["undone_count"] = batch.rows.filter(undone=True).count() if batch.state == S.UNDONE else 0
    return TemplateResponse(request, "admin/exchange/batch.html", context)


def _tiles(batch: ImportBatch) -> list[dict]:
    will = "将" if batch.state == S.PREVIEWED else ""
    return [
        {"value": batch.read, "label": "读到行数"},
        {"value": batch.created, "label": f"{will}新增"},
        {"value": batch.updated, "label": f"{will}更新"},
        {"value": batch.unchanged, "label": "无变化"},
        {"value": batch.rejected, "label": "有问题", "late": True},
        {"value": batch.waiting, "label": "没有找到企业", "late": True},
    ]


def _page(request, rows, name, *, hide: bool = False):
    page = Paginator(rows.order_by("id"), PAGE).get_page(request.GET.get(name))
    page.name, page.object_list = name, list(page.object_list)
    for row in page.object_list if hide else ():
        for found in row.problems:  # sentences quote the value
            found["value"], found["reason"] = "", _QUOTED.sub("“…”", found["reason"])
    return page


def _same_file(batch: ImportBatch) -> ImportBatch | None:
    """The same file, byte for byte, imported before."""
    if batch.state != S.PREVIEWED:
        return None
    found = ImportBatch.objects.filter(kind=batch.kind, state=S.APPLIED, document__sha256=batch.document.sha256)
    return found.exclude(pk=batch.pk).select_related("by").order_by("-applied_at").first()


def confirm_view(request, batch: ImportBatch):
    form = ConfirmForm(request.POST)
    if not form.is_valid():
        messages.error(request, next(iter(form.errors["how"])))
        return HttpResponseRedirect(batch.get_absolute_url())
    try:
        actions.confirm(batch, by=request.user, all_or_nothing=form.cleaned_data["how"] == ConfirmForm.ALL)
    except ValidationError as problem:
        messages.warning(request, problem.messages[0])
    return HttpResponseRedirect(batch.get_absolute_url())


def leave_view(request, batch: ImportBatch, *, list_url):
    try:
        actions.leave(batch, by=request.user)
    except ValidationError as problem:
        messages.warning(request, problem.messages[0])
        return HttpResponseRedirect(batch.get_absolute_url())
    messages.info(request, f"没有导入《{batch.document.label}》，内容没有任何改动。")
    return HttpResponseRedirect(list_url)


def undo_page(request, batch: ImportBatch, *, frame):
    """Why it is taken back, and what will happen."""
    form = UndoForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.start_undo(batch, by=request.user, reason=form.cleaned_data["note"])
            return HttpResponseRedirect(batch.get_absolute_url())
        except ValidationError as problem:
            form.add_error(None, problem.messages[0])
    context = {**frame, "title": "撤销导入", "batch": batch, "form": form, "back_url": batch.get_absolute_url()}
    return TemplateResponse(request, "admin/exchange/undo.html", context)


# -- Files out --------------------------------------------------------------------------------------------------------


def attachment(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=XLSX)
    response["Content-Disposition"] = content_disposition_header(True, name)
    response["Cache-Control"] = "private, no-store"
    return response


def template_view(request, kind: ImportKind):
    """An empty file of a kind to fill in (下载模板)."""
    options = {name: request.GET[name] for name in kind.options if request.GET.get(name)}
    try:
        options = {name: OPTIONS[name].type(value) for name, value in options.items()}
        content = template_sheet(kind, options)
    except (Refused, ValueError) as problem:
        messages.warning(request, str(problem) if isinstance(problem, Refused) else "请先选好选项，再下载模板。")
        return HttpResponseRedirect(reverse("admin:exchange_importbatch_add") + f"?kind={kind.name}")
    return attachment(content, f"{kind.label}导入模板.xlsx")


def problems_view(request, batch: ImportBatch):
    """The rows that had a problem as a file, each with its reason, to be corrected and imported again."""
    try:
        content, count = problem_sheet(batch)
    except (UnreadableFile, Refused) as problem:
        messages.warning(request, f"问题行没有取出来：{problem}")
        return HttpResponseRedirect(batch.get_absolute_url())
    log_access(
        "download",
        f"{batch.label}《{batch.document.label}》的问题行",
        by=request.user,
        subject=batch,
        rows=count,
        request=request,
    )
    return attachment(content, f"{batch.document.label.rpartition('.')[0] or batch.label}_问题行.xlsx")
