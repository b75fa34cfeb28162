"""Kinds of list (公示种类), by which this layer tells the apps above it what happened to their cases.

The functions run inside the transaction of the move: what they raise takes the move back. `lines` is a QuerySet.
"""

from collections.abc import Callable
from dataclasses import dataclass


def _nothing(**_facts):
    return None


@dataclass(frozen=True)
class ListKind:
    """What a kind of list is called and who wants to know.

    on_publicised(publicity, lines, step) · on_ended(publicity, lines, step) · on_announced(publicity, announcement,
    lines, step): `lines` are those of this announcement, a supplementary one too · on_withdrawn(publicity, lines, step)
    · on_line_decided(line, objection, step): an objection has dropped or cleared the line. All by keyword.
    """

    name: str
    label: str
    unit: str = "家"
    on_publicised: Callable = _nothing
    on_ended: Callable = _nothing
    on_announced: Callable = _nothing
    on_withdrawn: Callable = _nothing
    on_line_decided: Callable = _nothing


_kinds: dict[str, ListKind] = {}


def register(kind: ListKind) -> ListKind:
    if kind.name in _kinds:
        raise ValueError(f"list kind {kind.name} is registered twice")
    _kinds[kind.name] = kind
    return kind


def kind_of(name: str) -> ListKind:
    """The kind of that name; a neutral one where no app has registered it (a list made by hand)."""
    return _kinds.get(name) or ListKind(name, "名单")
