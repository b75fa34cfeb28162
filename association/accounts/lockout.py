"""Five wrong passwords lock a mobile number for 15 minutes (GB/T 22239: 登录失败处理), whether it is anyone's or not.

Counted in the cache that all processes share. A try is counted before the password is looked at, so that guesses sent
at the same moment cannot slip through, and forgotten when it was right.
"""

import hashlib
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.conf import settings
from django.core.cache import cache
from django.core.files import locks
from django.utils import timezone

TRIES = 5
LOCKED_FOR = timedelta(minutes=15)
REMEMBERED = timedelta(hours=24)  # wrong tries add up until a right one, or for a day


def _keys(mobile: str) -> tuple[str, str]:
    name = hashlib.sha256(mobile.encode()).hexdigest()[:32]
    return f"accounts.tries.{name}", f"accounts.locked.{name}"


@contextmanager
def _alone():
    """The file cache adds in two steps, so processes take turns; Redis adds in one."""
    if settings.REDIS_URL:
        yield
        return
    with (settings.VAR_DIR / "lockout.lock").open("a") as file:
        locks.lock(file, locks.LOCK_EX)
        try:
            yield
        finally:
            locks.unlock(file)


def locked_until(mobile: str) -> datetime | None:
    """When the number may be tried again, or None when it may be now."""
    until = cache.get(_keys(mobile)[1])
    return until if until and until > timezone.now() else None


def take_try(mobile: str) -> datetime | None:
    """Count a try that is about to be made; the end of the lock where it must not be made."""
    tries, _ = _keys(mobile)
    until = locked_until(mobile)
    if until:
        return until
    with _alone():
        cache.add(tries, 0, REMEMBERED.total_seconds())
        taken = cache.incr(tries)
    # a sixth try while five are still being looked at: the lock is about to come, or a right password clears it
    return timezone.now() + LOCKED_FOR if taken > TRIES else None


def was_wrong(mobile: str) -> tuple[int, datetime | None]:
    """The try was wrong: (tries left, end of the lock). The fifth locks."""
    tries, locked = _keys(mobile)
    if until := locked_until(mobile):  # another try of the same moment was the fifth
        return 0, until
    left = TRIES - (cache.get(tries) or 0)
    if left > 0:
        return left, None
    until = timezone.now() + LOCKED_FOR
    cache.set(locked, until, LOCKED_FOR.total_seconds())
    cache.delete(tries)
    return 0, until


def clear(mobile: str) -> bool:
    """Forget wrong tries and open a lock. Returns whether there was a lock."""
    was = locked_until(mobile) is not None
    cache.delete_many(_keys(mobile))
    return was
