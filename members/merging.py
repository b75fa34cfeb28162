"""Two firms on file are one (合并): what the page asks, and the merger with the firm's own columns.

Everything else is association.parties.merging: rows that move, collisions, the way back.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from association.accounts.roles import Right
from association.accounts.rules import may, needs
from association.core.masking import mask_mobile
from association.parties import merging
from association.parties.merge_plan import OURS, THEIRS, Plan, facts_of
from association.parties.merging import PARTY_COLUMNS
from association.parties.models import Merge, Party, PartyName
from association.timeline.actions import record

from .duplicates import keep_line
from .models import Duplicate, Firm, Membership

FIRM_COLUMNS = (
    "unit_kind", "district", "main_qualification", "legal_representative", "contact_name", "contact_phone",
    "address", "registered_capital", "in_directory", "remark",
)  # fmt: skip
_MEMBERSHIP = f"{Membership._meta.label_lower}:"  # how the keys of such questions begin
_FOLLOWS = {"main_qualification": ("qualification_group",)}


@dataclass(frozen=True)
class Question:
    """Something of which one goes on: a column or a row. `facts_…`: [(label, words)]; `chosen`: what is usual."""

    key: str
    label: str
    ours: str
    theirs: str
    chosen: str = OURS
    ours_facts: tuple = ()
    theirs_facts: tuple = ()


@dataclass(frozen=True)
class Preview:
    """What the page shows: columns that differ, collisions, rows that move by kind, and the token of all that."""

    columns: list[Question]
    collisions: list[Question]
    groups: list[tuple[str, list[str]]]
    token: str


def preview(merged: Firm, into: Firm, *, user) -> Preview:
    """What a merger would do, as far as this person may see it. Raises ValidationError where it cannot be."""
    merging.check_pair(merged.party, into.party)
    plan = Plan(merged.party, into.party)
    groups = [(label, [str(row) for row in rows]) for label, rows in plan.look_as(user)]
    return Preview(
        [*_party_questions(merged.party, into.party), *_firm_questions(merged, into, user)],
        [_row_question(one) for one in plan.collisions if one.seen], groups, _token(plan, merged, into),
    )  # fmt: skip


def _token(plan: Plan, merged: Firm, into: Firm) -> str:
    return f"{plan.token}.{merged.version}.{into.version}"


def _row_question(one) -> Question:
    if one.field.model is PartyName:
        return Question(one.key, "现在使用的名称", one.ours.name, one.theirs.name)
    return Question(
        one.key, one.label, str(one.ours), str(one.theirs), OURS, tuple(facts_of(one.ours)), tuple(facts_of(one.theirs))
    )


def _party_questions(merged: Party, into: Party) -> list[Question]:
    return [
        _column(f"party.{name}", Party._meta.get_field(name), getattr(into, name), getattr(merged, name))
        for name in PARTY_COLUMNS
        if getattr(merged, name) and getattr(merged, name) != getattr(into, name)
    ]


def _firm_questions(merged: Firm, into: Firm, user) -> list[Question]:
    found = []
    for name in FIRM_COLUMNS:
        field, ours, theirs = Firm._meta.get_field(name), getattr(into, name), getattr(merged, name)
        told = theirs not in (None, "") and not (field.get_internal_type() == "BooleanField" and not theirs)
        if told and ours != theirs:
            hidden = name in Firm.SENSITIVE and not may(Right.PERSONAL)(user)
            found.append(_column(f"firm.{name}", field, ours, theirs, hidden=hidden))
    return found


def _column(key: str, field, ours, theirs, *, hidden: bool = False) -> Question:
    blank = ours in (None, "") or ours is False
    words = [_words(field, value, hidden) for value in (ours, theirs)]
    return Question(key, str(field.verbose_name), *words, THEIRS if blank else OURS)


def _words(field, value, hidden: bool) -> str:
    if value is None or value == "":
        return "（空）"
    if isinstance(value, bool):
        return "是" if value else "否"
    if hidden:
        return mask_mobile(str(value)) if field.name == "contact_phone" else "（内容不显示）"
    return str(dict(field.flatchoices or ()).get(value, value))


@transaction.atomic
def merge(
    *, merged: Firm, into: Firm, by, reason: str, choices: Mapping[str, str] | None = None, token: str | None = None,
    name_becomes: str = PartyName.Kind.ALIAS,
) -> Merge:  # fmt: skip
    """`merged` becomes part of `into`. `choices`: {Question.key: THEIRS} where not what `into` has goes on.

    Raises PermissionDenied, ValidationError: what is the matter, who was quicker, or that the page has to be read again.
    """
    needs(by, Right.MEMBERS, "维护企业档案")
    merging.lock_pair(merged.party, into.party)
    rows = Firm.objects.select_for_update().order_by("pk")
    firms = {firm.pk: firm for firm in rows.filter(pk__in=(merged.pk, into.pk))}
    theirs, ours = firms[merged.pk], firms[into.pk]
    choices = choices or {}
    if token is not None:
        token, *versions = token.split(".")
        if versions != [str(theirs.version), str(ours.version)]:
            raise ValidationError(merging.CHANGED)
    values = {
        one: getattr(theirs, one)
        for name in FIRM_COLUMNS
        if choices.get(f"firm.{name}") == THEIRS
        for one in (name, *_FOLLOWS.get(name, ()))
    }
    chosen = any(key.startswith(_MEMBERSHIP) and side == THEIRS for key, side in choices.items())
    if theirs.is_member and (chosen or not ours.is_member):  # these follow the membership that goes on
        values |= {"is_member": True, "member_number": theirs.member_number}
    done = merging.merge(
        merged=merged.party, into=into.party, by=by, reason=reason, choices=choices, token=token,
        name_becomes=name_becomes, columns={ours: values},
    )  # fmt: skip
    keep_line()
    return done


@transaction.atomic
def dismiss(pair: Duplicate, *, by, note: str = "") -> Duplicate:
    """Somebody looked: these are two firms (不是同一家). The search does not bring them up again."""
    needs(by, Right.MEMBERS, "维护企业档案")
    pair = Duplicate.objects.select_for_update().get(pk=pair.pk)
    if pair.dismissed_at:
        raise ValidationError(f"{pair.dismissed_by.name}已经确认这是两家，请刷新页面。")
    pair.dismissed_at, pair.dismissed_by, pair.note = timezone.now(), by, note.strip()[:200]
    pair.save()
    for party, other in ((pair.first, pair.second), (pair.second, pair.first)):
        record(
            party, "party.not-same", f"{by.name}确认与「{other.name}」不是同一家", by=by, party=party, note=pair.note
        )
    keep_line()
    return pair
