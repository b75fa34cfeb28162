"""Take a file in: check it, clean it, put it away under a random name, and write its row; sweep up what was left."""

import hashlib
import logging
import os
import uuid
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import IntegrityError, transaction
from django.utils import timezone

from association.accounts.rules import name_of
from association.core.enums import Audience
from association.timeline.actions import record

from . import pictures
from .filetypes import FileType, detect, right_name
from .models import Document

log = logging.getLogger(__name__)
INCOMING = "incoming"
PART_AGE = timedelta(hours=1)  # a file still being written is younger
ORPHAN_AGE = timedelta(days=1)  # a row may come as late as its transaction ends
_WIDEST_FIRST = [Audience.PUBLIC, Audience.PARTY, Audience.STAFF, Audience.IN_CHARGE]


def check(upload) -> FileType:
    """What an upload is. Raises ValidationError with one Chinese sentence where it is not taken."""
    limit = settings.UPLOAD_LIMIT_BYTES
    if upload.size > limit:
        raise ValidationError(
            f"文件有 {upload.size / 2**20:.1f} MB，超过 {limit // 2**20} MB 的上限。"
            "扫描件请用扫描 App 的“文档”模式导出为 PDF（黑白或灰度、300 dpi 以内），或拆成几个文件上传。",
            code="large",
        )
    return detect(upload, upload.name or "")


def store(
    upload, *, owner_party, by, kind: str = "", audience=Audience.STAFF, label: str = "", loose_until=None
) -> Document:
    """Keep an uploaded file. `label` is what people see, by default the file's own name. `loose_until`: see library.keep.

    The same file for the same owner is the same row (seen from then on by the wider of the two audiences); IN_CHARGE
    files stand apart. Raises ValidationError with one Chinese sentence where the file is not taken.
    """
    found_type = check(upload)
    digest = hashlib.sha256()
    upload.seek(0)
    for chunk in upload.chunks():
        digest.update(chunk)
    known = same_of(owner_party, digest.hexdigest(), audience)
    if known:
        return widen(known, audience, by)
    content = None
    if found_type.is_picture:
        content, found_type = pictures.clean(upload, found_type)
    name = right_name(label or upload.name or "", found_type)
    path, size = _put(upload if content is None else ContentFile(content), found_type.extensions[0])
    fields = {
        "label": name, "kind": kind, "path": path, "mime": found_type.mime, "size": size, "sha256": digest.hexdigest(),
        "uploaded_by": by, "party": owner_party, "audience": audience, "loose_until": loose_until,
    }  # fmt: skip
    try:
        with transaction.atomic():
            document = Document.objects.create(**fields)
            if loose_until is None:
                record_stored(document, by)
    except IntegrityError:  # the same file came at the same moment
        known = same_of(owner_party, digest.hexdigest(), audience)
        if known is None:
            raise
        default_storage.delete(path)
        return widen(known, audience, by)
    return document


def record_stored(document: Document, by):
    record(
        document, "document.stored", f"{name_of(by)}上传「{document.label}」", by=by, party=document.party,
        audience=document.audience,
    )  # fmt: skip


def same_of(party, sha256: str, audience) -> Document | None:
    """The party's row of the same file, if there is one."""
    if party is None or audience == Audience.IN_CHARGE:
        return None
    return Document.objects.filter(party=party, sha256=sha256).exclude(audience=Audience.IN_CHARGE).first()


@transaction.atomic
def widen(document: Document, audience, by) -> Document:
    """The row, seen from now on by the wider of its own and this audience."""
    if _WIDEST_FIRST.index(audience) < _WIDEST_FIRST.index(document.audience):
        before, document.audience = document.audience, audience
        document.save(update_fields=["audience"])
        record(
            document, "document.widened", f"{name_of(by)}再次上传「{document.label}」，可见范围改为"
            f"{document.get_audience_display()}", by=by, party=document.party, audience=audience,
            changes={"audience": [before, audience]},
        )  # fmt: skip
    return document


def _on_disk() -> bool:
    return isinstance(default_storage, FileSystemStorage)


def _put(content, extension: str) -> tuple[str, int]:
    """Write a file whole or not at all; its path (month and random name) and size."""
    path = f"{timezone.localdate():%Y/%m}/{uuid.uuid4().hex}{extension}"
    if not _on_disk():
        return default_storage.save(path, content), content.size  # an object store keeps whole objects only
    incoming = Path(default_storage.path(f"{INCOMING}/{uuid.uuid4().hex}.part"))
    final = Path(default_storage.path(path))
    incoming.parent.mkdir(parents=True, exist_ok=True)
    final.parent.mkdir(parents=True, exist_ok=True)
    content.seek(0)
    with incoming.open("xb") as file:
        for chunk in content.chunks():
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
        size = file.tell()
    incoming.replace(final)
    return path, size


def sweep() -> int:
    """Remove what killed processes left: files half written, uploads half received, files without a row.

    Looks only at the month folders that can hold young files. Returns how many were removed.
    """
    now = timezone.now()
    removed = _remove_old(Path(settings.FILE_UPLOAD_TEMP_DIR), now - ORPHAN_AGE)
    if not _on_disk():
        return removed
    removed += _remove_old(Path(default_storage.path(INCOMING)), now - PART_AGE)
    for month in {f"{now - timedelta(days=days):%Y/%m}" for days in (0, 3, 31)}:
        folder = Path(default_storage.path(month))
        old = {f"{month}/{path.name}": path for path in _older(folder, now - ORPHAN_AGE)}
        known = set(Document.objects.filter(path__startswith=f"{month}/").values_list("path", flat=True))
        for name in old.keys() - known:
            log.warning("removing %s, which no document names", name)
            old[name].unlink(missing_ok=True)
            removed += 1
    return removed


def _older(folder: Path, moment):
    if not folder.is_dir():
        return []
    return [path for path in folder.iterdir() if path.is_file() and path.stat().st_mtime < moment.timestamp()]


def _remove_old(folder: Path, moment) -> int:
    found = _older(folder, moment)
    for path in found:
        path.unlink(missing_ok=True)
    return len(found)
