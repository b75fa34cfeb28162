"""A file becomes rows, rows get verdicts, verdicts are written: dry run and import share every step but the last."""

import logging
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import F
from django.utils import timezone

from association.jobs import actions as jobs
from association.jobs.registry import worker
from association.parties.suggestions import Suggestions
from association.timeline.actions import record

from .errors import UnreadableFile
from .kinds import CleanRow, ImportKind, Judged, Session, V, kind_named
from .models import ImportBatch, ImportRow
from .outcome import Outcome, meant, waiting_words
from .reader import Table, read_table
from .rowcells import read_cells
from .writing import insert

log = logging.getLogger(__name__)
SLICE = 500  # rows a transaction: well under a second, so that a page can save in between
COUNTED = (V.CREATED, V.UPDATED, V.UNCHANGED, V.REJECTED, V.WAITING)
PROBLEM_COLUMN = "问题（改正后可以再次导入）"  # the last column of the problem rows given back; not read again
GUIDE_SHEET = "填写说明"  # the second sheet of our templates; nobody misses it
SUGGESTED = 200  # names that wait for which likely firms are looked up in a dry run
NOTES = 50  # sentences on what was left out
BEAT = 2000  # rows read between two signs of life
Steps = Generator[tuple[int, int, str], None, Any]  # part of a job: (done, total, phase) now and then, then a result
_TURN = 0x696D706F  # PostgreSQL's advisory lock that makes imports take turns


@dataclass
class Loaded:
    """A file as rows. `headers` are the file's own column names by key, `notes` sentences on what was left out."""

    rows: list[CleanRow]
    options: dict
    headers: dict[str, str]
    notes: list[str]


def reading(kind: ImportKind, file, filename: str, options: dict) -> Steps:
    """read_file() as part of a job."""
    table = read_table(
        file,
        filename=filename,
        layouts=kind.layouts(options),
        max_bytes=settings.IMPORT_LIMIT_BYTES,
        max_rows=settings.IMPORT_LIMIT_ROWS,
    )
    yield 0, 0, "读取文件"
    options = kind.settle(options | kind.told_above(table.above), table.layout)
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
            if not len(rows) % BEAT:
                yield 0, 0, f"读取文件，已读 {len(rows)} 行"
    return Loaded(rows, options, headers, _notes(table, kind))


def read_file(kind: ImportKind, file, filename: str, options: dict) -> Loaded:
    """All rows of a file, cleaned, and the options complete. Raises UnreadableFile, jobs.Refused."""
    return _at_once(reading(kind, file, filename, options))


def _at_once(steps: Steps):
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


def _notes(table: Table, kind: ImportKind) -> list[str]:
    notes = [note for note in table.notes if f"「{GUIDE_SHEET}」" not in note]
    if table.absent and kind.tells_absent:
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
    return _at_once(_reading_batch(batch))


_handed: dict[int, Loaded] = {}


@contextmanager
def handed_over(batch: ImportBatch, loaded: Loaded):
    """The rows of a batch for the job that this process runs inside the block: the file need not be read again."""
    _handed[batch.pk] = loaded
    try:
        yield
    finally:
        _handed.pop(batch.pk, None)


def _reading_batch(batch: ImportBatch) -> Steps:
    if batch.pk in _handed:
        return _handed.pop(batch.pk)
    with batch.document.open() as file:
        return (yield from reading(kind_named(batch.kind), file, batch.document.label, batch.options))


def _load_or_fail(batch: ImportBatch, *, written: bool = False) -> Steps:
    """`written`: some of its rows stand already."""
    yield 0, 0, "读取文件"
    try:
        return (yield from _reading_batch(batch))
    except (UnreadableFile, jobs.Refused) as problem:
        state = ImportBatch.State.BROKEN if written else ImportBatch.State.FAILED
        ImportBatch.objects.filter(pk=batch.pk).update(state=state, version=F("version") + 1)
        raise jobs.Refused(str(problem)) from problem


@worker("exchange.preview")
def look(job):
    """Judge every row of a batch and keep what a person has to see; the data itself stays untouched."""
    batch = _batch(job)
    if batch.state != ImportBatch.State.READING:
        return {"batch": batch.pk}
    loaded = yield from _load_or_fail(batch)
    yield from look_at(batch, loaded)
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
            state=ImportBatch.State.PREVIEWED, read=done, options=loaded.options,
            notes=[*loaded.notes, *session.remarks()], version=F("version") + 1,
            **{verdict.value: count for verdict, count in counts.items()},
        )  # fmt: skip
        if waits:
            insert(ImportRow, seen)


def _suggest(rows: Sequence[ImportRow]):
    waiting = [row for row in rows if row.verdict == V.WAITING]
    names = list(dict.fromkeys(meant(row.problems[0]) for row in waiting if row.problems))[:SUGGESTED]
    likely = Suggestions().for_names(names, limit=3) if names else {}
    for row in waiting:
        found = likely.get(meant(row.problems[0])) if row.problems else None
        if found:
            row.problems[0]["likely"] = [{"name": one["name"], "score": one["score"]} for one in found]


@worker("exchange.apply")
def apply(job):
    """Write a batch slice by slice, each slice with its verdicts and the place to go on from."""
    batch = _batch(job)
    if batch.state in (ImportBatch.State.APPLIED, ImportBatch.State.UNDOING, ImportBatch.State.UNDONE):
        return {"batch": batch.pk}
    done = job.cursor.get("done", job.args.get("done"))
    loaded = yield from _load_or_fail(batch, written=bool(done))
    if done is None:
        if batch.all_or_nothing:
            yield from _all_right(batch, kind_named(batch.kind), loaded)
        done = _begin(batch, job, loaded)
    writing = _Writing(job, batch, loaded, done)
    try:
        yield from writing.skip()
        yield from writing.write()
        yield from writing.finish()
        with transaction.atomic():
            job.keep(done=writing.done)
            _make_valid(batch, loaded.options, [*loaded.notes, *writing.session.remarks()])
    except jobs.LeaseLost:
        raise  # another process goes on with it
    except Exception as error:
        log.exception("import %s broke off after %s rows", batch.pk, writing.done)
        yield from writing.finish_what_stands()
        raise jobs.Refused(_break_off(batch, writing)) from error
    return {"batch": batch.pk}


class _Writing:
    """The rows of one batch on their way into the database. `done`: how many rows of the file are through."""

    def __init__(self, job, batch: ImportBatch, loaded: Loaded, done: int):
        self.job, self.batch, self.rows, self.options, self.done = job, batch, loaded.rows, loaded.options, done
        self.session = self._new_session()

    def _new_session(self) -> Session:
        return kind_named(self.batch.kind).session(self.options, self.batch.by, self.batch)

    def skip(self) -> Steps:
        """Tell the session the rows that stand already; those that were rejected left no trace in it the first time."""
        if not self.done:
            return
        wrong = set(self.batch.rows.filter(verdict=V.REJECTED).values_list("sheet", "row"))
        for part in slices(self.rows[: self.done]):
            self.session.skip([row for row in part if (row.sheet, row.number) not in wrong])
            yield self.done, len(self.rows), "接着上次的地方"

    def write(self) -> Steps:
        while self.done < len(self.rows):
            part = self.rows[self.done : self.done + SLICE]
            try:
                self._write(part)
            except (IntegrityError, OperationalError):  # somebody wrote the same thing at the same moment: look again
                log.warning("import %s: rows from %s are judged again", self.batch.pk, part[0].place, exc_info=True)
                self.session = self._new_session()
                yield from self.skip()
                self._write(part)
            self.done += len(part)
            yield self.done, len(self.rows), "写入"

    @transaction.atomic
    def _write(self, part: Sequence[CleanRow]):
        _take_turns()
        judged = self.session.judge(part)
        self.session.write(judged)
        _keep_verdicts(self.batch, judged)
        self.job.keep(done=self.done + len(part))

    def finish(self) -> Steps:
        """What follows from the rows for others, in steps of a transaction each."""
        steps, more = self.session.last_steps(), True
        while more:
            with transaction.atomic():
                _take_turns()
                more = next(steps, self) is not self
                self.job.keep(done=self.done)
            yield self.done, len(self.rows), "核对相关资料"
        with transaction.atomic():
            _take_turns()
            self.session.finish()

    def finish_what_stands(self) -> Steps:
        """After an error: the rows that stand have their consequences all the same."""
        try:
            yield from self.finish()
        except jobs.LeaseLost:
            raise
        except Exception:
            log.exception("import %s: what follows from its rows could not be done", self.batch.pk)


def _take_turns():
    """Imports take turns slice by slice, so that each judges what the other wrote. SQLite has one writer anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_TURN])


@transaction.atomic
def _break_off(batch: ImportBatch, writing: _Writing) -> str:
    """The batch says that it broke off (中断); the sentence for whoever imports."""
    writing.job.keep(done=writing.done)
    batch.refresh_from_db()
    batch.state = ImportBatch.State.BROKEN
    batch.save()
    begun = f"前 {writing.done} 行已经处理并生效" if writing.done else "一行也没有写入"
    record(
        batch, "import.broken", f"导入{batch.label}《{batch.document.label}》中断：共 {len(writing.rows)} 行，{begun}",
        by=batch.by,
    )  # fmt: skip
    return f"导入中断：共 {len(writing.rows)} 行，{begun}。可以点“继续导入”；再次中断请联系系统管理员。"


def _all_right(batch: ImportBatch, kind: ImportKind, loaded: Loaded):
    """All or nothing: every row is judged before the first is written. Raises jobs.Refused."""
    session, wrong, done = kind.session(loaded.options, batch.by), 0, 0
    for part in slices(loaded.rows):
        wrong += sum(one.verdict == V.REJECTED for one in session.judge(part))
        done += len(part)
        yield done, len(loaded.rows), "核对"
    if wrong:
        ImportBatch.objects.filter(pk=batch.pk).update(state=ImportBatch.State.PREVIEWED, version=F("version") + 1)
        raise jobs.Refused(
            f"有 {wrong} 行有问题，按您的选择一行也没有导入。请改好后重新上传，或改选只导入没有问题的行。"
        )


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
        problems=one.problems or ([waiting_words(one)] if one.verdict == V.WAITING else []),
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


def _make_valid(batch: ImportBatch, options: dict, notes: list[str]):
    batch.refresh_from_db()
    batch.state, batch.applied_at = ImportBatch.State.APPLIED, timezone.now()
    batch.options, batch.notes = options, notes
    batch.save()
    name = batch.by.name if batch.by else "系统"
    record(
        batch, "import.applied",
        f"{name}导入{batch.label}《{batch.document.label}》：新增 {batch.created}，更新 {batch.updated}，"
        f"无变化 {batch.unchanged}，有问题 {batch.rejected}，等待认领 {batch.waiting}", by=batch.by,
    )  # fmt: skip
