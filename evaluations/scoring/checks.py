"""What the numbers of a scheme must be together. Each check yields Chinese sentences that say where and what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from . import parts as p
from .exact import printed

if TYPE_CHECKING:
    from .rulebook import RuleBook


RESERVED = ("总分", "等级")  # columns of every table of results


def twice(names: Iterable[str]) -> list[str]:
    """The names that stand there more than once."""
    return [name for name, times in Counter(names).items() if times > 1]


def descending(values: list) -> bool:
    return all(higher > lower for higher, lower in pairwise(values))


def check_tariffs(part: p.Part, tariffs: tuple[p.Tariff, ...], word: str) -> Iterator[str]:
    if not tariffs:
        yield f"“{part.name}”还没有{word}，请至少加一条"
    for tariff in tariffs:
        place = f"“{part.name}”的{word}“{tariff.source}”"
        if tariff.each <= 0:
            yield f"{place}：每条分值应大于 0"
        elif tariff.cap < tariff.each:
            yield f"{place}：上限 {printed(tariff.cap)} 分小于每条 {printed(tariff.each)} 分"
        elif tariff.cap > part.full:
            yield f"{place}：上限 {printed(tariff.cap)} 分超过本项满分 {printed(part.full)} 分"


def check_channels(part: p.SurveyPart) -> Iterator[str]:
    if not part.channels:
        yield f"“{part.name}”还没有调查方式，请至少加一种"
        return
    for channel in part.channels:
        if channel.weight <= 0:
            yield f"“{part.name}”的调查方式“{channel.name}”：权重应大于 0"
    for name in twice(channel.name for channel in part.channels):
        yield f"“{part.name}”的调查方式“{name}”重复"
    weights = sum(channel.weight for channel in part.channels)
    if weights != 1:
        yield f"“{part.name}”各调查方式的权重之和是 {printed(weights)}，应为 1"


def check_bands(part: p.SurveyPart) -> Iterator[str]:
    name, bands = part.name, part.bands
    if not bands:
        yield f"“{name}”还没有分档，请至少加一档"
        return
    if not descending([band.at_least for band in bands]):
        yield f"“{name}”的分档应从高到低排列，起点不能相同"
    if not descending([*(band.points for band in bands), part.below]):
        yield f"“{name}”的分档越低，得分应越少"
    if bands[0].points != part.full:
        yield f"“{name}”最高一档得 {printed(bands[0].points)} 分，应等于本项满分 {printed(part.full)} 分"
    if part.below < 0:
        yield f"“{name}”未达最低档的得分不能小于 0"
    for band in bands:
        if not part.lowest <= band.at_least <= part.highest:
            span = f"{printed(part.lowest)} 至 {printed(part.highest)}"
            yield f"“{name}”的分档起点 {printed(band.at_least)} 不在分值范围 {span} 之内"


def check_survey(part: p.SurveyPart) -> Iterator[str]:
    if not part.items:
        yield f"“{part.name}”还没有调查内容，请至少加一项"
    for item in twice(part.items):
        yield f"“{part.name}”的调查内容“{item}”重复"
    if part.lowest < 0 or part.highest <= part.lowest:
        yield f"“{part.name}”的分值范围不对：最低分不能小于 0，最高分应大于最低分"
    yield from check_channels(part)
    yield from check_bands(part)


def check_vetoes(part: p.VetoPart, book: RuleBook) -> Iterator[str]:
    if not part.vetoes:
        yield f"“{part.name}”还没有否决规则，请至少加一条"
    for source in twice(veto.source for veto in part.vetoes):
        yield f"“{part.name}”的来源“{source}”重复"
    usable = [line.label for line in book.grades[1:]] + [book.below]
    for veto in part.vetoes:
        if veto.grade not in usable:
            yield f"“{part.name}”的来源“{veto.source}”：最高等级“{veto.grade}”应是 {'、'.join(usable)} 之一"


def check_part(part: p.Part, book: RuleBook) -> Iterator[str]:
    if isinstance(part, p.VetoPart):
        yield from check_vetoes(part, book)
        return
    if part.full <= 0:
        yield f"“{part.name}”的满分应大于 0"
    if isinstance(part, p.DeductPart):
        yield from check_tariffs(part, part.sources, "来源")
    elif isinstance(part, p.BonusPart):
        yield from check_tariffs(part, part.tags, "加分事项")
    elif isinstance(part, p.SurveyPart):
        yield from check_survey(part)


def check_names(book: RuleBook) -> Iterator[str]:
    for name in twice(part.name for part in book.parts):
        yield f"评分项“{name}”重复"
    for part in book.parts:
        if part.name in RESERVED:
            yield f"评分项不能叫“{part.name}”，请换一个名称"
    sources = [t.source for part in book.parts for t in getattr(part, "sources", ()) + getattr(part, "tags", ())]
    for source in twice(sources):
        yield f"来源“{source}”出现了两次，一条记录只能在一处计分"


def check_totals(book: RuleBook) -> Iterator[str]:
    """The full points of the parts make the total; bonus parts may lie within it or on top."""
    if book.full <= 0:
        yield "总分应大于 0"
    bonus = sum(part.full for part in book.parts if isinstance(part, p.BonusPart))
    rest = sum(part.full for part in book.parts) - bonus
    if not rest <= book.full <= rest + bonus:
        got = printed(rest) if not bonus else f"{printed(rest)}（另有加分 {printed(bonus)}）"
        yield f"各项满分之和是 {got}，与总分 {printed(book.full)} 不一致"


def check_grades(book: RuleBook) -> Iterator[str]:
    labels = [line.label for line in book.grades]
    if not labels:
        yield "还没有等级线，请至少加一条"
    for label in twice([*labels, book.below]):
        yield f"等级“{label}”重复"
    if not descending([line.at_least for line in book.grades]):
        yield "等级线应从高到低排列，起点不能相同"
    for line in book.grades:
        if not 0 < line.at_least <= book.full:
            yield f"等级“{line.label}”的起点 {printed(line.at_least)} 应大于 0，且不超过总分 {printed(book.full)}"


def problems_of(book: RuleBook) -> list[str]:
    """Every sentence about what does not fit together, in the order of the scheme; empty when it can be used."""
    found: list[str] = []
    if not 1990 <= book.year <= 2100:
        found.append(f"年度 {book.year} 不对，应是四位年份")
    if book.period.first > book.period.last:
        found.append("评价期的起日晚于止日")
    if not book.parts:
        found.append("还没有评分项，请至少加一项")
    found += check_names(book)
    for part in book.parts:
        found += check_part(part, book)
    found += check_totals(book)
    found += check_grades(book)
    return found
