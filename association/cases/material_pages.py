"""Handing in and taking back over HTTP, the same for the desk and for the workbench."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.http import url_has_allowed_host_and_scheme

from association.core.refusals import reason_of
from association.documents.joined import MOST_PHOTOS, is_photo, join
from association.documents.library import keep
from association.documents.models import Document
from association.jobs.actions import start

from . import materials
from .forms import HandInForm
from .models import Case, Material
from .tasks import JOIN

JOINED_AT_ONCE = 4  # photos; about half a second each


def back_of(request, default: str) -> str:
    """Where the page that sent the form wants to be returned to; only addresses of our own."""
    wanted = request.POST.get("back", "")
    fine = wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if fine else default


def hand_in(request, case: Case, slot_uid, *, page: str) -> tuple[HttpResponseRedirect | None, dict]:
    """Take what was sent for a slot. (where to go on, {}) when all of it was fine, else (None, {slot id: what is wrong}).

    Good files stay where a bad one came with them.
    """
    slot = get_object_or_404(materials.slots_of(case), uid=slot_uid)
    papers = Document.objects.visible_to(request.user).in_library().filter(party=case.party_id)
    form = HandInForm(request.POST, request.FILES, papers=papers)
    if not form.is_valid():
        return None, {slot.pk: " ".join(message for found in form.errors.values() for message in found)}
    try:
        uploads, waits = _joined(request, case, slot, form.cleaned_data["files"])
        handed, more = materials.hand_in(
            case=case, slot=slot, by=request.user, uploads=uploads, documents=form.cleaned_data["papers"]
        )
    except ValidationError as problem:
        return None, {slot.pk: problem.messages[0]}
    except PermissionDenied as problem:
        return None, {slot.pk: str(problem)}
    refused, count = [*form.refused, *more], len(handed)
    if waits:
        messages.info(request, f"{waits} 张照片已经收到，正在合成一个 PDF，稍后刷新这一页就能看到。")
    if refused:
        kept = f"其余 {count} 个文件已经上传。" if count else ""
        return None, {slot.pk: " ".join(dict.fromkeys(refused)) + kept}
    if count:
        messages.success(request, f"已上传「{slot.name}」{count} 个文件。")
    return HttpResponseRedirect(f"{back_of(request, page)}#slot-{slot.uid}"), {}


def _joined(request, case, slot, uploads) -> tuple[list, int]:
    """The uploads with their photos as one PDF where that was asked for, and how many photos a job now joins."""
    photos = [upload for upload in uploads if is_photo(upload)] if request.POST.get("join") else []
    if len(photos) < 2:
        return uploads, 0
    others = [upload for upload in uploads if upload not in photos]
    if len(photos) <= JOINED_AT_ONCE:
        return [join(photos, slot.name), *others], 0
    if len(photos) > MOST_PHOTOS:
        raise ValidationError(f"一次最多把 {MOST_PHOTOS} 张照片合成一个 PDF，请分几次上传。")
    if reason := materials.why_not_hand_in(case, request.user):
        raise PermissionDenied(reason)
    purpose = materials.joining_purpose(case, slot)
    kept = [keep(photo, by=request.user, purpose=purpose, party=case.party).pk for photo in photos]
    with transaction.atomic():
        start(
            JOIN, by=request.user, title=f"合成 PDF：{slot.name}", once_key=f"{purpose}:{kept[0]}",
            args={"case": case.pk, "slot": slot.pk, "documents": kept},
        )  # fmt: skip
    return others, len(photos)


def take_back(request, case: Case, *, page: str):
    """Take one material back (撤下)."""
    uid = request.POST.get("material", "")
    row = next((row for row in Material.objects.filter(case=case) if str(row.uid) == uid), None)
    if row is None:
        if not uid:
            raise Http404
        messages.info(request, "这个文件已经撤下。")
        return HttpResponseRedirect(back_of(request, page))
    try:
        materials.detach(material=row, by=request.user)
    except (ValidationError, PermissionDenied) as problem:
        messages.warning(request, reason_of(problem))
    else:
        messages.success(request, "已撤下。")
    return HttpResponseRedirect(back_of(request, page))
