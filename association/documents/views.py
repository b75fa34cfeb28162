"""The only door to a private file."""

from django.contrib.auth.decorators import login_not_required
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from association.accounts.gate import ask_to_log_in
from association.core.enums import Audience
from association.timeline.actions import log_access
from association.timeline.models import AccessLog

from .filetypes import BY_MIME, PDF
from .kept import read_order
from .models import Document


@login_not_required
@require_safe
def download(request, uid):
    """The file as an attachment; with ?inline=1 a PDF or picture is shown in the browser.

    Who is not logged in is asked to, whether the file exists or not; a logged-in stranger gets 404.
    """
    document = Document.objects.visible_to(request.user).filter(uid=uid).first()
    if document is None:
        if not request.user.is_authenticated:
            return ask_to_log_in(request)
        raise Http404
    try:
        file = default_storage.open(document.path, "rb")
    except FileNotFoundError:
        raise Http404 from None
    if request.user.is_authenticated and request.method == "GET":
        log_access(AccessLog.Action.DOWNLOAD, document.label, by=request.user, subject=document, request=request)
    kind = BY_MIME.get(document.mime)
    inline = bool(request.GET.get("inline")) and kind is not None and kind.shown_inline
    response = FileResponse(file, as_attachment=not inline, filename=document.label, content_type=document.mime)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "public, no-cache" if document.audience == Audience.PUBLIC else "private, no-store"
    if kind is PDF:
        response._csp_exempt = True  # the browser's own PDF viewer draws with styles that our policy forbids
    return response


@never_cache
@require_POST
def keep(request):
    """Store a file as soon as it is chosen, before its form is sent; the file field comes back with what is kept."""
    found = read_order(request.POST.get("keep", ""), request.user)
    if found is None:
        raise Http404
    field, name, html_id = found
    sent = field.widget.value_from_datadict(request.POST, request.FILES, name)
    field.sent_errors = field.store(sent)
    return HttpResponse(field.widget.render(name, field.kept, {"id": html_id}))
