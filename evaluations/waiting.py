"""Names that match no firm (等待认领), gathered over all kinds of row, with the firms they may mean."""

from dataclasses import dataclass, field

from django.db.models import Count, F, Max, Min, Value
from django.db.models.functions import Coalesce

from association.exchange.kinds import kind_named
from association.parties.matching import Matcher
from association.parties.models import Party
from association.parties.suggestions import prepared

from .decisions import WaitingName
from .doubles import taken_by
from .matching import SOURCES, clue_of, waiting
from .models import AuthorityScore, Rating, RatingRound
from .models.inputs import Matched

LIKELY = 4
FOUND = 8


@dataclass
class Group:
    """One name as a source writes it: how many rows, one of them in full, why it waits, likely firms."""

    waiting: WaitingName
    label: str  # 信用信息（住建）
    name: str
    count: int
    first_id: int
    since: object
    sample: Matched | None = None
    why: str = ""
    likely: list[dict] = field(default_factory=list)

    @property
    def key(self) -> str:
        """For element ids."""
        return f"{self.waiting.kind}-{self.first_id}"


def groups(kind: str = "", term: str = "") -> list[Group]:
    """All names that wait, those with most rows first. One query a kind of row."""
    found = []
    for model, name in SOURCES.items():
        if kind and kind != name:
            continue
        rows = waiting(model)
        if term:
            rows = rows.filter(raw_name__icontains=term)
        source = F("source") if model._meta.model_name == "creditrecord" else Value("")
        counted = (
            rows.order_by()
            .annotate(from_source=Coalesce(source, Value("")))
            .values("from_source", "name_key", "raw_code")
        )
        counted = counted.annotate(n=Count("pk"), first=Min("pk"), name=Max("raw_name"), since=Min("created_at"))
        label = kind_named(name).label
        found += [
            Group(
                WaitingName(name, row["from_source"], row["name_key"], row["raw_code"]),
                f"{label}（{row['from_source']}）" if row["from_source"] else label,
                row["name"] or row["raw_code"], row["n"], row["first"], row["since"],
            )
            for row in counted
        ]  # fmt: skip
    return sorted(found, key=lambda group: (-group.count, group.label, group.name))


def complete(page: list[Group]) -> list[Group]:
    """Fill in sample rows, reasons and likely firms of the groups of a page."""
    if not page:
        return page
    for model, name in SOURCES.items():
        mine = {group.first_id: group for group in page if group.waiting.kind == name}
        for row in model.objects.select_related("batch__document").filter(pk__in=mine):
            mine[row.pk].sample = row
    clues = {group.key: clue_of(group.sample) for group in page if group.sample}
    matcher = Matcher(clues.values())
    likely = prepared().for_names([group.name for group in page], limit=LIKELY)
    here = _in_round({one["party"] for rows in likely.values() for one in rows})
    for group in page:
        group.why = _why(group, matcher.match(clues[group.key])) if group.key in clues else ""
        rows = [{**one, "in_round": one["party"] in here} for one in likely.get(group.name, ())]
        group.likely = sorted(rows, key=lambda one: (-one["score"], not one["in_round"]))
    return page


def _why(group: Group, match) -> str:
    if match.party_id and isinstance(group.sample, AuthorityScore):
        rows = AuthorityScore.objects.counting().filter(round=group.sample.round_id, party=match.party_id)
        return next(map(taken_by, rows), "")
    return match.why


def search_firms(user, term: str) -> list[Party]:
    """The firms that a search offers, by name now or before, initials or code."""
    return list(Party.objects.visible_to(user).living().search(term).order_by("name")[:FOUND])


def _in_round(parties: set[int]) -> set[int]:
    """Those of the parties that take part in the latest round."""
    latest = RatingRound.objects.order_by("-year").values("pk")[:1]
    return set(Rating.objects.standing().filter(round__in=latest, party__in=parties).values_list("party", flat=True))
