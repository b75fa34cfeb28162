"""Writes to parties: new ones, names, codes, seats.

A change of a name or code makes the rows that wait look for their firm again (registry.known_by) and raises the public
stamp; who writes many parties passes tell=False and does both at the end.
"""

from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from association.accounts.roles import Right
from association.accounts.rules import name_of, needs
from association.core.codes import check_code
from association.core.enums import Audience
from association.core.journal import record
from association.core.models import Counter
from association.core.stamp import raise_stamp

from .models import Party, PartyName, Seat
from .naming import fill_derived, numbers_of_merged
from .registry import known_by


def temporary_numbers(count: int = 1) -> list[str]:
    """Numbers (临时编号) for branches that have no code yet, in the caller's transaction."""
    year = timezone.localdate().year
    first = Counter.take("temporary-party", year, count)
    return [f"LS{year}{number:05d}" for number in range(first, first + count)]


@transaction.atomic
def create_party(*, name: str, by, kind=Party.Kind.FIRM, code: str = "", parent: Party | None = None) -> Party:
    """A new party on file. Without a code only a branch or a person may be: it gets a temporary number.

    Raises ValidationError where the code is wrong or taken.
    """
    if code:
        code = check_code(code)
        if Party.objects.filter(code=code).exists():
            raise ValidationError({"code": f"统一社会信用代码 {code} 已在档案里，请查找后在原档案上修改。"})
    elif kind not in (Party.Kind.BRANCH, Party.Kind.PERSON, Party.Kind.AUTHORITY):
        raise ValidationError({"code": "请填写统一社会信用代码；只有尚未取得代码的分公司可以不填。"})
    party = Party(kind=kind, name=name, code=code or None, parent=parent)
    if not code:
        party.temporary_number = temporary_numbers()[0]
    fill_derived(party).save()
    PartyName.objects.create(party=party, name=name, name_key=party.name_key)
    record(party, "party.created", f"{name_of(by)}建立「{name}」的档案", by=by, party=party)
    known_by(names={party.name_key}, codes={party.code})
    return party


def _changed(tell: bool, *, names=(), codes=()):
    if tell:
        known_by(names=names, codes=codes)
        raise_stamp()


def _refresh(party: Party):
    others = [row.name for row in party.names.exclude(kind=PartyName.Kind.CURRENT)]
    fill_derived(party, [*others, *numbers_of_merged(party)]).save()


@transaction.atomic
def rename_party(party: Party, *, name: str, by, on: date | None = None, note: str = "", tell: bool = True) -> Party:
    """The party bears a new name from `on` (unknown where None); the old one stays as a former name (曾用名)."""
    old, old_key = party.name, party.name_key
    if old == name:
        return party
    current = party.names.filter(kind=PartyName.Kind.CURRENT).first()
    if current:
        current.kind = PartyName.Kind.FORMER
        current.ends_on = on - timedelta(days=1) if on else None
        current.save()
    party.name = name
    PartyName.objects.create(party=party, name=name, name_key=fill_derived(party).name_key, starts_on=on)
    _refresh(party)
    record(
        party, "party.renamed", f"{name_of(by)}把名称由「{old}」改为「{name}」", by=by, party=party,
        audience=Audience.PARTY, happened_on=on, note=note, changes={"name": [old, name]},
    )  # fmt: skip
    _changed(tell, names={old_key, party.name_key})
    return party


@transaction.atomic
def take_back_name(party: Party, *, name: str, by, note: str = "", tell: bool = True) -> Party:
    """Undo the latest renaming: the party bears `name` again, as if never renamed. ValidationError where it was not so."""
    wrong, wrong_key = party.name, party.name_key
    before = party.names.filter(kind=PartyName.Kind.FORMER).order_by("-pk").first()
    if before is None or before.name != name:
        raise ValidationError("改名以后又改过名称，不能直接改回。")
    party.names.filter(kind=PartyName.Kind.CURRENT).delete()
    before.kind, before.ends_on = PartyName.Kind.CURRENT, None
    before.save()
    party.name = name
    _refresh(party)
    record(
        party, "party.rename-undone", f"{name_of(by)}把名称由「{wrong}」改回「{name}」", by=by, party=party,
        audience=Audience.PARTY, note=note, changes={"name": [wrong, name]},
    )  # fmt: skip
    _changed(tell, names={wrong_key, party.name_key})
    return party


@transaction.atomic
def take_back_code(party: Party, *, by, note: str = "", tell: bool = True) -> Party:
    """The party has no code again: one was entered in error. It keeps or gets a temporary number."""
    wrong, party.code = party.code, None
    if not party.temporary_number:
        party.temporary_number = temporary_numbers()[0]
    _refresh(party)
    record(
        party, "party.code", f"{name_of(by)}撤回统一社会信用代码 {wrong}", by=by, party=party,
        audience=Audience.PARTY, note=note, changes={"code": [wrong, party.number]},
    )  # fmt: skip
    _changed(tell, names={party.name_key}, codes={wrong})
    return party


@transaction.atomic
def set_code(party: Party, *, code: str, by, tell: bool = True) -> Party:
    """Give a party its code, or correct it. Raises ValidationError where it is wrong or another party's."""
    code = check_code(code)
    old = party.number
    if Party.objects.filter(code=code).exclude(pk=party.pk).exists():
        raise ValidationError({"code": f"统一社会信用代码 {code} 是另一家单位的，请核对营业执照。"})
    party.code = code
    _refresh(party)
    record(
        party, "party.code", f"{name_of(by)}登记统一社会信用代码 {code}", by=by, party=party,
        audience=Audience.PARTY, changes={"code": [old, code]},
    )  # fmt: skip
    _changed(tell, names={party.name_key}, codes={old, code})
    return party


@transaction.atomic
def add_name(party: Party, *, name: str, by, kind=PartyName.Kind.FORMER, starts_on=None, ends_on=None) -> PartyName:
    """A former name or alias, so that rows that use it find the party. The dates bound when it was borne."""
    row = PartyName(party=party, name=name, kind=kind, starts_on=starts_on, ends_on=ends_on)
    row.name_key = fill_derived(Party(name=name)).name_key
    row.full_clean(exclude=["name_key"])
    row.save()
    _refresh(party)
    record(
        party,
        "party.name-added",
        f"{name_of(by)}登记{row.get_kind_display()}「{name}」",
        by=by,
        party=party,
    )
    _changed(True, names={row.name_key})
    return row


@transaction.atomic
def remove_name(row: PartyName, *, by) -> Party:
    """A former name or alias entered in error goes. Raises ValidationError for the name that the party bears."""
    if row.kind == PartyName.Kind.CURRENT:
        raise ValidationError("现在的名称不能删除，请用「改名」。")
    party, words, key = row.party, f"{row.get_kind_display()}「{row.name}」", row.name_key
    row.delete()
    _refresh(party)
    record(party, "party.name-removed", f"{name_of(by)}删除{words}", by=by, party=party)
    _changed(True, names={key})
    return party


@transaction.atomic
def change_party(party: Party, **values) -> Party:
    """Set `short_name` or `parent`; the caller checks and records. Brings what the party is found by in step."""
    for name, value in values.items():
        setattr(party, name, value)
    _refresh(party)
    return party


@transaction.atomic
def give_seat(*, user, party: Party, by, right=Seat.Kind.ADMIN) -> Seat:
    """Let a person act for a party (one open seat a person and party), from today on."""
    if by is not None:
        needs(by, Right.ACCOUNTS, "开通单位账号")
    return put_seat(user=user, party=party, by=by, right=right)


@transaction.atomic
def put_seat(*, user, party: Party, by, right=Seat.Kind.ADMIN, sentence: str = "") -> Seat:
    """give_seat() for actions that have asked themselves whether `by` may; `sentence` is the timeline's line."""
    today = timezone.localdate()
    seat = Seat.objects.select_for_update().filter(user=user, party=party, ended_at=None).first()
    if seat is not None and seat.ends_on and seat.ends_on < today:  # its term ran out: that one is over
        seat.ended_at = timezone.now()
        seat.save()
        seat = None
    if seat is None:
        seat = Seat.objects.create(user=user, party=party, right=right)
    elif seat.right != right or seat.starts_on > today:
        seat.right, seat.starts_on = right, min(seat.starts_on, today)
        seat.save()
    words = sentence or f"{name_of(by)}为{user.name}开通「{seat.get_right_display()}」席位"
    record(party, "seat.given", words, by=by, party=party, audience=Audience.PARTY)
    return seat


@transaction.atomic
def end_seat(seat: Seat, *, by) -> Seat:
    """The person acts for the party no longer, from this moment on."""
    needs(by, Right.ACCOUNTS, "停用单位账号")
    return close_seat(seat, by=by)


@transaction.atomic
def close_seat(seat: Seat, *, by, sentence: str = "", note: str = "") -> Seat:
    """end_seat() for actions that have asked themselves whether `by` may."""
    seat.ended_at, seat.ends_on = timezone.now(), max(timezone.localdate(), seat.starts_on)
    seat.save()
    words = sentence or f"{name_of(by)}停用{seat.user.name}的席位"
    record(seat.party, "seat.ended", words, by=by, party=seat.party, audience=Audience.PARTY, note=note)
    return seat
