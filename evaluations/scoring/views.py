"""A score sheet (评分表) for people: every value is ready to print, every decision has its sentence.

Made from a stored explanation by explain.py; templates only lay it out. Points are text without trailing zeros.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class FactLine:
    """One record. `points` is 「−1」, 「+2」 or 「0」; `reason` says why it counted in full, in part or not at all."""

    id: int
    source: str
    text: str
    document_no: str
    counterparty: str
    from_whom: str
    date: date | None
    code: int
    counted: bool
    points: str
    reason: str


@dataclass(frozen=True, slots=True)
class SurveyLine:
    """One answered survey; `marks` are (item, mark) with 「—」 for a gap. `reason` is empty where it counts."""

    id: int
    project: str
    client: str
    channel: str
    date: date | None
    surveyor: str
    marks: tuple[tuple[str, str], ...]
    mean: str
    counted: bool
    reason: str


@dataclass(frozen=True, slots=True)
class ChannelCell:
    """A channel's mean for one project; `mean` is 「—」 and `share` empty where the channel was not used.

    `weight` is the scheme's (0.5), `share` what it comes to over the channels used (0.71, of exactly 5/7).
    """

    name: str
    weight: str
    share: str
    share_exact: str
    mean: str
    surveys: int


@dataclass(frozen=True, slots=True)
class ProjectLine:
    """One project: a cell for each channel of the scheme in its order, and how the weighted mean came about."""

    name: str
    client: str
    cells: tuple[ChannelCell, ...]
    mean: str
    mean_exact: str
    formula: str
    surveys: tuple[SurveyLine, ...]


@dataclass(frozen=True, slots=True)
class PartView:
    """One part of the sheet. `points` is 「—」 where nobody gave them; `percent` (0-100) is for the meter.

    `sentence` is the headline: 「起评 4 分，扣 2 分，得 2 分」. `channels` are (name, weight) for the table's header.
    """

    name: str
    kind: str
    own: bool
    points: str
    full: str
    percent: int
    sentence: str
    facts: tuple[FactLine, ...] = ()
    surveyed: bool = True
    channels: tuple[tuple[str, str], ...] = ()
    projects: tuple[ProjectLine, ...] = ()
    mean: str = ""
    mean_exact: str = ""
    mean_formula: str = ""
    unused_surveys: tuple[SurveyLine, ...] = ()


@dataclass(frozen=True, slots=True)
class SheetView:
    """The whole sheet. `grade` is the computed one (测算等级); empty while `missing` says what is not there yet.

    `grade_sentence` says from which line the grade comes, or what holds it down. `others` are records whose source
    the scheme does not know: shown to staff, worth nothing.
    """

    total: str
    full: str
    grade: str
    grade_sentence: str
    missing: tuple[str, ...]
    own: str
    own_full: str
    parts: tuple[PartView, ...]
    others: tuple[FactLine, ...]
