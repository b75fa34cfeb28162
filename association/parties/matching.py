"""Which party a row of somebody else's file means: by code, else by the organisation code, else by its name as of a day.

Likeness never matches; what is not exact waits for a person.
"""

from collections import defaultdict
from datetime import date
from typing import NamedTuple

from association.core.codes import is_code, organisation_code
from association.core.text import name_key

from .models import Party, PartyName

_SLICE = 500  # below SQLite's limit on variables


class Match(NamedTuple):
    party_id: int | None
    by: str  # code | name | ""
    why: str  # a Chinese sentence where nothing matched


class Clue(NamedTuple):
    """What a row says of its firm. `code` may be an 18-character code or a 9-character organisation code, or rubbish."""

    name: str
    code: str = ""
    on: date | None = None


class _Bearer(NamedTuple):
    party_id: int
    starts_on: date | None
    ends_on: date | None


class Matcher:
    """Look-ups prepared for many clues at once: three queries for each five hundred."""

    def __init__(self, clues):
        clues = list(clues)
        self._codes: dict[str, int] = {}
        self._orgs: dict[str, set[int]] = defaultdict(set)
        self._bearers: dict[str, list[_Bearer]] = defaultdict(list)
        self._load_codes({clue.code for clue in clues if len(clue.code) == 18})
        self._load_orgs({organisation_code(clue.code) for clue in clues if 0 < len(clue.code) < 18})
        self._load_names({name_key(clue.name) for clue in clues if clue.name})

    def _load_codes(self, codes):
        for part in _slices(codes):
            for pk, code, into in Party.objects.filter(code__in=part).values_list("pk", "code", "merged_into_id"):
                self._codes[code] = into or pk

    def _load_orgs(self, codes):
        for part in _slices(codes):
            for pk, code, into in Party.objects.filter(org_code__in=part).values_list(
                "pk", "org_code", "merged_into_id"
            ):
                self._orgs[code].add(into or pk)

    def _load_names(self, keys):
        for part in _slices(keys):
            rows = PartyName.objects.filter(name_key__in=part)
            for key, pk, into, starts, ends in rows.values_list(
                "name_key", "party_id", "party__merged_into_id", "starts_on", "ends_on"
            ):
                self._bearers[key].append(_Bearer(into or pk, starts, ends))

    def match(self, clue: Clue) -> Match:
        code = clue.code
        if code and len(code) == 18:
            if code in self._codes:
                return Match(self._codes[code], "code", "")
            if is_code(code):
                # a right code that nobody on file has: some other firm, whatever its name looks like
                return Match(None, "", "统一社会信用代码不在企业档案里")
        elif code:
            found = self._orgs.get(organisation_code(code), set())
            if len(found) == 1:
                return Match(next(iter(found)), "code", "")
            if len(found) > 1:
                return Match(None, "", "这个组织机构代码对应多家企业")
        return self._by_name(clue)

    def _by_name(self, clue: Clue) -> Match:
        bearers = self._bearers.get(name_key(clue.name), [])
        ever = {bearer.party_id for bearer in bearers}
        if not ever:
            return Match(None, "", "企业档案里没有这个名称")
        if len(ever) == 1:
            # the only one that ever bore it: lists made later carry today's name for yesterday's fact
            return Match(ever.pop(), "name", "")
        if clue.on is None:
            return Match(None, "", "有多家企业用过这个名称")
        then = {
            bearer.party_id
            for bearer in bearers
            if (bearer.starts_on is None or bearer.starts_on <= clue.on)
            and (bearer.ends_on is None or clue.on <= bearer.ends_on)
        }
        if len(then) == 1:
            return Match(then.pop(), "name", "")
        return Match(None, "", "当时有多家企业用这个名称" if then else "有多家企业用过这个名称，当时都不用")


def _slices(keys):
    keys = sorted(key for key in keys if key)
    for start in range(0, len(keys), _SLICE):
        yield keys[start : start + _SLICE]
