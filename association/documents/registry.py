"""What documents ask of the layers above: what a kind of file is called, who may see those that hold much."""

from collections.abc import Callable

from django.db.models import Q

_guards: dict[str, Callable[..., Q]] = {}
_labels: dict[str, str] = {}


def name_kind(kind: str, label: str):
    """What staff call files of this `kind` (Document.kind). Papers of the library bear their Chinese name already."""
    _labels[kind] = label


def kind_in_words(kind: str) -> str:
    return _labels.get(kind, kind)


def offer_guard(kind: str, seen: Callable[..., Q]):
    """Of files of this `kind` (Document.kind) a logged-in person sees those of `seen(user)` only."""
    _guards[kind] = seen


def guarded(user) -> Q:
    """What a person may not see of the guarded kinds, though their audience fits."""
    hidden = Q(pk__in=())
    for kind, seen in _guards.items():
        hidden |= Q(kind=kind) & ~seen(user)
    return hidden
