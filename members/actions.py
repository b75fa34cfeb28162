"""What staff do with firms on file: each in one transaction, with its line in the timeline and the old values kept."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone

from association.accounts.actions import create_user
from association.accounts.models import User
from association.accounts.roles import Right
from association.accounts.rules import name_of, needs
from association.core.enums import Audience
from association.core.qualifications import qualification_group
from association.core.stamp import raise_stamp
from association.core.text import clean_text, name_key
from association.parties import actions as parties
from association.parties.models import Party, PartyName, Seat
from association.timeline.actions import record

from .models import Firm, Person, Qualification

FIELDS = (
    "district", "main_qualification", "legal_representative", "contact_name", "contact_phone", "address",
    "registered_capital", "in_directory", "remark",
)  # fmt: skip
PARTY_FIELDS = ("short_name", "parent")
INTERNAL = ("remark",)  # the office's own
PART_FIELDS = {
    Qualification: ("name", "standard", "number", "starts_on", "ends_on"),
    Person: ("role", "name", "phone", "note"),
}


def _shown(model: type[models.Model], name: str, value) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    field = model._meta.get_field(name)
    return "" if value is None else str(dict(field.flatchoices or ()).get(value, value))


def _locked(firm: Firm) -> Firm:
    """The row as it stands, locked: its party first, as a merger does, so that the two wait for each other in order."""
    list(Party.objects.select_for_update(no_key=True).filter(pk=firm.pk).values("pk"))
    [locked] = Firm.objects.select_for_update(of=("self",)).select_related("party__parent").filter(pk=firm.pk)
    return locked


def _save(row: Firm, *, by, reason: str):
    """Save with a line of row history that says who and why."""
    row._history_user, row._change_reason = by, reason[:100] or None
    row.save()


@transaction.atomic
def create_firm(*, name: str, by, code: str = "", kind=Party.Kind.FIRM, parent: Party | None = None, **values) -> Firm:
    """A new firm on file; `values` are of FIELDS. Without a code a branch gets a temporary number.

    Raises PermissionDenied, ValidationError (a wrong code or one on file, a branch's parent that is none).
    """
    needs(by, Right.MEMBERS, "维护企业档案")
    name = clean_text(name)
    _check_parent(parent, kind)
    party = parties.create_party(name=name, by=by, kind=kind, code=code, parent=parent)
    firm = Firm(party=party, **_with_group(values))
    _save(firm, by=by, reason="新建档案")
    raise_stamp()
    return firm


def _with_group(values: dict) -> dict:
    if "main_qualification" in values:
        group = qualification_group(values["main_qualification"]) or Firm.Group.OTHER
        return {"qualification_group": group, **values}
    return values


def _check_parent(parent: Party | None, kind, party: Party | None = None):
    if parent is None:
        return
    if kind != Party.Kind.BRANCH:
        raise ValidationError({"parent": "只有分公司才填写总公司。"})
    if parent.kind == Party.Kind.BRANCH or (party is not None and parent.pk == party.pk):
        raise ValidationError({"parent": f"「{parent.name}」不能作总公司，请填写法人单位。"})


@transaction.atomic
def change_firm(firm: Firm, *, by, note: str = "", **values) -> Firm:
    """Change FIELDS and PARTY_FIELDS; old and new values stand in the timeline, sensitive ones without their text."""
    needs(by, Right.MEMBERS, "维护企业档案")
    locked = _locked(firm)
    party = locked.party
    own = dict(_with_group({n: values[n] for n in values if n not in PARTY_FIELDS}).items())
    changes = {name: [getattr(locked, name), value] for name, value in own.items() if getattr(locked, name) != value}
    of_party = {n: values[n] for n in PARTY_FIELDS if n in values and getattr(party, n) != values[n]}
    if not changes and not of_party:
        return locked
    if "parent" in of_party:
        _check_parent(of_party["parent"], party.kind, party)
    for name, (_old, value) in changes.items():
        setattr(locked, name, value)
    _save(locked, by=by, reason=note)
    shown = {n: [_shown(Firm, n, old), _shown(Firm, n, new)] for n, (old, new) in changes.items()}
    shown |= {n: [str(getattr(party, n) or ""), str(value or "")] for n, value in of_party.items()}
    if of_party:
        parties.change_party(party, **of_party)
    _record_change(locked, shown, by=by, note=note)
    raise_stamp()
    return locked


def _record_change(firm: Firm, shown: dict, *, by, note: str):
    """The firm may read what was changed; the office's remark is told to the office alone."""
    for names, audience in (
        ([name for name in shown if name not in INTERNAL], Audience.PARTY),
        ([name for name in shown if name in INTERNAL], Audience.STAFF),
    ):
        labels = [_label(name) for name in names if name != "qualification_group"]
        if labels:
            record(
                firm, "firm.changed", f"{name_of(by)}修改「{firm.party.name}」的{'、'.join(labels)}", by=by, party=firm.party,
                note=note, changes={name: shown[name] for name in names}, audience=audience,
            )  # fmt: skip


def _label(name: str) -> str:
    return str((Party if name in PARTY_FIELDS else Firm)._meta.get_field(name).verbose_name)


# -- Names, code ------------------------------------------------------------------------------------------------------


@transaction.atomic
def rename(firm: Firm, *, name: str, by, on: date | None = None, note: str = "") -> Firm:
    """The firm bears a new name from `on`; rows that wait under it find the firm. Raises ValidationError."""
    needs(by, Right.MEMBERS, "维护企业档案")
    name = clean_text(name)
    if on and on > timezone.localdate():
        raise ValidationError({"on": "变更日期不能晚于今天，请核对。"})
    if name == firm.party.name:
        raise ValidationError({"name": "新名称与现在的名称相同，请核对。"})
    parties.rename_party(firm.party, name=name, by=by, on=on, note=note)
    return firm


@transaction.atomic
def set_code(firm: Firm, *, code: str, by) -> Firm:
    """Give the firm its code, or correct it; rows that wait under it find the firm. Raises ValidationError."""
    needs(by, Right.MEMBERS, "维护企业档案")
    parties.set_code(firm.party, code=code, by=by)
    return firm


@transaction.atomic
def add_name(
    firm: Firm, *, name: str, kind: str, by, starts_on: date | None = None, ends_on: date | None = None
) -> PartyName:
    """A former name or alias, by which rows of other offices find the firm. Raises ValidationError."""
    needs(by, Right.MEMBERS, "维护企业档案")
    name = clean_text(name)
    if kind not in (PartyName.Kind.FORMER, PartyName.Kind.ALIAS):
        raise ValidationError({"kind": "请选择曾用名或别名；现在的名称请用「改名」。"})
    if firm.party.names.filter(name_key=name_key(name)).exists():
        raise ValidationError({"name": "这个名称已经登记过了。"})
    return parties.add_name(firm.party, name=name, by=by, kind=kind, starts_on=starts_on, ends_on=ends_on)


@transaction.atomic
def remove_name(row: PartyName, *, by) -> Party:
    """A former name or alias entered in error goes; rows found by it are matched again. Raises ValidationError."""
    needs(by, Right.MEMBERS, "维护企业档案")
    return parties.remove_name(row, by=by)


# -- Qualifications, people -------------------------------------------------------------------------------------------


def _describe(row) -> str:
    role = f"{row.get_role_display()} " if isinstance(row, Person) else ""
    return f"{row._meta.verbose_name}「{role}{row}」"


@transaction.atomic
def add_part(row: Qualification | Person, *, by):
    """A new qualification or person of a firm (`row` unsaved). Raises ValidationError."""
    needs(by, Right.MEMBERS, "维护企业档案")
    row.full_clean()
    row.save()
    _record_part(row, "added", f"新增{_describe(row)}", by=by)
    return row


@transaction.atomic
def change_part(row: Qualification | Person, *, by, **values):
    """Change a qualification or person; values as PART_FIELDS. Raises ValidationError."""
    needs(by, Right.MEMBERS, "维护企业档案")
    model = type(row)
    locked = model.objects.select_for_update(of=("self",)).select_related("firm__party").get(pk=row.pk)
    changes = {
        n: [getattr(locked, n), values[n]]
        for n in PART_FIELDS[model]
        if n in values and getattr(locked, n) != values[n]
    }
    if not changes:
        return locked
    for name, (_old, value) in changes.items():
        setattr(locked, name, value)
    locked.full_clean()
    locked.save()
    shown = {n: [_shown(model, n, old), _shown(model, n, new)] for n, (old, new) in changes.items()}
    hidden = getattr(model, "SENSITIVE", ())
    shown = {str(model._meta.get_field(n).verbose_name): pair for n, pair in shown.items() if n not in hidden}
    _record_part(locked, "changed", f"修改{_describe(locked)}", by=by, changes=shown)
    return locked


@transaction.atomic
def remove_part(row: Qualification | Person, *, by):
    """A qualification or person that is no longer the firm's, or was entered in error."""
    needs(by, Right.MEMBERS, "维护企业档案")
    _record_part(row, "removed", f"删除{_describe(row)}", by=by)
    type(row).objects.filter(pk=row.pk).delete()


def _record_part(row, what: str, words: str, *, by, changes=None):
    party = row.firm.party
    record(
        row.firm, f"firm.{row._meta.model_name}-{what}", f"{name_of(by)}为「{party.name}」{words}", by=by, party=party,
        changes=changes, audience=Audience.PARTY,
    )  # fmt: skip


# -- Accounts of the firm ---------------------------------------------------------------------------------------------


@transaction.atomic
def open_account(firm: Firm, *, mobile: str, name: str, right: str, by) -> Seat:
    """Somebody acts for the firm: the account of that mobile number, made where there is none, gets a seat.

    Raises PermissionDenied, ValidationError (the number is another person's).
    """
    needs(by, Right.ACCOUNTS, "开通单位账号")
    user = User.objects.filter(mobile=mobile).first()
    if user is None:
        user = create_user(mobile=mobile, name=name, by=by)
    elif user.name != name:
        raise ValidationError({"mobile": f"这个手机号的账号姓名是「{user.name}」，与填写的不同，请核对。"})
    return parties.give_seat(user=user, party=firm.party, by=by, right=right)
