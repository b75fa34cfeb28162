"""Points (积分): what a unit does with the association earns points; a ledger that other parts of the portal add to.

`points.add(party=…, key="training", happened_on=…, source_key="training:17:255", by=…)`: one fact counts once. A rule's
yearly cap counts when a year is added up, not when a line is written: so the order of lines, a void, a merger change nothing.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Sum
from django.utils import timezone

from association.accounts.roles import Right
from association.accounts.rules import name_of, needs
from association.core.enums import Audience
from association.parties.models import Party
from association.timeline.actions import record

from .models import PointEntry, PointRule

SHIPPED = Path(__file__).parent / "data" / "points.json"
NOUGHT = Decimal(0)


def load_rules() -> int:
    """The usual rules (data/points.json) that are not kept yet; staff edit them afterwards. Returns how many were added."""
    known = set(PointRule.objects.values_list("name", flat=True)) | set(PointRule.objects.values_list("key", flat=True))
    rows = json.loads(SHIPPED.read_text(encoding="utf-8"))["rules"]
    rules = [PointRule(**row) for row in rows if not {row["name"], row["key"]} & known]
    PointRule.objects.bulk_create(rules, ignore_conflicts=True)
    return len(rules)


def words(points: Decimal) -> str:
    """「2 分」, 「0.5 分」."""
    return f"{points.normalize():f} 分"


# -- The ledger -------------------------------------------------------------------------------------------------------


@transaction.atomic
def add(*, party: Party, key: str, happened_on: date, source_key: str, by=None, note: str = "") -> PointEntry:
    """A line of a party's ledger, or the one that is there already under this `source_key` (voided or not).

    `key` names the rule (PointRule.key). The caller has asked whether `by` may. Raises ValidationError where there is no
    such rule in use, or the day lies ahead.
    """
    rule = PointRule.objects.filter(key=key, is_active=True).first()
    if rule is None:
        raise ValidationError({"rule": "这个积分项目没有设置，或者已经停用。"})
    if happened_on > timezone.localdate():
        raise ValidationError({"happened_on": "日期不能晚于今天，请核对。"})
    if party.merged_into_id:
        party = party.merged_into
    entry, is_new = PointEntry.objects.get_or_create(
        source_key=source_key,
        defaults={
            "party": party, "rule": rule, "year": happened_on.year, "happened_on": happened_on, "points": rule.points,
            "note": note[:200], "by": by,
        },
    )  # fmt: skip
    if is_new:
        tell(entry, "points.added", f"积 {words(rule.points)}：{rule.name}", by=by, note=note)
    return entry


def tell(entry: PointEntry, verb: str, sentence: str, *, by, note: str = ""):
    record(
        entry.party, verb, f"{name_of(by)}登记{sentence}", by=by, party=entry.party,
        audience=Audience.PARTY, note=note, happened_on=entry.happened_on,
    )  # fmt: skip


@transaction.atomic
def add_by_hand(*, party: Party, rule: PointRule, happened_on: date, by, note: str = "") -> PointEntry:
    """Staff write a line. The same party, rule, day and note is the same fact: raises ValidationError."""
    needs(by, Right.MEMBERS, "维护企业档案")
    key = hand_key(party.pk, rule, happened_on, note)
    if PointEntry.objects.filter(source_key=key).exists():
        raise ValidationError("这一笔已经登记过了；同一天有几次的，请在说明里写清是哪一次。")
    return add(party=party, key=rule.key, happened_on=happened_on, source_key=key, by=by, note=note)


def hand_key(party: int, rule: PointRule, happened_on: date, note: str) -> str:
    """One for the same fact, whether it is written by hand or comes in a file."""
    told = hashlib.sha256(note.strip().encode()).hexdigest()[:16]
    return f"hand:{party}:{rule.pk}:{happened_on}:{told}"


@transaction.atomic
def void(entry: PointEntry, *, by, reason: str) -> PointEntry:
    """The line counts no more; it stays in the ledger, struck out. Raises PermissionDenied, ValidationError."""
    needs(by, Right.MEMBERS, "维护企业档案")
    if not reason.strip():
        raise ValidationError({"reason": "请填写作废的原因。"})
    rows = PointEntry.objects.select_for_update(of=("self",)).select_related("party", "rule")
    entry = rows.get(pk=entry.pk)
    if entry.voided_at:
        raise ValidationError("这一笔已经作废，请刷新页面。")
    entry.voided_at, entry.void_reason = timezone.now(), reason.strip()[:300]
    entry.save()
    record(
        entry.party, "points.voided", f"{by.name}作废积分「{entry.rule.name}」{entry.happened_on}（{words(entry.points)}）",
        by=by, party=entry.party, audience=Audience.PARTY, note=reason.strip(),
    )  # fmt: skip
    return entry


# -- Adding up --------------------------------------------------------------------------------------------------------


@dataclass
class Year:
    """A party's year: points by rule as they count, how often, and together. `rank` where a list was made."""

    party: int
    counted: dict[int, Decimal] = field(default_factory=dict)  # rule → points, capped
    times: dict[int, int] = field(default_factory=dict)
    over: dict[int, Decimal] = field(default_factory=dict)  # rule → points above the cap, which do not count
    rank: int = 0

    @property
    def total(self) -> Decimal:
        return sum(self.counted.values(), NOUGHT)


def years_of(year: int, parties: Iterable[int] | None = None) -> dict[int, Year]:
    """{party: Year} of all that have points in the year (or of these parties). Two queries."""
    rules = {rule.pk: rule for rule in PointRule.objects.all()}
    rows = PointEntry.objects.standing().filter(year=year)
    if parties is not None:
        rows = rows.filter(party__in=parties)
    found: dict[int, Year] = {}
    for party, rule, points, times in (
        rows.order_by().values_list("party", "rule").annotate(points=Sum("points"), times=Count("pk"))
    ):
        one = found.setdefault(party, Year(party))
        cap = rules[rule].year_cap
        one.counted[rule] = points if cap is None else min(points, cap)
        one.times[rule] = times
        if points > one.counted[rule]:
            one.over[rule] = points - one.counted[rule]
    return found


@dataclass(frozen=True)
class Standing:
    """A line of the yearly list (年度积分榜)."""

    rank: int
    party: Party
    cells: list[tuple[str, Decimal]]  # (rule, points that count)
    total: Decimal


def yearly_list(year: int) -> tuple[list[PointRule], list[Standing]]:
    """The rules that gave points in the year and the parties, most points first; equal points share a rank."""
    found = sorted(years_of(year).values(), key=lambda one: -one.total)
    used = {rule for one in found for rule in one.counted}
    rules = list(PointRule.objects.filter(pk__in=used).order_by("name"))
    parties: dict[int, Party] = {}
    keys = [one.party for one in found]
    for at in range(0, len(keys), 500):
        parties |= Party.objects.in_bulk(keys[at : at + 500])
    rows, rank, last = [], 0, None
    for place, one in enumerate(sorted(found, key=lambda one: (-one.total, parties[one.party].initials)), 1):
        if one.total != last:
            rank, last = place, one.total
        cells = [(rule.name, one.counted.get(rule.pk, NOUGHT)) for rule in rules]
        rows.append(Standing(rank, parties[one.party], cells, one.total))
    return rules, rows


def years() -> list[int]:
    """Years that have points, the latest first; this year in any case."""
    found = set(PointEntry.objects.order_by().values_list("year", flat=True).distinct())
    return sorted(found | {timezone.localdate().year}, reverse=True)


def ledger(party: Party, year: int) -> dict:
    """A party's year as its people and the office read it: lines, what counts, rules with caps. Three queries."""
    of_year = years_of(year, [party.pk]).get(party.pk) or Year(party.pk)
    lines = list(
        PointEntry.objects.filter(party=party, year=year).select_related("rule").order_by("-happened_on", "-pk")
    )
    names = {line.rule_id: line.rule for line in lines}
    capped = [
        f"{names[rule].name}每年最多计 {words(names[rule].year_cap)}，超出的 {words(points)}不计"
        for rule, points in of_year.over.items()
    ]
    return {"year": year, "total": of_year.total, "lines": lines, "capped": capped}


def by_year(party: Party) -> list[tuple[int, Decimal]]:
    """[(year, points that count)], the latest first. One query."""
    found: dict[int, Decimal] = defaultdict(Decimal)
    rows = PointEntry.objects.standing().filter(party=party).order_by().values_list("year", "rule", "rule__year_cap")
    for year, _rule, cap, points in rows.annotate(points=Sum("points")):
        found[year] += points if cap is None else min(points, cap)
    return sorted(found.items(), reverse=True)


def this_year() -> int:
    return timezone.localdate().year


def rules_in_words() -> list[str]:
    """「参加培训：每次 2 分，每年最多 10 分」. One query."""
    return [
        f"{rule.name}：每次 {words(rule.points)}" + (f"，每年最多 {words(rule.year_cap)}" if rule.year_cap else "")
        for rule in PointRule.objects.filter(is_active=True)
    ]
