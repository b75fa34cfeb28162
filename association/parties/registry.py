"""What parties ask of the layers above: those hand their functions in when they are loaded."""

from collections.abc import Callable, Iterable

_listeners: list[Callable] = []
_mergers: list[Callable] = []


def offer_listener(heard: Callable):
    """`heard(names=…, codes=…)` is called in the transaction in which a party got or lost these name keys or codes."""
    _listeners.append(heard)


def known_by(*, names: Iterable[str] = (), codes: Iterable[str | None] = ()):
    """Say that a party is found, or no longer found, by these name keys and codes."""
    names, codes = {name for name in names if name}, {code for code in codes if code}
    for heard in _listeners if names or codes else ():
        heard(names=names, codes=codes)


def offer_merger(moved: Callable):
    """`moved(merged=…, into=…, by=…)` is called in the transaction in which rows changed from one party to another: after
    a merger, and after one was taken back."""
    _mergers.append(moved)
    return moved


def merged_rows(*, merged, into, by):
    """Say that rows of these two parties changed places."""
    for moved in _mergers:
        moved(merged=merged, into=into, by=by)
