"""Bank lines: matching and booking new ones, settling bills with them, beside a bulk insert of the same lines."""

import datetime as dt
import uuid
from decimal import Decimal

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from association.core.bulk import copy_in
from association.core.models import Association
from association.exchange.writing import insert
from association.parties.models import Party
from members.dues.matching import match_waiting
from members.models import Allocation, BankLine, DuesBill, DuesStandard, DuesYear, Membership, Payment

from . import data
from .measure import Figure, alternate_children

MEMBERS, NEW, SLICE = 2000, 10_000, 20_000
YEAR = dt.date(2021, 1, 1)


def members(count: int) -> list[Party]:
    """Members with a bill of the year each."""
    data.add_firms(count)
    parties = list(Party.objects.order_by("pk"))
    standard = DuesStandard.objects.create(name="会费标准", starts_on=YEAR, body="会员大会", meeting_on=YEAR)
    year = DuesYear.objects.create(year=2021, standard=standard, due_on=dt.date(2021, 6, 30), state="open")
    amount = Decimal(5000)
    insert(Membership, [Membership(party=party, joined_on=dt.date(2015, 1, 1)) for party in parties])
    insert(
        DuesBill,
        [
            DuesBill(party=party, dues_year=year, label="理事单位", full_amount=amount, amount=amount)
            for party in parties
        ],
    )
    return parties


def fill(lines: int, parties: list[Party]):
    """Lines of earlier years, each booked to a member."""
    usual = {field.name: field.get_default() for field in BankLine._meta.concrete_fields if not field.primary_key}
    paid = {field.name: field.get_default() for field in Payment._meta.concrete_fields if not field.primary_key}
    for start in range(0, lines, SLICE):
        numbers = range(start, min(start + SLICE, lines))
        with transaction.atomic():
            rows = (_row(usual, _line(number, parties[number % len(parties)])) for number in numbers)
            copy_in(BankLine, list(usual), rows)
            last = BankLine.objects.aggregate(last=Max("pk"))["last"] - len(numbers) + 1
            money = (_row(paid, _payment(n, last + n - start, parties[n % len(parties)])) for n in numbers)
            copy_in(Payment, list(paid), money)
    data._analyse()


def _row(usual: dict, values: dict) -> list:
    return list((usual | values | _BASE | {"uid": data._uid()}).values())


_BASE = {"version": 1, "created_at": "2021-01-01 00:00:00+00:00", "updated_at": "2021-01-01 00:00:00+00:00"}


def _line(number: int, party: Party) -> dict:
    day = dt.date(2012, 1, 1) + dt.timedelta(days=number % 3000)
    return {
        "reference": f"B{number:012d}", "source_key": f"ref:B{number:012d}", "happened_at": f"{day} 02:00:00+00:00",
        "happened_on": day.isoformat(), "direction": "in", "amount": "2000.00", "payer": party.name,
        "payer_key": party.name_key, "payer_account": "43001234", "memo": "会费", "booked": "2000.00", "account": "4300",
    }  # fmt: skip


def _payment(number: int, line: int, party: Party) -> dict:
    day = dt.date(2012, 1, 1) + dt.timedelta(days=number % 3000)
    return {
        "party": party.pk, "payer": party.name, "amount": "2000.00", "settled": "2000.00", "line": line,
        "received_on": day.isoformat(), "matched": "name", "once_key": f"line:{line}",
    }  # fmt: skip


def new_lines(count: int, parties: list[Party]) -> list[BankLine]:
    """Nine in ten of a member, in amounts that settle a bill in parts; the others wait."""
    at = timezone.make_aware(dt.datetime(2021, 3, 5, 10, 20))
    found = []
    for number in range(count):
        party = parties[number % len(parties)]
        payer, key = (party.name, party.name_key) if number % 10 else (f"张某{number}", f"张某{number}")
        found.append(
            BankLine(
                reference=f"N{number:012d}", source_key=f"ref:{uuid.uuid4().hex}", happened_at=at, account="4300",
                happened_on=at.date(), direction="in", amount=Decimal(1500), payer=payer, payer_key=key, memo="会费",
                payer_account="43001234",
            )
        )  # fmt: skip
    return found


def figures(lines: int) -> list[Figure]:
    Association(name="某某协会", short_name="某协", site_name="某某协会", logo_letter="某").save()
    parties = members(MEMBERS)
    fill(lines, parties)
    first, count = BankLine.objects.aggregate(last=Max("pk"))["last"], min(NEW, lines)
    paid = Payment.objects.aggregate(last=Max("pk"))["last"]

    def away():
        with connection.cursor() as cursor:
            for model, key in ((Allocation, 0), (Payment, paid), (BankLine, first)):
                cursor.execute(f"DELETE FROM {model._meta.db_table} WHERE id > %s", [key])
        DuesBill.objects.update(paid=0)

    def ground():
        away()
        with transaction.atomic():
            insert(BankLine, new_lines(count, parties))

    def ours():
        assert match_waiting() == count - count // 10

    def reference():
        with transaction.atomic():
            BankLine.objects.bulk_create(new_lines(count, parties), batch_size=1000)

    mine, theirs = alternate_children(ours, reference, ground=(ground, away))
    name = f"matching {count:,} lines, {lines:,} on file"
    return [
        Figure(name, mine.seconds, theirs.seconds, "s", 3.0, "beside a bulk insert of the lines"),
        Figure("memory above the start", mine.megabytes, theirs.megabytes, "MB"),
    ]
