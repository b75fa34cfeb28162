"""The demonstration's dues: a year from the sample statements with what still waits, and the current year under way.

Each step looks first whether it is done, like the rest of the demonstration (year.py).
"""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from association.accounts.models import User
from association.parties.models import Party
from members.dues.bills import make_bills, reduce_bill
from members.dues.booking import book_by_hand, book_line, set_aside
from members.dues.standards import load_standard, read_standard
from members.models import BankLine, DuesBill, DuesReduction, DuesRules, DuesYear, Membership, Payment

from .importing import bring, bring_rows
from .people import holder_of

HEADS = ["交易时间", "交易流水号", "对方户名", "对方账号", "借方发生额", "贷方发生额", "余额", "摘要"]
SPREAD, SHARES = 7, {0: 0, 3: Decimal("0.5")}  # of seven bills one is not paid, one by halves


def load(plan: dict, people: dict[str, User]) -> Iterator[str]:
    about, treasurer = plan["dues"], holder_of(plan["people"], people, "财务处")
    if not Membership.objects.exists():
        return
    if not DuesRules.objects.exists():
        DuesRules(**about["settings"]).save()
    load_standard(read_standard(settings.BASE_DIR / about["standard"]), by=treasurer)
    for year in (about["year"], timezone.localdate().year):
        if not DuesYear.objects.filter(year=year).exists():
            _row, made = make_bills(year, by=treasurer)
            yield f"{made} bills of {year}"
    for name in about["statements"]:
        if (settings.BASE_DIR / name).is_file():
            yield from bring("bank-lines", settings.BASE_DIR / name, {}, by=treasurer)
    before = Payment.objects.count()
    _decide(about, treasurer)
    _this_year(about, treasurer)
    if (after := Payment.objects.count()) != before:
        yield f"{after} payments, {BankLine.objects.waiting().count()} bank lines wait"


def _decide(about: dict, treasurer: User):
    """A few lines that waited: paid by somebody for a member, laid aside; a bill reduced."""
    done = Payment.objects.filter(matched=Payment.Matched.PERSON).count()
    lines = BankLine.objects.waiting().filter(happened_on__year=about["year"]).order_by("happened_at")
    for line in lines.filter(memo__startswith="代")[: max(0, about["decided"] - done)]:
        member = next((party for party in Party.objects.exclude(dues_bills=None) if party.name in line.memo), None)
        if member:
            book_line(line=line, parts=[(member, None)], by=treasurer, note="与缴款人电话核实（演示）")
    other = lines.exclude(memo__contains="会费").first()
    if other and not BankLine.objects.exclude(set_aside_at=None).exists():
        set_aside(line=other, reason=about["aside"], by=treasurer)
    unpaid = DuesBill.objects.standing().filter(dues_year__year=about["year"], paid=0, amount__gt=2000).first()
    if unpaid and not DuesReduction.objects.exists():
        values = about["reduction"] | {"amount": Decimal(about["reduction"]["amount"])}
        reduce_bill(unpaid, approved_on=dt.date(about["year"], 6, 10), by=treasurer, **values)


def _this_year(about: dict, treasurer: User):
    """A statement of the current year up to yesterday, by which most have paid, and one that paid in cash."""
    today = timezone.localdate()
    bills = list(DuesBill.objects.standing().filter(dues_year__year=today.year).select_related("party").order_by("pk"))
    days = max(1, (today - dt.date(today.year, 1, 1)).days)
    rows, balance = [], Decimal(1_000_000)
    behind = set(
        DuesBill.objects.filter(dues_year__year__in={about["year"]} - {today.year}, paid__lt=F("amount")).values_list(
            "party", flat=True
        )
    )
    for number, bill in enumerate(bills[:-1]):
        share = 0 if bill.party_id in behind else SHARES.get(number % SPREAD, 1)
        if amount := (bill.amount * share).quantize(Decimal(1)):
            rows.append((number * 37 % days, bill.party.name, amount, f"{today.year}年会费"))
    rows.append((days // 2, about["stranger"], Decimal(3200), "往来款"))
    lines = []
    for number, (day, payer, amount, memo) in enumerate(sorted(rows)):
        when, balance = dt.date(today.year, 1, 1) + dt.timedelta(days=day), balance + amount
        lines.append([
            f"{when} 10:{number % 60:02d}:00", f"{today.year}{number:012d}", payer, f"4399{number:012d}", "",
            f"{amount:,.2f}", f"{balance:,.2f}", memo,
        ])  # fmt: skip
    bring_rows("bank-lines", f"银行流水_{today.year}.xlsx", [HEADS, *lines], {}, by=treasurer)
    if bills and not Payment.objects.filter(channel=Payment.Channel.CASH).exists():
        last = bills[-1]
        book_by_hand(party=last.party, amount=last.amount, received_on=today, channel="cash", by=treasurer)
