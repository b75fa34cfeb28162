"""Small tables as people write them: one row a line. Turned into data and back, with one sentence for what is wrong."""

import datetime as dt
import re

_SEPARATORS = re.compile(r"[,，、;；\t]+")
_DAY = r"(?:(\d{4})\s*[-./年])?\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*日?"
_SPAN = re.compile(rf"^{_DAY}(?:\s*(?:至|到|~|～|—|–)\s*{_DAY})?\s*(.*)$")


class LineProblem(ValueError):
    """What is wrong with a line, as one Chinese sentence."""


def rows_of(text: str) -> list[list[str]]:
    """The cells of each line that is not empty, cut at commas of either kind."""
    rows = ([cell.strip() for cell in _SEPARATORS.split(line.strip())] for line in text.splitlines())
    return [[cell for cell in row if cell] for row in rows if any(row)]


def read_districts(text: str) -> list[dict]:
    """「名称,代码,别名,别名…」 a line, the code optional → [{"name", "code", "aliases"}]. Raises LineProblem."""
    districts, known = [], {}
    for name, *others in rows_of(text):
        codes = [cell for cell in others if cell.isdigit()]
        if len(codes) > 1 or any(len(code) != 6 for code in codes):
            raise LineProblem(f"「{name}」的行政区划代码应是一个 6 位数字，请核对。")
        row = {"name": name, "code": codes[0] if codes else "", "aliases": [c for c in others if not c.isdigit()]}
        for word in {name, *row["aliases"], *codes}:
            if word in known:
                raise LineProblem(f"「{word}」同时写在「{known[word]}」和「{name}」里，请只保留一处。")
            known[word] = name
        districts.append(row)
    return districts


def write_districts(districts: list[dict]) -> str:
    return "\n".join(",".join(filter(None, (d["name"], d.get("code"), *d.get("aliases", ())))) for d in districts)


def read_pairs(text: str, like: str = "种类=格式") -> dict[str, str]:
    """「名称=内容」 a line; `like` is how it should look. Raises LineProblem."""
    pairs = {}
    for line in filter(None, (line.strip() for line in text.splitlines())):
        name, equals, value = (part.strip() for part in line.replace("＝", "=").partition("="))
        if not (name and equals and value):
            raise LineProblem(f"「{line}」写法不对，请写成「{like}」，一行一个。")
        pairs[name] = value
    return pairs


def write_pairs(pairs: dict[str, str]) -> str:
    return "\n".join(f"{name}={value}" for name, value in pairs.items())


def read_days(text: str, year: int) -> dict[dt.date, str]:
    """「5-1 至 5-5 劳动节」 or 「5 月 8 日 调休」 a line → each day with its note. Raises LineProblem."""
    days = {}
    for line in filter(None, (line.strip() for line in re.split(r"[\n;；，,、]", text))):
        found = _SPAN.match(line)
        if not found:
            raise LineProblem(f"「{line}」看不懂，请写成「5-1 至 5-5 劳动节」的样子，一行一段。")
        first = _day(found[1], found[2], found[3], year, line)
        last = _day(found[4], found[5], found[6], year, line) if found[5] else first
        if last < first:
            raise LineProblem(f"「{line}」的结束日期早于开始日期，请核对。")
        note = found[7].strip()
        days |= {first + dt.timedelta(days=n): note for n in range((last - first).days + 1)}
    return days


def _day(year, month, day, default, line) -> dt.date:
    if year and int(year) != default:
        raise LineProblem(f"「{line}」不在 {default} 年，请录入到那一年里。")
    try:
        return dt.date(default, int(month), int(day))
    except ValueError:
        raise LineProblem(f"「{line}」里没有这一天，请核对。") from None


def write_days(days: list[tuple[dt.date, str]]) -> str:
    """Days in order, those that follow each other under one note as a span; weekends between them are no gap."""
    spans: list[list] = []
    for day, note in days:
        if spans and spans[-1][2] == note and not _working_between(spans[-1][1], day):
            spans[-1][1] = day
        else:
            spans.append([day, day, note])
    return "\n".join(
        f"{a.month}-{a.day}" + (f" 至 {b.month}-{b.day}" if b != a else "") + (f" {note}" if note else "")
        for a, b, note in spans
    )


def _working_between(first: dt.date, last: dt.date) -> bool:
    between = (first + dt.timedelta(days=n) for n in range(1, (last - first).days))
    return any(day.weekday() < 5 for day in between)
