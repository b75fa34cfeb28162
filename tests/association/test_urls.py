"""Every address of the portal for every kind of user: who is let in, who is asked to log in, who finds nothing.

An address that is in none of the tables of addresses.py fails the first test: say there who may open it.
"""

import re
from datetime import date
from uuid import UUID

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone

from association.accounts.roles import ROLE_BY_NAME, ROLES
from association.cases.models import Slot
from association.core.enums import Audience
from association.documents.actions import store
from association.documents.papers import add_paper
from association.news import contributions
from association.news.models import Showcase
from association.outbox.models import Message
from association.parties.models import Seat
from association.timeline.models import Event
from association.workflow.actions import OnBehalf
from association.workflow.models import Step
from members import joining, standing
from members.changes import propose
from tests.association.addresses import (
    ADMIN,
    KINDS,
    MODEL_PAGE,
    ONLY_WITH_VALUES,
    OUTSIDE,
    addresses,
    inside,
    staff_may,
)
from tests.pages import is_login


def test_every_address_is_in_a_table():
    known = set(OUTSIDE) | set(ADMIN) | ONLY_WITH_VALUES | {"admin:"}
    found = {name for name, _route in addresses()}
    assert sorted(name for name in found if name not in known and not MODEL_PAGE.match(name)) == []
    assert sorted(name for name, route in addresses() if name in OUTSIDE and inside(route)) == []
    gone = known - found - {"admin:", "account_request_login_code"}  # the last: only where SMS is configured
    assert sorted(gone) == []


@pytest.fixture
def site(rated, year, staff, firm_user, person, association):
    """A year with something of everything; gives {name of a kind of user: user} and route -> address."""
    parties = rated(甲=85, 乙=70, 丙=60)
    mine, other, third = parties.values()
    year.penalty(mine)
    year.switch("sheets_open")
    year.ask(mine)
    Slot.objects.create(kind="rating", name="证明")
    document = store(ContentFile(b"a,b\n1,2\n", name="a.csv"), owner_party=mine, by=year.clerk, audience=Audience.PARTY)
    document = add_paper(document=document, party=mine, kind="营业执照", by=year.clerk)
    reader = firm_user(mine, right=Seat.Kind.READER, name="读者")
    announced = _announced(year, third)
    users = {
        "visitor": None,
        "firm": firm_user(mine),
        "reader": reader,
        "stranger": firm_user(other),
        "expert": person(),
    }
    users |= {role.name: staff(role.name) for role in ROLES}
    proposal = propose(
        mine.firm, by=year.clerk, wanted={"address": "新路 1 号"}, once_key="change", on_behalf=_on_paper()
    )
    invited, asked = _seats(mine, users["expert"], person(), year.clerk)
    uids = _membership(mine, users["firm"], third, firm_user(third), year.clerk) | {
        "portal:term": _asked_about_posts(mine, year.clerk).uid,
        "portal:invited": invited.uid, "portal:seat_invitation": invited.uid, "portal:seat_withdraw": invited.uid,
        "portal:seat_request": asked.uid, "portal:request": asked.uid, "register:receipt": asked.uid,
        "portal:seat": mine.seats.get(user=users["firm"]).uid,
        "portal:rating": year.case(mine).uid, "portal:proposal": proposal.case.uid, "portal:material": year.case(mine).uid,
        "documents:download": document.uid, "portal:paper": document.uid, "public:firm": mine.firm.uid,
        "public:publicity": announced.list.uid, "public:announcement": announced.uid,
    }  # fmt: skip
    _dues(mine, users["财务处"])
    _newsroom(users["编辑"])
    uids["public:showcase_firm"] = Showcase.objects.create(party=third, state="shown", shown={"slogan": "匠心"}).uid
    uids["portal:contribution"] = contributions.begin(party=mine, by=users["firm"]).case.uid
    Message.objects.create(user=year.clerk, subject="消息", once_key="m", audience=Audience.STAFF)
    return users, lambda name, route: _address(name, route, uids)


def _membership(mine, user, third, other_user, clerk) -> dict:
    """A party that was a member, with its letter, and applies again; another that asks to leave."""
    day = date(2020, 1, 1)
    old = standing.join(party=mine, joined_on=day, by=clerk, letter="同意入会。")
    standing.end(old, ending="left", ended_on=day, by=clerk)
    applied = joining.begin(party=mine, by=user)
    member = standing.join(party=third, joined_on=day, by=clerk)
    joining.ask_to_leave(membership=member, by=other_user, reason="停业")
    return {"portal:membership_letter": old.uid, "portal:membership_case": applied.case.uid,
            "portal:membership_undo": applied.case.uid, "portal:membership_move": applied.case.uid}  # fmt: skip


def _announced(year, party):
    """An announcement of a list of its own, with an objection that was dismissed."""
    from association.publicity.actions import prepare_list, register_objection
    from association.workflow.actions import perform

    publicity = prepare_list(
        kind="sample", round_key="sample", title="名单", issuer="某协", working_days=5, objection_phone="1",
        objection_address="某路", lines=[(party, None, party.name, "东区", "AAA")], by=year.clerk,
    )  # fmt: skip
    perform(publicity, "publicise", by=year.clerk, happened_on=_long_ago(), note="补录")
    objection = register_objection(
        line=publicity.lines.get(), came="call", content="有误", objector="王五", by=year.clerk
    )
    perform(publicity, "end", by=None)
    assert objection.is_late
    perform(publicity, "announce", by=year.leader)
    return publicity.announcements.get()


def _dues(party, treasurer):
    """A bill of the firm, paid in part, with a receipt, a reminder and a call; a bank line that waits."""
    from decimal import Decimal

    from members.dues import arrears, billing, bills, booking, receipts, reminding, standards
    from members.models import BankLine, DuesReminder, DuesRules, DuesYear

    day, standard = timezone.localdate(), standards.read_standard("members/data/dues_standard_2021.json")
    standard, _ = standards.load_standard(standard, by=treasurer)
    year = DuesYear.objects.create(year=day.year, standard=standard, due_on=_long_ago(), state="open")
    amount = Decimal(2000)
    bill = bills.make_bill(
        party=party, year=year.year, label="会员单位", full_amount=amount, reason="补开", by=treasurer
    )
    bills.reduce_bill(bill, amount=Decimal(100), reason="受灾", approved_by="会长会", approved_on=day, by=treasurer)
    paid = booking.book_by_hand(party=party, amount=Decimal(500), received_on=day, channel="cash", by=treasurer)
    receipts.issue(paid, code="1", number="12345678", amount=Decimal(400), issued_on=day, by=treasurer)
    billing.keep(party, by=treasurer, title=party.name)
    arrears.note_dues_call(party, by=treasurer, content="再说", audience="staff")
    reminding.remind(
        reminding.step_now(year, DuesRules.current()), [bill.pk], text="请缴", way=DuesReminder.Way.SHEET, by=treasurer
    )
    now = timezone.now()
    BankLine.objects.create(
        source_key="1", happened_at=now, happened_on=day, direction="in", amount=amount, payer="某公司"
    )


def _newsroom(editor):
    """An article that waits for its second signature."""
    from association.news.actions import create_article
    from association.news.models import Column
    from association.workflow.actions import perform

    column = Column.objects.create(name="通知", slug="tongzhi")
    article = create_article(
        by=editor, column=column, title="年度会员大会", body="<p>年度会员大会下月召开，请准时参加。</p>"
    )
    perform(article, "submit", by=editor)


def _on_paper():
    return OnBehalf(channel="paper", received_on=timezone.localdate())


def _seats(party, invited, asker, clerk):
    """The firm invites somebody; somebody else asks to join it."""
    from association.documents.library import keep
    from members.registration import ask
    from members.seats import invite

    letter = keep(ContentFile(b"a,b\n3,4\n", name="b.csv"), by=asker, purpose="seat")
    request = ask(name=party.name, code=party.code, right="clerk", once_key="seat", user=asker, letter=letter)
    boss = party.seats.get(right=Seat.Kind.ADMIN).user
    return invite(party=party, mobile=invited.mobile, name=invited.name, by=boss), request


def _asked_about_posts(party, clerk):
    """A list of posts with a line of the firm, that it is asked to confirm."""
    from association.workflow.actions import perform
    from members.models import Post, Term
    from members.term_changes import add_line, create_change

    term = Term.objects.create(number=3, name="第三届", starts_on=_long_ago())
    change = create_change(
        term=term, kind="adjustment", title="届中调整", body="理事会", meeting_on=_long_ago(),
        takes_effect_on=_long_ago(), once_key="posts", by=clerk,
    )  # fmt: skip
    add_line(change, party=party, person_name="张三", post=Post.objects.get(name="理事"), by=clerk)
    perform(change, "ask", by=clerk)
    return change


def _long_ago():
    from datetime import timedelta

    return timezone.localdate() - timedelta(days=60)


MOVES = {
    "termchange": "propose",
    "seatrequest": "approve",
    "publicitylist": "correct",
    "objection": "uphold",
    "rating": "propose",
    "membershipapplication": "withdraw",
    "leavingrequest": "withdraw",
    "changeproposal": "accept",
    "duesyear": "close",
    "article": "review",
    "contribution": "withdraw",
    "showcase": "take_down",
}
VALUES = {
    "<slug:deed>": "correct", "<slug:name>": "confirm", "<str:deed>": "slip", "<path:rest>": "nothing",
    "<uuid:slot>": str(UUID(int=1)), "<path:content_type_id>": "1",
    "switch/<str:name>": "switch/sheets_open", "export/<str:name>": "export/full",
}  # fmt: skip


def _address(name: str, route: str, uids: dict) -> str:
    """A route filled in with rows of the site."""
    address = "/" + re.sub(r"\^?\(\?P<app_label>.*", "core/", re.sub(r"\(\?P<url>.*", "nothing", route))
    if name in ("portal:proposal_move", "portal:contribution_move"):
        address = address.replace("<slug:name>", "withdraw")
    for start, uid in uids.items():
        if name.startswith(start):
            address = address.replace("<uuid:uid>", str(uid))
    address = address.replace("<uuid:uid>", str(UUID(int=1)))
    if found := re.match(r"/admin/([a-z]+)/([a-z]+)/", address):
        row = _row(*found.groups())
        address = address.replace("move/<str:name>", f"move/{MOVES.get(found[2], 'nothing')}")
        address = address.replace("<path:object_id>", row).replace("<int:pk>", row)
    if name == "portal:seat_request":
        address = address.replace("<slug:name>", "admit")
    for marker, value in VALUES.items():
        address = address.replace(marker, value)
    return re.sub(r"<(path|int):\w+>", "1", address).replace("<str:name>", "nothing")


def _row(app: str, model: str) -> str:
    try:
        row = apps.get_model(app, model)._base_manager.order_by("pk").first()
    except LookupError:
        return "1"
    return str(row.pk) if row else "1"


def answer_of(response) -> str:
    if response.streaming:
        b"".join(response.streaming_content)  # closes the file behind it
    if response.status_code in (301, 302):
        return "login" if response["Location"].startswith("/accounts/login/") else "on"
    if is_login(response) and response.request["PATH_INFO"] != "/accounts/login/":
        return "login"
    return "ok" if response.status_code == 200 else str(response.status_code)


# -- What each may open -------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["visitor", "firm", "reader", "stranger", "expert"])
def test_who_is_no_staff_gets_what_the_table_says(site, client_of, who):
    users, address_of = site
    wrong = {}
    for name, route in addresses():
        client = client_of(users[who]) if users[who] else Client()
        in_admin = "login" if who == "visitor" else "404"
        wanted = in_admin if inside(route) else OUTSIDE[name].split()[KINDS.index(who)]
        address = address_of(name, route)
        got = answer_of(client.get(address))
        if got != wanted:
            wrong[f"{name} {address}"] = (got, wanted)
    assert wrong == {}


@pytest.mark.parametrize("role", [role.name for role in ROLES])
def test_staff_get_what_their_rights_open(site, client_of, role):
    users, address_of = site
    rights, wrong, client = ROLE_BY_NAME[role].rights, {}, client_of(users[role])
    for name, route in addresses():
        address = address_of(name, route)
        if name == "admin:logout" or name.startswith(("account", "mfa")):
            client = client_of(users[role])
        got = answer_of(client.get(address))
        wanted = staff_may(name, route, rights)
        if got not in wanted:
            wrong[f"{name} {address}"] = (got, wanted)
    assert wrong == {}


# -- What each may not do -----------------------------------------------------------------------------------


def _state_of_things():
    return Event.objects.count(), Step.objects.count(), list(Step.objects.values_list("undone_at", flat=True))


@pytest.mark.parametrize("who", ["visitor", "reader", "stranger", "expert", "监事", "名誉会长", "编辑"])
def test_who_only_reads_changes_nothing_by_posting_anywhere(site, client_of, who):
    users, address_of = site
    before = _state_of_things()
    wrong = {}
    for name, route in addresses():
        if name.startswith(("account", "mfa", "usersessions", "admin:logout")):
            continue
        client = client_of(users[who]) if users[who] else Client()
        address = address_of(name, route)
        got = answer_of(client.post(address, {"note": "试", "seat": str(UUID(int=1))}))
        closed = inside(route) or name.startswith(("portal:", "outbox:"))
        if (who == "visitor" and closed and got != "login") or got.startswith("5"):
            wrong[address] = got
    assert wrong == {}
    assert _state_of_things() == before
