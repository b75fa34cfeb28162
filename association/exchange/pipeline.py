"""A file becomes rows, rows get verdicts, verdicts are written: dry run and import share every step but the last."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from association.jobs import actions as jobs
from association.jobs.registry import worker
from association.timeline.actions import record

from .cells import read_cells
from .errors import UnreadableFile
from .kinds import CleanRow, ImportKind, Judged, V, kind_named
from .models import ImportBatch, ImportRow
from .reader import read_table
from .writing import insert

SLICE = 500  # rows a transaction: well under a second, so that a page can save in between
COUNTED = (V.CREATED, V.UPDATED, V.UNCHANGED, V.REJECTED, V.WAITING)


@dataclass
class Outcome:
    """What an import did, or would do. `rejected` and `waiting` are rows as the command prints them."""

    read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: list[dict] = field(default_factory=list)
    waiting: list[dict] = field(default_factory=list)
    options: dict = field(default_factory=dict)

    def add(self, judged: Sequence[Judged]):
        for one in judged:
            self.read += 1
            if one.verdict == V.REJECTED:
                self.rejected += [{"row": one.row.number, **found} for found in one.problems]
            elif one.verdict == V.WAITING:
                self.waiting.append({"row": one.row.number, "value": one.shown})
            else:
                setattr(self, one.verdict, getattr(self, one.verdict) + 1)

    @property
    def rejected_rows(self) -> int:
        return len({row["row"] for row in self.rejected})


def load(kind: ImportKind, file, filename: str, options: dict) -> tuple[list[CleanRow], dict]:
    """All rows of a file, cleaned, and the options complete. Raises UnreadableFile, jobs.Refused."""
    table = read_table(
        file,
        filename=filename,
        layouts=kind.layouts(options),
        max_bytes=settings.IMPORT_LIMIT_BYTES,
        max_rows=settings.IMPORT_LIMIT_ROWS,
    )
    options = kind.settle(options, table.layout)
    rows = []
    for sheet in table.parts:
        columns = sheet.header.columns
        for number, cells in sheet.rows():
            values, raw, problems = read_cells(columns, cells)
            rows.append(CleanRow(number, values, raw, problems))
    return rows, options


def slices(rows: Sequence[CleanRow], start: int = 0) -> Iterator[Sequence[CleanRow]]:
    for at in range(start, len(rows), SLICE):
        yield rows[at : at + SLICE]


def preview(kind: ImportKind, file, filename: str, options: dict, by=None) -> Outcome:
    """The dry run (试读): every verdict, nothing written."""
    rows, options = load(kind, file, filename, options)
    outcome, session = Outcome(options=options), kind.session(options, by)
    for part in slices(rows):
        outcome.add(session.judge(part))
    return outcome


@worker("exchange.apply")
def apply(job):
    """Write a batch slice by slice, each slice with its verdicts and the place to go on from."""
    batch = ImportBatch.objects.select_related("document", "by").get(pk=job.args["batch"])
    if batch.state == ImportBatch.State.APPLIED:
        return {"batch": batch.pk}
    kind = kind_named(batch.kind)
    yield 0, 0, "读取文件"
    with batch.document.open() as file:
        try:
            rows, options = load(kind, file, batch.document.label, batch.options)
        except UnreadableFile as problem:
            ImportBatch.objects.filter(pk=batch.pk).update(state=ImportBatch.State.FAILED)
            raise jobs.Refused(problem.sentence) from problem
    session, done = kind.session(options, batch.by, batch), job.cursor.get("done", 0)
    for part in slices(rows[:done]):
        session.skip(part)
    for part in slices(rows, done):
        with transaction.atomic():
            judged = session.judge(part)
            session.write(judged)
            _keep_verdicts(batch, judged)
            done += len(part)
            job.keep(done=done)
        yield done, len(rows), "写入"
    with transaction.atomic():
        session.finish()
        _make_valid(batch, options)
    return {"batch": batch.pk}


def _keep_verdicts(batch: ImportBatch, judged: Sequence[Judged]):
    """A verdict row for each row but the unchanged ones, which are counted: they say nothing that the file does not."""
    kept = [
        ImportRow(
            batch=batch,
            row=one.row.number,
            verdict=one.verdict,
            problems=one.problems or ([{"value": one.shown}] if one.verdict == V.WAITING else []),
            subject_type=one.subject._meta.label_lower if one.subject is not None else "",
            subject_id=one.subject.pk if one.subject is not None else None,
            before=one.before,
            after_version=getattr(one.subject, "version", None),
        )
        for one in judged
        if one.verdict != V.UNCHANGED
    ]
    insert(ImportRow, kept)
    found = {verdict: sum(one.verdict == verdict for one in judged) for verdict in COUNTED}
    ImportBatch.objects.filter(pk=batch.pk).update(
        read=F("read") + len(judged),
        version=F("version") + 1,
        **{verdict.value: F(verdict.value) + count for verdict, count in found.items()},
    )


def _make_valid(batch: ImportBatch, options: dict):
    batch.refresh_from_db()
    batch.state, batch.applied_at, batch.options = ImportBatch.State.APPLIED, timezone.now(), options
    batch.save()
    name = batch.by.name if batch.by else "系统"
    record(
        batch, "import.applied",
        f"{name}导入{batch.label}《{batch.document.label}》：新增 {batch.created}，更新 {batch.updated}，"
        f"无变化 {batch.unchanged}，有问题 {batch.rejected}，待匹配 {batch.waiting}", by=batch.by,
    )  # fmt: skip
