"""What the admin's base classes need from the rooms above: the timeline hands itself in when its admin is loaded."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass
class Hooks:
    """`record(subject, verb, sentence, *, by, note, changes)`, `events_of(subject) -> QuerySet`,
    `log_access(action, what, *, by, subject, rows, request)`: as in timeline.actions."""

    record: Callable | None = None
    events_of: Callable | None = None
    log_access: Callable | None = None


hooks = Hooks()


def holds(user, right: str) -> bool:
    """Whether the person holds a right (accounts.roles.Right), asked once a request."""
    known = user.__dict__.setdefault("_held_rights", {})
    if right not in known:
        known[right] = user.has_perm(f"portal.{right}")
    return known[right]
