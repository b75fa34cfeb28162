"""What staff do with schemes, rounds and rows: each in one transaction, with its line in the timeline."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from association.accounts.roles import Right
from association.accounts.rules import name_of, needs
from association.core.models import Association
from association.core.stamp import raise_stamp
from association.inbox.actions import keep_todo
from association.inbox.models import Whose
from association.timeline.actions import record

from .credit_sources import shipped_rows
from .enums import RatingState
from .models import CreditSource, RatingRound, Scheme
from .scheme_rows import rulebook_of, write_rows
from .scoring import RuleBook


@transaction.atomic
def load_scheme(book: RuleBook, *, by=None) -> tuple[Scheme, bool]:
    """A scheme out of a file, with the shipped sources where none are kept yet. (scheme, whether it is new).

    The same content again gives the scheme that is there; another content of the same name gets a name of its own.
    """
    needs(by, Right.SCHEME, "维护评分办法")
    load_sources(by=by)
    for known in Scheme.objects.filter(year=book.year):
        if rulebook_of(known).to_dict() | {"name": ""} == book.to_dict() | {"name": ""}:
            return known, False
    name = free_name(book.name)
    scheme = write_rows(book, name=name)
    record(scheme, "scheme.loaded", f"{name_of(by)}载入评分办法「{name}」", by=by)
    return scheme, True


def free_name(wanted: str) -> str:
    """`wanted`, or with a number behind it where a scheme of that name exists."""
    name, number = wanted[:74], 2
    while Scheme.objects.filter(name=name).exists():
        name, number = f"{wanted[:74]}（{number}）", number + 1
    return name


@transaction.atomic
def load_sources(*, by=None) -> int:
    """The shipped sources of credit records that are not kept yet. Returns how many were added."""
    known = set(CreditSource.objects.values_list("name", flat=True))
    rows = [row for row in shipped_rows() if row["source"] not in known]
    CreditSource.objects.bulk_create(
        CreditSource(
            name=row["source"], authority=row["authority"], fact_label=row["fact_label"], layout=row["layout"],
            position=len(known) + number,
        )
        for number, row in enumerate(rows, 1)
    )  # fmt: skip
    return len(rows)


@transaction.atomic
def copy_scheme(scheme: Scheme, *, year: int, by, name: str = "") -> Scheme:
    """Last year's scheme as a draft for `year`: its period moves with the year, everything else stays."""
    needs(by, Right.SCHEME, "维护评分办法")
    data = rulebook_of(scheme).to_dict()
    shift = year - scheme.year
    data["year"] = year
    data["period"] = {key: _moved(day, shift) for key, day in data["period"].items()}
    data["name"] = name or scheme.name.replace(str(scheme.year), str(year))
    copy = write_rows(RuleBook.from_dict(data), name=free_name(data["name"]), copied_from=scheme)
    record(copy, "scheme.copied", f"{name_of(by)}由「{scheme.name}」复制评分办法", by=by)
    return copy


def _moved(day: str, years: int) -> str:
    year, rest = int(day[:4]) + years, day[4:]
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return f"{year:04d}{rest}" if rest != "-02-29" or leap else f"{year:04d}-02-28"


@transaction.atomic
def lock_scheme(scheme: Scheme, *, by):
    """From now on the scheme is in use and does not change. Raises RuleBookError where it does not fit together."""
    if scheme.is_locked:
        return
    rulebook_of(scheme)
    Scheme.objects.filter(pk=scheme.pk, locked_at=None).update(locked_at=timezone.now(), locked_by=by)
    scheme.refresh_from_db()
    record(scheme, "scheme.locked", f"评分办法「{scheme.name}」启用，不再修改", by=by)


@transaction.atomic
def open_round(*, year: int, by=None, scheme: Scheme | None = None, **fields) -> tuple[RatingRound, bool]:
    """A round for a year (评价轮次), and whether it is new. Uses the newest scheme of that year and locks it.

    The issuer (公布单位) is the authority of 协会信息, else the association itself. Raises ValidationError where no
    scheme of the year is kept.
    """
    needs(by, Right.RATING, "开设评价轮次")
    found = RatingRound.objects.filter(year=year).first()
    if found:
        return found, False
    scheme = scheme or Scheme.objects.filter(year=year).order_by("-id").first()
    if scheme is None:
        raise ValidationError(f"还没有 {year} 年度的评分办法，请先载入或复制一份。")
    lock_scheme(scheme, by=by)
    association = Association.current()
    fields.setdefault("title", f"{year} 年度企业信用等级评价")
    fields.setdefault("issuer", association.authority_name or association.name)
    opened = RatingRound.objects.create(year=year, scheme=scheme, **fields)
    record(opened, "round.opened", f"{name_of(by)}开设{opened.title}，采用「{scheme.name}」", by=by)
    return opened, True


def issuer_note(opened: RatingRound) -> str:
    """What is said of a round that was opened before 协会信息 was filled in, and so names nobody; else ""."""
    if Association.objects.filter(pk=1).exists():
        return ""
    return (
        f"还没有填写协会信息，公布单位暂写作「{opened.issuer}」。请在「系统 › 协会信息」填写协会和主管部门的名称，"
        "再到本轮的「轮次设置」改好公布单位。"
    )


_SWITCHES = {"sheets_open": "向企业开放评分表", "grades_open": "主管部门同意公开"}


@transaction.atomic
def set_switch(rating_round: RatingRound, *, name: str, on: bool, by, note: str = "") -> RatingRound:
    """Turn one of the round's switches; remembered with who and why."""
    needs(by, Right.RATING, "办理信用评价")
    label = _SWITCHES[name]
    locked = RatingRound.objects.select_for_update().get(pk=rating_round.pk)
    if getattr(locked, name) != on:
        setattr(locked, name, on)
        locked.save()
        record(
            locked, f"round.{name}", f"{name_of(by)}{'打开' if on else '关闭'}「{label}」", by=by, note=note,
            changes={name: [not on, on]},
        )  # fmt: skip
        raise_stamp()
    return locked


@transaction.atomic
def change_round(rating_round: RatingRound, *, by, note: str = "", **values) -> RatingRound:
    """Change the words and dates of a round; another scheme (`scheme`) only while no list of it was publicised.

    Raises ValidationError, RuleBookError (a scheme that does not fit together).
    """
    needs(by, Right.RATING, "办理信用评价")
    locked = RatingRound.objects.select_for_update().get(pk=rating_round.pk)
    changes = {name: [getattr(locked, name), value] for name, value in values.items() if getattr(locked, name) != value}
    if not changes:
        return locked
    if "scheme" in changes:
        if locked.ratings.filter(case__state__in=(RatingState.PUBLICISED, RatingState.CONCLUDED)).exists():
            raise ValidationError({"scheme": "本轮已有企业公示，不能再换评分办法。"})
        lock_scheme(values["scheme"], by=by)
    for name, value in values.items():
        setattr(locked, name, value)
    locked.save()
    shown = {name: ["" if one is None else str(one) for one in pair] for name, pair in changes.items()}
    record(locked, "round.changed", f"{name_of(by)}修改{locked.title}的设置", by=by, note=note, changes=shown)
    if "scheme" in changes:
        ask_to_rate_again(round_=locked)
    raise_stamp()
    return locked


def ask_to_rate_again(*, round_: RatingRound | None = None):
    """What firms are rated by has changed since the run: one to-do a round (the given one, else all not yet issued)."""
    rounds = RatingRound.objects.filter(current_run__isnull=False, issued_on=None)
    for one in rounds.filter(pk=round_.pk) if round_ else rounds:
        keep_todo(
            one, kind="rate-again", label="重新测算", title=f"{one.title}：资料在上次测算以后有变动",
            url=one.get_absolute_url(), once_key=f"rate-again:{one.pk}", whose=Whose.OFFICE, right=Right.RATING,
        )  # fmt: skip
