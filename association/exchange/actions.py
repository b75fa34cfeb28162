"""Take a file in: keep it, make a batch, look at it first, let a job write it; leave it be; undo it."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.db import transaction

from association.accounts.rules import needs
from association.core.enums import Audience
from association.documents.actions import store
from association.jobs import actions as jobs
from association.jobs.models import Job
from association.timeline.actions import record

from . import pipeline
from .kinds import ImportKind, kind_named
from .limits import Limits
from .models import ImportBatch
from .workbook import read_bytes

S = ImportBatch.State
DIRECT_BYTES = 256 * 1024  # a file of this size (some 2,000 rows) is looked at while the person waits


def _check(kind: ImportKind, by):
    needs(by, kind.right, f"导入{kind.label}")


def _locked(batch: ImportBatch) -> ImportBatch:
    rows = ImportBatch.objects.select_for_update(of=("self",))
    return rows.select_related("document", "job").get(pk=batch.pk)


@transaction.atomic
def take_in(kind: ImportKind, upload: File, *, options: dict, by) -> ImportBatch:
    """Keep the file and make a batch that is yet to be looked at."""
    _check(kind, by)
    document = store(
        upload, owner_party=None, by=by, kind="import", audience=Audience.STAFF, label=upload.name.rsplit("/", 1)[-1]
    )
    return ImportBatch.objects.create(kind=kind.name, label=kind.label, options=options, document=document, by=by)


def upload(kind: ImportKind, upload: File, *, options: dict, by) -> ImportBatch:
    """Keep a file and look at it (试读): a small one at once, a large one as a job.

    Raises UnreadableFile, jobs.Refused for a small file that cannot be read: then nothing is kept of it.
    """
    _check(kind, by)
    if upload.size > settings.IMPORT_LIMIT_BYTES:
        read_bytes(upload, Limits(bytes=settings.IMPORT_LIMIT_BYTES))  # says so
    if upload.size > DIRECT_BYTES:
        return _look_later(take_in(kind, upload, options=options, by=by), by=by)
    loaded = pipeline.read_file(kind, upload, upload.name, options)
    upload.seek(0)
    batch = take_in(kind, upload, options=loaded.options, by=by)
    for _ in pipeline.look_at(batch, loaded):
        pass
    batch.refresh_from_db()
    return batch


@transaction.atomic
def _look_later(batch: ImportBatch, *, by) -> ImportBatch:
    batch.job = jobs.start(
        "exchange.preview", by=by, title=f"试读{batch.label}《{batch.document.label}》", args={"batch": batch.pk},
        once_key=f"exchange.preview:{batch.pk}", back_url=batch.get_absolute_url(),
    )  # fmt: skip
    batch.save()
    return batch


@transaction.atomic
def confirm(batch: ImportBatch, *, by, queue: bool = True, all_or_nothing: bool = False) -> Job:
    """Start writing a batch (确认导入); a second click finds the same job, one that broke off is gone on with.

    Raises ValidationError where it is not there to be confirmed.
    """
    _check(kind_named(batch.kind), by)
    locked = _locked(batch)
    if locked.state == S.APPLYING and locked.job and not locked.job.is_over:
        return locked.job
    if locked.state not in (S.READING, S.PREVIEWED, S.APPLYING, S.BROKEN):
        raise ValidationError(f"这个文件{locked.get_state_display()}，不能再确认导入，请刷新页面。")
    args = {"batch": batch.pk}
    if locked.state in (S.APPLYING, S.BROKEN) and locked.job:
        done = locked.job.cursor.get("done", locked.job.args.get("done"))
        args |= {} if done is None else {"done": done}
    job = jobs.start(
        "exchange.apply", by=by, title=f"导入{batch.label}《{locked.document.label}》", args=args,
        once_key=f"exchange.apply:{batch.pk}", back_url=batch.get_absolute_url(), queue=queue,
    )  # fmt: skip
    locked.state, locked.job, locked.all_or_nothing = S.APPLYING, job, all_or_nothing
    locked.save()
    batch.refresh_from_db()
    return job


@transaction.atomic
def leave(batch: ImportBatch, *, by) -> ImportBatch:
    """Not imported after all (不导入): nothing was written, the file stays on record."""
    _check(kind_named(batch.kind), by)
    locked = _locked(batch)
    if locked.state not in (S.READING, S.PREVIEWED):
        raise ValidationError(f"这个文件{locked.get_state_display()}，请刷新页面。")
    locked.state = S.FAILED
    locked.save()
    record(locked, "import.left", f"{by.name}没有导入{locked.label}《{locked.document.label}》", by=by)
    return locked


@transaction.atomic
def start_undo(batch: ImportBatch, *, by, reason: str) -> Job:
    """Take an import back (撤销导入) as a job. Raises ValidationError where there is nothing to take back."""
    _check(kind_named(batch.kind), by)
    if not reason.strip():
        raise ValidationError({"note": "请写明撤销的原因。"})
    locked = _locked(batch)
    if locked.state == S.UNDOING and locked.job and not locked.job.is_over:
        return locked.job
    if locked.state not in (S.APPLIED, S.BROKEN, S.UNDOING):
        raise ValidationError(f"这个文件{locked.get_state_display()}，没有可以撤销的内容，请刷新页面。")
    job = jobs.start(
        "exchange.undo", by=by, title=f"撤销导入{batch.label}《{locked.document.label}》", args={"batch": batch.pk},
        once_key=f"exchange.undo:{batch.pk}", back_url=batch.get_absolute_url(),
    )  # fmt: skip
    locked.state, locked.job, locked.undo_reason = S.UNDOING, job, reason.strip()[:300]
    locked.save()
    batch.refresh_from_db()
    return job


def import_now(kind: ImportKind, upload: File, *, options: dict, by=None) -> tuple[ImportBatch, Job]:
    """The whole import in this process: for the command line and the demonstration. Killed, the sweep goes on with it."""
    loaded = pipeline.read_file(kind, upload, upload.name, options)  # an unreadable file leaves nothing behind
    upload.seek(0)
    batch = take_in(kind, upload, options=options, by=by)
    with pipeline.handed_over(batch, loaded):
        job = jobs.run(confirm(batch, by=by, queue=False).pk)
    batch.refresh_from_db()
    return batch, job
