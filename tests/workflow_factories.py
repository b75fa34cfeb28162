"""Things of each workflow kind at any state, made through actions: for the tests that hold for every workflow.

A new kind adds one entry to FACTORIES; tests/association/workflow/test_every_table.py then covers its whole table.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from django.core.files.base import ContentFile
from django.utils import timezone

from association.accounts.actions import create_user
from association.accounts.models import User
from association.cases.actions import open_case
from association.documents.library import keep
from association.news.actions import create_article
from association.news.models import Column, Contribution, Picture, Showcase
from association.news.showcase import EMPTY
from association.publicity.actions import end_due, prepare_list, register_objection
from association.workflow.actions import OnBehalf, perform
from evaluations.actions import load_scheme, open_round
from evaluations.models import Rating
from evaluations.scheme_file import read_scheme
from members.changes import propose
from members.dues.bills import make_bill
from members.dues.standards import load_standard, read_standard
from members.models import DuesYear, LeavingRequest, MembershipApplication, Post, Term, TermChange
from members.registration import ask
from members.standing import join
from members.term_changes import add_line, create_change

SAMPLE = "evaluations/data/scheme_2020.json"
STANDARD = "members/data/dues_standard_2021.json"


@dataclass
class People:
    """Who makes things: a clerk and a leader who may do everything between them, and a maker of firms."""

    clerk: User
    leader: User
    firm: Callable


@dataclass(frozen=True)
class Factory:
    """`make(state, people)` gives a new thing there; `opens_at` are the states that things begin in;
    `data` is what a move's own form would hand over, by move."""

    make: Callable
    opens_at: tuple[str, ...]
    data: dict = field(default_factory=dict)


def _list_of(people, **values):
    party = people.firm()
    return prepare_list(
        kind="sample", round_key="sample:1", title="试用公示", issuer="某某市建筑业协会",
        lines=[(party, None, party.name, "东区", "AAA")], working_days=5, objection_phone="0700-1234567",
        objection_address="某某路 1 号", by=people.clerk, **values,
    )  # fmt: skip


def publicity_list(state, people):
    """Published three weeks ago, so that its term is over today where it has to be."""
    row = _list_of(people)
    if state == "draft":
        return row
    over = state in ("ended", "announced")
    day = timezone.localdate() - timedelta(days=21 if over else 0)
    perform(row, "publicise", by=people.clerk, happened_on=day, note="补录")
    if over:
        end_due()
        row.refresh_from_db()
    if state == "announced":
        perform(row, "announce", by=people.leader)
    if state == "withdrawn":
        perform(row, "withdraw", by=people.clerk, note="名单有误")
    return row


def objection(state, people):
    row = register_objection(
        line=publicity_list("publicised", people).lines.get(), came="letter", content="有一项处罚没有计入",
        objector="赵某", by=people.clerk,
    )  # fmt: skip
    if state in ("upheld", "closed"):
        perform(row, "uphold", by=people.clerk, outcome="查实")
    if state == "dismissed":
        perform(row, "dismiss", by=people.clerk, outcome="查否")
    if state == "closed":
        perform(row, "close", by=people.clerk, way="call")
    return row


def rating(state, people):
    scheme, _ = load_scheme(read_scheme(SAMPLE), by=None)
    round_, _ = open_round(year=2020, by=None, scheme=scheme)
    party = people.firm()
    case = open_case(
        "rating", party=party, title=f"{party.name} 信用评价", by=people.clerk, at=state,
        once_key=f"sample:{party.pk}", round_key=round_.round_key,
    )  # fmt: skip
    Rating.objects.create(case=case, round=round_, party=party, name=party.name)
    return case


def firm_change(state, people):
    """Accepted for tomorrow, so that it waits for its day."""
    party = people.firm()
    came = OnBehalf(channel="paper", received_on=timezone.localdate())
    proposal = propose(
        party.firm, by=people.clerk, wanted={"address": "新路 1 号"}, once_key=party.code, on_behalf=came
    )
    case = proposal.case
    if state in ("accepted", "applied"):
        perform(
            case, "accept", by=people.clerk, takes_effect_on=timezone.localdate() + timedelta(days=state == "accepted")
        )
    if state == "returned":
        perform(case, "return", by=people.clerk, note="材料不清")
    if state == "withdrawn":
        perform(case, "withdraw", by=people.clerk, on_behalf=came)
    return case


def seat_request(state, people):
    """To act for a firm on file, by its letter, from somebody who has an account."""
    party = people.firm()
    user = create_user(mobile=f"136{User.objects.count():08d}", name="申请人", by=None)
    letter = keep(ContentFile(b"a,b\n1,2\n", name="letter.csv"), by=user, purpose="seat")
    row = ask(name=party.name, code=party.code, right="clerk", once_key=party.code, user=user, letter=letter)
    moves = {"approved": "approve", "returned": "return", "not_accepted": "dismiss"}
    if state in moves:
        perform(row, moves[state], by=people.leader, note="原因")
    if state == "withdrawn":
        perform(row, "withdraw", by=user)
    return row


def joining(state, people):
    """Filled in; no papers are asked for."""
    party = people.firm()
    case = open_case(
        "membership", party=party, title=f"{party.name} 申请入会", by=people.clerk, at=state,
        once_key=f"sample:membership:{party.pk}",
    )  # fmt: skip
    values = {"contact_name": "张某", "contact_phone": "13800000000", "business": "房屋建筑"}
    if state in ("proposed", "publicised"):
        values |= {"body": "理事会", "meeting_on": timezone.localdate()}
    MembershipApplication.objects.create(case=case, **values)
    return case


def leaving(state, people):
    party = people.firm()
    member = join(party=party, joined_on=timezone.localdate() - timedelta(days=400), by=people.clerk)
    case = open_case(
        "leaving", party=party, title=f"{party.name} 申请退会", by=people.clerk, at=state,
        once_key=f"sample:leaving:{party.pk}",
    )  # fmt: skip
    LeavingRequest.objects.create(case=case, membership=member)
    return case


def term_change(state, people):
    """A list of one post without a unit: nobody has to be asked."""
    term, _ = Term.objects.get_or_create(number=3, defaults={"name": "第三届", "starts_on": timezone.localdate()})
    change = create_change(
        term=term, kind="adjustment", title="届中调整", body="理事会", meeting_on=timezone.localdate(),
        takes_effect_on=timezone.localdate(), once_key=f"sample:{TermChange.objects.count()}", by=people.clerk,
    )  # fmt: skip
    add_line(change, person_name="张三", post=Post.objects.get(name="秘书长"), by=people.clerk)
    for name, reached in (("ask", ("confirming", "proposed", "issued")), ("propose", ("proposed", "issued"))):
        if state in reached:
            perform(change, name, by=people.clerk)
    if state == "issued":
        perform(change, "issue", by=people.leader, document_number="某建协〔2021〕1 号")
    if state == "dropped":
        perform(change, "drop", by=people.clerk, note="会议取消")
    return change


def dues_year(state, people):
    """A year with one bill and no bank line that waits."""
    year, _ = DuesYear.objects.get_or_create(
        year=2019,
        defaults={"standard": load_standard(read_standard(STANDARD))[0], "due_on": date(2019, 6, 30), "state": "open"},
    )
    if not year.bills.exists():
        amount = Decimal(2000)
        make_bill(party=people.firm(), year=2019, label="会员单位", full_amount=amount, reason="补开", by=None)
    if state != year.state:
        perform(year, "close" if state == "closed" else "reopen", by=people.clerk, note="补账")
    return year


SIGNED = {  # the moves that bring an article to each state, and who makes them
    "review": ["submit"],
    "proof": ["submit", "review"],
    "ready": ["submit", "review", "proofread"],
    "scheduled": ["submit", "review", "proofread", "schedule"],
    "published": ["submit", "review", "proofread", "publish"],
    "taken_down": ["submit", "review", "proofread", "publish", "take_down"],
}
TOMORROW = timezone.now() + timedelta(days=1)


def article(state, people):
    column, _ = Column.objects.get_or_create(slug="tongzhi", defaults={"name": "通知公告"})
    thing = create_article(
        by=people.clerk, column=column, title="关于召开年会的通知", body=f"<p>{'各会员单位：' * 4}</p>"
    )
    for name in SIGNED.get(state, ()):
        by = people.clerk if name == "submit" else people.leader
        data = {"publish_at": TOMORROW} if name == "schedule" else {}
        perform(thing, name, by=by, note="撤下" if name == "take_down" else "", **data)
    return thing


def contribution(state, people):
    """Written in full, so that it can be handed in; a column stands ready."""
    Column.objects.get_or_create(slug="tongzhi", defaults={"name": "通知公告"})
    party = people.firm()
    row = Contribution.objects.create(
        case=open_case("contribution", party=party, title="投稿", by=people.clerk, at="draft", once_key=f"c:{party.pk}"),
        title="项目部开展安全月活动", text="全体人员参加了安全教育和应急演练。" * 3, author="张三", is_own=True,
    )  # fmt: skip
    came = OnBehalf(channel="paper", received_on=timezone.localdate())
    if state not in ("draft", "withdrawn"):
        perform(row.case, "submit", by=people.clerk, on_behalf=came)
    moves = {
        "returned": ["return"],
        "declined": ["decline"],
        "accepted": ["accept"],
        "published": ["accept", "publish"],
    }
    for name in moves.get(state, ()):
        perform(row.case, name, by=people.leader, note="原因")
    if state == "withdrawn":
        perform(row.case, "withdraw", by=people.clerk, on_behalf=came)
    return row.case


def showcase(state, people):
    """A member's page that is on show already, written in full; one picture, whose file nobody asks for."""
    party = people.firm()
    join(party=party, joined_on=timezone.localdate() - timedelta(days=400), by=people.clerk)
    uid = str(Picture.objects.create(folder=f"p{party.pk}", width=200, height=200).uid)
    content = EMPTY | {
        "introduction": "本公司承建房屋建筑和市政工程。" * 2,
        "pictures": [{"uid": uid, "caption": "现场"}],
    }
    row = Showcase.objects.create(party=party, draft=content, shown=content, state="draft")
    came = OnBehalf(channel="paper", received_on=timezone.localdate())
    if state != "draft":
        perform(row, "submit", by=people.clerk, on_behalf=came)
    if state in ("shown", "returned"):
        perform(row, {"shown": "approve", "returned": "return"}[state], by=people.leader, note="原因")
    return row


FACTORIES = {
    "contribution": Factory(contribution, ("draft",)),
    "showcase": Factory(showcase, ("draft",)),
    "article": Factory(article, ("draft",), {"schedule": {"publish_at": TOMORROW}}),
    "dues-year": Factory(dues_year, ("open",)),
    "publicity": Factory(publicity_list, ("draft",), {"correct": {"body": "原为 AA，更正为 AAA。"}}),
    "objection": Factory(
        objection, ("open",), {"uphold": {"outcome": "查实"}, "dismiss": {"outcome": "查否"}, "close": {"way": "call"}}
    ),
    "firm-change": Factory(
        firm_change,
        ("submitted",),
        {"accept": {"takes_effect_on": timezone.localdate() + timedelta(days=1)}},
    ),
    "term-change": Factory(term_change, ("draft",), {"issue": {"document_number": "某建协〔2021〕1 号"}}),
    "seat-request": Factory(seat_request, ("submitted",)),
    "rating": Factory(rating, ("draft", "submitted", "scoring")),
    "membership": Factory(
        joining,
        ("draft",),
        {name: {"body": "理事会", "meeting_on": timezone.localdate()} for name in ("propose", "not_pass")},
    ),
    "leaving": Factory(leaving, ("draft",), {"conclude": {"ended_on": timezone.localdate()}}),
}
