"""Rows about firms find their firm (匹配): when they come in, when the register changes, when a person decides.

Exact only: by code, by name as of the record's date, or by what a person decided before for that source and name.
"""

from typing import NamedTuple

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from association.accounts.roles import Right
from association.core.models import Association
from association.core.text import name_key
from association.exchange.kinds import register_rematcher
from association.exchange.models import NameDecision
from association.exchange.writing import update
from association.inbox.actions import keep_todo
from association.inbox.models import Whose
from association.parties.matching import Clue, Matcher
from association.parties.models import Party, PartyName

from .actions import ask_to_rate_again
from .doubles import Seats, numbers_of, settle
from .models import AuthorityScore, CreditRecord, RatingRound, Survey
from .models.inputs import Matched

SOURCES = {CreditRecord: "credit-records", Survey: "surveys", AuthorityScore: "authority-scores"}
_MATCHED = ("party_id", "matched_by", "dismissed", "same_as_id")
_SLICE = 500


class Found(NamedTuple):
    party_id: int | None
    by: str
    dismissed: bool = False
    why: str = ""


def source_of(row) -> str:
    """The source of a row as decisions remember it: the credit source, or "" for a kind with one source only."""
    return getattr(row, "source", "")


def clue_of(row) -> Clue:
    return Clue(row.raw_name, row.raw_code, row.date if hasattr(row, "date") else None)


class Years:
    """Which year's rating a row belongs to: its round's, else the one whose period has its date."""

    def __init__(self):
        rounds = RatingRound.objects.order_by("-year")
        self._rounds = list(rounds.values_list("pk", "year", "scheme__period_from", "scheme__period_to"))

    @property
    def latest(self) -> int:
        return self._rounds[0][1] if self._rounds else timezone.localdate().year

    def of(self, row: Matched) -> int:
        if not isinstance(row, CreditRecord):
            return next((year for pk, year, _first, _last in self._rounds if pk == row.round_id), self.latest)
        if row.date is None:
            return self.latest
        return next((year for _pk, year, first, last in self._rounds if first <= row.date <= last), row.date.year)


class Finder:
    """Matcher and decisions for many rows of one model.

    A person's 就是这家 goes before everything, an exact match before 不是本轮企业, which holds for the years it was said of.
    """

    def __init__(self, model, rows):
        rows = list(rows)
        self._matcher = Matcher(clue_of(row) for row in rows)
        keys = {row.name_key for row in rows}
        decided = NameDecision.objects.filter(kind=SOURCES[model], revoked_at=None)
        if len(keys) < _SLICE:
            decided = decided.filter(name_key__in=keys)
        self._firms: dict[tuple, int] = {}
        self._dismissed: dict[tuple, int] = {}
        for one in decided.select_related("party"):
            key = (one.source, one.name_key, one.code)
            if one.party:
                self._firms[key] = one.party.merged_into_id or one.party_id
            else:
                self._dismissed[key] = max(one.round or 9999, self._dismissed.get(key, 0))
        self._years = Years() if self._dismissed else None

    def find(self, row: Matched) -> Found:
        key = (source_of(row), row.name_key, row.raw_code)
        if key in self._firms:
            return Found(self._firms[key], Matched.By.PERSON)
        match = self._matcher.match(clue_of(row))
        if match.party_id is None and self._years and self._years.of(row) <= self._dismissed.get(key, 0):
            return Found(None, "", dismissed=True)
        return Found(match.party_id, match.by, why=match.why)


def waiting(model):
    """Rows of a model that match no firm and wait for a person."""
    return model.objects.waiting()


def count_waiting() -> int:
    return sum(waiting(model).count() for model in SOURCES)


def refresh_todo():
    """One to-do for all rows that wait."""
    count = count_waiting()
    keep_todo(
        Association.current(), kind="waiting-rows", label="认领企业", title=f"{count} 行资料没有找到对应企业",
        url="/admin/evaluations/waiting/", once_key="waiting-rows", count=count, whose=Whose.OFFICE, right=Right.RATING,
    )  # fmt: skip


@register_rematcher
@transaction.atomic
def rematch(*, names: set[str], codes: set[str]):
    """Look again at the rows of these names and codes that wait or were found by name, so that the order of files is one."""
    for model in SOURCES:
        open_rows = model.objects.filter(matched_by__in=("", "name"), voided_at=None)
        if open_rows.exists():
            for asked in _asked(names, codes):
                apply(model, open_rows.filter(asked))
    refresh_todo()


def _asked(names, codes):
    names, codes = sorted(names), sorted(code for code in codes if code)
    for at in range(0, len(names), _SLICE):
        yield Q(name_key__in=names[at : at + _SLICE])
    for at in range(0, len(codes), _SLICE):
        part = codes[at : at + _SLICE]
        yield Q(raw_code__in=[*part, *(code[8:17] for code in part)])


@transaction.atomic
def apply(model, rows) -> int:
    """Give rows (a queryset) the firm they match now; returns how many changed. Where that changes what firms are rated
    by, the office is asked to rate again. A second score for a firm goes on waiting, or is closed where it is equal."""
    rows = list(rows.select_for_update(of=("self",)).select_related("same_as").order_by("pk"))
    if not rows:
        return 0
    finder, numbers = Finder(model, rows), numbers_of(rows)
    found = [(row, finder.find(row)) for row in rows]
    wanted = _seated(found) if model is AuthorityScore else [
        (row, (one.party_id, one.by, one.dismissed, row.same_as_id if one.party_id == row.party_id else None))
        for row, one in found
    ]  # fmt: skip
    changed, left = [], []
    for row, new in wanted:
        if new != (row.party_id, row.matched_by, row.dismissed, row.same_as_id):
            if row.party_id != new[0]:
                left.append((row, row.party_id))
            row.party_id, row.matched_by, row.dismissed, row.same_as_id = new
            changed.append(row)
    _write(model, changed, left)
    settle(numbers if left else ())
    if left:
        tell(model, [row for row, _party in left])
    return len(changed)


def _seated(found: list[tuple[AuthorityScore, Found]]):
    """(score, what it becomes) where one score counts for a firm: those that leave their firm make room first."""
    keys = {(row.round_id, party) for row, one in found for party in (row.party_id, one.party_id) if party}
    seats = Seats(keys)
    for row, one in found:
        if row.party_id and row.party_id != one.party_id:
            seats.leave(row)
    return [(row, _seat(row, one, seats)) for row, one in found]


def _seat(row: AuthorityScore, found: Found, seats: Seats) -> tuple:
    if found.party_id is None:
        return None, "", found.dismissed, None
    if row.same_as_id and row.same_as.voided_at and row.party_id == found.party_id:
        return row.party_id, found.by, False, row.same_as_id  # what was voided goes for its double
    holder = seats.holder(row.round_id, found.party_id)
    if holder is None or holder.pk == row.pk:
        seats.take(row, found.party_id)
        return found.party_id, found.by, False, None
    if holder.score == row.score:
        return found.party_id, found.by, False, holder.pk
    return None, "", False, None


def _write(model, changed: list[Matched], left: list[tuple[Matched, int | None]]):
    """Scores that leave a firm do so before others take their place: the database lets one count at any moment."""
    if model is AuthorityScore:
        leaving = [row for row, party in left if party]
        new = [(row.party_id, row.same_as_id) for row in leaving]
        for row in leaving:
            row.party_id = row.same_as_id = None
        update(leaving, ["party_id", "same_as_id"])
        for row, (party, same) in zip(leaving, new, strict=True):
            row.party_id, row.same_as_id = party, same
    update(changed, _MATCHED)
    if model is AuthorityScore:
        look_again({party for _row, party in left if party})


def look_again(parties: set[int]) -> None:
    """Scores that waited because these firms had another one, or were its doubles, may take its place now."""
    if not parties:
        return
    names = set(PartyName.objects.filter(party__in=parties).values_list("name_key", flat=True))
    codes = set(Party.objects.filter(pk__in=parties).exclude(code=None).values_list("code", flat=True))
    doubles = Q(party__in=parties, same_as__isnull=False) & ~Q(same_as__party=F("party"))
    for asked in _asked(names, codes):
        apply(AuthorityScore, AuthorityScore.objects.waiting().filter(asked))
    apply(AuthorityScore, AuthorityScore.objects.filter(doubles, voided_at=None))


def tell(model, rows) -> None:
    """What firms are rated by has changed: ask the office to rate again, in the rounds of these rows."""
    if model is CreditRecord:
        ask_to_rate_again()
        return
    for one in RatingRound.objects.filter(pk__in={row.round_id for row in rows}):
        ask_to_rate_again(round_=one)


def key_of(name: str) -> str:
    return name_key(name)[:120]
