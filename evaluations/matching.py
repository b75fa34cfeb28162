"""Rows about firms find their firm (匹配): when they come in, when the register changes, when a person decides.

Exact only: by code, by name as of the record's date, or by what a person decided before for that source and name.
"""

from typing import NamedTuple

from django.db import transaction
from django.db.models import Q

from association.core.models import Association
from association.core.text import name_key
from association.exchange.kinds import register_rematcher
from association.exchange.models import NameDecision
from association.exchange.writing import update
from association.inbox.actions import keep_todo
from association.inbox.models import Whose
from association.accounts.roles import Right
from association.parties.matching import Clue, Matcher

from .models import AuthorityScore, CreditRecord, Survey
from .models.inputs import Matched

SOURCES = {CreditRecord: "credit-records", Survey: "surveys", AuthorityScore: "authority-scores"}
_MATCHED = ("party_id", "matched_by", "dismissed")
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


class Finder:
    """Matcher and decisions for many rows of one model."""

    def __init__(self, model, rows):
        rows = list(rows)
        self._matcher = Matcher(clue_of(row) for row in rows)
        keys = {row.name_key for row in rows}
        decided = NameDecision.objects.filter(kind=SOURCES[model], revoked_at=None)
        if len(keys) < _SLICE:
            decided = decided.filter(name_key__in=keys)
        self._decided = {(row.source, row.name_key, row.code): row.party_id for row in decided}

    def find(self, row: Matched) -> Found:
        key = (source_of(row), row.name_key, row.raw_code)
        if key in self._decided:
            party = self._decided[key]
            return Found(party, Matched.By.PERSON if party else "", dismissed=party is None)
        match = self._matcher.match(clue_of(row))
        return Found(match.party_id, match.by, why=match.why)


def waiting(model):
    """Rows of a model that match no firm and wait for a person."""
    return model.objects.filter(party=None, dismissed=False, voided_at=None)


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
        open_rows = model.objects.filter(matched_by__in=("", "name"), dismissed=False, voided_at=None)
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


def apply(model, rows) -> int:
    """Give rows the firm they match now; returns how many changed. A second score for one firm goes on waiting."""
    rows = list(rows)
    finder, changed = Finder(model, rows), []
    taken = _taken(model, rows)
    for row in rows:
        found = finder.find(row)
        if model is AuthorityScore and found.party_id and found.party_id != row.party_id:
            if (row.round_id, found.party_id) in taken:
                continue
            taken.add((row.round_id, found.party_id))
        new = (found.party_id, found.by, found.dismissed)
        if new != (row.party_id, row.matched_by, row.dismissed):
            row.party_id, row.matched_by, row.dismissed = new
            changed.append(row)
    update(changed, _MATCHED)
    return len(changed)


def _taken(model, rows) -> set:
    if model is not AuthorityScore or not rows:
        return set()
    kept = AuthorityScore.objects.filter(round_id__in={row.round_id for row in rows}, party__isnull=False, voided_at=None)
    return set(kept.values_list("round_id", "party_id"))


def key_of(name: str) -> str:
    return name_key(name)[:120]
