"""Two states of an article side by side (比较稿次): the words that went, the words that came. Pure."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

from django.utils.html import escape

from . import html
from .models import TEXT, Article

SAME, GONE, NEW = "same", "gone", "new"
AROUND = 1  # unchanged paragraphs that are shown beside a changed one
LIKE = 0.35  # two paragraphs that have less in common are one that went and another that came
_TOKEN = re.compile(r"[A-Za-z0-9.,%]+|\s+|.")


@dataclass(frozen=True)
class Line:
    """A paragraph: pieces [(SAME | GONE | NEW, words)]; `left_out` counts unchanged paragraphs that are not shown."""

    pieces: list[tuple[str, str]]
    left_out: int = 0

    @property
    def changed(self) -> bool:
        return any(kind != SAME for kind, _ in self.pieces)


def lines_of(body: str) -> list[str]:
    """The paragraphs of a text; a picture stands as its description."""
    marked = html.with_pictures(body, lambda image: f"［图片：{escape(image.get('alt') or '没有说明')}］")
    return html.text_of(marked).split("\n") if marked else []


def fields_changed(old: dict, new: dict) -> list[tuple[str, list]]:
    """[(label, pieces)] of every field but the text itself, in the order of the form."""
    found = []
    for name in TEXT:
        before, after = old.get(name) or "", new.get(name) or ""
        if name == "body" or before == after:
            continue
        field = Article._meta.get_field(name)
        words = dict(field.flatchoices)
        found.append((field.verbose_name, pieces(str(words.get(before, before)), str(words.get(after, after)))))
    return found


def pieces(before: str, after: str) -> list[tuple[str, str]]:
    """One text turned into the other, character by character for Chinese, word by word for the rest."""
    a, b = _TOKEN.findall(before), _TOKEN.findall(after)
    found = []
    for op, a1, a2, b1, b2 in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if op == "equal":
            found.append((SAME, "".join(a[a1:a2])))
            continue
        found += [(GONE, "".join(a[a1:a2]))] if a2 > a1 else []
        found += [(NEW, "".join(b[b1:b2]))] if b2 > b1 else []
    return found


def text_changed(old: str, new: str) -> list[Line]:
    """The paragraphs that differ with what stands around them; [] where the words are the same."""
    a, b = lines_of(old), lines_of(new)
    if a == b:
        return []
    found = []
    for op, a1, a2, b1, b2 in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if op == "equal":
            found += _few(a[a1:a2])
        else:
            found += _replaced(a[a1:a2], b[b1:b2])
    return found


def _few(same: list[str]) -> list[Line]:
    if len(same) <= 2 * AROUND + 1:
        return [Line([(SAME, line)]) for line in same]
    head, tail = same[:AROUND], same[-AROUND:]
    return [
        *(Line([(SAME, line)]) for line in head), Line([], left_out=len(same) - 2 * AROUND),
        *(Line([(SAME, line)]) for line in tail),
    ]  # fmt: skip


def _replaced(gone: list[str], new: list[str]) -> list[Line]:
    found = []
    for index in range(max(len(gone), len(new))):
        before, after = (rows[index] if index < len(rows) else "" for rows in (gone, new))
        if before and after and SequenceMatcher(None, before, after, autojunk=False).ratio() >= LIKE:
            found.append(Line(pieces(before, after)))
        else:
            found += [Line([(kind, words)]) for kind, words in ((GONE, before), (NEW, after)) if words]
    return found
