"""Several people, an import and the matching at the same moment, on PostgreSQL: nothing is booked twice, nobody hangs."""

import random
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile

from association.exchange.actions import import_now
from association.exchange.kinds import kind_named
from members import merging, standing
from members.dues import bills, booking
from members.dues.matching import match_waiting
from members.models import BankLine, DuesBill, Payment
from tests import ledger
from tests.parallel import at_once
from tests.workbooks import xlsx

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def told_or_done(results) -> tuple[int, int]:
    """(how many decisions went through, how many were told no); anything else raises."""
    done = told = 0
    for one in results:
        if isinstance(one, Exception):
            raise one
        done, told = done + one[0], told + one[1]
    return done, told


def trying(seed: int, acts):
    """Do all of `acts` in an order of its own; what the person is told is counted."""
    acts = list(acts)
    random.Random(seed).shuffle(acts)

    def go():
        done = told = 0
        for act in acts:
            try:
                act()
                done += 1
            except ValidationError:
                told += 1
        return done, told

    return go


def test_a_thousand_decisions_book_each_line_once(lines, member, firm, bill, treasurer, clerk):
    """Three people claim every line for different firms, one splits, one lays aside; meanwhile its payer joins."""
    firms = [member(f"第{place}宏达建筑有限公司") for place in range(3)]
    for party in firms:
        bill(party, 100_000)
    payer = firm("路桥建筑有限公司").party
    waiting = lines(*["路桥建筑有限公司"] * 100, *["张某某"] * 100)

    def claim(line, party):
        return lambda: booking.book_line(line=line, parts=[(party,)], by=treasurer, seen_version=line.version)

    def split(line):
        parts = [(firms[0], Decimal(500)), (firms[1], Decimal(700), "donation")]
        return lambda: booking.book_line(line=line, parts=parts, by=treasurer)

    def join():
        standing.join(party=payer, joined_on=waiting[0].happened_on, by=clerk)
        return match_waiting(), 0

    results = at_once(
        *(trying(seed, [claim(line, party) for line in waiting]) for seed, party in enumerate(firms)),
        trying(11, [split(line) for line in waiting]),
        trying(12, [lambda line=line: booking.set_aside(line=line, reason="x", by=treasurer) for line in waiting]),
        join,
    )
    done, told = told_or_done(results[:5])
    assert done + told == 1000
    assert done >= 100  # all but what booked itself
    match_waiting()
    assert not BankLine.objects.waiting().filter(booked=0).exists()
    ledger.check()


def test_bookings_reversed_refunded_and_billed_at_once(member, pay, standard, treasurer, bill):
    parties = [member(f"第{place}宏达建筑有限公司") for place in range(4)]
    payments = [pay(party, 3000, reference=f"N{place}-{party.pk}") for party in parties for place in range(5)]
    for party in parties:
        bill(party, 4000, year=2021)
    day = payments[0].received_on

    def reverse(payment):
        return lambda: booking.reverse(payment=payment, reason="错", by=treasurer)

    def refund(payment):
        return lambda: booking.refund(payment=payment, amount=Decimal(700), refunded_on=day, reason="退", by=treasurer)

    def move(payment):
        return lambda: booking.move_to(
            payment=payment, amount=Decimal(1000), purpose="donation", reason="捐", by=treasurer
        )

    def make_bill(party, year):
        values = {"label": "会员单位", "full_amount": Decimal(2000), "reason": "补"}
        return lambda: bills.make_bill(party=party, year=year, by=treasurer, **values)

    for party in parties[:1]:
        for year in (2022, 2023):
            bill(party, 10, year=year)
    results = at_once(
        *(trying(seed, [act(one) for one in payments]) for seed, act in enumerate((reverse, refund, move, refund))),
        trying(9, [make_bill(party, year) for party in parties[1:] for year in (2022, 2023)]),
        trying(10, [lambda one=one: bills.void_bill(one, reason="错", by=treasurer) for one in DuesBill.objects.all()]),
    )
    told_or_done(results)
    ledger.check()


def test_two_files_with_the_same_lines_at_once(came, member, treasurer):
    """Each line once, whichever file was first; the two members who paid are booked once."""
    names = ["甲建筑有限公司", "乙建筑有限公司", "张某某"]
    member(names[0])
    member(names[1])
    head = ["交易时间", "交易流水号", "对方户名", "对方账号", "借方发生额", "贷方发生额", "余额", "摘要"]
    rows = [came(names[place % 3], number=place) for place in range(1200)]

    def bring(part, name):
        content = ContentFile(xlsx([head, *part]), name)
        return lambda: import_now(kind_named("bank-lines"), content, options={}, by=treasurer)[1].state

    results = at_once(bring(rows[:900], "上.xlsx"), bring(rows[300:], "下.xlsx"), bring(rows[::-1], "全.xlsx"))
    assert results == ["done"] * 3, results
    assert BankLine.objects.count() == 1200
    assert Payment.objects.standing().count() == 800
    ledger.check()


def test_money_for_a_firm_that_is_merged_this_moment(lines, firm, bill, pay, treasurer, clerk):
    """Claimed, matched by name, reversed while its firm becomes another one: nothing stays with the firm that is gone."""
    for place in range(4):
        kept, double = (
            firm(f"第{place}宏达建筑有限公司", is_member=True),
            firm(f"第{place}宏达建筑公司", is_member=True),
        )
        bill(kept.party, 100_000)
        payment = pay(double.party, 700, reference=f"N{place}")
        claimed, own = lines("张某某")[0], lines(f"第{place}宏达路桥公司")[0]
        results = at_once(
            lambda line=claimed, party=double.party: booking.book_line(line=line, parts=[(party,)], by=treasurer),
            lambda one=double, into=kept: merging.merge(merged=one, into=into, by=clerk, reason="同一家"),
            lambda one=payment: booking.reverse(payment=one, reason="错", by=treasurer),
            lambda one=double.party, line=own: booking.book_line(line=line, parts=[(one,)], by=treasurer),
        )
        assert all(not isinstance(one, Exception) or isinstance(one, ValidationError) for one in results), results
        assert not isinstance(results[1], Exception), results
        assert not Payment.objects.filter(party=double.party).exists()
        ledger.check()
