"""A file becomes rows, rows get verdicts, verdicts are written: dry run and import share every step but the last."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from association.jobs import actions as jobs
from association.jobs.registry import worker
from association.parties.suggestions import Suggestions
from association.timeline.actions import record

from .cells import read_cells
from .errors import UnreadableFile
from .kinds import CleanRow, ImportKind, Judged, V, kind_named
from .models import ImportBatch, ImportRow
from .reader import Table, read_table
from .writing import insert

SLICE = 500  # rows a transaction: well under a second, so that a page can save in between
COUNTED = (V.CREATED, V.UPDATED, V.UNCHANGED, V.REJECTED, V.WAITING)
PROBLEM_COLUMN = "问题（改正后可以再次导入）"  # the last column of the problem rows given back; not read again
GUIDE_SHEET = "填写说明"  # the second sheet of our templates; nobody misses it
SUGGESTED = 200  # names that wait for which likely firms are looked up in a dry run
NOTES = 50  # sentences on what was left out


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
            place = {"sheet": one.row.sheet} if one.row.sheet else {}
            if one.verdict == V.REJECTED:
                self.rejected += [{"row": one.row.number, **place, **found} for found in one.problems]
            elif one.verdict == V.WAITING:
                self.waiting.append({"row": one.row.number, **place, "value": one.shown})
            else:
                setattr(self, one.verdict, getattr(self, one.verdict) + 1)

    @property
    def rejected_rows(self) -> int:
        return len({(row.get("sheet"), row["row"]) for row in self.rejected})


@dataclass
class Loaded:
    """A file as rows. `headers` are the file's own column names by key, `notes` sentences on what was left out."""

    rows: list[CleanRow]
    options: dict
    headers: dict[str, str]
    notes: list[str]


def read_file(kind: ImportKind, file, filename: str, options: dict) -> Loaded:
    """All rows of a file, cleaned, and the options complete. Raises UnreadableFile, jobs.Refused."""
    table = read_table(
        file,
        filename=filename,
        layouts=kind.layouts(options),
        max_bytes=settings.IMPORT_LIMIT_BYTES,
        max_rows=settings.IMPORT_LIMIT_ROWS,
    )
    options = kind.settle(options, table.layout)
    rows, headers, several = [], {}, len(table.parts) > 1
    for sheet in table.parts:
        columns = sheet.header.columns
        headers |= {found.key: found.header for found in columns if found.key != PROBLEM_COLUMN}
        returned = any(found.key == PROBLEM_COLUMN for found in columns)
        name = sheet.sheet.name[:40] if several else ""
        for number, cells in sheet.rows():
            values, raw, problems = read_cells(columns, cells)
            if returned:
                raw.pop(PROBLEM_COLUMN, None)
            rows.append(CleanRow(number, values, raw, problems, name))
    return Loaded(rows, options, headers, _notes(table))


def _notes(table: Table) -> list[str]:
    notes = [note for note in table.notes if f"「{GUIDE_SHEET}」" not in note]
    if table.absent:
        notes.append(f"文件里没有这些列，相应内容不作改动：{'、'.join(column.label for column in table.absent)}")
    skipped = [f"第 {number} 行没有读入：{words[:60]}" for number, words in table.skipped]
    more = len(skipped) - NOTES
    return [*notes, *skipped[:NOTES], *([f"还有 {more} 行合计、说明等没有读入"] if more > 0 else [])]


def load(kind: ImportKind, file, filename: str, options: dict) -> tuple[list[CleanRow], dict]:
    """(rows, options complete) of read_file()."""
    loaded = read_file(kind, file, filename, options)
    return loaded.rows, loaded.options


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


# -- The dry run and the import as jobs ------------------------------------------------------------------------------


def _batch(job) -> ImportBatch:
    return ImportBatch.objects.select_related("document", "by").get(pk=job.args["batch"])


def load_batch(batch: ImportBatch) -> Loaded:
    """The rows of a batch's own file. Raises UnreadableFile, jobs.Refused."""
    with batch.document.open() as file:
        return read_file(kind_named(batch.kind), file, batch.document.label, batch.options)


def _load_or_fail(batch: ImportBatch) -> Loaded:
    try:
        return load_batch(batch)
    except (UnreadableFile, jobs.Refused) as problem:
        ImportBatch.objects.filter(pk=batch.pk).update(state=ImportBatch.State.FAILED)
        raise jobs.Refused(str(problem)) from problem


@worker("exchange.preview")
def look(job):
    """Judge every row of a batch and keep what a person has to see; the data itself stays untouched."""
    batch = _batch(job)
    if batch.state != ImportBatch.State.READING:
        return {"batch": batch.pk}
    yield 0, 0, "读取文件"
    yield from look_at(batch, _load_or_fail(batch))
    return {"batch": batch.pk}


def look_at(batch: ImportBatch, loaded: Loaded) -> Iterator[tuple[int, int, str]]:
    """The dry run of a batch whose file has been read: the work of look(), which may as well be done at once."""
    session = kind_named(batch.kind).session(loaded.options, batch.by)
    counts, seen, done = dict.fromkeys(COUNTED, 0), [], 0
    for part in slices(loaded.rows):
        for one in session.judge(part):
            counts[one.verdict] += 1
            if one.verdict in (V.REJECTED, V.WAITING):
                seen.append(_verdict(batch, one))
                seen[-1].subject_id = None  # nothing is written yet
        done += len(part)
        yield done, len(loaded.rows), "核对"
    _suggest(seen)
    with transaction.atomic():
        waits = ImportBatch.objects.filter(pk=batch.pk, state=ImportBatch.State.READING).update(
            state=ImportBatch.State.PREVIEWED, read=done, options=loaded.options, notes=loaded.notes,
            version=F("version") + 1, **{verdict.value: count for verdict, count in counts.items()},
        )  # fmt: skip
        if waits:
            insert(ImportRow, seen)


def _suggest(rows: Sequence[ImportRow]):
    waiting = [row for row in rows if row.verdict == V.WAITING]
    names = list(dict.fromkeys(row.problems[0]["value"] for row in waiting if row.problems))[:SUGGESTED]
    likely = Suggestions().for_names(names, limit=3) if names else {}
    for row in waiting:
        found = likely.get(row.problems[0]["value"]) if row.problems else None
        if found:
            row.problems[0]["likely"] = [{"name": one["name"], "score": one["score"]} for one in found]


@worker("exchange.apply")
def apply(job):
    """Write a batch slice by slice, each slice with its verdicts and the place to go on from."""
    batch = _batch(job)
    if batch.state in (ImportBatch.State.APPLIED, ImportBatch.State.UNDOING, ImportBatch.State.UNDONE):
        return {"batch": batch.pk}
    kind = kind_named(batch.kind)
    yield 0, 0, "读取文件"
    loaded = _load_or_fail(batch)
    rows, options = loaded.rows, loaded.options
    session, done = kind.session(options, batch.by, batch), job.cursor.get("done", job.args.get("done"))
    if done is None:
        if batch.all_or_nothing:
            yield from _all_right(batch, kind, loaded)
        done = _begin(batch, job, loaded)
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


def _all_right(batch: ImportBatch, kind: ImportKind, loaded: Loaded):
    """All or nothing: every row is judged before the first is written. Raises jobs.Refused."""
    session, wrong, done = kind.session(loaded.options, batch.by), 0, 0
    for part in slices(loaded.rows):
        wrong += sum(one.verdict == V.REJECTED for one in session.judge(part))
        done += len(part)
        yield done, len(loaded.rows), "核对"
    if wrong:
        ImportBatch.objects.filter(pk=batch.pk).update(state=ImportBatch.State.PREVIEWED, version=F("version") + 1)
        raise jobs.Refused(f"有 {wrong} 行有问题，按您的选择一行也没有导入。请改好后重新上传，或改选只导入没有问题的行。")


def _begin(batch: ImportBatch, job, loaded: Loaded) -> int:
    """The verdicts of the dry run make way for those of the import."""
    with transaction.atomic():
        if batch.read:
            batch.rows.all().delete()
        ImportBatch.objects.filter(pk=batch.pk).update(
            read=0, notes=loaded.notes, version=F("version") + 1, **{verdict.value: 0 for verdict in COUNTED}
        )
        job.keep(done=0)
    return 0


def _verdict(batch: ImportBatch, one: Judged) -> ImportRow:
    return ImportRow(
        batch=batch,
        sheet=one.row.sheet,
        row=one.row.number,
        verdict=one.verdict,
        problems=one.problems or ([{"value": one.shown}] if one.verdict == V.WAITING else []),
        subject_type=one.subject._meta.label_lower if one.subject is not None else "",
        subject_id=one.subject.pk if one.subject is not None else None,
        before=one.before,
        after_version=getattr(one.subject, "version", None),
    )


def _keep_verdicts(batch: ImportBatch, judged: Sequence[Judged]):
    """A verdict row for each row but the unchanged ones, which are counted: they say nothing that the file does not."""
    insert(ImportRow, [_verdict(batch, one) for one in judged if one.verdict != V.UNCHANGED])
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
