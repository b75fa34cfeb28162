"""What the apps above show of a firm on its page (企业档案): they register a function, by import never."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Panel:
    """A small table: `rows` of cells, each (text, url or "")."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence]
    empty: str


_panels: list[Callable] = []


def register(function: Callable) -> Callable:
    """`function(firm, user) -> Panel | None`; None where the person may not see it. A fixed number of queries."""
    _panels.append(function)
    return function


def panels_of(firm, user) -> list[Panel]:
    return [panel for function in _panels if (panel := function(firm, user)) is not None]
