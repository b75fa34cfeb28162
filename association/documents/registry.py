"""What documents ask of the layers above: who may see files of a kind that hold more than their readers may know."""

from collections.abc import Callable

from django.db.models import Q

_guards: dict[str, Callable[..., Q]] = {}


def offer_guard(kind: str, seen: Callable[..., Q]):
    """Of files of this `kind` (Document.kind) a logged-in person sees those of `seen(user)` only."""
    _guards[kind] = seen


def guarded(user) -> Q:
    """What a person may not see of the guarded kinds, though their audience fits."""
    hidden = Q(pk__in=())
    for kind, seen in _guards.items():
        hidden |= Q(kind=kind) & ~seen(user)
    return hidden
