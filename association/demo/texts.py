"""Articles of the demonstration as its writers keep them: Markdown files with a few words at the head of each article.

# 关于举办培训的通知
day: 12                 days ago; or 03-15, the latest such day that is past; or -1 03-15, the year before that
cover: hall-1           a picture (pictures.py)

The text: paragraphs, ## headings, - and 1. lists, | tables |, > quotes, ![caption](picture).
{+7} is a week after the day of the article, {y} its year, {y-1} the year before.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

_HAN, _LATIN = "[\u4e00-\u9fff]", "[A-Za-z0-9]"
_GAP = re.compile(f"(?<={_HAN})(?={_LATIN})|(?<={_LATIN})(?={_HAN})|(?<=%)(?={_HAN})")
_DAY = re.compile(r"\{([+-]\d+)\}")
_YEAR = re.compile(r"\{y([+-]\d+)?\}")
_PICTURE = re.compile(r"!\[(.*)\]\(([\w-]+)\)$")
_STRONG = re.compile(r"\*\*(.+?)\*\*")
_LINK = re.compile(r"\[([^\]]+)\]\((/[^)]*)\)")


@dataclass
class Text:
    """One article as it is written."""

    title: str
    day: dt.date
    head: dict[str, str]
    body: str  # Markdown
    files: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def spaced(text: str) -> str:
    """A thin blank between Chinese and Latin letters or figures, as everywhere on the site."""
    return _GAP.sub(" ", text)


def read(folder: Path, today: dt.date) -> Iterator[tuple[str, Text]]:
    """(slug of the column, article) for each article of the folder's files, the oldest first."""
    found = [
        (path.stem, text)
        for path in sorted(folder.glob("*.md"))
        for text in _articles(path.read_text(encoding="utf-8"), today)
    ]
    yield from sorted(found, key=lambda pair: pair[1].day)


def _articles(written: str, today: dt.date) -> Iterator[Text]:
    for part in re.split(r"^# ", written, flags=re.MULTILINE)[1:]:
        top, _, body = part.partition("\n\n")
        title, *lines = top.splitlines()
        pairs = [line.split(":", 1) for line in lines]
        head = {name.strip(): value.strip() for name, value in pairs}
        day = day_of(head.pop("day"), today)
        many = {kind: [value.strip() for name, value in pairs if name.strip() == kind] for kind in ("file", "remark")}
        head = {name: dated(value, day) for name, value in head.items() if name not in many}
        yield Text(dated(title, day), day, head, dated(body.strip(), day), many["file"], many["remark"])


def day_of(words: str, today: dt.date) -> dt.date:
    """The working day that the head of an article means; never one to come."""
    if words.isdecimal():
        day = today - dt.timedelta(days=int(words))
    else:
        back, _, words = words.rpartition(" ")
        month, number = (int(part) for part in words.split("-"))
        day = dt.date(today.year, month, number)
        day = day.replace(year=today.year - (day >= today) + int(back or 0))
    while day.weekday() > 4:
        day -= dt.timedelta(days=1)
    return day


def dated(text: str, day: dt.date) -> str:
    text = _DAY.sub(lambda found: _in_words(_working(day + dt.timedelta(days=int(found[1])))), text)
    return spaced(_YEAR.sub(lambda found: str(day.year + int(found[1] or 0)), text))


def _working(day: dt.date) -> dt.date:
    while day.weekday() > 4:
        day += dt.timedelta(days=1)
    return day


def _in_words(day: dt.date) -> str:
    return f"{day.month} 月 {day.day} 日"


def as_html(markdown: str, picture_of: Callable[[str], str]) -> str:
    """The text as HTML. `picture_of(name)`: the address of the picture of that name."""
    return "".join(_block(block, picture_of) for block in re.split(r"\n\s*\n", markdown.strip()))


def _block(block: str, picture_of) -> str:
    lines = [line.strip() for line in block.strip().splitlines()]
    first = lines[0]
    if found := _PICTURE.match(first):
        words = escape(found[1])
        return f'<figure class="image"><img src="{picture_of(found[2])}" alt="{words}"><figcaption>{words}</figcaption></figure>'
    if first.startswith("#"):
        level = min(4, len(first) - len(first.lstrip("#")))
        return f"<h{level}>{_inline(first.lstrip('# '))}</h{level}>"
    if first.startswith("|"):
        return _table(lines)
    if first.startswith(">"):
        return f"<blockquote><p>{_inline(''.join(line.lstrip('> ') for line in lines))}</p></blockquote>"
    for mark, tag in ((r"- ", "ul"), (r"\d+\. ", "ol")):
        if re.match(mark, first):
            items = "".join(f"<li>{_inline(re.sub(f'^{mark}', '', line))}</li>" for line in lines)
            return f"<{tag}>{items}</{tag}>"
    return f"<p>{_inline(''.join(lines))}</p>"


def _table(lines: list[str]) -> str:
    rows = [[_inline(cell.strip()) for cell in line.strip("|").split("|")] for line in lines]
    head = "".join(f'<th scope="col">{cell}</th>' for cell in rows[0])
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows[1:])
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _inline(text: str) -> str:
    text = _STRONG.sub(r"<strong>\1</strong>", escape(text, quote=False))
    return _LINK.sub(r'<a href="\2">\1</a>', text)
