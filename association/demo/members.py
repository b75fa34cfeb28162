"""The demonstration's members: the roster with its posts, the council, and what waits around one firm's file.

Each step looks first whether it is done, like the rest of the demonstration (year.py).
"""

import io
from collections.abc import Iterator
from datetime import date, timedelta

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image, ImageDraw

from association.accounts.models import User
from association.documents.library import keep
from association.documents.models import Document
from association.documents.papers import add_paper
from association.parties.actions import give_seat
from association.parties.models import Seat
from members.actions import add_part
from members.calls import note_call
from members.changes import propose
from members.joining import enter, load_slots
from members.models import (
    CallNote,
    ChangeProposal,
    Firm,
    MembershipApplication,
    PointEntry,
    PointRule,
    Post,
    Qualification,
    Tenure,
    Term,
)  # fmt: skip
from members.points import add_by_hand, load_rules
from members.terms import appoint, load_posts

from .importing import bring
from .people import holder_of


def load(plan: dict, people: dict[str, User]) -> Iterator[str]:
    about, office = plan["members"], holder_of(plan["people"], people, "秘书处")
    load_posts(by=office)
    load_rules()
    load_slots()
    yield from _council(about, office)
    roster = settings.BASE_DIR / about["roster"]
    if roster.is_file():
        yield from bring("members", roster, {}, by=office)
    yield from _joining(about, office)
    _seats(plan, people, office)
    for row in plan["people"]:
        seat = Seat.objects.live().filter(user=people[row["mobile"]]).select_related("party__firm").first()
        if "firm" in row and seat is not None:
            yield from _file_of(seat.party.firm, about, clerk=people[row["mobile"]], office=office)


def _seats(plan: dict, people: dict[str, User], office: User):
    """Who acts for a firm and has none yet, because nothing was rated: the first member of the roster."""
    first = Firm.objects.filter(is_member=True).order_by("pk").first()
    for row in plan["people"]:
        if "firm" in row and first is not None and not Seat.objects.filter(user=people[row["mobile"]]).exists():
            give_seat(user=people[row["mobile"]], party=first.party, by=office)


def _council(about: dict, office: User) -> Iterator[str]:
    """The term, and the posts that are held for no unit."""
    term = about["term"]
    row, new = Term.objects.get_or_create(
        number=term["number"],
        defaults={
            "name": term["name"], "starts_on": date.fromisoformat(term["starts_on"]),
            "ends_on": date.fromisoformat(term["ends_on"]),
        },
    )  # fmt: skip
    if not new:
        return
    for post, person in about["council"]:
        appoint(post=Post.objects.get(name=post), person_name=person, starts_on=row.starts_on, term=row, by=office)
    yield f"{row.name}: {Tenure.objects.count()} posts without a unit"


def _joining(about: dict, office: User) -> Iterator[str]:
    """A firm that is no member yet asks on paper to join."""
    if MembershipApplication.objects.exists():
        return
    asked = about["application"]
    firm = Firm.objects.filter(is_member=False, party__seats=None).select_related("party").order_by("pk").first()
    if firm is not None:
        enter(party=firm.party, by=office, channel="paper", received_on=timezone.localdate(), values=asked)
        yield f"{firm} asks to join"


def _file_of(firm: Firm, about: dict, *, clerk: User, office: User) -> Iterator[str]:
    """What one finds in a firm's file: a certificate and a paper that end soon, a call, points, a change asked for."""
    today, party = timezone.localdate(), firm.party
    if not Qualification.objects.filter(firm=firm).exists():
        name = firm.main_qualification or about["qualification"]
        ends = today + timedelta(days=25)
        add_part(Qualification(firm=firm, name=name, number=about["qualification_number"], ends_on=ends), by=office)
    if not Document.objects.filter(party=party, in_library=True).exists():
        paper = keep(_picture(about["paper"]), by=clerk, purpose="library", party=party)
        add_paper(
            document=paper, kind=about["paper"], party=party, by=clerk, issuer=about["issuer"],
            number=about["paper_number"], expires_on=today + timedelta(days=60),
        )  # fmt: skip
    if not CallNote.objects.filter(party=party).exists():
        note_call(party=party, by=office, follow_up_on=today + timedelta(days=1), **about["call"])
    if not PointEntry.objects.exists():
        for rule in PointRule.objects.filter(key__in=about["points"]):
            add_by_hand(party=party, rule=rule, happened_on=today - timedelta(days=30), by=office)
    if not ChangeProposal.objects.exists():
        propose(firm, by=clerk, wanted=about["change"], once_key="demo:change")
        yield f"{firm}: a certificate that ends, a paper, a call, points, a change asked for"


def _picture(words: str) -> SimpleUploadedFile:
    """A photo of a paper, as plain as can be."""
    page = Image.new("RGB", (900, 640), "#fbfaf7")
    ImageDraw.Draw(page).rectangle((30, 30, 870, 610), outline="#0f4c5c", width=6)
    out = io.BytesIO()
    page.save(out, "JPEG")
    return SimpleUploadedFile(f"{words}.jpg", out.getvalue(), "image/jpeg")
