"""Score a round (测算): stream its firms and what is said of them through the arithmetic, keep each run that says more.

Works in slices of firms, each slice one transaction with the place to go on from; the run becomes valid in one short
last step. The fingerprint covers every explanation, so a run whose inputs are unchanged is not stored again.
"""

import hashlib
from collections.abc import Iterator
from itertools import islice

from django.db import transaction
from django.utils import timezone

from association.accounts.roles import Right
from association.accounts.rules import name_of, needs
from association.core.beside import Beside
from association.core.bulk import copy_in
from association.exchange.models import ImportBatch
from association.inbox.actions import close_todos
from association.jobs import actions as jobs
from association.jobs.models import Job
from association.jobs.registry import worker
from association.timeline.actions import record

from .models import Rating, RatingRound, ScoreSheet, ScoringRun
from .scheme_rows import rulebook_of
from .scoring import Light, Result, RuleBook, compare, light_of, summarise
from .scoring.exact import exact
from .slices import COLUMNS, Stamp, add_up, chain, givers, no_collector, read_slice, score_slice, stamp_of

CHANGES_KEPT = 1000  # of the differences from the run before; the rest is counted


def start_run(rating_round: RatingRound, *, by=None, queue: bool = True) -> Job:
    """A job that scores the round; a second click finds the same one."""
    needs(by, Right.RATING, "测算")
    return jobs.start(
        "evaluations.rate", by=by, title=f"{rating_round.title}测算", args={"round": rating_round.pk},
        once_key=f"evaluations.rate:{rating_round.pk}", back_url=rating_round.get_absolute_url(), queue=queue,
    )  # fmt: skip


def rate_now(rating_round: RatingRound, *, by=None) -> tuple[ScoringRun, bool]:
    """Score in this process. (the run that stands now, whether it is new). Raises jobs.Refused."""
    job = jobs.run(start_run(rating_round, by=by, queue=False).pk)
    if job.state != Job.State.DONE:
        raise jobs.Refused(job.error or "另一次测算正在进行，请等它完成。")
    return ScoringRun.objects.get(pk=job.result["run"]), job.result["new"]


@worker("evaluations.rate")
def rate(job):
    """See the module. The cursor holds the run, the last party done, the fingerprint and the figures so far."""
    rating_round = RatingRound.objects.select_related("scheme").get(pk=job.args["round"])
    if not rating_round.ratings.taking_part().exists():
        raise jobs.Refused("这一轮还没有参评企业，请先导入申报企业名册。")
    run = _run_of(job, rating_round)
    total = Stamp(*job.cursor["stamp"]).firms
    if run.state == ScoringRun.State.VALID:  # this very job made it valid and was stopped before it could say so
        return {"run": run.pk, "new": True}
    book = RuleBook.from_dict(run.rulebook)
    with no_collector():
        yield from _score(job, rating_round, book, run, total)
    yield job.cursor["done"], total, "汇总"
    before = rating_round.runs.valid().first()
    run.summary = job.cursor["summary"]
    run.inputs_hash = hashlib.sha256(f"{book.fingerprint()}:{job.cursor['digest']}".encode()).hexdigest()
    if before and before.inputs_hash != run.inputs_hash:
        run.changes = _changes(before, run, book)
    result = _finish(job, run, before)
    if result is None:
        _drop(run)
        raise jobs.Refused("测算期间有资料变动，本次没有保存，请重新测算。")
    return result


def _score(job, rating_round, book, run, total):
    """Slice by slice: while one is scored, the next is read and the one before is written."""
    reader, writer = Beside(), Beside()
    place = {"after": 0, "done": 0, "digest": "", "summary": {}} | job.cursor
    try:
        written, coming = None, reader.start(read_slice, rating_round, place["after"])
        while part := coming():
            coming = reader.start(read_slice, rating_round, part.last)
            rows, figures = score_slice(book, run.pk, part)
            place["digest"], place["after"] = chain(place["digest"], rows), part.last
            place["summary"] = add_up(book, place["summary"], figures)
            place["done"] += len(part.firms)
            if written:
                written()
                yield place["done"] - len(part.firms), total, "计分"
            written = writer.start(_write, job, rows, dict(place))
        if written:
            written()
    finally:
        reader.close()
        writer.close()


@transaction.atomic
def _write(job, rows, place):
    """The slice's sheets and the place to go on from, in one transaction."""
    copy_in(ScoreSheet, COLUMNS, rows)
    job.keep(**{key: place[key] for key in ("after", "done", "digest", "summary")})


def _importing() -> bool:
    """Whether a file is being written this moment: half of it must not count."""
    alive = {"job__state": Job.State.RUNNING, "job__heartbeat_at__gte": jobs.stale_before()}
    return ImportBatch.objects.filter(state=ImportBatch.State.APPLYING, **alive).exists()


def _run_of(job, rating_round) -> ScoringRun:
    """The run that this job began, or a new one; what an earlier job left unfinished goes."""
    if "run" in job.cursor:
        return ScoringRun.objects.get(pk=job.cursor["run"])
    if _importing():
        raise jobs.Refused("正在导入资料，请等导入完成后再测算。")
    with transaction.atomic():
        for left in rating_round.runs.filter(state=ScoringRun.State.COMPUTING):
            _drop(left)
        run = ScoringRun.objects.create(
            round=rating_round,
            rulebook=rulebook_of(rating_round.scheme).to_dict(),
            givers=givers(),
            by=job.owner,
            job_id=job.pk,
        )
        job.keep(run=run.pk, stamp=stamp_of(rating_round))
    return run


def _drop(run: ScoringRun):
    """Remove a run that nobody has seen, its sheets in one statement."""
    if run.state == ScoringRun.State.VALID:
        raise ValueError(f"run {run.pk} is valid and stays")
    sheets = ScoreSheet.objects.filter(run=run)
    sheets._raw_delete(sheets.db)
    run.delete()


@transaction.atomic
def _finish(job, run: ScoringRun, before: ScoringRun | None) -> dict | None:
    """The short last step: the run becomes valid, or goes where it says what the last one said.

    None where something changed while it was under way.
    """
    locked = RatingRound.objects.select_for_update().get(pk=run.round_id)
    job.keep(finished=True)  # whoever lost the lease stops here
    stamp = stamp_of(locked)
    if stamp != Stamp(*job.cursor["stamp"]) or _importing():
        return None
    seen = stamp.inputs
    if before and before.inputs_hash == run.inputs_hash:
        _drop(run)
        before.inputs_stamp, before.checked_at = seen, timezone.now()
        before.save(update_fields=["inputs_stamp", "checked_at"])
        close_todos(once_keys=[f"rate-again:{locked.pk}"])
        return {"run": before.pk, "new": False}
    run.inputs_stamp = seen
    run.state, run.population = ScoringRun.State.VALID, run.summary["firms"]
    run.number, run.finished_at = (before.number if before else 0) + 1, timezone.now()
    run.save()
    locked.current_run = run
    locked.save()
    close_todos(once_keys=[f"rate-again:{locked.pk}"])
    sentence = f"{name_of(job.owner)}完成{locked.title}第 {run.number} 次测算，{run.population} 家企业"
    record(run, "run.valid", sentence, by=job.owner)
    return {"run": run.pk, "new": True}


def results_of(run: ScoringRun, book: RuleBook) -> Iterator[Result]:
    """The run's firms as the summary counts them, in order of their party, streamed."""
    rows = ScoreSheet.objects.filter(run=run).order_by("rating__party_id")
    columns = ("rating__code", "rating__qualification_group", "rating__is_member", "detail")
    for code, group, is_member, detail in rows.values_list(*columns).iterator(chunk_size=2000):
        yield Result(code, group, is_member, light_of(book, detail))


def summary_of(run: ScoringRun, *, per_firm: bool) -> dict:
    """The object that `rate --json` prints."""
    if not per_firm:
        return run.summary
    book = RuleBook.from_dict(run.rulebook)
    return summarise(book, results_of(run, book), per_firm=True)


def _lights(run: ScoringRun):
    """(party, figures) of a run's firms in order of their party, streamed; the explanations are not read."""
    rows = ScoreSheet.objects.filter(run=run).order_by("rating__party_id")
    columns = ("rating__party_id", "points", "own_points", "total", "grade")
    for party, points, own, total, grade in rows.values_list(*columns).iterator(chunk_size=2000):
        exact_points = tuple(None if point is None else exact(point) for point in points)
        yield party, Light(exact_points, own, total, grade or None)


def _changes(before: ScoringRun, run: ScoringRun, book: RuleBook) -> list[dict]:
    """The differences from the run before: [{party, name, sentence}], at most CHANGES_KEPT and a count of the rest."""
    old_book = RuleBook.from_dict(before.rulebook)
    found = compare(_lights(before), _lights(run), old_book=old_book, new_book=book)
    kept = list(islice(found, CHANGES_KEPT))
    parties = [one.key for one in kept]
    names = dict(Rating.objects.filter(round=run.round, party__in=parties).values_list("party", "name"))
    rows = [{"party": one.key, "name": names.get(one.key, ""), "sentence": one.sentence} for one in kept]
    rest = sum(1 for _ in found)
    return [*rows, {"more": rest}] if rest else rows
