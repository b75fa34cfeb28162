"""From the dict of a scheme file to parts: the shape only. What the numbers mean together is checked in checks.py.

Problems are collected, not raised one by one: whoever mends a scheme sees all of them at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from . import parts as p
from .exact import decimals, exact

FORMAT = 1
MOST_DECIMALS = 3
LARGEST = Decimal(1_000_000)


class RuleBookError(ValueError):
    """A scheme that cannot be used; `problems` are Chinese sentences for the person who edits it."""

    def __init__(self, problems: list[str]):
        self.problems = list(problems)
        super().__init__("；".join(self.problems))


class Reader:
    """Takes keys out of one dict, notes what is wrong under the dict's place, and in the end what was left over."""

    def __init__(self, data: Any, place: str, problems: list[str]):
        self.place, self.problems = place, problems
        if not isinstance(data, Mapping):
            self.problem("应是一组“名称: 值”")
            data = {}
        self.data = dict(data)

    def problem(self, sentence: str) -> None:
        self.problems.append(f"{self.place}：{sentence}" if self.place else sentence)

    def take(self, key: str, label: str, *, required: bool = True) -> Any:
        value = self.data.pop(key, None)
        if value is None and required:
            self.problem(f"缺少{label}（{key}）")
        return value

    def text(self, key: str, label: str, *, required: bool = True) -> str:
        value = self.take(key, label, required=required)
        if value is None:
            return ""
        if not isinstance(value, str) or (required and not value.strip()):
            self.problem(f"{label}（{key}）应是文字，且不能为空")
            return ""
        return value.strip()

    def number(self, key: str, label: str, *, default: Decimal | None = None) -> Decimal:
        value = self.take(key, label, required=default is None)
        if value is None:
            return default or Decimal(0)
        try:
            number = exact(value)
        except ValueError:
            self.problem(f"{label}（{key}）应是数字，现在是“{value}”")
            return Decimal(0)
        if abs(number) > LARGEST or decimals(number) > MOST_DECIMALS:
            self.problem(f"{label}（{key}）最多 {MOST_DECIMALS} 位小数，且不超过 {LARGEST}，现在是“{value}”")
            return Decimal(0)
        return number

    def day(self, key: str, label: str) -> date:
        value = self.take(key, label)
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value)
        except (TypeError, ValueError):
            if value is not None:
                self.problem(f"{label}（{key}）应写成 2020-01-01 的样子，现在是“{value}”")
            return date.min

    def flag(self, key: str, label: str) -> bool:
        value = self.take(key, label, required=False)
        if value is not None and not isinstance(value, bool):
            self.problem(f"{label}（{key}）只能是 true 或 false")
        return value is True

    def rows(self, key: str, label: str) -> list:
        value = self.take(key, label)
        if value is None:
            return []
        if not isinstance(value, list | tuple):
            self.problem(f"{label}（{key}）应是一个列表")
            return []
        return list(value)

    def texts(self, key: str, label: str) -> tuple[str, ...]:
        rows = self.rows(key, label)
        if not all(isinstance(row, str) and row.strip() for row in rows):
            self.problem(f"{label}（{key}）里每一条都应是文字")
            return ()
        return tuple(row.strip() for row in rows)

    def each(self, key: str, label: str, build: Callable[[Reader], Any]) -> tuple:
        """Rows of dicts, each built by `build` and each with its own place: 行业自律 › 来源第 2 条."""
        rows = []
        for number, row in enumerate(self.rows(key, label), 1):
            place = f"{self.place} › {label}第 {number} 条" if self.place else f"{label}第 {number} 条"
            reader = Reader(row, place, self.problems)
            rows.append(build(reader))
            reader.close()
        return tuple(rows)

    def inner(self, key: str, label: str, *, required: bool = True) -> Reader | None:
        value = self.take(key, label, required=required)
        place = f"{self.place} › {label}" if self.place else label
        return None if value is None else Reader(value, place, self.problems)

    def close(self) -> None:
        for key in self.data:
            self.problem(f"有不认识的内容“{key}”，请核对写法")


def _tariff(key: str, label: str) -> Callable[[Reader], p.Tariff]:
    return lambda r: p.Tariff(r.text(key, label), r.number("each", "每条分值"), r.number("cap", "上限"))


def _survey(reader: Reader, head: dict) -> p.SurveyPart:
    marks = reader.inner("marks", "分值范围", required=False)
    lowest, highest = Decimal(1), Decimal(5)
    if marks:
        lowest, highest = marks.number("lowest", "最低分"), marks.number("highest", "最高分")
        marks.close()
    return p.SurveyPart(
        **head,
        items=reader.texts("items", "调查内容"),
        lowest=lowest,
        highest=highest,
        channels=reader.each(
            "channels",
            "调查方式",
            lambda r: p.Channel(r.text("name", "名称"), r.number("weight", "权重")),
        ),
        bands=reader.each("bands", "分档", lambda r: p.Band(r.number("from", "起点"), r.number("points", "得分"))),
        below=reader.number("below", "未达最低档的得分", default=Decimal(0)),
    )


def _deduct(reader: Reader, head: dict) -> p.DeductPart:
    return p.DeductPart(**head, sources=reader.each("sources", "来源", _tariff("source", "来源")))


def _bonus(reader: Reader, head: dict) -> p.BonusPart:
    return p.BonusPart(**head, tags=reader.each("tags", "加分事项", _tariff("tag", "加分事项")))


def _veto(reader: Reader, head: dict) -> p.VetoPart:
    rules = reader.each("rules", "否决规则", lambda r: p.Veto(r.text("source", "来源"), r.text("grade", "最高等级")))
    return p.VetoPart(**head, vetoes=rules)


BUILDERS: dict[str, Callable[[Reader, dict], p.Part]] = {
    p.DEDUCT: _deduct,
    p.BONUS: _bonus,
    p.SURVEY: _survey,
    p.IMPORTED: lambda reader, head: p.ImportedPart(**head),
    p.VETO: _veto,
}


def _part(reader: Reader) -> p.Part | None:
    head: dict = {"name": reader.text("name", "名称")}
    if head["name"]:
        reader.place = f"“{head['name']}”"
    kind = reader.text("kind", "类型")
    if kind not in BUILDERS:
        if kind:
            kinds = "、".join(f"{key}（{label}）" for key, label in p.KIND_LABELS.items())
            reader.problem(f"类型“{kind}”不认识，可用的有 {kinds}")
        reader.data.clear()
        return None
    if kind == p.VETO:
        head["full"] = Decimal(0)
    else:
        head |= {"full": reader.number("max", "满分"), "own": reader.flag("own", "协会评分")}
    return BUILDERS[kind](reader, head)


def parse(data: Any) -> dict:
    """The keyword arguments of a RuleBook out of a plain dict. Raises RuleBookError with every problem of shape."""
    problems: list[str] = []
    reader = Reader(data, "", problems)
    version = reader.take("format", "格式版本", required=False)
    if version not in (None, FORMAT):
        problems.append(f"这份评分办法的格式版本是 {version}，本系统只认识版本 {FORMAT}")
    values: dict = {"name": reader.text("name", "名称")}
    year = reader.number("year", "年度")
    values["year"] = int(year)
    if year != int(year):
        reader.problem("年度应是整数")
    span = reader.inner("period", "评价期")
    if span:
        values["period"] = p.Period(span.day("from", "起"), span.day("to", "止"))
        span.close()
    values["full"] = reader.number("full", "总分")
    values["basis"] = reader.text("basis", "依据文件", required=False)
    values["parts"] = reader.each("parts", "评分项", _part)
    values["grades"] = reader.each(
        "grades", "等级线", lambda r: p.GradeLine(r.text("label", "等级"), r.number("from", "起点"))
    )
    values["below"] = reader.text("below", "未达最低线的结论")
    reader.close()
    if problems:
        raise RuleBookError(problems)
    return values
