"""What a member's own page says by itself in its praise (荣誉), from the records: the apps that give it register a source."""

from collections.abc import Callable
from dataclasses import dataclass

from evaluations.models import Rating

SHOWN = 6


@dataclass(frozen=True)
class Honour:
    """「2025 年度信用等级 AAA」, who gave it and where that is written."""

    year: int
    title: str
    giver: str = ""
    url: str = ""


_sources: list[Callable] = []


def register(source: Callable) -> Callable:
    """`source(party) -> [Honour]`: what was published of the party, nothing else. A fixed number of queries."""
    _sources.append(source)
    return source


def honours_of(party) -> list[Honour]:
    """The latest first."""
    found = [honour for source in _sources for honour in source(party)]
    return sorted(found, key=lambda one: -one.year)[:SHOWN]


@register
def grades(party) -> list[Honour]:
    """The published grades (信用等级). One query."""
    rows = Rating.objects.standing().exclude(grade="").filter(party=party).select_related("round")
    return [
        Honour(
            row.round.year,
            f"{row.round.year} 年度信用评价 {row.grade} 级",
            f"{row.round.issuer} {row.grade_number}".strip(),
        )
        for row in rows.order_by("-round__year")[:SHOWN]
    ]
