"""The pictures' only door. The pages of the site stand in association.public, those of the newsroom in the admin."""

from django.contrib.auth.decorators import login_not_required
from django.core.files.storage import default_storage
from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from .models import Picture
from .pictures import FILES

MIMES = {"webp": "image/webp", "jpg": "image/jpeg"}
KEPT_SECONDS = 24 * 3600  # by browsers; a picture never changes under its address


@login_not_required
@require_safe
def picture(request, uid, name):
    """One file of a picture: to everyone while something public shows it, else to who may see it. One query, or two."""
    if name not in FILES:
        raise Http404
    shown = Picture.objects.on_show().filter(uid=uid).first()
    found = shown or Picture.objects.visible_to(request.user).filter(uid=uid).first()
    if found is None:
        raise Http404
    try:
        with default_storage.open(f"{found.folder}/{name}", "rb") as file:  # some hundred KB at most
            content = file.read()
    except FileNotFoundError:
        raise Http404 from None
    response = HttpResponse(content, content_type=MIMES[name.rpartition(".")[2]])
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = f"public, max-age={KEPT_SECONDS}" if shown else "private, no-store"
    return response
