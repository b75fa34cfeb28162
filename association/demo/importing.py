"""A file of the demonstration comes in by the same door as anybody's."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from django.core.files.base import ContentFile, File
from xlsxwriter import Workbook

from association.exchange.actions import import_now
from association.exchange.kinds import kind_named
from association.exchange.models import ImportBatch
from association.jobs.models import Job


def bring(kind_name: str, path: Path, options: dict, *, by) -> Iterator[str]:
    """Import the file, once; yields a line. Raises RuntimeError where the import ends in an error."""
    if not _is_in(kind_name, path.name):
        with path.open("rb") as handle:
            batch = _take(kind_name, File(handle, name=path.name), options, by=by)
        yield f"{path.name}: {batch.read} rows"


def bring_rows(kind_name: str, name: str, rows: list, options: dict, *, by):
    """Import rows (heads first) as the Excel file `name`, once. Raises RuntimeError as bring()."""
    if _is_in(kind_name, name):
        return
    content = BytesIO()
    with Workbook(content, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    _take(kind_name, ContentFile(content.getvalue(), name), options, by=by)


def _is_in(kind_name: str, name: str) -> bool:
    done = ImportBatch.objects.filter(kind=kind_name, document__label=name, state=ImportBatch.State.APPLIED)
    return done.exists()


def _take(kind_name: str, upload: File, options: dict, *, by) -> ImportBatch:
    kind = kind_named(kind_name)
    wanted = {name: options[name] for name in kind.options if name in options}
    batch, job = import_now(kind, upload, options=wanted, by=by)
    if job.state != Job.State.DONE:
        raise RuntimeError(f"{upload.name}: {job.error}")
    return batch
