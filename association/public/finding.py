"""What the search of the site finds (全站搜索): articles by their index, what there is few of by reading it.

Of every kind: those with all words in the title first, then the newest; only what readers may see at this moment.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import compress
from operator import not_

from django.core.paginator import EmptyPage, Page, Paginator
from django.http import Http404
from django.utils.safestring import SafeString

from association.core.marking import excerpt, marked
from association.core.ngrams import searchable
from association.news import html, search
from association.news.models import Disclosure, JournalIssue, Publication, SitePage
from association.publicity.models import Announcement, PublicityList

from . import queries

A_PAGE = 20
COUNTED = 200  # articles; of more the page says 「200+」 and asks for another word
LAST_PAGE = 100
FIRMS = 3  # that stand above the other finds; the directory has them all


@dataclass(frozen=True)
class Row:
    """A find as the page draws it. `meta`: words beside the date."""

    title: SafeString
    url: str
    day: date | None
    label: str
    text: SafeString | str
    meta: SafeString | str = ""


class Hits(Paginator):
    """Keys of which there may be more than were looked for."""

    def __init__(self, keys: list, counted: int):
        super().__init__(keys[:counted], A_PAGE)
        self.is_exact = len(keys) <= counted

    @property
    def label(self) -> str:
        return f"{self.count:,}{'' if self.is_exact else '+'}"


def _page(paginator: Paginator, number: int) -> Page:
    try:
        return paginator.page(number)
    except EmptyPage:
        raise Http404 from None


# -- Articles --------------------------------------------------------------------------------------------------------


def article_page(q: str, number: int, *, columns=None, year=None, names=None) -> Page:
    """A page of rows. `names`: what columns are called, by key. Three queries."""
    if number > LAST_PAGE:
        raise Http404
    counted = max(COUNTED, (number + 1) * A_PAGE)
    keys = search.hits(q, most=counted + 1, columns=columns, year=year)
    page = _page(Hits(keys, counted), number)
    found = Publication.objects.on_show().defer("signatures").in_bulk(page.object_list)
    words = search.words_of(q)
    page.object_list = [_article(found[key], words, names or {}) for key in page.object_list if key in found]
    return page


def _article(one: Publication, words, names) -> Row:
    files = [row["label"] for row in one.files if any(word in searchable(row["label"]) for word in words)]
    said = [one.document_number, *(f"附件：{label}" for label in files)]
    return Row(
        title=marked(one.title, words),
        url=one.get_public_url(),
        day=one.published_at,
        label=names.get(one.column_id, ""),
        text=excerpt("\n".join(filter(None, (one.subtitle, html.text_of(one.body), one.summary))), words),
        meta=marked("　".join(filter(None, said)), words),
    )


# -- What there is few of --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Thing:
    label: str
    title: str
    text: str
    url: str
    day: date | None
    year: int | None


def notices() -> Iterator[Thing]:
    """Lists and announcements (公示公告). Two queries."""
    for uid, title, basis, day in PublicityList.objects.on_show().values_list("uid", "title", "basis", "starts_on"):
        yield Thing("公示", title, basis, f"/publicity/{uid}/", day, day.year)
    rows = Announcement.objects.values_list("uid", "title", "number", "body", "issued_on")
    for uid, title, number, body, day in rows:
        yield Thing("公告", title, f"{number}\n{body}", f"/announcements/{uid}/", day, day.year)


def pages() -> Iterator[Thing]:
    """Disclosure (信息公开), the journal (会刊) and pages that stand by themselves. Three queries."""
    for row in Disclosure.objects.shown().select_related("document"):
        text = f"{row.document.label if row.document else ''}\n{html.text_of(row.body)}"
        year = row.year or row.published_on.year
        url = f"/disclosure/?kind={row.kind}{f'&year={row.year}' if row.year else ''}"
        yield Thing("信息公开", row.title, text, url, row.published_on, year)
    for row in JournalIssue.objects.shown():
        yield Thing("会刊", str(row), row.summary, f"/journal/?year={row.year}", row.published_on, row.year)
    for row in SitePage.objects.shown():
        yield Thing("本站页面", row.title, html.text_of(row.body), row.get_public_url(), None, None)


def matching(things: Iterator[Thing], q: str, year: int | None) -> list[Thing]:
    words, found = search.words_of(q), []
    for thing in things:
        title, text = _folded(thing.title), _folded(thing.text)
        if (not year or thing.year == year) and all(word in title or word in text for word in words):
            in_title = all(word in title for word in words)
            found.append((in_title, thing.day or date.min, thing))
    return [thing for *_rank, thing in sorted(found, key=lambda row: row[:2], reverse=True)]


def parted(things: list[Thing], q: str) -> tuple[list[Thing], list[Thing]]:
    """(those with all words in the title, the others)."""
    words = search.words_of(q)
    named = [all(word in _folded(thing.title) for word in words) for thing in things]
    return list(compress(things, named)), list(compress(things, map(not_, named)))


def drawn(things: list[Thing], q: str) -> list[Row]:
    words = search.words_of(q)
    return [
        Row(marked(one.title, words), one.url, one.day, one.label, excerpt(one.text, words) if one.text else "")
        for one in things
    ]


@lru_cache(maxsize=2000)
def _folded(text: str) -> str:
    """What hardly ever changes is folded once a process."""
    return "\n".join(map(searchable, text.split("\n")))


def thing_page(things: list[Thing], q: str, number: int) -> Page:
    page = _page(Hits(things, len(things)), number)
    page.object_list = drawn(page.object_list, q)
    return page


# -- Firms -----------------------------------------------------------------------------------------------------------


def firms(q: str) -> tuple[list[dict], int]:
    """The first rows of the directory, and how many there are: by a name now or before. Two queries."""
    words = search.words_of(q)
    if not words:
        return [], 0
    found = queries.firms(q=q)
    rows = [queries.firm_row(firm) for firm in found[:FIRMS]]
    number = found.count() if len(rows) == FIRMS else len(rows)
    return [row | {"marked": marked(row["name"], words)} for row in rows], number
