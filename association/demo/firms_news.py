"""What members send in and show of themselves (data/<name>/firms.json): contributions (投稿) and pages (会员风采)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from association.accounts.models import User
from association.news import contributions, showcase
from association.news.models import Column, Contribution, Showcase
from association.news.pictures import take_picture
from association.parties.actions import give_seat
from association.parties.models import Party, Seat
from association.workflow.actions import perform
from members.models import Tenure

from . import pictures, texts

if TYPE_CHECKING:
    from .news import Newsroom


def load(room: Newsroom, plan: dict, people: dict[str, User]) -> Iterator[str]:
    """Yields a line where something was done; nothing where there are no members."""
    about = json.loads((room.folder / "firms.json").read_text(encoding="utf-8"))
    _seats(room, plan, people)
    before = Contribution.objects.count() + Showcase.objects.count()
    for row in about["showcases"]:
        _showcase(room, row, people[row["by"]])
    for row in about["contributions"]:
        _contribution(room, row, people[row["by"]], Column.objects.get(slug=about["column"]))
    if (after := Contribution.objects.count() + Showcase.objects.count()) != before:
        yield f"{after} contributions and members' own pages"


def _seats(room: Newsroom, plan: dict, people: dict[str, User]):
    """Each correspondent (通讯员) acts for the next of the units with the highest posts that nobody acts for."""
    for row in plan["people"]:
        user = people[row["mobile"]]
        if "correspondent" not in row or Seat.objects.filter(user=user).exists():
            continue
        held = Tenure.objects.on().filter(party__seats=None, party__kind=Party.Kind.FIRM)
        first = held.select_related("party").order_by("post__order", "pk").first()
        if first is not None:
            give_seat(user=user, party=first.party, by=room.reader)


def _party(user: User) -> Party | None:
    seat = Seat.objects.live().filter(user=user).select_related("party").first()
    return seat and seat.party


def _brought(pairs: list, by: User) -> list[dict]:
    """Pictures as the firm put them in: [{"uid", "caption"}]."""
    found = []
    for name, caption in pairs:
        upload = SimpleUploadedFile(f"{name}.jpg", pictures.jpeg(name), "image/jpeg")
        found.append({"uid": str(take_picture(upload, by=by, alt=caption).uid), "caption": caption})
    return found


@transaction.atomic
def _showcase(room: Newsroom, row: dict, user: User):
    party = _party(user)
    if party is None or not showcase.is_member(party) or Showcase.objects.filter(party=party).exists():
        return
    page = showcase.begin(party=party, by=user)
    shown = _brought(row["pictures"], user)
    named = dict(zip((name for name, _caption in row["pictures"]), (one["uid"] for one in shown), strict=True))
    projects = [
        {key: texts.spaced(value) for key, value in one.items()} | {"picture": named[one["picture"]]}
        for one in row["projects"]
    ]
    content = {name: texts.spaced(row[name]) for name in showcase.TEXTS} | {"website": row["website"]}
    showcase.save(page, by=user, content=content | {"pictures": shown, "projects": projects})
    perform(page, "submit", by=user)
    if row["state"] == "shown":
        perform(page, "approve", by=room.reader)


@transaction.atomic
def _contribution(room: Newsroom, row: dict, user: User, column: Column):
    party, title = _party(user), texts.spaced(row["title"])
    if party is None or Contribution.objects.filter(title=title).exists():
        return
    draft = contributions.begin(party=party, by=user)
    draft = contributions.save(
        draft, by=user, title=title, text=texts.spaced(row["text"]), author=row["author"], is_own=True,
        pictures=_brought(row["pictures"], user),
    )  # fmt: skip
    case = draft.case
    perform(case, "submit", by=user)
    if row["state"] in ("return", "decline"):
        perform(case, row["state"], by=room.writer, note=row["note"])
    elif row["state"] == "published":
        perform(case, "accept", by=room.writer, column=column)
        draft.refresh_from_db()
        room.sign(draft.article)
