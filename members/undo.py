"""Take imported firms back (撤销导入): new ones go unless something uses them, changed ones get their old values."""

from collections.abc import Sequence

from django.core.exceptions import ValidationError

from association.exchange.kinds import V, release, rematch
from association.exchange.models import ImportRow
from association.exchange.undo import CHANGED_SINCE, GONE, rejoin, set_back, subjects_of, users_of, written_later
from association.exchange.writing import keep_history, update
from association.parties.actions import change_party, take_back_code, take_back_name
from association.parties.models import Party, PartyName

from .models import Firm, Membership
from .roster_follow import give_back_memberships, members_otherwise

LATER = "后来的文件又更新过"


def give_back_firms(rows: Sequence[ImportRow], fields: Sequence[str], *, batch, by) -> dict[int, str]:
    """{key of an ImportRow: why it stays}. In the caller's transaction."""
    firms, later = subjects_of(rows, Firm, "party"), written_later(rows, batch)
    stays: dict[int, str] = {}
    new, changed = [], []
    for row in rows:
        firm = firms.get(row.subject_id)
        if firm is None:
            stays[row.pk] = GONE
        elif (row.subject_type, row.subject_id) in later:
            stays[row.pk] = LATER
        elif firm.version != row.after_version:
            stays[row.pk] = CHANGED_SINCE
        else:
            (new if row.verdict == V.CREATED else changed).append((row, firm))
    reason = f"撤销导入 #{batch.pk}"
    stays |= _remove(new, batch=batch, by=by, reason=reason)
    stays |= _change_back(changed, fields, batch=batch, by=by, reason=reason)
    rejoin([(row, firm) for row, firm in changed if row.pk not in stays], batch)
    touched = [firms[row.subject_id].party for row in rows if row.subject_id in firms]
    rematch(names={party.name_key for party in touched}, codes={party.code for party in touched if party.code})
    return stays


def _remove(pairs, *, batch, by, reason) -> dict[int, str]:
    keys = [firm.pk for _row, firm in pairs]
    kept = {firm.pk for row, firm in pairs if row.before.get("party")}  # the party was there before its file
    whole = [key for key in keys if key not in kept]
    release(whole)
    used = users_of(Firm, keys, leave=()) | users_of(Party, whole, leave=(Firm, PartyName, Membership))
    used |= dict.fromkeys(members_otherwise(keys, batch), "会籍")
    stays = {row.pk: f"已用于{used[firm.pk]}" for row, firm in pairs if firm.pk in used}
    gone = [firm for _row, firm in pairs if firm.pk not in used]
    keep_history(gone, new=False, by=by, reason=reason, kind="-")
    Membership._base_manager.filter(party__in=[firm.pk for firm in gone], batch=batch).delete()
    Firm._base_manager.filter(party__in={firm.pk for firm in gone} & kept).delete()
    keys = [firm.pk for firm in gone if firm.pk not in kept]
    for model, name in ((PartyName, "party__in"), (Firm, "party__in"), (Party, "pk__in")):
        rows = model._base_manager.filter(**{name: keys})
        rows._raw_delete(rows.db)
    return stays


def _change_back(pairs, fields, *, batch, by, reason) -> dict[int, str]:
    stays, written, names = {}, [], set()
    for row, firm in pairs:
        try:
            if row.before.get("name"):
                take_back_name(firm.party, name=row.before["name"], by=by, note=reason, tell=False)
        except ValidationError:
            stays[row.pk] = CHANGED_SINCE
            continue
        _names_back(firm.party, row.before.get("names", ()))
        if "code" in row.before:
            take_back_code(firm.party, by=by, note=reason, tell=False)
        told = set_back(firm, row.before, fields)
        if told:
            names |= set(told)
            written.append(firm)
    update(written, names)
    keep_history(written, new=False, by=by, reason=reason)
    give_back_memberships(written, batch=batch)
    return stays


def _names_back(party: Party, names: Sequence[str]):
    """Former names that the file added go."""
    rows = party.names.filter(name__in=names).exclude(kind=PartyName.Kind.CURRENT) if names else ()
    for row in rows:
        row.delete()
    if rows:
        change_party(party)
