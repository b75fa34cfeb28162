"""Take an imported member roster back (撤销导入): each row goes back whole, or stays whole with the reason."""

from collections.abc import Sequence
from copy import copy

from django.db import transaction

from association.core.stamp import raise_stamp
from association.exchange.kinds import V
from association.exchange.models import ImportRow
from association.exchange.undo import CHANGED_SINCE, GONE, set_back, users_of
from association.exchange.writing import update_each

from .models import Membership, Tenure
from .undo import give_back_firms

FIELDS = ("joined_on", "joined_on_known", "number")


def give_back_roster(rows: Sequence[ImportRow], firm_fields: Sequence[str], *, batch, by) -> dict[int, str]:
    """{key of an ImportRow: why it stays}. In the caller's transaction.

    Where a firm has to stay its membership stays too: then the others are tried again without it.
    """
    stays: dict[int, str] = {}
    while True:
        going = [row for row in rows if row.pk not in stays]
        found = _Found(going)
        why = {row.pk: reason for row in going if (reason := found.why_not(row))}
        if not why:
            why = _try(going, found, firm_fields, batch=batch, by=by)
            if not why:
                return stays
        stays |= why


def _try(rows, found: "_Found", firm_fields, *, batch, by) -> dict[int, str]:
    """Give the rows back; where some firm has to stay nothing is written and the reasons are returned."""
    with transaction.atomic():
        found.give_back(rows)
        why = give_back_firms([_of_firm(row) for row in rows if _touched(row)], firm_fields, batch=batch, by=by)
        if why:
            transaction.set_rollback(True)
    if not why:
        raise_stamp()
    return why


def _touched(row: ImportRow) -> bool:
    return row.before.get("firm_verdict") in (V.CREATED, V.UPDATED)


def _of_firm(row: ImportRow) -> ImportRow:
    """The row as an import of firms would have written it."""
    of_firm = copy(row)
    of_firm.verdict, of_firm.before = row.before["firm_verdict"], row.before["firm"]
    return of_firm


class _Found:
    """The memberships and tenures that some rows wrote, locked."""

    def __init__(self, rows: Sequence[ImportRow]):
        befores = [row.before for row in rows]
        members = [before["membership"][0] for before in befores if "membership" in before]
        tenures = [one[0] for before in befores for name in ("started", "ended", "named") for one in before[name]]
        self.members = self._locked(Membership, members)
        self.tenures = self._locked(Tenure, tenures)
        new = [before["membership"][0] for before in befores if "membership" in before and not before["membership"][2]]
        self.used = users_of(Membership, new, leave=()) if new else {}

    @staticmethod
    def _locked(model, keys) -> dict:
        return {row.pk: row for row in model._base_manager.select_for_update().filter(pk__in=keys)}

    def why_not(self, row: ImportRow) -> str:
        before = row.before
        checks = [(self.tenures, one) for name in ("started", "ended", "named") for one in before[name]]
        checks += [(self.members, before["membership"])] if "membership" in before else []
        for known, (pk, version, *_rest) in checks:
            if pk not in known:
                return GONE
            if known[pk].version != version:
                return CHANGED_SINCE
        used = self.used.get(before["membership"][0]) if "membership" in before else None
        return f"会籍已用于{used}" if used else ""

    def give_back(self, rows: Sequence[ImportRow]):
        members, tenures, gone, left = [], [], [], []
        for before in (row.before for row in rows):
            gone += [pk for pk, _version in before["started"]]
            for pk, _version in before["ended"]:
                tenure = copy(self.tenures[pk])
                tenure.ended_on, tenure.end_reason = None, ""
                tenures.append((tenure, ("ended_on", "end_reason")))
            for pk, _version, values in before["named"]:
                tenure = copy(self.tenures[pk])
                set_back(tenure, values, tuple(values))
                tenures.append((tenure, tuple(values)))
            if "membership" in before:
                pk, _version, values = before["membership"]
                if values:
                    member = copy(self.members[pk])
                    members.append((member, set_back(member, values, FIELDS)))
                else:
                    left.append(pk)
        Tenure._base_manager.filter(pk__in=gone).delete()
        update_each(tenures)
        update_each(members)
        Membership._base_manager.filter(pk__in=left).delete()
