"""Pages by the CPU of the web worker: public ones beside a bare view, the admin's list beside Django's own."""

import statistics
import uuid

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client

from association.accounts.models import User
from association.core.calendar import load_year
from association.core.models import Association
from association.parties.models import Party
from association.publicity.actions import NewLine, prepare_list
from association.publicity.models import PublicityList
from association.workflow.actions import perform
from tests.worker import database_url

from . import data
from .measure import ROUNDS, Figure, say
from .server import Server

LINES = 10_000
SMALL, LARGE = 1000, 20  # requests a round: of kept pages, of lists of the admin
WORKER_LIMIT = 150  # MB


def clerk() -> User:
    """A superuser: what is measured is the page, not who may see it."""
    return User.objects.filter(mobile="13900000099").first() or User.objects.create_superuser(
        "13900000099", uuid.uuid4().hex, name="测"
    )


def publish(by: User) -> PublicityList:
    """A list of 10,000 firms that stands today."""
    found = PublicityList.objects.filter(round_key="bench").first()
    if found:
        return found
    for year in range(2019, 2027):
        load_year(year)
    Association(name="某某协会", short_name="某协", site_name="某某协会", logo_letter="某").save()
    lines = [
        NewLine(party.pk, None, party.name, data.DISTRICTS[party.pk % 5], "AAA")
        for party in Party.objects.order_by("pk")[:LINES]
    ]
    drafted = prepare_list(
        kind="bench", round_key="bench", title="测试名单", issuer="某某协会", lines=lines, working_days=5,
        objection_phone="0700-1234567", objection_address="某某路 1 号", by=by,
    )  # fmt: skip
    perform(drafted, "publicise", by=by)
    return drafted


def cookie_of(user: User) -> str:
    client = Client()
    client.force_login(user, backend="association.accounts.backends.PortalBackend")
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def compare(ours: Server, reference: Server, paths: tuple[str, str], times: int, cookie: str = "", before=None):
    """Median milliseconds of CPU a request of (our path, the reference's), over alternating rounds.

    `before`: what is done ahead of each request.
    """
    servers = tuple(zip((ours, reference), paths, strict=True))
    for server, path in servers:
        status = server.get(path, cookie)
        if status != 200:
            say(f"  {path}: answered {status}")
            return None
    spent = ([], [])
    for number in range(ROUNDS):
        for which in (0, 1) if number % 2 else (1, 0):
            server, path = servers[which]
            spent[which].append(server.cost(path, times, cookie, before))
    return statistics.median(spent[0]), statistics.median(spent[1])


def figures(firms: int) -> list[Figure]:
    if Party.objects.count() < firms:
        data.add_firms(firms)
    user = clerk()
    publicity = publish(user)
    call_command("collectstatic", interactive=False, verbosity=0)
    environment = {"DATABASE_URL": database_url(connection.settings_dict), "SECRET_KEY": settings.SECRET_KEY}
    connection.close()
    rows = []
    with (
        Server("association.settings", environment) as ours,
        Server("tests.benchmarks.plain_settings", environment) as reference,
    ):
        public = {"home, kept": "/", f"list of {LINES:,}, kept": publicity.get_public_url()}
        for label, path in public.items():
            pair = compare(ours, reference, (path, "/bare/"), SMALL)
            rows.append(Figure(label, *(pair or (None, None)), "ms", 1.6))
        last = -(-firms // 50)
        for label, query in {"first page": "", "last page": f"?p={last}"}.items():
            pair = compare(ours, reference, (f"/admin/members/firm/{query}",) * 2, LARGE, cookie_of(user))
            rows.append(Figure(f"admin list of {firms:,}, {label}", *(pair or (None, None)), "ms", 1.3))
        rows.append(Figure("  memory of a web worker", ours.megabytes(), WORKER_LIMIT, "MB", 1.0))
    return rows
