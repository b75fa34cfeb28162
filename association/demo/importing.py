"""A file of the demonstration comes in by the same door as anybody's."""

from collections.abc import Iterator
from pathlib import Path

from django.core.files.base import File

from association.exchange.actions import import_now
from association.exchange.kinds import kind_named
from association.exchange.models import ImportBatch
from association.jobs.models import Job


def bring(kind_name: str, path: Path, options: dict, *, by) -> Iterator[str]:
    """Import the file, once; yields a line. Raises RuntimeError where the import ends in an error."""
    done = ImportBatch.objects.filter(kind=kind_name, document__label=path.name, state=ImportBatch.State.APPLIED)
    if done.exists():
        return
    kind = kind_named(kind_name)
    with path.open("rb") as handle:
        wanted = {name: options[name] for name in kind.options if name in options}
        batch, job = import_now(kind, File(handle, name=path.name), options=wanted, by=by)
    if job.state != Job.State.DONE:
        raise RuntimeError(f"{path.name}: {job.error}")
    yield f"{path.name}: {batch.read} rows"
