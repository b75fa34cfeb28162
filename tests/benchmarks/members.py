"""The register at 100,000 parties: the firm's page beside Django's own, look-up by every key beside icontains."""

import datetime as dt
import time

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from association.accounts.actions import create_user
from association.accounts.models import User
from association.core.enums import Audience
from association.core.models import Association
from association.parties import actions as parties
from association.parties.models import Party, PartyName
from association.timeline.actions import build
from association.timeline.models import Event
from members import duplicates, points
from members.actions import add_part, change_firm
from members.lookup import SHOWN, find
from members.models import CallNote, Firm, Membership, Person, Qualification
from tests.worker import database_url

from . import data
from .measure import Figure, alternate
from .pages import LARGE, clerk, compare, cookie_of
from .server import Server

QUERIES = 19  # of a firm's page: under 20


def full_file(number: int, by) -> Firm:
    """A firm in the middle of the register with a file as thick as they get."""
    firm = Firm.objects.select_related("party").get(party__name=data.firm_name(number))
    if firm.party.short_name:
        return firm
    name = firm.party.name
    parties.rename_party(firm.party, name="老月阁建筑安装公司", by=by)
    parties.rename_party(firm.party, name=name, by=by)
    firm = change_firm(firm, by=by, short_name="月阁建安", contact_phone="15912345678", legal_representative="赵某某")
    party, today = firm.party, timezone.localdate()
    for place in range(12):
        add_part(
            Qualification(
                firm=firm, name=f"第 {place} 项施工总承包三级", ends_on=today + dt.timedelta(days=40 * place)
            ),
            by=by,
        )
        add_part(Person(firm=firm, role="contact", name=f"李某{place}", phone=f"159000000{place:02d}"), by=by)
    Membership.objects.create(party=party, joined_on=today - dt.timedelta(days=900), number="HY-BENCH")
    points.load_rules()
    for place in range(30):
        CallNote.objects.create(party=party, topic=f"第 {place} 次来电", by=by)
        points.add(party=party, key="training", happened_on=today, source_key=f"bench:{place}", by=by)
        parties.create_party(name=f"{name}第{place}分公司", by=by, kind=Party.Kind.BRANCH, parent=party)
    Event.objects.bulk_create(
        build(party, "bench", f"第 {place} 件事", by=by, party=party, audience=Audience.PARTY) for place in range(300)
    )
    return firm


def lookups(firm: Firm, user) -> list[Figure]:
    """By each key, the first SHOWN firms: ours beside icontains on the column in which the key stands."""
    party = firm.party
    aim = 0.3 if connection.vendor == "postgresql" else None
    rows = Party.objects.order_by("name")
    keys = (
        ("part of the name", party.name[:5], lambda term: rows.filter(name__icontains=term)),
        ("former name", "老月阁建筑", lambda term: PartyName.objects.filter(name__icontains=term).order_by("name")),
        ("short name", "月阁建安", lambda term: rows.filter(short_name__icontains=term)),
        ("initials", party.initials, lambda term: rows.filter(initials__icontains=term)),
        ("mobile", "15912345678", lambda term: Firm.objects.filter(contact_phone__icontains=term)),
        ("end of the code", party.code[-8:], lambda term: rows.filter(code__icontains=term)),
        ("code", party.code, lambda term: rows.filter(code__icontains=term)),
    )
    found = []
    for label, term, plain in keys:
        if firm not in find(user, term):
            raise AssertionError(f"{label}: {term} does not find the firm")
        ours, reference = alternate(
            lambda term=term: find(user, term), lambda term=term, plain=plain: list(plain(term)[:SHOWN])
        )
        found.append(Figure(f"look-up: {label}", 1000 * ours, 1000 * reference, "ms", aim))
    return found


def page_queries(firm: Firm) -> int:
    """Of the secretariat's clerk: a superuser's rights cost no query."""
    user = User.objects.filter(mobile="13900000098").first() or create_user(
        mobile="13900000098", name="文", roles=("秘书处",), by=None
    )
    client = Client()
    client.force_login(user, backend="association.accounts.backends.PortalBackend")
    address = f"/admin/members/firm/{firm.pk}/change/"
    for _ in range(2):  # the second time, what is kept is kept
        with CaptureQueriesContext(connection) as captured:
            answer = client.get(address)
        if answer.status_code != 200:
            raise AssertionError(f"{address} answered {answer.status_code}")
    return len(captured)


class _NoJob:
    """search() without a Job row around it."""

    args: dict = {}


def figures(firms: int) -> list[Figure]:
    if Party.objects.count() < firms:
        data.add_firms(firms)
    if not Association.objects.exists():  # one that there is comes out of the cache
        Association(name="某某协会", short_name="某协", site_name="某某协会", logo_letter="某").save()
    user = clerk()
    firm = full_file(firms // 2, user)
    call_command("collectstatic", interactive=False, verbosity=0)
    rows = [Figure("firm page: queries", page_queries(firm), QUERIES, "", 1.0), *lookups(firm, user)]
    begin = time.perf_counter()
    for _slice in duplicates.search(_NoJob()):
        pass
    rows.append(Figure(f"duplicates among {firms:,}", time.perf_counter() - begin, None, "s"))
    environment = {"DATABASE_URL": database_url(connection.settings_dict), "SECRET_KEY": settings.SECRET_KEY}
    connection.close()
    with (
        Server("association.settings", environment) as ours,
        Server("tests.benchmarks.plain_settings", environment) as reference,
    ):
        path = f"/admin/members/firm/{firm.pk}/change/"
        pair = compare(ours, reference, (path, path), LARGE, cookie_of(user))
        rows.insert(1, Figure("firm page beside Django's own form", *(pair or (None, None)), "ms"))
    return rows
