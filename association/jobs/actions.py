"""Start long work, work it off in slices, pick up what a killed process left."""

import logging
import time
import uuid
from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from .models import Job
from .registry import worker_of

log = logging.getLogger(__name__)
TRIES = 5
GAP = 0.11  # seconds; SQLite looks every 0.1 s whether the database is free, so whoever waits gets in


class LeaseLost(Exception):
    """Another process took the job over (this one was silent for too long)."""


class Refused(Exception):
    """The work cannot be done as asked; the message is one Chinese sentence for the person who started it."""


class Handle:
    """What a worker function sees of its Job: its arguments, where it stopped, and how to keep the place."""

    def __init__(self, job: Job, lease: uuid.UUID):
        self.row, self.lease = job, lease
        self.args, self.owner, self.pk = job.args, job.owner, job.pk
        self.cursor = dict(job.cursor)

    def keep(self, **cursor):
        """Remember the place inside the slice's own transaction. Raises LeaseLost."""
        self.cursor |= cursor
        self._write(cursor=self.cursor)

    def progress(self, done: int, total: int, phase: str):
        self._write(done=done, total=total, phase=phase[:60])

    def _write(self, **fields):
        mine = Job.objects.filter(pk=self.pk, lease=self.lease, state=Job.State.RUNNING)
        if not mine.update(heartbeat_at=timezone.now(), **fields):
            raise LeaseLost(f"job {self.pk}")


@transaction.atomic
def start(kind: str, *, by, title: str, once_key: str, args: dict, back_url: str = "", queue: bool = True) -> Job:
    """A Job for this work, or the unfinished one of the same `once_key` (a double click is one)."""
    try:
        with transaction.atomic():
            job = Job.objects.create(
                kind=kind, title=title[:120], owner=by, once_key=once_key, args=args, back_url=back_url
            )
    except IntegrityError:
        return Job.objects.get(once_key=once_key, state__in=(Job.State.QUEUED, Job.State.RUNNING))
    if queue:
        transaction.on_commit(lambda: _send(job.pk))
    return job


def _send(pk: int):
    from .tasks import work  # the task module imports this one

    try:
        work.delay(pk)
    except Exception:  # the broker is away: the sweep finds the row
        log.exception("job %s could not be queued", pk)


def stale_before():
    """A running job whose worker was last heard before this moment has lost it."""
    return timezone.now() - timedelta(seconds=settings.JOB_LEASE_SECONDS)


def claim(pk: int) -> Handle | None:
    """Take the job if it waits or its worker fell silent; None when somebody else works on it."""
    lease = uuid.uuid4()
    now = timezone.now()
    free = Q(state=Job.State.QUEUED) | Q(state=Job.State.RUNNING, heartbeat_at__lt=stale_before())
    taken = Job.objects.filter(free, pk=pk).update(
        state=Job.State.RUNNING, lease=lease, heartbeat_at=now, tries=F("tries") + 1
    )
    if not taken:
        return None
    job = Job.objects.select_related("owner").get(pk=pk)
    if job.started_at is None:
        Job.objects.filter(pk=pk).update(started_at=now)
    return Handle(job, lease)


def run(pk: int, *, polite: bool = False) -> Job:
    """Work a job off in this process. A Refused ends it with its sentence; any other error with a neutral one.

    `polite`: leave a gap between slices for pages that wait to save, where there is one writer at a time (SQLite).
    """
    handle = claim(pk)
    if handle is None:
        return Job.objects.get(pk=pk)
    if handle.row.tries > TRIES:
        return _finish(handle, Job.State.FAILED, error="这项任务多次中断，已停止，请联系系统管理员。")
    try:
        slices = worker_of(handle.row.kind)(handle)
        while True:
            try:
                handle.progress(*next(slices))
                if polite and connection.vendor == "sqlite":
                    time.sleep(GAP)
            except StopIteration as end:
                return _finish(handle, Job.State.DONE, result=end.value or {})
    except LeaseLost:
        log.warning("job %s was taken over", pk)
    except Refused as problem:
        return _finish(handle, Job.State.FAILED, error=str(problem))
    except Exception:
        log.exception("job %s failed", pk)
        return _finish(handle, Job.State.FAILED, error="处理时出错，已记录，未完成的部分没有生效，请联系系统管理员。")
    return Job.objects.get(pk=pk)


def _finish(handle: Handle, state, **fields) -> Job:
    Job.objects.filter(pk=handle.pk, lease=handle.lease).update(
        state=state, finished_at=timezone.now(), heartbeat_at=timezone.now(), version=F("version") + 1, **fields
    )
    return Job.objects.get(pk=handle.pk)


def sweep() -> int:
    """Send again what was never started or whose worker was killed. Returns how many."""
    left = Job.objects.filter(
        Q(state=Job.State.RUNNING) | Q(state=Job.State.QUEUED), heartbeat_at__lt=stale_before()
    ).values_list("pk", flat=True)
    for pk in left:
        _send(pk)
    return len(left)
