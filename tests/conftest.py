"""What every test may ask for: the association's row and calendar, people by role, firms with seats, a real worker.

Nothing here stands in for code of ours: rows come from actions where an action makes them.
"""

import os
import shutil

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client
from hypothesis import settings as hypothesis_settings

from association.accounts.actions import create_user
from association.accounts.models import User
from association.core.calendar import load_year
from association.core.models import Association
from association.parties.actions import create_party, give_seat
from association.parties.models import Party, Seat
from members.models import Firm

from .codes import firm_code
from .worker import RealWorker

PASSWORD = "pass-word-9"
YEARS = range(2019, 2027)

# the machine that runs the suite may be busy: how long an example takes says nothing
hypothesis_settings.register_profile("suite", deadline=None)
hypothesis_settings.load_profile("suite")


def pytest_addoption(parser):
    parser.addoption("--browser", action="store_true", help="also the tests that drive headless chromium")


def pytest_collection_modifyitems(config, items):
    """Skip what this machine cannot run, and say why."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    reasons = {
        "postgres": "" if settings.DATABASE_URL.startswith("postgres") else "needs PostgreSQL: set DATABASE_URL",
        "browser": ("" if chromium else "needs chromium")
        if config.getoption("--browser")
        else "run by `make test-browser`",
    }
    for item in items:
        for mark, reason in reasons.items():
            if reason and item.get_closest_marker(mark):
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(autouse=True)
def _clean_cache():
    """Rate limits and stamps of one test are not another's."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def association(db) -> Association:
    """The association's row and the working-day table for 2019 to 2026."""
    for year in YEARS:
        load_year(year)
    row = Association(
        name="某某市建筑业协会",
        short_name="某某市建协",
        site_name="某某市建筑业协会",
        logo_letter="建",
        phone="0700-1234567",
        email="office@example.org",
        address="某某市某某路 1 号",
        authority_name="某某市住房和城乡建设局",
        districts=[
            {"name": "东区", "code": "430602", "aliases": ["东"]},
            {"name": "西区", "code": "430611", "aliases": []},
        ],
    )
    row.save()
    return row


@pytest.fixture
def staff(db):
    """staff("秘书处", "编辑"): a person of the secretariat who holds these roles; `mobile` and `name` may be given."""
    made = 0

    def make(*roles: str, name: str = "", mobile: str = "") -> User:
        nonlocal made
        made += 1
        return create_user(
            mobile=mobile or f"1380000{made:04d}",
            name=name or f"{roles[0]}{made}",
            roles=roles,
            password=PASSWORD,
            by=None,
        )

    return make


@pytest.fixture
def person(db):
    """person(): somebody who can log in and has neither role nor seat."""
    made = 0

    def make(name: str = "", mobile: str = "") -> User:
        nonlocal made
        made += 1
        return create_user(
            mobile=mobile or f"1370000{made:04d}", name=name or f"路人{made}", password=PASSWORD, by=None
        )

    return make


@pytest.fixture
def firm_party(db):
    """firm_party("某某建筑有限公司", district="东区"): a party with a right code and its Firm row."""
    made = 0

    def make(name: str = "", *, code: str = "", **firm) -> Party:
        nonlocal made
        made += 1
        party = create_party(name=name or f"第{made}建筑工程有限公司", code=code or firm_code(made), by=None)
        Firm.objects.create(party=party, **firm)
        return party

    return make


@pytest.fixture
def firm_user(person, firm_party):
    """firm_user(party, right=Seat.Kind.CLERK): somebody with a seat at that party (a new one where none is given), the
    administrator's where no other right is named; `name` and `mobile` may be given."""

    def make(party: Party | None = None, *, right=Seat.Kind.ADMIN, **fields) -> User:
        user = person(**fields)
        give_seat(user=user, party=party or firm_party(), by=None, right=right)
        return user

    return make


@pytest.fixture
def party(firm_party, association) -> Party:
    return firm_party("宏达建筑有限公司")


@pytest.fixture
def head(firm_user, party) -> User:
    """The only administrator of that firm."""
    return firm_user(party, name="王总")


@pytest.fixture
def desk(client_of, head) -> Client:
    """A client of the firm's administrator."""
    return client_of(head)


@pytest.fixture
def desk_of(client_of, firm_user):
    """desk_of(party, …): a client of somebody with a seat at each of these parties; .user is that person."""

    def make(party: Party, *others: Party, right=Seat.Kind.ADMIN, **fields) -> Client:
        user = firm_user(party, right=right, **fields)
        for other in others:
            give_seat(user=user, party=other, by=None, right=right)
        client = client_of(user)
        client.user = user
        return client

    return make


@pytest.fixture
def client_of(staff):
    """client_of(user) or client_of("秘书处"): a client logged in as that person, or as a new one with that role."""

    def make(who: User | str) -> Client:
        client = Client()
        client.force_login(
            staff(who) if isinstance(who, str) else who, backend="association.accounts.backends.PortalBackend"
        )
        return client

    return make


@pytest.fixture
def real_worker(transactional_db):
    """A real Celery worker on this test's database: real_worker.start(), .kill() (as a power cut), .stop()."""
    worker = RealWorker(connection.settings_dict)
    yield worker
    worker.stop()
