"""Bank lines that wait (待认领), each with the parties it may be of and what these owe."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from association.core.text import name_key
from association.parties.models import Party
from association.parties.suggestions import prepared

from ..models import BankLine, Membership, Payment
from .matching import named_in
from .statement import Owed, owed_by_each

LIKELY = 4


@dataclass
class Likely:
    """A party that a line may be of: why it is offered, whether it is a member, what it owes."""

    party: Party
    why: str
    is_member: bool = False
    owed: Owed | None = None
    fits: bool = False  # what it owes is just what came


@dataclass
class Waiting:
    line: BankLine
    likely: list[Likely] = field(default_factory=list)


def complete(lines: Sequence[BankLine], user) -> list[Waiting]:
    """The lines of a page with their likely parties. Six queries, and those of the prepared names."""
    if not lines:
        return []
    asked = {line.pk: named_in(line.memo) or [line.payer] for line in lines}
    found = prepared().for_names([name for names in asked.values() for name in names], limit=LIKELY)
    before = _before(lines)
    offered = {line.pk: _offers(line, asked[line.pk], found, before) for line in lines}
    keys = {party for offers in offered.values() for party in offers}
    parties = Party.objects.visible_to(user).living().in_bulk(keys)
    members = set(Membership.objects.on().filter(party__in=keys).values_list("party", flat=True))
    owed = owed_by_each(keys, user)
    return [
        Waiting(
            line,
            [
                Likely(parties[pk], why, pk in members, owed.get(pk), pk in owed and owed[pk].total == line.left)
                for pk, why in offered[line.pk].items()
                if pk in parties
            ],
        )
        for line in lines
    ]


def _before(lines: Sequence[BankLine]) -> dict[str, list[int]]:
    """{key of a payer's name: the parties that a person booked its money to, the latest first}."""
    rows = Payment.objects.standing().filter(
        matched=Payment.Matched.PERSON,
        party__isnull=False,
        line__payer_key__in={line.payer_key for line in lines} - {""},
    )
    found = defaultdict(list)
    for key, party in rows.order_by("-pk").values_list("line__payer_key", "party")[:500]:
        if party not in found[key]:
            found[key].append(party)
    return found


def _offers(line: BankLine, names: Sequence[str], found: dict, before: dict) -> dict[int, str]:
    """{key of a party: why it is offered}: whom the payer paid for before, then by name."""
    offers = dict.fromkeys(before.get(line.payer_key, ())[:2], "这个户名上次记给这家")
    keys = {name_key(name) for name in names}
    ranked = sorted((one for name in names for one in found.get(name, ())), key=lambda one: -one["score"])
    for one in ranked:
        offers.setdefault(one["party"], _alike(one, keys))
    return dict(list(offers.items())[: LIKELY + 1])


def _alike(one: dict, keys: set[str]) -> str:
    if one["score"] < 100:
        return f"名称相似 {one['score']}%"
    return "名称一致" if name_key(one["name"]) in keys else "名称只差公司类型或括号，请核对是不是同一家"
