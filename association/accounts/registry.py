"""What accounts ask of the layers above: those hand their functions in at start (apps.py)."""

from collections.abc import Callable

_matters: list[Callable[[], dict[str, str]]] = []
_tellers: list[Callable] = []
_code_senders: list[Callable[[str, str], None]] = []


def offer_matters(source: Callable[[], dict[str, str]]):
    """`source()` gives {kind: label} of matters that a stand-in can be limited to."""
    _matters.append(source)


def matters() -> dict[str, str]:
    """Every kind of matter with its Chinese name, in the order of the offers."""
    return {kind: label for source in _matters for kind, label in source().items()}


def offer_teller(tell: Callable):
    """`tell(user, subject, body, once_key)` puts a message to a person, inside the caller's transaction."""
    _tellers.append(tell)


def tell(user, subject: str, body: str, once_key: str):
    for teller in _tellers:
        teller(user, subject, body, once_key)


def offer_code_sender(send: Callable[[str, str], None]):
    """`send(mobile, text)` sends a login code and keeps it nowhere; without a number it does nothing, as slowly."""
    _code_senders.append(send)


def send_code(mobile: str, text: str):
    for send in _code_senders:
        send(mobile, text)
