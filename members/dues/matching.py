"""Which bank lines (银行流水) book themselves: the payer's name is a member's, brackets and blanks aside, and nothing speaks
against it. Likeness never books, and what a person decided about one line says nothing about the next.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import timedelta

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from association.accounts.roles import Right
from association.core.models import Association
from association.core.text import name_key
from association.exchange.kinds import register_rematcher
from association.exchange.undo import bump
from association.exchange.writing import update
from association.inbox.actions import keep_todo
from association.inbox.models import Whose
from association.parties.matching import Clue, Matcher

from ..models import BankLine, DuesBill, Membership, Payment
from .settle import lock_parties, merged_away, pay_in, slices

SLICE = 2000
WAITING_URL = "/admin/members/bankline/waiting/"
SAME_MONEY = timedelta(days=45)  # a cheque is handed in some weeks before the bank has its money

NO_NAME = "银行没有写对方户名"
NO_MEMBER = "档案里有这家单位，但当时不是会员"
FOR_OTHERS = "摘要写明替别人代缴"
CAME_BACK = "像是退回或冲正的款项"
REVERSED = "原来的入账已经冲正"
BY_HAND = "已手工登记过同一单位同样金额的收款，请核对是不是同一笔"

_BEGINS = r"(?<![现近当时年历古世朝])代(?![表理码扣收])(?:为|替)?(?:缴纳|交纳|支付|缴|交|付)?"
_UNITS = r"(?:公司|[院所厂站队社部]|中心|集团)(?:[（(][^（()）]*[)）])?"
_FOR_UNIT = re.compile(f"{_BEGINS}(.+{_UNITS})")
_FOR_SOMEBODY = re.compile(rf"{_BEGINS}(.+?)(?:缴纳|交纳|支付|缴|交|付|的|20\d\d|\d+年|会费|$)")
_UNIT = re.compile(f"{_UNITS}$")
_BACK = re.compile("冲正|退汇|退回|退款|红字|抹账|错账")


def named_in(memo: str) -> list[str]:
    """For whom a memo says that the money is: 「代甲公司、乙公司交会费」 names two."""
    found = _FOR_UNIT.search(memo) or _FOR_SOMEBODY.search(memo)
    names = re.split(r"[、,，;；/：:\s]+|(?<=公司)[和及与]", found[1]) if found else []
    return [name for name in names if len(name) > 1]


def _pays_for_others(line: BankLine) -> bool:
    """A person who pays 代…, or a firm that names another one."""
    names = named_in(line.memo.replace(line.payer, "") if line.payer else line.memo)
    if not _UNIT.search(line.payer.strip()):
        return bool(names)
    return any(_UNIT.search(name) and name_key(name) != line.payer_key for name in names)


class Members:
    """Who is or was a member, for many questions at once. Two queries for each five hundred parties."""

    def __init__(self, party_ids: Iterable[int]):
        self._times, self._billed = {}, set()
        for part in slices(sorted(set(party_ids))):
            rows = Membership.objects.standing().filter(party__in=part)
            for party, joined, known, ended in rows.values_list("party", "joined_on", "joined_on_known", "ended_on"):
                self._times.setdefault(party, []).append((joined if known else None, ended))
            self._billed |= set(DuesBill.objects.standing().filter(party__in=part).values_list("party", flat=True))

    def had(self, party: int, day) -> bool:
        """Whether it was a member on the day, joined later in that year (who is admitted pays first), or has a bill."""
        times = self._times.get(party, ())
        return party in self._billed or any(
            (joined is None or joined.year <= day.year) and (ended is None or ended > day) for joined, ended in times
        )


def judge(lines: Sequence[BankLine]) -> list[tuple[int | None, str]]:
    """For each line, saved or not, (the party it is of, "") or (None, why it waits). Reads only."""
    matcher = Matcher(Clue(line.payer, on=line.happened_on) for line in lines)
    found = [matcher.match(Clue(line.payer, on=line.happened_on)) for line in lines]
    parties = {match.party_id for match in found if match.party_id}
    members, by_hand, touched = Members(parties), _by_hand(parties), _touched(lines)
    verdicts = []
    for line, match in zip(lines, found, strict=True):
        why = _why_not(line, match, members, touched)
        if not why and any(
            amount == line.amount and abs(day - line.happened_on) <= SAME_MONEY
            for amount, day in by_hand.get(match.party_id, ())
        ):
            why = BY_HAND
        verdicts.append((None, why) if why else (match.party_id, ""))
    return verdicts


def _why_not(line: BankLine, match, members: Members, touched: set[int]) -> str:
    if line.pk in touched:
        return line.why or REVERSED
    if not line.payer_key:
        return NO_NAME
    if _pays_for_others(line):
        return FOR_OTHERS
    if match.party_id is None:
        return match.why.replace("名称", "户名")
    if not members.had(match.party_id, line.happened_on):
        return NO_MEMBER
    return CAME_BACK if _BACK.search(line.memo) else ""


def _touched(lines: Sequence[BankLine]) -> set[int]:
    """Lines that were booked before: somebody took that back, or booked a part of them."""
    found = set()
    for part in slices([line.pk for line in lines if line.pk]):
        found |= set(Payment.objects.filter(line__in=part).values_list("line", flat=True))
    return found


def _by_hand(parties: set[int]) -> dict[int, list[tuple]]:
    """{party: [(amount, day)]} of what was written down by hand and might come again in a statement."""
    found = {}
    for part in slices(sorted(parties)):
        rows = Payment.objects.standing().filter(
            party__in=part, kind=Payment.Kind.RECEIPT, matched=Payment.Matched.HAND, line=None
        )
        for party, amount, day in rows.values_list("party", "amount", "received_on"):
            found.setdefault(party, []).append((amount, day))
    return found


# -- Booking ----------------------------------------------------------------------------------------------------------


def match_waiting(lines: QuerySet | None = None) -> int:
    """Book all lines (those that wait, or those of `lines` that do) whose payer is exactly a member; how many.

    In slices of one transaction each, or within the caller's. Right to do twice. A line that somebody is deciding about
    this moment is passed over: nobody who holds a party waits here for a line, while others hold it the other way round.
    """
    return sum(matching(lines))


def matching(lines: QuerySet | None = None):
    """match_waiting() in steps, for a job: the number of lines booked in each."""
    keys = list(
        (BankLine.objects.all() if lines is None else lines).waiting().order_by("pk").values_list("pk", flat=True)
    )
    for at in range(0, len(keys), SLICE):
        yield _match(keys[at : at + SLICE])
    refresh_todo()


_ASKED = ("payer", "payer_key", "memo", "amount", "happened_on", "why", "version", "updated_at")


@transaction.atomic
def _match(keys: Sequence[int]) -> int:
    lines = []
    for part in slices(keys):
        rows = BankLine.objects.waiting().filter(pk__in=part).order_by("pk").only(*_ASKED)
        lines += rows.select_for_update(of=("self",), skip_locked=True)
    verdicts = judge(lines)
    if merged_away(lock_parties(party for party, _why in verdicts)):  # this moment: the names are another's now
        verdicts = judge(lines)
        lock_parties(party for party, _why in verdicts)
    paid, waits = [], []
    for line, (party, why) in zip(lines, verdicts, strict=True):
        if party:
            paid.append(_payment(line, party))
        elif line.why != why:
            line.why = why
            waits.append(line)
    for part in slices([payment.line_id for payment in paid]):
        bump(BankLine, part, booked=F("amount"), why="", updated_at=timezone.now())
    update(waits, ["why"])
    pay_in(paid)
    return len(paid)


def _payment(line: BankLine, party: int) -> Payment:
    """The key lets a line book itself once, whatever becomes of the payment."""
    return Payment(
        party_id=party, payer=line.payer, amount=line.amount, received_on=line.happened_on, line_id=line.pk,
        channel=Payment.Channel.BANK, matched=Payment.Matched.NAME, once_key=f"line:{line.pk}",
    )  # fmt: skip


@register_rematcher
def rematch(*, names: set[str], codes: set[str]):
    """A party got one of these names: lines that wait for it are looked at again."""
    for part in slices(sorted(names)):
        waiting = BankLine.objects.filter(payer_key__in=part)
        if waiting.waiting().exists():
            match_waiting(waiting)


def refresh_todo():
    """One to-do for all lines that wait."""
    count = BankLine.objects.waiting().count()
    keep_todo(
        Association.current(), kind="bank-lines", label="认领流水", title=f"{count} 笔银行流水等待认领", url=WAITING_URL,
        once_key="bank-lines", count=count, whose=Whose.OFFICE, right=Right.DUES,
    )  # fmt: skip
