"""What goes into the scoring and what comes out. Plain tuples in the same order will do for the rows that go in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple


class Fact(NamedTuple):
    """One credit record (信用信息) of a firm. `date` is a date or an ISO text; an amount stands in the text."""

    id: int
    source: str
    date: date | str | None
    repaired: bool = False
    document_no: str = ""
    text: str = ""
    counterparty: str = ""


class Survey(NamedTuple):
    """One answered survey (业绩调查). `marks` by item name, or in the order of the scheme's items."""

    id: int
    project: str
    client: str
    channel: str
    date: date | str | None
    surveyor: str
    marks: Mapping[str, Any] | Sequence[Any]


class Missing(NamedTuple):
    """Why a firm has no total: the part, and whether its score is absent or cannot be right (`given`)."""

    part: str
    given: str = ""

    @property
    def sentence(self) -> str:
        if self.given:
            return f"{self.part}的得分“{self.given}”超出范围，请核对后重新导入"
        return f"还没有{self.part}的得分，暂不计算总分和等级"


class Sheet(NamedTuple):
    """A firm's result. Points stand in the order of the scheme's parts; None where nobody gave them.

    `own` are the points of the association's own parts; `total` and `grade` are None while `missing` says why.
    `unsurveyed` names the survey parts without any survey (未调查; their points are 0, like those of a bad result).
    `explanation` is JSON-able; its shape stands in shape.py and explain.py turns it into sentences.
    """

    points: tuple[Decimal | None, ...]
    own: Decimal | None
    total: Decimal | None
    grade: str | None
    missing: tuple[Missing, ...]
    unsurveyed: tuple[str, ...]
    explanation: dict
