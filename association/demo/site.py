"""What stands around the demonstration's articles: columns, topics, pages, banners, links, disclosure, the journal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING

from association.core.enums import Audience
from association.core.stamp import raise_stamp
from association.documents.actions import store
from association.documents.models import Document
from association.news import html
from association.news.models import (
    Banner,
    Column,
    Disclosure,
    JournalIssue,
    Picture,
    SiteLink,
    SitePage,
    Topic,
    WordRule,
)

from . import papers, texts

if TYPE_CHECKING:
    from .news import Newsroom


def columns_of(about: dict) -> Iterator[dict]:
    """The columns, each before its own."""
    for row in about["columns"]:
        yield row
        yield from row.get("children", ())


def load_frame(room: Newsroom) -> Iterator[str]:
    """What articles are put into."""
    if not Column.objects.exists():
        _columns(room.about["columns"], None)
        yield f"{Column.objects.count()} columns"
    for place, row in enumerate(room.about["topics"], 1):
        if not Topic.objects.filter(slug=row["slug"]).exists():
            Topic.objects.create(
                title=row["title"], slug=row["slug"], intro=texts.spaced(row["intro"]),
                cover=room.picture(row["cover"]), position=place * 10,
            )  # fmt: skip


def _columns(rows: list, parent: Column | None):
    for place, row in enumerate(rows, 1):
        values = {name: row[name] for name in ("name", "slug", "intro", "layout", "home_place") if name in row}
        _columns(row.get("children", ()), Column.objects.create(parent=parent, position=place * 10, **values))


def load_rest(room: Newsroom) -> Iterator[str]:
    """What may point at articles, and what stands by itself."""
    before = _count()
    for place, row in enumerate(room.about["pages"], 1):
        if not SitePage.objects.filter(slug=row["slug"]).exists():
            page = SitePage(
                title=row["title"], slug=row["slug"], body=_page_body(room, row["slug"]), position=place * 10
            )
            _with_pictures(page)
    for row in room.about["banners"]:
        if not Banner.objects.filter(title=row["title"]).exists():
            Banner.objects.create(title=row["title"], url=row["url"], picture=room.picture(row["picture"]))
    for place, row in enumerate(room.about["links"], 1):
        if not SiteLink.objects.filter(name=row["name"]).exists():
            SiteLink.objects.create(position=place * 10, **row)
    for row in room.about["words"]:
        WordRule.objects.get_or_create(word=row["word"], defaults=row)
    for row in room.about["disclosure"]:
        _disclose(room, row)
    for row in room.about["journal"]:
        _journal(room, row)
    if (after := _count()) != before:
        raise_stamp()
        yield f"{after - before} pages, links, items of disclosure and issues of the journal"


def _count() -> int:
    return sum(model.objects.count() for model in (SitePage, Banner, SiteLink, WordRule, Disclosure, JournalIssue))


def _page_body(room: Newsroom, slug: str) -> str:
    written = (room.folder / "pages" / f"{slug}.md").read_text(encoding="utf-8")
    return room.html(texts.dated(written, room.today))


def _with_pictures(row):
    row.save()
    row.pictures.set(Picture.objects.filter(uid__in=html.picture_uids(row.body)))


def _disclose(room: Newsroom, row: dict):
    """A yearly item says how many years ago (`ago`); `file`: a PDF of its words."""
    year = room.today.year - row["ago"] if "ago" in row else None
    day = texts.day_of(row["day"], dt.date(year + 1, 12, 31) if year else room.today)
    title = texts.spaced(row["title"].format(y=year))
    if Disclosure.objects.filter(title=title).exists():
        return
    body = room.html(texts.spaced(row["body"]))
    document = _public(room, papers.pdf(title, title, html.text_of(body))) if row.get("file") else None
    _with_pictures(
        Disclosure(
            kind=row["kind"], title=title, year=year, body=body, document=document, published_on=min(day, room.today)
        )
    )


def _journal(room: Newsroom, row: dict):
    day = texts.day_of(row["day"], room.today)
    key = {"title": row["title"], "year": day.year, "number": row["number"]}
    if JournalIssue.objects.filter(**key).exists():
        return
    summary = texts.spaced(row["summary"])
    name = f"{row['title']} {day.year} 年第 {row['number']} 期"
    JournalIssue.objects.create(
        **key, published_on=day, summary=summary, cover=room.picture(row["cover"], tall=True),
        document=_public(room, papers.pdf(name, name, summary)),
    )  # fmt: skip


def _public(room: Newsroom, upload) -> Document:
    return store(upload, owner_party=None, by=room.leader, kind="news", audience=Audience.PUBLIC)
