"""What parties ask of the layers above: those hand their functions in when they are loaded."""

from collections.abc import Callable, Iterable

_listeners: list[Callable] = []


def offer_listener(heard: Callable):
    """`heard(names=…, codes=…)` is called in the transaction in which a party got or lost these name keys or codes."""
    _listeners.append(heard)


def known_by(*, names: Iterable[str] = (), codes: Iterable[str | None] = ()):
    """Say that a party is found, or no longer found, by these name keys and codes."""
    names, codes = {name for name in names if name}, {code for code in codes if code}
    for heard in _listeners if names or codes else ():
        heard(names=names, codes=codes)
