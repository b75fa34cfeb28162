"""The hot path of a run: a slice of firms in, their sheets out, as plain tuples ready to be written."""

import gc
import hashlib
from collections import defaultdict
from collections.abc import Iterable
from contextlib import contextmanager
from typing import NamedTuple

from django.db.models import CharField, Count, Max, Sum
from django.db.models.functions import Cast

from association.core.bulk import plain_rows

from .models import AuthorityScore, CreditRecord, CreditSource, RatingRound, Survey
from .scoring import Light, Result, RuleBook, dumps, score, summarise

SLICE = 2000  # firms a transaction: about a second

COLUMNS = ("run", "rating", "points", "own_points", "total", "grade", "detail")


class Firm(NamedTuple):
    """A firm of the round as the slice needs it."""

    rating: int
    party: int
    code: str
    group: str
    is_member: bool


def population(rating_round: RatingRound, after: int) -> list[Firm]:
    """The next firms of the round, by party."""
    rows = rating_round.ratings.taking_part().filter(party_id__gt=after).order_by("party_id")
    columns = ("pk", "party_id", "code", "qualification_group", "is_member")
    return [Firm(*row) for row in rows.values_list(*columns)[:SLICE]]


def inputs_of(rating_round: RatingRound):
    """(credit records, surveys, authority's scores) that a run reads, of whatever firm."""
    return (
        CreditRecord.objects.counting(),
        Survey.objects.counting().filter(round=rating_round),
        AuthorityScore.objects.counting().filter(round=rating_round),
    )


class Stamp(NamedTuple):
    """Tells whether a round changed: `inputs` is what a run reads, `versions` adds up those of its ratings' own data."""

    inputs: list
    firms: int
    versions: int


def stamp_of(rating_round: RatingRound) -> Stamp:
    """Rows come, gone, changed or matched anew, firms in and out, the scheme.

    Four queries. Rows of other years change it as well: a run that finds the same then keeps the new stamp.
    """
    parts = []
    for rows in inputs_of(rating_round):
        found = rows.aggregate(n=Count("pk"), last=Max("updated_at"), versions=Sum("version"))
        parts.append([found["n"], str(found["last"]), found["versions"]])
    taking_part = rating_round.ratings.taking_part()
    firms = taking_part.aggregate(n=Count("pk"), keys=Sum("pk"), versions=Sum("version"))
    keys = int(firms["keys"] or 0)  # PostgreSQL sums keys as Decimal
    return Stamp([*parts, [firms["n"], keys], rating_round.scheme_id], firms["n"], firms["versions"] or 0)


def givers() -> dict[str, str]:
    """{source: who provides it}, pinned by the run; "" where each record's counterparty (a court, a bank) does."""
    rows = CreditSource.objects.values_list("name", "authority", "layout")
    return {name: "" if layout.get("from_whom") else authority for name, authority, layout in rows}


@contextmanager
def no_collector():
    """A slice makes a million small lists and no cycle: the collector would walk them again and again for nothing."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class Slice(NamedTuple):
    """Some firms of a round, in the order of their party, and what is said of each by its party."""

    firms: list[Firm]
    facts: dict[int, list[tuple]]
    surveys: dict[int, list[tuple]]
    scores: dict

    @property
    def last(self) -> int:
        return self.firms[-1].party


def read_slice(rating_round: RatingRound, after: int) -> Slice | None:
    """The firms behind the party `after` with what is said of them; None where there are no more."""
    firms = population(rating_round, after)
    if not firms:
        return None
    records, surveys, scores = (
        rows.filter(party_id__gte=firms[0].party, party_id__lte=firms[-1].party).order_by()
        for rows in inputs_of(rating_round)
    )
    # in the shape of scoring.Fact
    said = plain_rows(
        records.annotate(day=Cast("date", CharField())),
        *("id", "source", "day", "repaired", "document_no", "fact", "counterparty", "party_id"),
    )
    asked = surveys.values_list("id", "project", "client", "channel", "date", "surveyor", "marks", "party_id")
    return Slice(firms, _grouped(said), _grouped(asked), dict(scores.values_list("party_id", "score")))


def score_slice(book: RuleBook, run: int, part: Slice) -> tuple[list[tuple], dict]:
    """(rows in the order of COLUMNS, their summary)."""
    imported = [one.name for one in book.imported_parts[:1]]
    rows, results = [], []
    for firm in part.firms:
        said, asked = part.facts.get(firm.party, ()), part.surveys.get(firm.party, ())
        sheet = score(book, said, asked, dict.fromkeys(imported, part.scores.get(firm.party)))
        points = dumps([one["p"] for one in sheet.explanation["p"]])
        detail = dumps(sheet.explanation)
        rows.append((run, firm.rating, points, sheet.own, sheet.total, sheet.grade or "", detail))
        light = Light(*sheet[:4])  # a slice of explanations kept would cost fresh memory each time
        results.append(Result(firm.code, firm.group, firm.is_member, light))
    return rows, summarise(book, results)


def _grouped(rows: Iterable[tuple]) -> dict[int, list[tuple]]:
    """Rows by their last value, the party."""
    found = defaultdict(list)
    for row in rows:
        found[row[-1]].append(row)
    return found


def chain(digest: str, rows: Iterable[tuple]) -> str:
    """The fingerprint so far: firm and explanation of each sheet, whatever the slices, without the run's own number."""
    so_far = bytes.fromhex(digest)
    for row in rows:
        so_far = hashlib.blake2b(so_far + f"{row[1]}:{row[-1]}".encode(), digest_size=32).digest()
    return so_far.hex() if rows else digest


def add_up(book: RuleBook, total: dict, part: dict) -> dict:
    """Two summaries of different firms as one."""
    if not total:
        return part
    merged = {}
    for key, value in total.items():
        other = part[key]
        if isinstance(value, dict):
            counts = {name: value.get(name, 0) + other.get(name, 0) for name in {**value, **other}}
            merged[key] = dict(sorted(counts.items(), key=_order_of(book, key)))
        else:
            merged[key] = value + other
    return merged


def _order_of(book: RuleBook, key: str):
    if key == "grades":
        return lambda item: book.labels.index(item[0])
    if key == "points":
        return lambda item: float(item[0])
    return lambda item: item[0]
