"""What the home page lists: news with pictures, notices, policy, industry, announcements, banners. One query."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import CharField, DateTimeField, F, IntegerField, UUIDField, Value
from django.db.models.functions import Cast

from association.news.enums import Effect, HomePlace
from association.news.models import Banner, Picture, Publication
from association.publicity.models import Announcement

from .frame import Frame

MOST = {HomePlace.HEADLINES: 5, HomePlace.NOTICES: 7, HomePlace.POLICY: 6, HomePlace.INDUSTRY: 6}
ANNOUNCEMENTS, BANNERS = 5, 3
ANNOUNCED, BANNER = "announced", "banner"


@dataclass(frozen=True)
class Line:
    """An entry of one of the lists; `note`: a document's number, a banner's address."""

    place: str
    pk: int
    uid: UUID
    title: str
    text: str
    note: str
    effect: str
    at: datetime | None
    until: datetime | None
    rank: int
    shot: UUID | None
    alt: str
    width: int
    height: int

    @property
    def get_public_url(self) -> str:
        if self.place == BANNER:
            return self.note
        return f"/announcements/{self.uid}/" if self.place == ANNOUNCED else f"/articles/{self.uid}/"

    @property
    def get_effect_display(self) -> str:
        return Effect(self.effect).label

    @property
    def cover(self) -> Picture | None:
        return Picture(uid=self.shot, alt=self.alt, width=self.width, height=self.height) if self.shot else None


def lines(frame: Frame) -> dict[str, list[Line]]:
    """The lists by their place. Four limited lists of articles, the announcements and the banners, put together."""
    parts = [_articles(place, frame, most) for place, most in MOST.items()]
    parts += [_announcements(), _banners()]
    first, *others = parts
    found = defaultdict(list)
    for row in sorted((Line(*row) for row in first.union(*others, all=True)), key=_order):
        found[row.place].append(row)
    return dict(found)


def _order(line: Line):
    return line.rank, -line.at.timestamp() if line.at else 0, -line.pk


FIELDS = ("e_place", "pk", "uid", "title", "e_text", "e_note", "e_effect", "e_at", "e_until", "e_rank", "e_shot", "e_alt",
          "e_width", "e_height")  # fmt: skip
_NO_TEXT, _NO_TIME = Value("", output_field=CharField()), Value(None, output_field=DateTimeField())
_NO_SHOT = {"e_shot": Value(None, output_field=UUIDField()), "e_alt": _NO_TEXT,
            "e_width": Value(0, output_field=IntegerField()), "e_height": Value(0, output_field=IntegerField())}  # fmt: skip


def _articles(place: str, frame: Frame, most: int):
    """The newest of the columns put there, with all below them."""
    keys = {pk for entry in frame.columns.values() if entry.place == place for pk in frame.subtree(entry.pk)}
    newest = Publication.objects.on_show().filter(column__in=keys or {0}).order_by("-published_at", "-pk")
    # by keys, since SQLite puts no limited lists together
    rows = Publication.objects.filter(pk__in=newest.values("pk")[:most]).order_by()
    return rows.annotate(
        e_place=Value(place, output_field=CharField()), e_text=F("summary"), e_note=F("document_number"),
        e_effect=F("effect"), e_at=F("published_at"), e_until=F("take_down_at"), e_rank=Value(0), **_shot("cover"),
    ).values_list(*FIELDS)  # fmt: skip


def _announcements():
    keys = Announcement.objects.order_by("-issued_on", "-pk").values("pk")[:ANNOUNCEMENTS]
    return Announcement.objects.filter(pk__in=keys).order_by().annotate(
        e_place=Value(ANNOUNCED, output_field=CharField()), e_text=_NO_TEXT, e_note=F("number"), e_effect=_NO_TEXT,
        e_at=Cast("issued_on", DateTimeField()), e_until=_NO_TIME, e_rank=Value(0), **_NO_SHOT,
    ).values_list(*FIELDS)  # fmt: skip


def _banners():
    keys = Banner.objects.shown().order_by("position", "-pk").values("pk")[:BANNERS]
    return Banner.objects.filter(pk__in=keys).order_by().annotate(
        e_place=Value(BANNER, output_field=CharField()), e_text=_NO_TEXT, e_note=F("url"), e_effect=_NO_TEXT,
        e_at=_NO_TIME, e_until=_NO_TIME, e_rank=F("position"), **_shot("picture"),
    ).values_list(*FIELDS)  # fmt: skip


def _shot(key: str) -> dict:
    return {"e_shot": F(f"{key}__uid"), "e_alt": F(f"{key}__alt"), "e_width": F(f"{key}__width"),
            "e_height": F(f"{key}__height")}  # fmt: skip


def next_change(publicities: list[dict], shown: dict[str, list[Line]]) -> datetime | None:
    """When the clock changes the page next: the end of a publicised list, of an article (banners change at midnight)."""
    ends = [entry["list"].ends_at + timedelta(seconds=1) for entry in publicities if entry["days_left"] is not None]
    ends += [line.until for rows in shown.values() for line in rows if line.until]
    return min(ends, default=None)
