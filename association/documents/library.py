"""Uploads that wait for what they belong to (loose), and the library of a party's papers (证照库)."""

import logging
from datetime import timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils import timezone

from association.core.enums import Audience

from .actions import record_stored, same_of, store, widen
from .models import Document

log = logging.getLogger(__name__)
LOOSE_FOR = timedelta(days=30)
SWEPT_AT_ONCE = 500
_GONE = "这份文件上传后超过 30 天没有使用，已经清除，请重新上传。"


# -- Loose uploads --------------------------------------------------------------------------------------------------


def keep(upload, *, by, purpose: str, party=None) -> Document:
    """Store an upload at once, before what it belongs to is saved; its uploader alone sees it until take().

    `purpose` (at most 40 characters) names the form and field, so that a reload finds it again (loose_of). Swept after
    30 days. Raises ValidationError with one Chinese sentence where the file is not taken.
    """
    return store(
        upload, owner_party=party, by=by, kind=purpose, audience=Audience.IN_CHARGE,
        loose_until=timezone.now() + LOOSE_FOR,
    )  # fmt: skip


def loose_of(user, *, purpose: str, party=None):
    """What a person uploaded for a form and did not use yet, in the order it came."""
    if not user or not user.is_authenticated:
        return Document.objects.none()
    return Document.objects.loose().filter(uploaded_by=user, kind=purpose, party=party).order_by("pk")


@transaction.atomic
def take(document: Document, *, party, by, audience=Audience.PARTY, kind: str = "") -> Document:
    """Give a loose upload (or a file that had no party yet) to a party. The party's own row where it has the same file.

    Taking twice changes nothing. Raises ValidationError where the upload was swept meanwhile, PermissionDenied where it
    is another person's.
    """
    row = Document.objects.select_for_update().filter(pk=document.pk).first()
    if row is None:
        raise ValidationError(_GONE, code="gone")
    if row.loose_until is None and row.party_id is not None:
        return row
    if row.loose_until is not None and row.uploaded_by_id not in (None, by.pk if by else None):
        raise PermissionDenied("这份文件是别人上传的。")
    known = same_of(party, row.sha256, audience)
    if known is None:
        row.party, row.audience, row.kind, row.loose_until = party, audience, kind, None
        try:
            with transaction.atomic():
                row.save()
        except IntegrityError:  # the same file came by another way at the same moment
            known = same_of(party, row.sha256, audience)
            if known is None:
                raise
        else:
            record_stored(row, by)
            return row
    _remove(row)
    return widen(known, audience, by)


def take_in(upload, *, party, by, audience=Audience.PARTY, kind: str = "") -> Document:
    """Store an upload that belongs to something at once; a row that was let go is held again."""
    document = store(upload, owner_party=party, by=by, kind=kind, audience=audience)
    if document.loose_until is not None:
        Document.objects.filter(pk=document.pk).update(loose_until=None)
        document.loose_until = None
    return document


@transaction.atomic
def let_go(document: Document) -> bool:
    """A file that was taken back becomes loose again, unless something else holds it or it is in the library.

    True where it became loose; it is then swept after 30 days.
    """
    row = Document.objects.select_for_update().filter(pk=document.pk).first()
    if row is None or row.in_library or is_used(row):
        return False
    row.loose_until = timezone.now() + LOOSE_FOR
    row.save(update_fields=["loose_until"])
    return True


def is_used(row) -> bool:
    """Whether any row names this file (or whatever else). One query a table that can."""
    relations = [
        field for field in row._meta.get_fields(include_hidden=True) if field.auto_created and not field.concrete
    ]
    return any(
        relation.related_model._base_manager.filter(**{relation.field.name: row.pk}).exists() for relation in relations
    )


def _remove(row: Document) -> bool:
    """Delete the row, and its file once that is certain; False where something holds it."""
    path = row.path
    try:
        with transaction.atomic():
            row.delete()
    except ProtectedError:
        return False
    transaction.on_commit(lambda: default_storage.delete(path))
    return True


@transaction.atomic
def drop(document: Document) -> bool:
    """Remove a loose upload that is needed no more, row and file; False where it is not loose or something holds it."""
    row = Document.objects.select_for_update().loose().filter(pk=document.pk).first()
    return row is not None and _remove(row)


def sweep_loose() -> int:
    """Remove uploads that nothing took in 30 days, rows and files. Returns how many."""
    removed = 0
    for pk in Document.objects.filter(loose_until__lt=timezone.now()).values_list("pk", flat=True)[:SWEPT_AT_ONCE]:
        with transaction.atomic():
            row = Document.objects.select_for_update().filter(pk=pk, loose_until__lt=timezone.now()).first()
            if row is None:
                continue
            if _remove(row):
                removed += 1
            else:  # something names it after all
                log.warning("loose document %s is in use; it stays", pk)
                Document.objects.filter(pk=pk).update(loose_until=None)
    return removed
