"""A demonstration year: an association, its people, and a credit rating scored on the sample files.

What it shows is a JSON file under data/. Each step looks first whether it is done, so that a demonstration that was
killed half way goes on where it stopped, and a second start changes nothing.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from association.accounts.models import User
from association.core.calendar import load_year
from association.core.models import Association, CalendarYear
from association.parties.actions import give_seat
from association.parties.models import Seat
from association.publicity.actions import register_objection
from association.publicity.models import ListState, PublicityList
from association.workflow.actions import MoveRefused, perform
from evaluations.actions import load_scheme, open_round, set_switch
from evaluations.models import RatingRound
from evaluations.publicity import make_list
from evaluations.runs import rate_now
from evaluations.scheme_file import read_scheme

from . import dues, dues_office, earlier, members, news
from .importing import bring
from .people import holder_of, make_people

DATA = Path(__file__).parent / "data"


class NotOurs(Exception):
    """The database holds something else than this demonstration; its text says what."""


def names() -> list[str]:
    return sorted(path.stem for path in DATA.glob("*.json"))


def usual() -> str:
    """The demonstration that is meant where none is named."""
    return next(name for name in names() if read(name).get("usual"))


def read(name: str) -> dict:
    return json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))


def check(plan: dict):
    """Raises NotOurs where loading would mix with somebody's own data."""
    row = Association.objects.filter(pk=1).first()
    if row is not None and row.name != plan["association"]["name"]:
        raise NotOurs(f"the database is that of {row.name}")
    if row is None and User.objects.exists():
        raise NotOurs("the database has accounts of its own")


def load(plan: dict) -> Iterator[str]:
    """Bring the demonstration up to date; yields a line for each thing done. Raises NotOurs."""
    check(plan)
    if not Association.objects.filter(pk=1).exists():
        Association(**plan["association"]).save()
        yield "association"
    span = range(plan["calendar"]["from"], plan["calendar"]["to"] + 1)
    if missing := set(span) - set(CalendarYear.objects.values_list("year", flat=True)):
        for year in sorted(missing):
            load_year(year)
        yield f"working days of {min(missing)} to {max(missing)}"
    people = make_people(plan["people"])
    for part, *loads in (
        ("rating", _rating, _seats),
        ("publicity", _publicity),
        ("members", members.load),
        ("dues", dues.load, dues_office.load),
        ("earlier", earlier.load),
        ("news", news.load),
    ):
        if part in plan:
            for step in loads:
                yield from step(plan, people)


def _rating(plan: dict, people: dict[str, User]) -> Iterator[str]:
    about, folder = plan["rating"], settings.BASE_DIR / plan["rating"]["folder"]
    found = RatingRound.objects.filter(year=about["year"]).first()
    if found is not None and found.current_run_id:
        return
    if not folder.is_dir():
        yield f"no rating: the sample files are not there ({about['folder']})"
        return
    clerk = holder_of(plan["people"], people, "综合处")
    load_scheme(read_scheme(settings.BASE_DIR / about["scheme"]), by=clerk)
    opened, _ = open_round(year=about["year"], by=clerk)
    for kind, name, options in about["files"]:
        yield from bring(kind, folder / name, options | {"round": about["year"]}, by=clerk)
    run, _ = rate_now(opened, by=clerk)
    opened.refresh_from_db()
    set_switch(opened, name="sheets_open", on=True, by=clerk, note="演示")
    yield f"{run.population} firms scored"


def _seats(plan: dict, people: dict[str, User]) -> Iterator[str]:
    """Who acts for a firm: the first of the roster that has something to explain, a record against it."""
    found = RatingRound.objects.filter(year=plan["rating"]["year"]).first()
    if found is None or found.current_run is None:
        return
    office = holder_of(plan["people"], people, "秘书处")
    for row in plan["people"]:
        user = people[row["mobile"]]
        if "firm" not in row or Seat.objects.filter(user=user).exists():
            continue
        sheet = found.current_run.sheets.select_related("rating__party").order_by("own_points", "rating_id").first()
        give_seat(user=user, party=sheet.rating.party, by=office)
        yield f"{user.name} acts for {sheet.rating.party.name}"


def _publicity(plan: dict, people: dict[str, User]) -> Iterator[str]:
    """The year's list, published today, with an objection to one of its lines."""
    about, found = plan["publicity"], RatingRound.objects.filter(year=plan["rating"]["year"]).first()
    if found is None or found.current_run is None:
        return
    clerk = holder_of(plan["people"], people, "综合处")
    listed = PublicityList.objects.filter(kind="rating", round_key=found.round_key).first()
    if listed is None:
        set_switch(found, name="grades_open", on=True, by=clerk, note=about["note"])
        listed = make_list(found, by=clerk)
    if listed.state != ListState.DRAFT:
        return
    try:
        perform(listed, "publicise", by=clerk)
    except MoveRefused as problem:  # the calendar may not reach the end of the term
        yield f"list not published: {problem.messages[0]}"
        return
    objection = about["objection"]
    office = holder_of(plan["people"], people, "秘书处")
    register_objection(line=listed.lines.order_by("-position").first(), by=office, **objection)
    yield f"list of {listed.lines.count()} firms published until {listed.ends_on}, one objection"
