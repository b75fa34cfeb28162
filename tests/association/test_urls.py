"""Every address of the portal for every kind of user: who is let in, who is asked to log in, who finds nothing.

An address that is in none of the tables below fails the first test: say there who may open it.
"""

import re
from datetime import date
from uuid import UUID

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone

from association.accounts.roles import OPENS, ROLE_BY_NAME, ROLES, Right
from association.cases.models import Slot
from association.core.enums import Audience
from association.documents.actions import store
from association.documents.papers import add_paper
from association.outbox.models import Message
from association.parties.actions import give_seat
from association.parties.models import Seat
from association.timeline.models import Event
from association.workflow.actions import OnBehalf
from association.workflow.models import Step
from members import joining, standing
from members.changes import propose
from tests.pages import is_login

# -- The tables ---------------------------------------------------------------------------------------------

# Answers to GET: "ok" a page, "login" that page in its place or sent there, "on" sent to where it belongs, else the status.
# The firm's things are those of `firm`; `reader` has a reader's seat there, `stranger` is another firm's.
KINDS = ("visitor", "firm", "reader", "stranger", "expert", "staff")
EVERYONE, MEMBERS, OWN = "ok ok ok ok ok ok", "login ok ok ok ok ok", "login ok ok ok 404 404"
OUTSIDE = {
    "public:home": EVERYONE,
    "public:directory": EVERYONE,
    "public:firm": EVERYONE,
    "public:publicities": EVERYONE,
    "public:publicity": EVERYONE,
    "public:publicity_sheet": EVERYONE,
    "public:announcement": EVERYONE,
    "public:announcement_sheet": EVERYONE,
    "public:about": EVERYONE,
    "public:council": EVERYONE,
    "public:dues": "404 404 404 404 404 404",
    "public:theme": EVERYONE,
    "public:robots": EVERYONE,
    "public:favicon": "on on on on on on",
    "portal:home": MEMBERS,
    "portal:switch": "login 405 405 405 405 405",
    "portal:firm": OWN,
    "portal:related": "login 404 404 404 404 404",
    "portal:firm_change": "login on 403 ok 404 404",
    "portal:proposal": "login ok ok 404 404 404",
    "portal:proposal_edit": "login on 403 404 404 404",
    "portal:proposal_undo": "login on on 404 404 404",
    "portal:proposal_move": "login ok 403 404 404 404",
    "portal:documents": OWN,
    "portal:paper_add": "login ok 403 ok 404 404",
    "portal:paper_change": "login ok 403 404 404 404",
    "portal:paper_renew": "login ok 403 404 404 404",
    "portal:paper_remove": "login ok 403 404 404 404",
    "portal:ratings": OWN,
    "portal:points": OWN,
    "portal:dues": OWN,
    "portal:dues_notice": "login ok ok on 404 404",
    "portal:dues_billing": "login ok 403 ok 404 404",
    "portal:rating": "login ok ok 404 404 404",
    "portal:rating_move": "login ok 403 404 404 404",
    "portal:rating_undo": "login on on 404 404 404",
    "portal:materials": "login ok ok 404 404 404",
    "portal:material_add": "login on on 404 404 404",
    "portal:material_remove": "login on on 404 404 404",
    "portal:seats": OWN,
    "portal:seat_invite": "login ok 403 ok 404 404",
    "portal:seat_invitation": "login ok 403 404 404 404",
    "portal:seat_withdraw": "login 405 403 405 404 404",
    "portal:seat_request": "login ok 403 404 404 404",
    "portal:seat": "login ok 403 404 404 404",
    "portal:seat_take_over": "login ok 403 404 404 404",
    "portal:seat_end": "login ok 403 404 404 404",
    "portal:invited": "login 404 404 404 ok 404",
    "portal:request_new": MEMBERS,
    "portal:request_code": "login on on on on on",
    "portal:request": "login 404 404 404 404 404",
    "portal:request_again": "login 404 404 404 404 404",
    "portal:request_withdraw": "login 405 405 405 405 405",
    "register:register": "ok on on on on on",
    "register:code": "on on on on on on",
    "register:letter": EVERYONE,
    "register:receipt": "404 404 404 404 404 404",
    "portal:term": "login ok ok 404 404 404",
    "portal:membership": OWN,
    "portal:membership_person": "login on on on ok on",
    "portal:membership_apply": "login 405 405 405 404 404",
    "portal:membership_leave": "login on 403 on 404 404",
    "portal:membership_letter": "login ok ok 404 404 404",
    "portal:membership_case": "login ok ok 404 404 404",
    "portal:membership_undo": "login on on 404 404 404",
    "portal:membership_move": "login 404 404 404 404 404",
    "portal:unknown": "login 404 404 404 404 404",
    "outbox:messages": MEMBERS,
    "outbox:read_all": "login 405 405 405 405 405",
    "outbox:open": "login 405 405 405 405 405",
    "documents:keep": "login 405 405 405 405 405",
    "documents:download": "login ok ok 404 404 ok",
    "accounts:home": MEMBERS,
    "accounts:activate": EVERYONE,
    "accounts:email": MEMBERS,
    "accounts:name_stand_in": "login 404 404 404 404 ok",
    "accounts:revoke_stand_in": "login 405 405 405 405 405",
    "account_login": "ok on on on on on",
    "account_logout": "on ok ok ok ok ok",
    "account_inactive": EVERYONE,
    "account_signup": EVERYONE,
    "account_reset_password": EVERYONE,
    "account_reauthenticate": MEMBERS,
    "account_change_password": MEMBERS,
    "account_confirm_login_code": "login on on on on on",
    "account_request_login_code": "ok on on on on on",
    "mfa_index": MEMBERS,
    "mfa_authenticate": "login on on on on on",
    "mfa_reauthenticate": "login on on on on on",
    "mfa_trust": "login on on on on on",
    "mfa_activate_totp": "login on on on on on",
    "mfa_deactivate_totp": "login 404 404 404 404 404",
    "mfa_view_recovery_codes": "login 404 404 404 404 404",
    "mfa_generate_recovery_codes": "login on on on on on",
    "usersessions_list": MEMBERS,
}
# Who of the staff sees less than the "staff" column says.
OUTSIDE_STAFF = {"documents:download": Right.READ}

# Pages of /admin/ beside a model's own five: the right that opens them; None: any staff, who see what is theirs.
# Outsiders are judged by the prefix: a visitor gets the login, everyone else gets 404.
ADMIN = {
    "admin:index": None, "admin:login": None, "admin:logout": None, "admin:jsi18n": None, "admin:app_list": None,
    "admin:password_change": None, "admin:password_change_done": None, "admin:view_on_site": None, "admin:search": None,
    "admin:job": None,
    "admin:accounts_user_deed": Right.ACCOUNTS,
    "admin:accounts_standin_revoke": Right.ACCOUNTS,
    "admin:exchange_importbatch_template": Right.READ,
    "admin:exchange_importbatch_confirm": Right.RATING,
    "admin:exchange_importbatch_leave": Right.RATING,
    "admin:exchange_importbatch_undo": Right.RATING,
    "admin:exchange_importbatch_problems": Right.RATING,
    "admin:members_termwarning_ending": Right.READ,
    "admin:members_termwarning_ending_print": Right.READ,
    "admin:members_termwarning_ending_export": Right.READ,
    "admin:members_termwarning_ending_noted": Right.MEMBERS,
    "admin:members_firm_print": Right.READ,
    "admin:members_firm_export": Right.READ,
    "admin:members_firm_lookup": Right.READ,
    "admin:members_firm_call": (Right.MEMBERS, Right.DUES),
    "admin:members_callnote_answer": (Right.MEMBERS, Right.DUES),
    "admin:members_firm_propose": Right.MEMBERS,
    "admin:members_changeproposal_move": Right.MEMBERS,
    "admin:members_changeproposal_again": Right.MEMBERS,
    "admin:members_firm_rename": Right.MEMBERS,
    "admin:members_duplicate_search": Right.MEMBERS,
    "admin:members_duplicate_dismiss": Right.MEMBERS,
    "admin:members_pointrule_load": Right.MEMBERS,
    "admin:members_pointentry_new": Right.MEMBERS,
    "admin:members_pointentry_void": Right.MEMBERS,
    "admin:members_pointentry_year": Right.READ,
    "admin:members_pointentry_print": Right.READ,
    "admin:members_pointentry_export": Right.READ,
    "admin:members_duesstandard_adopt": Right.DUES,
    "admin:members_duesstandard_copy": Right.DUES,
    "admin:members_duesyear_bill": Right.DUES,
    "admin:members_duesyear_move": Right.DUES,
    "admin:members_duesyear_checks": Right.DUES,
    "admin:members_duesyear_print": Right.READ,
    "admin:members_duesyear_export": Right.READ,
    "admin:members_duesyear_publish": Right.DUES,
    "admin:members_duesbill_export": Right.READ,
    "admin:members_duesbill_new": Right.DUES,
    "admin:members_duesbill_reduce": Right.DUES,
    "admin:members_duesbill_restore": Right.DUES,
    "admin:members_duesbill_void": Right.DUES,
    "admin:members_bankline_waiting": Right.READ,
    "admin:members_bankline_export": Right.READ,
    "admin:members_bankline_claim": Right.DUES,
    "admin:members_bankline_book": Right.DUES,
    "admin:members_bankline_aside": Right.DUES,
    "admin:members_bankline_back": Right.DUES,
    "admin:members_payment_export": Right.READ,
    "admin:members_payment_new": Right.DUES,
    "admin:members_payment_reverse": Right.DUES,
    "admin:members_payment_refund": Right.DUES,
    "admin:members_payment_move": Right.DUES,
    "admin:members_duespromise_arrears": Right.READ,
    "admin:members_duesreminder_send": Right.DUES,
    "admin:members_duesreceipt_missing": Right.READ,
    "admin:members_duesreceipt_files": Right.DUES,
    "admin:members_duesreceipt_new": Right.DUES,
    "admin:members_duesreceipt_attach": Right.DUES,
    "admin:members_duesreceipt_void": Right.DUES,
    "admin:members_duespromise_arrears_print": Right.READ,
    "admin:members_duespromise_arrears_export": Right.READ,
    "admin:members_duespromise_arrears_notices": Right.READ,
    "admin:members_duespromise_arrears_party": Right.READ,
    "admin:parties_merge_new": Right.MEMBERS,
    "admin:parties_merge_undo": Right.MEMBERS,
    "admin:members_firm_code": Right.MEMBERS,
    "admin:members_firm_name": Right.MEMBERS,
    "admin:members_firm_remove_name": Right.MEMBERS,
    "admin:members_firm_account": Right.ACCOUNTS,
    "admin:members_firm_end_seat": Right.ACCOUNTS,
    "admin:members_firm_invite": Right.ACCOUNTS,
    "admin:members_seatrequest_move": Right.ACCOUNTS,
    "admin:parties_seat_right": Right.ACCOUNTS,
    "admin:parties_seat_take_over": Right.ACCOUNTS,
    "admin:parties_seat_end": Right.ACCOUNTS,
    "admin:parties_invitation_withdraw": Right.ACCOUNTS,
    "admin:members_post_load": Right.MEMBERS,
    "admin:members_tenure_directory": Right.READ,
    "admin:members_tenure_roster": Right.READ,
    "admin:members_tenure_replace": Right.MEMBERS,
    "admin:members_tenure_end": Right.MEMBERS,
    "admin:members_tenure_void": Right.MEMBERS,
    "admin:members_termchange_move": Right.MEMBERS,
    "admin:members_termchange_line_add": Right.MEMBERS,
    "admin:members_termchange_line": Right.MEMBERS,
    "admin:members_termchange_claim": Right.MEMBERS,
    "admin:members_termchange_remove": Right.MEMBERS,
    "admin:members_termchange_answer": Right.MEMBERS,
    "admin:members_termchange_unanswered": Right.READ,
    "admin:members_termchange_export": Right.READ,
    "admin:members_termchange_print": Right.READ,
    "admin:members_membership_print": Right.READ,
    "admin:members_membership_export": Right.READ,
    "admin:members_membership_on": Right.READ,
    "admin:members_membership_letter": Right.READ,
    "admin:members_membership_statistics": Right.READ,
    "admin:members_membership_statistics_export": Right.READ,
    "admin:members_membership_enrol": Right.MEMBERS,
    "admin:members_membership_deed": Right.MEMBERS,
    "admin:members_membership_lapse": Right.MEMBERS,
    "admin:members_membershipapplication_enter": Right.MEMBERS,
    "admin:members_membershipapplication_publicity": Right.PUBLICITY,
    "admin:members_membershipapplication_move": Right.MEMBERS,
    "admin:members_leavingrequest_move": Right.MEMBERS,
    "admin:publicity_publicitylist_move": Right.DECIDE,
    "admin:publicity_publicitylist_lines": Right.READ,
    "admin:publicity_publicitylist_print": Right.READ,
    "admin:publicity_publicitylist_share": Right.READ,
    "admin:publicity_publicitylist_discard": Right.PUBLICITY,
    "admin:publicity_objection_register": Right.PUBLICITY,
    "admin:publicity_objection_blank": Right.READ,
    "admin:publicity_objection_move": Right.PUBLICITY,
    "admin:publicity_objection_sheet": Right.READ,
    "admin:publicity_objection_evidence": Right.PUBLICITY,
    "admin:publicity_announcement_share": Right.READ,
    "admin:cases_material_case": Right.READ,
    "admin:cases_material_hand_in": Right.MEMBERS,
    "admin:cases_material_remove": Right.MEMBERS,
    "admin:evaluations_rating_move": Right.RATING,
    "admin:evaluations_rating_sheet": Right.READ,
    "admin:evaluations_ratinground_settings": Right.RATING,
    "admin:evaluations_ratinground_aside": Right.READ,
    "admin:evaluations_ratinground_rate": Right.RATING,
    "admin:evaluations_ratinground_switch": Right.RATING,
    "admin:evaluations_ratinground_publicity": Right.PUBLICITY,
    "admin:evaluations_ratinground_issued": Right.READ,
    "admin:evaluations_ratinground_export": Right.READ,
    "admin:evaluations_creditrecord_void": Right.RATING,
    "admin:evaluations_creditrecord_restore": Right.RATING,
    "admin:evaluations_creditrecord_firm": Right.RATING,
    "admin:evaluations_survey_void": Right.RATING,
    "admin:evaluations_survey_restore": Right.RATING,
    "admin:evaluations_survey_firm": Right.RATING,
    "admin:evaluations_authorityscore_void": Right.RATING,
    "admin:evaluations_authorityscore_restore": Right.RATING,
    "admin:evaluations_authorityscore_firm": Right.RATING,
    "admin:evaluations_scheme_load": Right.SCHEME,
    "admin:evaluations_scheme_copy": Right.SCHEME,
    "admin:evaluations_scheme_file": Right.READ,
    "evaluations:waiting": Right.READ,
    "evaluations:firms": Right.READ,
    "evaluations:decisions": Right.READ,
    "evaluations:revoke": Right.READ,
}  # fmt: skip
# Shut to a GET without values or with any: forms that only post, and what asks for its model.
ONLY_WITH_VALUES = {"admin:autocomplete", "evaluations:decide", "evaluations:dismiss"}
# Any staff may list them and find their own.
OWN_ROWS = {"jobs.job"}
# 新增 is a page of what one may bring in: any of these rights opens it.
CHOOSES = {"exchange.importbatch": {Right.RATING, Right.MEMBERS, Right.DUES}}
MODEL_PAGE = re.compile(r"admin:([a-z]+)_([a-z]+)_(changelist|change|history|unmask|add|delete)$")


# -- The addresses ------------------------------------------------------------------------------------------


def addresses(resolver=None, prefix="", space=""):
    """(name, route) of everything that the resolver knows."""
    for entry in (resolver or get_resolver()).url_patterns:
        route = prefix + str(entry.pattern)
        if hasattr(entry, "url_patterns"):
            yield from addresses(entry, route, space + (f"{entry.namespace}:" if entry.namespace else ""))
        else:
            yield f"{space}{entry.name or ''}", route


def inside(route: str) -> bool:
    return route.startswith("admin/")


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
    reader = person("读者")
    give_seat(user=reader, party=mine, by=None, right=Seat.Kind.READER)
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
}
VALUES = {
    "<slug:deed>": "correct", "<slug:name>": "confirm", "<str:deed>": "slip", "<path:rest>": "nothing",
    "<uuid:slot>": str(UUID(int=1)), "<path:content_type_id>": "1",
    "switch/<str:name>": "switch/sheets_open", "export/<str:name>": "export/full",
}  # fmt: skip


def _address(name: str, route: str, uids: dict) -> str:
    """A route filled in with rows of the site."""
    address = "/" + re.sub(r"\^?\(\?P<app_label>.*", "core/", re.sub(r"\(\?P<url>.*", "nothing", route))
    if name == "portal:proposal_move":
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


LET_IN, SHUT = {"ok", "on", "404", "405"}, {"403", "404"}


def staff_may(name: str, route: str, rights) -> set[str]:
    """The answers that somebody with these rights may get."""
    if not inside(route):
        if OUTSIDE_STAFF.get(name, Right.READ) not in rights and name in OUTSIDE_STAFF:
            return {"404"}
        return {OUTSIDE[name].split()[KINDS.index("staff")]}
    if found := MODEL_PAGE.match(name):
        return model_page(*found.groups(), rights)
    if name in ONLY_WITH_VALUES:
        return {"403", "405"}
    if name == "admin:":  # a row's old address leads to its page, which is closed or not; the rest is not there
        return {"on", "404"}
    needed = ADMIN.get(name)  # what is in no table is told by the first test
    if needed is None:
        return LET_IN
    any_of = set(needed) if isinstance(needed, tuple) else {needed}
    return LET_IN if any_of & rights else {"403"}


def model_page(app: str, model: str, page: str, rights) -> set[str]:
    label = f"{app}.{model}"
    held = {action for right in rights for action in OPENS.get(right, {}).get(label, ())}
    if label in OWN_ROWS and not held:
        return LET_IN if page in ("changelist", "unmask") else SHUT | {"on"}
    if page == "add" and label in CHOOSES:
        return {"ok"} if CHOOSES[label] & rights else SHUT
    if page in ("add", "delete"):  # that nobody may by hand is the model's own business
        return LET_IN | SHUT if page in held else SHUT
    seen = {"changelist": {"ok", "on"}, "change": {"ok", "on"}, "history": {"ok", "404"}, "unmask": {"405"}}
    return seen[page] if held else SHUT


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
