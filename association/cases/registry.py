"""Kinds of case, by which this layer reaches the apps above it."""

from collections.abc import Callable
from dataclasses import dataclass

from association.core.numbers import name_numbers


@dataclass(frozen=True)
class CaseKind:
    """What the shared pages ask of a kind. URLs are made from the Case row alone, without a query."""

    name: str
    label: str
    staff_url: Callable
    list_url: Callable
    party_url: Callable
    party_summary: Callable  # (case, user) -> dict for the desk's list


_kinds: dict[str, CaseKind] = {}


def register(kind: CaseKind) -> CaseKind:
    if kind.name in _kinds:
        raise ValueError(f"case kind {kind.name} is registered twice")
    _kinds[kind.name] = kind
    name_numbers(kind.name, kind.label)
    return kind


def kind_of(name: str) -> CaseKind:
    return _kinds[name]


def all_kinds() -> tuple[CaseKind, ...]:
    return tuple(_kinds.values())
