"""Which firm on file a row of a firm list means, and what it is going to change there."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import prefetch_related_objects

from association.core.text import clean_text, name_key
from association.exchange.kinds import CleanRow
from association.parties.models import Party, PartyName

from .models import Firm

_KINDS = (Party.Kind.FIRM, Party.Kind.BRANCH)
_SEVERAL_NAMES = re.compile(
    r"[、，,；;]|(?<=[公司厂院处队社所部店集团中心])\s*[\r\n]+\s*"
)  # else a name is just wrapped


@dataclass(slots=True)
class FirmPlan:
    """What a row does to the file on a firm. `party` is unsaved for a new one, `firm` where only it is missing.

    `former`: former names and `alias`: another name that the file adds to those on file.
    """

    party: Party
    firm: Firm
    new: bool
    rename: str = ""
    code: str = ""
    former: tuple[str, ...] = ()
    alias: str = ""
    fields: tuple[str, ...] = field(default=())

    @property
    def other_names(self) -> list[tuple[str, str]]:
        names = [(PartyName.Kind.FORMER, name) for name in self.former]
        return [*names, (PartyName.Kind.ALIAS, self.alias)] if self.alias else names


def former_names(row: CleanRow) -> tuple[str, ...]:
    """The names of the column 曾用名: several in a cell stand apart by 、 ， ； or a new line."""
    told = row.values.get("former_name") or ""
    if not told:
        return ()
    parts = _SEVERAL_NAMES.split(row.raw.get("former_name") or told)
    names = {name_key(name): name for name in map(clean_text, parts) if name}
    names.pop(name_key(row.values.get("name") or ""), None)
    return tuple(names.values())


def _parties(**wanted) -> list[Party]:
    """Parties with their firms, the latest first; of those merged into another also that one."""
    found = list(
        Party.objects.defer("search_text", "search_grams").select_related("firm").filter(**wanted).order_by("-pk")
    )
    prefetch_related_objects([party for party in found if party.merged_into_id], "merged_into__firm")
    return found


class OnFile:
    """The firms that some rows may mean: by code, by temporary number, by the name of a branch."""

    def __init__(self, rows: Sequence[CleanRow]):
        codes = {row.values["code"] for row in rows if row.values.get("code")}
        numbers = {row.values["temporary_number"].upper() for row in rows if row.values.get("temporary_number")}
        bare = {name_key(row.values["name"]) for row in rows if row.values.get("name")}
        self.by_code = {party.code: party for party in _parties(code__in=codes)}
        self.by_number = {party.temporary_number: party for party in _parties(temporary_number__in=numbers)}
        self.without_code: dict[str, Party] = {}
        self.coded: dict[str, list[Party]] = defaultdict(list)
        for party in _parties(code=None, kind__in=_KINDS, name_key__in=bare):
            self.without_code[party.name_key] = party
        bare = {name_key(row.values["name"]) for row in rows if row.values.get("name") and not row.values.get("code")}
        for party in _parties(kind=Party.Kind.BRANCH, name_key__in=bare, code__isnull=False):
            self.coded[party.name_key].append(party)
        names = PartyName.objects.filter(name_key__in={name_key(name) for row in rows for name in former_names(row)})
        self.names = set(names.values_list("party_id", "name_key"))

    def find(self, row: CleanRow) -> tuple[Party | None, str]:
        """(the party, "") or (None, why it cannot be told)."""
        code, key = row.values.get("code"), name_key(row.values["name"])
        found = self.by_code.get(code) if code else None
        if found is None:
            found = self.by_number.get((row.values.get("temporary_number") or "").upper())
            if found and code and found.code:
                found = None  # that branch has got its code since, and it is another one
        found = found or self.without_code.get(key)
        if found is None and not code:
            several = {living(party).pk: living(party) for party in self.coded.get(key, ())}
            if len(several) > 1:
                return None, "档案里有几家同名的分公司，请填写统一社会信用代码"
            found = next(iter(several.values()), None)
        return found, ""


def living(party: Party) -> Party:
    """The party itself, or the one that it was merged into (已并入)."""
    while party.merged_into_id:
        party = party.merged_into
    return party
