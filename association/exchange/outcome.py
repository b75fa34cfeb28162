"""What an import did, or would do, in figures and rows."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from .kinds import Judged, V


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
                self.waiting.append({"row": one.row.number, **place, "value": one.shown})
            else:
                setattr(self, one.verdict, getattr(self, one.verdict) + 1)

    @property
    def rejected_rows(self) -> int:
        return len({(row.get("sheet"), row["row"]) for row in self.rejected})
