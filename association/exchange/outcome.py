"""What an import did, or would do, in figures and rows."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from .kinds import Judged, V


def waiting_words(one: Judged) -> dict:
    """What is kept of a row that waits: the firm as written, whom it may mean where that is another name, why it waits."""
    return {"value": one.shown} | {name: said for name in ("means", "why") if (said := getattr(one, name))}


def as_waiting(kept: dict) -> dict:
    """The same out of what was kept."""
    return {key: kept[key] for key in ("value", "means", "why") if key in kept}


def meant(row: dict) -> str:
    """The name to suggest firms for."""
    return row.get("means") or row["value"]


@dataclass
class Outcome:
    """What an import did, or would do. `rejected` and `waiting` are rows as the command prints them."""

    read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: list[dict] = field(default_factory=list)
    waiting: list[dict] = field(default_factory=list)
    options: dict = field(default_factory=dict)

    def add(self, judged: Sequence[Judged]):
        for one in judged:
            self.read += 1
            place = {"sheet": one.row.sheet} if one.row.sheet else {}
            if one.verdict == V.REJECTED:
                self.rejected += [{"row": one.row.number, **place, **found} for found in one.problems]
            elif one.verdict == V.WAITING:
                self.waiting.append({"row": one.row.number, **place, **waiting_words(one)})
            else:
                setattr(self, one.verdict, getattr(self, one.verdict) + 1)

    @property
    def rejected_rows(self) -> int:
        return len({(row.get("sheet"), row["row"]) for row in self.rejected})
