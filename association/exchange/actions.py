"""Take a file in: keep it, make a batch, let a job write it; look at it first; undo it."""

from django.core.exceptions import PermissionDenied
from django.core.files.base import File
from django.db import transaction

from association.accounts.rules import may
from association.core.enums import Audience
from association.documents.actions import store
from association.jobs import actions as jobs
from association.jobs.models import Job

from . import pipeline
from .kinds import ImportKind
from .models import ImportBatch


def _check(kind: ImportKind, by):
    if by is not None and not may(kind.right)(by):
        raise PermissionDenied(f"您没有导入{kind.label}的权限。")


@transaction.atomic
def take_in(kind: ImportKind, upload: File, *, options: dict, by) -> ImportBatch:
    """Keep the file and make a batch that waits for confirmation (待确认)."""
    _check(kind, by)
    document = store(
        upload, owner_party=None, by=by, kind="import", audience=Audience.STAFF, label=upload.name.rsplit("/", 1)[-1]
    )
    return ImportBatch.objects.create(kind=kind.name, label=kind.label, options=options, document=document, by=by)


@transaction.atomic
def confirm(batch: ImportBatch, *, by, queue: bool = True) -> Job:
    """Start writing a batch; a second click finds the same job."""
    job = jobs.start(
        "exchange.apply", by=by, title=f"导入{batch.label}《{batch.document.label}》", args={"batch": batch.pk},
        once_key=f"exchange.apply:{batch.pk}", back_url=f"/admin/exchange/importbatch/{batch.pk}/change/", queue=queue,
    )  # fmt: skip
    if batch.state == ImportBatch.State.PREVIEWED:
        batch.state, batch.job = ImportBatch.State.APPLYING, job
        batch.save()
    return job


def import_now(kind: ImportKind, upload: File, *, options: dict, by=None) -> tuple[ImportBatch, Job]:
    """The whole import in this process: for the command line and the demonstration. Killed, the sweep goes on with it."""
    pipeline.load(kind, upload, upload.name, options)  # an unreadable file leaves nothing behind
    upload.seek(0)
    batch = take_in(kind, upload, options=options, by=by)
    job = jobs.run(confirm(batch, by=by, queue=False).pk)
    batch.refresh_from_db()
    return batch, job
