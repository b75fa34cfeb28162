"""From a stored explanation (shape.py) to the score sheet that people read: which record, why, how much."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from . import shape as s
from .exact import apart, decimals, exact, printed, rounded, short, shown_between
from .parts import BonusPart, DeductPart, ImportedPart, Part, SurveyPart, VetoPart
from .plan import tariffs_of
from .rows import Missing
from .rulebook import RuleBook
from .views import ChannelCell, FactLine, PartView, ProjectLine, SheetView, SurveyLine

GAP = "—"
SURVEY_REASONS = {
    s.UNKNOWN_CHANNEL: "调查方式“{channel}”不在评分办法之内，不计分",
    s.INCOMPLETE: "评分没有填全，不计分",
    s.IMPOSSIBLE: "有的评分不在 {lowest} 至 {highest} 分之内，不计分",
}


def explain(rulebook: RuleBook, stored: Mapping[str, Any] | str, givers: Mapping[str, str] | None = None) -> SheetView:
    """The sheet behind a stored explanation (dict or JSON text). `rulebook` must be the one that the run pinned.

    `givers` names who provides each source (提供单位), as the run pinned them.
    Raises ValueError where the explanation is of another shape or of a scheme with other parts.
    """
    data = json.loads(stored) if isinstance(stored, str) else stored
    if data.get("v") not in s.READABLE or len(data["p"]) != len(rulebook.parts):
        raise ValueError("this explanation does not belong to this scheme")
    pairs = list(zip(rulebook.parts, data["p"], strict=True))
    own = [got["p"] for part, got in pairs if part.own]
    return SheetView(
        total=GAP if data["t"] is None else str(data["t"]),
        full=printed(rulebook.full),
        grade=data["g"] or "",
        grade_sentence=_grade_sentence(rulebook, data, pairs),
        missing=tuple(Missing(part.name, got.get("x", "")).sentence for part, got in pairs if got["p"] is None),
        own=GAP if None in own else printed(sum(map(exact, own), Decimal(0))),
        own_full=printed(rulebook.own_full),
        parts=tuple(_part(rulebook, part, got, givers or {}) for part, got in pairs),
        others=tuple(_fact(rulebook, None, row, givers or {}) for row in data.get("o", ())),
    )


def _grade_sentence(book: RuleBook, data: Mapping, pairs: list[tuple[Part, dict]]) -> str:
    if data["g"] is None:
        return ""
    if "u" in data:
        names = "、".join(part.name for part, got in pairs if got.get("h") == data["g"])
        return f"按总分为{apart(data['u']).rstrip()}，因“{names}”最高定为{apart(data['g']).rstrip()}"
    for line in book.grades:
        if line.label == data["g"]:
            return f"总分 {data['t']} 分，达到{apart(line.label)}的 {printed(line.at_least)} 分线"
    return f"总分 {data['t']} 分，低于最低线 {printed(book.grades[-1].at_least)} 分，{book.below}"


def _part(book: RuleBook, part: Part, got: dict, givers: Mapping[str, str]) -> PartView:
    view: dict = {"name": part.name, "kind": part.kind, "own": part.own, "full": printed(part.full)}
    view["points"] = GAP if got["p"] is None else str(got["p"])
    view["percent"] = int(100 * exact(got["p"] or 0) / part.full) if part.full else 0
    if isinstance(part, SurveyPart):
        view |= _survey_part(part, got)
    elif isinstance(part, ImportedPart):
        given = got["p"] is not None
        view["sentence"] = f"评定 {got['p']} 分" if given else Missing(part.name, got.get("x", "")).sentence
    else:
        view["facts"] = tuple(_fact(book, part, row, givers) for row in got["f"])
        view["sentence"] = _facts_sentence(part, got)
    return PartView(**view)


def _facts_sentence(part: Part, got: dict) -> str:
    """「起评 4 分，扣 2 分，得 2 分」 and its relatives."""
    points, full = got["p"], printed(part.full)
    if isinstance(part, VetoPart):
        return f"有记录触发，等级最高定为{apart(got['h']).rstrip()}" if "h" in got else "没有触发"
    if isinstance(part, DeductPart):
        taken = part.full - exact(points)
        if "d" in got:
            return f"起评 {full} 分，应扣 {got['d']} 分，扣完为止，得 {points} 分"
        deducted = f"扣 {printed(taken)} 分" if taken else "没有扣分"
        return f"起评 {full} 分，{deducted}，得 {points} 分"
    if "d" in got:
        return f"应加 {got['d']} 分，最多 {full} 分，得 {points} 分"
    return f"加 {points} 分，得 {points} 分" if exact(points) else "没有加分，得 0 分"


def _reason(book: RuleBook, part: Part | None, row: list) -> str:
    source, code, points = row[1], row[3], row[4]
    if code == s.UNKNOWN_SOURCE:
        return f"来源“{source}”不在评分办法之内，不计分"
    if code == s.OUTSIDE:
        return f"发生在评价期（{book.period.label}）以外，不计分"
    if code == s.REPAIRED:
        return "已修复，不计分"
    if code == s.NO_DATE:
        return "没有日期，不能判断是否在评价期内，不计分"
    if isinstance(part, VetoPart):
        grade = next(veto.grade for veto in part.vetoes if veto.source == source)
        return f"等级最高定为{apart(grade).rstrip()}"
    verb = "加" if isinstance(part, BonusPart) else "扣"
    tariff = next(tariff for tariff in tariffs_of(part) if tariff.source == source)
    cap, each = printed(tariff.cap), printed(tariff.each)
    full = "本项已加满" if isinstance(part, BonusPart) else f"本项 {printed(part.full)} 分已扣完"
    return {
        s.COUNTED: f"{verb} {points} 分",
        s.CAPPED_PARTLY: f"应{verb} {each} 分，{source}最多{verb} {cap} 分，实{verb} {points} 分",
        s.CAPPED: f"{source}最多{verb} {cap} 分，已{verb}满，不再{verb}分",
        s.EXHAUSTED_PARTLY: f"只{verb}本项余下的 {points} 分",
        s.EXHAUSTED: f"{full}，不再{verb}分",
    }[code]


def _fact(book: RuleBook, part: Part | None, row: list, givers: Mapping[str, str]) -> FactLine:
    ident, source, day, code, points, number, text, *rest = [*row, *[""] * (8 - len(row))]
    sign = "+" if isinstance(part, BonusPart) else "−"
    return FactLine(
        id=ident,
        source=source,
        text=text or "",
        document_no=number or "",
        counterparty=rest[-1] or "",
        from_whom=givers.get(source, ""),
        date=date.fromisoformat(day) if day else None,
        code=code,
        counted=code in (s.COUNTED, s.CAPPED_PARTLY, s.EXHAUSTED_PARTLY),
        points=f"{sign}{points}" if points else "0",
        reason=_reason(book, part, row),
    )


def _survey_part(part: SurveyPart, got: dict) -> dict:
    view: dict = {
        "channels": tuple((channel.name, printed(channel.weight)) for channel in part.channels),
        "unused_surveys": tuple(_unused(part, row) for row in got.get("x", ())),
    }
    if "m" not in got:
        return view | {"surveyed": False, "sentence": "未调查，没有得分"}
    mean = Fraction(*got["m"])
    places = max(decimals(band.at_least) for band in part.bands)
    shown = shown_between(mean, [Fraction(band.at_least) for band in part.bands])
    projects = tuple(_project(part, row) for row in got["j"])
    if got["b"] < 0:
        reached = f"未达到最低的 {part.bands[-1].at_least:.{places}f} 档"
    else:
        reached = f"达到 {part.bands[got['b']].at_least:.{places}f} 档"
    formula = f"（{'＋'.join(project.mean for project in projects)}）÷{len(projects)}" if len(projects) > 1 else ""
    return view | {
        "projects": projects,
        "mean": shown,
        "mean_exact": str(mean),
        "mean_formula": formula,
        "sentence": f"业绩调查加权平均 {shown}，{reached}，得 {got['p']} 分",
    }


def _project(part: SurveyPart, row: list) -> ProjectLine:
    name, client, ratio, channels, surveys = row
    means = {place: Fraction(*mean) for place, mean in channels}
    used = sum(Fraction(part.channels[place].weight) for place in means)
    cells = []
    for place, channel in enumerate(part.channels):
        share = Fraction(channel.weight) / used if place in means else None
        cells.append(
            ChannelCell(
                name=channel.name,
                weight=printed(channel.weight),
                share="" if share is None else printed(Decimal(rounded(share, 2))),
                share_exact="" if share is None else str(share),
                mean=GAP if share is None else short(means[place]),
                surveys=sum(1 for survey in surveys if survey[1] == place),
            )
        )
    lines = tuple(_survey(part, name, client, survey) for survey in surveys)
    mean = Fraction(*ratio)
    return ProjectLine(name, client, tuple(cells), rounded(mean, 2), str(mean), _formula(cells, used), lines)


def _formula(cells: list[ChannelCell], used: Fraction) -> str:
    """「（4.4×0.5＋4.0×0.3）÷0.8」; without a divisor where all channels were used, the mean alone where one was."""
    terms = [cell for cell in cells if cell.share]
    if len(terms) == 1:
        return terms[0].mean
    total = "＋".join(f"{cell.mean}×{cell.weight}" for cell in terms)
    return total if used == 1 else f"（{total}）÷{rounded(used, 4).rstrip('0').rstrip('.')}"


def _survey(part: SurveyPart, project: str, client: str, row: list) -> SurveyLine:
    ident, place, day, surveyor, marks = row
    return SurveyLine(
        id=ident,
        project=project,
        client=client,
        channel=part.channels[place].name,
        date=date.fromisoformat(day) if day else None,
        surveyor=surveyor,
        marks=tuple(zip(part.items, map(str, marks), strict=True)),
        mean=short(Fraction(sum(map(exact, marks), Decimal(0))) / len(marks)),
        counted=True,
        reason="",
    )


def _unused(part: SurveyPart, row: list) -> SurveyLine:
    ident, channel, day, surveyor, marks, code, project, client = row
    words = {"channel": channel, "lowest": printed(part.lowest), "highest": printed(part.highest)}
    padded = [*marks, *[None] * len(part.items)]
    shown = [GAP if mark in (None, "") else str(mark) for mark in padded]
    return SurveyLine(
        id=ident,
        project=project,
        client=client,
        channel=channel,
        date=date.fromisoformat(day) if day else None,
        surveyor=surveyor,
        marks=tuple(zip(part.items, shown, strict=False)),
        mean=GAP,
        counted=False,
        reason=SURVEY_REASONS[code].format(**words),
    )
