"""The demonstration's newsroom: the site's columns and pages, a year of articles through their four signatures.

What it shows stands in data/<name>/: site.json, and articles/<slug of the column>.md. Each step looks first whether it
is done, like the rest of the demonstration (year.py).
"""

import datetime as dt
import json
from collections.abc import Iterator

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone

from association.accounts.models import User
from association.news import actions, html
from association.news.enums import SourceKind
from association.news.models import Article, Column, Picture, Topic
from association.news.pictures import take_picture
from association.workflow.actions import perform

from . import firms_news, papers, pictures, site, texts
from .people import holder_of

SIGNED = ("submit", "review", "proofread", "publish")
UNTIL = {  # state of the data: the moves that lead there
    "draft": (), "review": SIGNED[:1], "proof": SIGNED[:2], "ready": SIGNED[:3], "published": SIGNED,
    "scheduled": (*SIGNED[:3], "schedule"), "taken_down": (*SIGNED, "take_down"), "returned": ("submit", "return"),
    "revising": (*SIGNED, "revise"),
}  # fmt: skip
HEAD = {  # words at the head of an article: fields of it
    "subtitle": "subtitle", "summary": "summary", "source": "source", "url": "source_url", "author": "author",
    "number": "document_number", "by": "issued_by", "effect": "effect",
}  # fmt: skip
BACKDATED = "补录（演示）"


class Newsroom:
    """The people who sign, the pictures by their names, and what the data say."""

    def __init__(self, plan: dict, people: dict[str, User], folder):
        self.folder, self.today = folder, timezone.localdate()
        self.about = json.loads((folder / "site.json").read_text(encoding="utf-8"))
        self.writer, self.reader, self.leader = (
            holder_of(plan["people"], people, role) for role in ("编辑", "秘书处", "秘书长")
        )
        self._pictures = {}

    def picture(self, name: str, tall: bool = False) -> Picture:
        """Drawn and taken in the first time it is asked for; found again by its words."""
        if name not in self._pictures:
            words = self.about["pictures"][name]
            found = Picture.objects.filter(alt=words, cropped_from=None).first()
            if found is None:
                upload = SimpleUploadedFile(f"{name}.jpg", pictures.jpeg(name, tall), "image/jpeg")
                found = take_picture(upload, by=self.writer, alt=words, credit=self.about["credit"])
            self._pictures[name] = found
        return self._pictures[name]

    def html(self, markdown: str) -> str:
        return html.clean(texts.as_html(markdown, lambda name: self.picture(name).url("960.webp")))

    def signer(self, move: str) -> User:
        if move in ("submit", "revise"):
            return self.writer
        return self.leader if move in ("publish", "schedule", "take_down") else self.reader

    def sign(self, article: Article, moves=SIGNED, **how):
        """The signatures one after the other, each by who holds it."""
        for name in moves:
            perform(article, name, by=self.signer(name), **how)


def load(plan: dict, people: dict[str, User]) -> Iterator[str]:
    """Yields a line for each thing done."""
    room = Newsroom(plan, people, settings.BASE_DIR / plan["news"])
    yield from site.load_frame(room)
    yield from _articles(room)
    yield from site.load_rest(room)
    yield from firms_news.load(room, plan, people)


def _articles(room: Newsroom) -> Iterator[str]:
    columns = {column.slug: column for column in Column.objects.all()}
    topics = {topic.slug: topic for topic in Topic.objects.all()}
    known = set(Article.objects.values_list("title", flat=True))
    closing = {row["slug"]: row.get("closing", "") for row in site.columns_of(room.about)}
    made = 0
    for slug, text in texts.read(room.folder / "articles", room.today):
        if text.title in known:
            continue
        body = "\n\n".join(part for part in (text.body, closing[slug]) if part)
        _write(room, columns[slug], text, room.html(texts.spaced(body)), topics)
        made += 1
    if made:
        yield f"{made} articles, {Picture.objects.count()} pictures"


@transaction.atomic
def _write(room: Newsroom, column: Column, text: texts.Text, body: str, topics: dict[str, Topic]):
    """One article, brought as far as its head says."""
    head, values = text.head, {"title": text.title, "body": body}
    values |= {name: head[key] for key, name in HEAD.items() if key in head}
    kind = SourceKind(head.get("kind", "own"))
    if kind == SourceKind.REPRINT:
        values["source_on"] = text.day - dt.timedelta(days=1)
    if "by" in head:
        values["issued_on"] = text.day - dt.timedelta(days=int(head.get("before", 4)))
    if "cover" in head:
        values["cover"] = room.picture(head["cover"])
    wanted = [topics[slug] for slug in head.get("topics", "").split()]
    article = actions.create_article(by=room.writer, column=column, topics=wanted, source_kind=kind, **values)
    for line in text.files:
        _attach(room, article, texts.dated(line, text.day))
    for remark in text.remarks:
        actions.add_remark(article, by=room.reader, text=remark)
    _sign(room, article, head, text.day)


def _attach(room: Newsroom, article: Article, line: str):
    """「回执.xlsx: 单位、姓名」 is a form with these heads; 「全文.pdf」 the article's own words."""
    name, _, heads = line.partition(":")
    stem, _, kind = name.strip().rpartition(".")
    if kind == "xlsx":
        upload = papers.form(stem, stem, heads.strip().split("、"))
    else:
        upload = papers.pdf(stem, article.title, html.text_of(article.body))
    actions.attach(article, upload, by=room.writer)


def _sign(room: Newsroom, article: Article, head: dict, day: dt.date):
    state = head.get("state", "published")
    for name in UNTIL[state]:
        by = room.signer(name)
        if name in SIGNED:
            room.sign(article, [name], happened_on=day, note=BACKDATED)
        elif name == "schedule":
            soon = timezone.localtime() + dt.timedelta(days=2)
            perform(article, name, by=by, publish_at=soon.replace(hour=9, minute=0, second=0, microsecond=0))
        else:
            perform(article, name, by=by, note=head["note"])
    if state == "revising":
        changed = article.body + room.html(head["changed"])
        actions.save_article(article, by=room.writer, body=changed, note=head["note"])
    if "pinned" in head:
        until = room.today + dt.timedelta(days=int(head["pinned"]))
        actions.pin(article.publication, until=until, by=room.leader)
