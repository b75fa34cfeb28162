"""催缴: whom, in which words and by which way, seen before it is sent; once for a bill and step, whoever clicks when."""

import datetime as dt
import hashlib
from collections.abc import Collection
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from association.accounts.roles import Right
from association.core.enums import Audience
from association.core.models import Association
from association.inbox.actions import keep_todo
from association.inbox.models import Todo, Whose
from association.outbox.actions import send_to_parties
from association.outbox.models import Message
from association.parties.models import Party, Seat
from association.timeline.actions import build
from association.timeline.models import Event

from ..models import DuesBill, DuesPromise, DuesReminder, DuesRules, DuesYear
from .checks import needs_right
from .settle import lock_parties
from .statement import Owed, outstanding, owed_by_each
from .words import account_of, contact_of, in_yuan

DESK, SEND_URL = "/desk/dues/", "/admin/members/duesreminder/send/"
W = DuesReminder.Way


@dataclass(frozen=True)
class Step:
    """The n-th reminder of a year, and the day from which it may be sent."""

    year: DuesYear
    number: int
    day: dt.date

    @property
    def has_come(self) -> bool:
        return self.day <= timezone.localdate()

    def __str__(self):
        return f"{self.year.year} 年会费第 {self.number} 次催缴"


def steps_of(year: DuesYear, rules: DuesRules) -> list[Step]:
    """By the settings (会费设置): so many days after the last day to pay."""
    days = sorted({day for day in rules.reminder_days if isinstance(day, int) and day >= 0})
    return [Step(year, number, year.due_on + dt.timedelta(days=day)) for number, day in enumerate(days, 1)]


def step_now(year: DuesYear, rules: DuesRules) -> Step | None:
    """The last step whose day has come; those before it that were left out are over."""
    return next((step for step in reversed(steps_of(year, rules)) if step.has_come), None)


# -- Before it is sent ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Due:
    """A bill that is to be reminded of, as the page shows it."""

    bill: DuesBill
    owed: Owed  # everything that the party owes
    line: str
    people: int  # who would get the message
    promised_on: dt.date | None  # a promise that is not over

    @property
    def way(self) -> str:
        return W.MESSAGE if self.people else W.SHEET


def line_of(bill: DuesBill, owed: Owed) -> str:
    """「2021 年应缴 5,000 元，尚欠 5,000 元；连同往年共欠 7,000 元」."""
    part = f"，已缴 {in_yuan(bill.paid)}" if bill.paid else ""
    together = f"；连同其他年度共欠 {in_yuan(owed.total)}" if len(owed.bills) > 1 else ""
    return f"{bill.dues_year.year} 年应缴 {in_yuan(bill.amount)}{part}，尚欠 {in_yuan(bill.outstanding)}{together}"


def usual_text(step: Step, rules: DuesRules) -> str:
    """What the page starts with; whoever sends may change it."""
    account = "，".join(f"{label} {value}" for label, value in account_of(rules))
    contact = contact_of(rules, Association.current())
    words = [
        f"贵单位 {step.year.year} 年会费已过缴费截止日（{step.year.due_on:%Y-%m-%d}），请尽快缴纳；已经缴纳的，请把付款回单发给我们核对。",
        f"收款账户：{account}。" if account else "",
        f"联系人：{contact}。" if contact else "",
    ]  # fmt: skip
    return "\n".join(filter(None, words))


def to_remind(step: Step, user) -> list[Due]:
    """Whom the step has not reached yet, by district and name. Four queries."""
    bills = outstanding(user).filter(dues_year=step.year).exclude(reminders__step__gte=step.number)
    bills = list(bills.select_related("party", "dues_year").order_by("district", "party__initials", "pk"))
    parties = [bill.party_id for bill in bills]
    owed, seats, today = owed_by_each(parties, user), _people(parties), timezone.localdate()
    promises = DuesPromise.objects.filter(bill__party__in=parties, promised_on__gte=today).order_by("pk")
    promised = dict(promises.values_list("bill__party", "promised_on"))
    return [
        Due(
            bill, owed[bill.party_id], line_of(bill, owed[bill.party_id]), seats.get(bill.party_id, 0),
            promised.get(bill.party_id),
        )
        for bill in bills
    ]  # fmt: skip


def _people(parties: Collection[int]) -> dict[int, int]:
    """{party: how many people act for it}."""
    found: dict[int, int] = {}
    rows = Seat.objects.live().filter(party__in=parties, user__is_active=True)
    for party, _user in rows.values_list("party", "user").distinct():
        found[party] = found.get(party, 0) + 1
    return found


def channels() -> list[str]:
    """The ways in which a message goes out here."""
    found = [Message.Channel.SITE]
    found += [Message.Channel.EMAIL] if settings.EMAIL_CONFIGURED else []
    return found + ([Message.Channel.SMS] if settings.SMS_BACKEND else [])


# -- Sending ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def remind(step: Step, bills: Collection[int], *, text: str, by, way: str = W.MESSAGE) -> list[DuesReminder]:
    """Remind of these bills, those that still are not paid and were not reminded of; what was written, for the others
    somebody was quicker or the money came.

    By message: one a person, those without an account are left out. On paper: it is only kept that it was done. Raises
    PermissionDenied, ValidationError.
    """
    needs_right(by)
    text = text.strip()
    if not text:
        raise ValidationError({"text": "请填写催缴的正文。"})
    now = step_now(step.year, DuesRules.current())
    if now is None or now.number != step.number:
        raise ValidationError(f"{step}现在不能发，请刷新页面。")
    rows = DuesBill.objects.filter(pk__in=list(bills), dues_year=step.year)
    lock_parties(rows.values_list("party", flat=True))  # two clicks: the second finds what the first has written
    found = [due for due in to_remind(step, by) if due.bill.pk in set(bills)]
    if way == W.MESSAGE:
        found = [due for due in found if due.people]
    made = DuesReminder.objects.bulk_create(
        DuesReminder(
            bill=due.bill, step=step.number, way=way, text=f"{text}\n{due.line}", owed=due.bill.outstanding, by=by
        )
        for due in found
    )  # fmt: skip
    if way == W.MESSAGE and found:
        key = hashlib.sha256(",".join(str(due.bill.pk) for due in found).encode()).hexdigest()[:16]
        send_to_parties(
            {due.bill.party: due.line for due in found}, subject=f"{step.year.year} 年会费缴费提醒（第 {step.number} 次）",
            body=text, once_key=f"dues-reminder:{step.year.pk}:{step.number}:{key}", url=DESK, channels=channels(),
        )  # fmt: skip
    Event.objects.bulk_create(_event(step, due, way, by) for due in found)
    refresh_todo(step.year)
    return made


def _event(step: Step, due: Due, way: str, by) -> Event:
    sentence = f"{by.name}发出{step}（{W(way).label}），尚欠 {in_yuan(due.bill.outstanding)}"
    party: Party = due.bill.party
    return build(party, "dues.reminded", sentence, by=by, party=party, audience=Audience.PARTY)


def refresh_todo(year: DuesYear):
    """A line in the inbox where the year's step has come and did not reach everybody."""
    step = step_now(year, DuesRules.current())
    owing = DuesBill.objects.standing().filter(dues_year=year, paid__lt=F("amount"))
    count = owing.exclude(reminders__step__gte=step.number).count() if step else 0
    keep_todo(
        year, kind="dues-remind", label="催缴会费", title=f"{step}：{count} 家", url=f"{SEND_URL}?year={year.year}",
        once_key=f"dues-remind:{year.year}", count=count, whose=Whose.OFFICE, right=Right.DUES,
    )  # fmt: skip


def refresh_todos():
    """The same for every year that owes, and for those that did."""
    owing = DuesBill.objects.standing().filter(paid__lt=F("amount")).order_by().values("dues_year")
    asked = Todo.objects.open().filter(kind="dues-remind").values("subject_id")
    for year in DuesYear.objects.filter(Q(pk__in=owing) | Q(pk__in=asked)):
        refresh_todo(year)
