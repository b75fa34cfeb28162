"""Whether background work runs (后台任务正常/停止): a worker beats in the shared cache when beat's sweep reaches it."""

import time

from django.core.cache import cache

from .actions import stale_before
from .models import Job

KEY = "jobs.heartbeat"
LONGEST_SILENCE = 90  # seconds; beat sends the sweep every 15


def beat():
    cache.set(KEY, time.time(), None)


def is_alive() -> bool:
    """True where a worker was heard lately, or one is busy with a long job (at most one query)."""
    if time.time() - (cache.get(KEY) or 0) < LONGEST_SILENCE:
        return True
    return Job.objects.filter(state=Job.State.RUNNING, heartbeat_at__gte=stale_before()).exists()
