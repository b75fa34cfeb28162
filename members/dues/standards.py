"""Standards of dues (会费标准): out of a file or filled in by staff, adopted once with the meeting's vote, never changed then."""

import datetime as dt
import json
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from association.accounts.rules import name_of
from association.timeline.actions import record

from ..models import DuesRate, DuesStandard, Firm
from ..post_names import PostNames
from ..terms import load_posts
from .checks import needs_right
from .words import in_yuan

PERSONS = "个人会员"  # the rate of those who are members as persons
_MEETING = {
    "body": "body", "held_on": "meeting_on", "delegates": "delegates", "present": "present", "in_favour": "in_favour",
    "secret": "is_secret",
}  # fmt: skip
_HEAD = ("name", "starts_on", "basis", "due_day", "document_number", "note")
_CENT = Decimal("0.01")


# -- Small things that a standard is written in -------------------------------------------------------------------------


def day_in(year: int, text: str) -> dt.date:
    """The day of a year that 「06-30」 means. Raises ValueError; 02-29 is no day that every year has."""
    month, day = (int(part) for part in text.split("-"))
    dt.date(2021, month, day)
    return dt.date(year, month, day)


def share_of(joiners: list[dict], day: dt.date) -> Decimal:
    """Which part of the year's dues somebody pays who joined on the day: the last rule that has begun, else all."""
    begun = [row for row in joiners if day >= day_in(day.year, row["from"])]
    return Decimal(max(begun, key=lambda row: row["from"])["share"]) if begun else Decimal(1)


def part_of(amount: Decimal, share: Decimal) -> Decimal:
    return (amount * share).quantize(_CENT, ROUND_HALF_UP)


def share_in_words(share: Decimal) -> str:
    """「按标准的 50%」."""
    return "当年不缴" if not share else "按全年" if share == 1 else f"按标准的 {(share * 100).normalize():f}%"


# -- Adopting -----------------------------------------------------------------------------------------------------------


def why_not_adopt(standard: DuesStandard) -> list[str]:
    """What keeps a draft from being adopted, a sentence each (民发〔2014〕166号)."""
    found, rates = [], list(standard.rates.all())
    if not rates:
        found.append("还没有档次，请先填写每一档的金额。")
    if standard.basis == DuesStandard.Basis.POST and (loose := [rate.label for rate in rates if _is_loose(rate)]):
        found.append(f"「{'、'.join(loose)}」没有对应的职务，请选好。")
    if None in (standard.delegates, standard.present, standard.in_favour):
        return [*found, "请填写应到人数、实到人数和赞成票数。"]
    if standard.present > standard.delegates or standard.in_favour > standard.present:
        found.append("人数对不上：实到不能多于应到，赞成票不能多于实到。")
    if standard.present * 3 < standard.delegates * 2:
        found.append(f"实到 {standard.present} 人，不到应到 {standard.delegates} 人的三分之二，表决无效。")
    if standard.in_favour * 2 <= standard.present:
        found.append(f"赞成 {standard.in_favour} 票，没有超过到会 {standard.present} 人的半数，没有通过。")
    if not standard.is_secret:
        found.append("会费标准须用无记名投票表决。")
    return found


def _is_loose(rate: DuesRate) -> bool:
    return rate.post_id is None and rate.label != PERSONS


def _locked(standard: DuesStandard) -> DuesStandard:
    return DuesStandard.objects.select_for_update().get(pk=standard.pk)


@transaction.atomic
def adopt(standard: DuesStandard, *, by) -> DuesStandard:
    """The meeting's vote is on record: from now on the standard stands as it is. Raises PermissionDenied, ValidationError."""
    needs_right(by, clock=True)
    row = _locked(standard)
    if row.adopted_at:
        raise ValidationError("这份会费标准已经确认过了，请刷新页面。")
    if problems := why_not_adopt(row):
        raise ValidationError("".join(problems))
    row.adopted_at, row.adopted_by = timezone.now(), by
    row.save()
    vote = f"应到 {row.delegates} 人，实到 {row.present} 人，赞成 {row.in_favour} 票"
    record(
        row,
        "dues-standard.adopted",
        f"{name_of(by)}确认「{row}」：{row.body}表决通过，{vote}",
        by=by,
        happened_on=row.meeting_on,
    )
    return row


@transaction.atomic
def copy_standard(standard: DuesStandard, *, by) -> DuesStandard:
    """A draft with the same rates, for the next vote. Raises PermissionDenied."""
    needs_right(by, clock=True)
    last = DuesStandard.objects.order_by("-starts_on").values_list("starts_on", flat=True).first()
    draft = DuesStandard(
        name=f"{standard.name}（修订稿）"[:80], starts_on=dt.date(max(last.year, timezone.localdate().year) + 1, 1, 1),
        basis=standard.basis, due_day=standard.due_day, body=standard.body, meeting_on=timezone.localdate(),
        joiners=standard.joiners, note=standard.note,
    )  # fmt: skip
    draft.save()
    DuesRate.objects.bulk_create(
        DuesRate(standard=draft, post=rate.post, label=rate.label, amount=rate.amount, order=rate.order)
        for rate in standard.rates.select_related("post")
    )
    record(draft, "dues-standard.copied", f"{name_of(by)}照「{standard}」起草新的会费标准", by=by)
    return draft


def standard_for(year: int) -> DuesStandard:
    """The adopted standard in force on 1 January, else the one that came in force within the year. Raises ValidationError."""
    adopted = DuesStandard.objects.exclude(adopted_at=None)
    first, last = dt.date(year, 1, 1), dt.date(year, 12, 31)
    found = adopted.filter(starts_on__lte=first).order_by("-starts_on").first()
    found = found or adopted.filter(starts_on__lte=last).order_by("starts_on").first()
    if found is None:
        raise ValidationError(f"{year} 年还没有已确认的会费标准，请先载入或新建会费标准，并登记表决情况。")
    return found


# -- Out of a file ------------------------------------------------------------------------------------------------------


def read_standard(path) -> dict:
    """A standard as data, cleaned. Raises OSError, ValidationError."""
    try:
        found = json.loads(Path(path).read_text(encoding="utf-8-sig"), parse_float=Decimal)
    except (ValueError, UnicodeError):
        raise ValidationError("这不是会费标准文件：要一份 UTF-8 编码的 JSON。") from None
    if not isinstance(found, dict) or not isinstance(found.get("rates"), dict) or not found["rates"]:
        raise ValidationError("会费标准文件里要有 rates：每一档的名称和每年的金额。")
    meeting = found.get("meeting") or {}
    if not isinstance(meeting, dict):
        raise ValidationError("会费标准文件里的 meeting 要写成一组：会议、日期、人数和票数。")
    data = {name: str(found.get(name) or "").strip() for name in _HEAD}
    data |= {field: meeting.get(name) for name, field in _MEETING.items()}
    data["is_secret"] = bool(meeting.get("secret", True))
    data["starts_on"], data["meeting_on"] = (
        _date(data["starts_on"], "starts_on"),
        _date(data["meeting_on"], "meeting.held_on"),
    )
    data["basis"] = data["basis"] or DuesStandard.Basis.POST.value
    data["due_day"] = data["due_day"] or "06-30"
    data["name"] = data["name"] or f"会费标准（{data['starts_on'].year} 年起）"
    data["body"] = str(data["body"] or "").strip()
    data["joiners"] = read_joiners(found.get("joiners") or [])
    data["rates"] = {str(label).strip(): _amount(label, value) for label, value in found["rates"].items()}
    _check(data)
    return data


def _check(data: dict):
    if data["basis"] not in DuesStandard.Basis.values:
        raise ValidationError(f"计费依据「{data['basis']}」看不懂，请写 post（按职务）或 qualification（按主项资质）。")
    try:
        day_in(data["starts_on"].year, data["due_day"])
    except ValueError:
        raise ValidationError(f"缴费截止「{data['due_day']}」看不懂，请写成 06-30 的样子。") from None
    for name, label in (("delegates", "应到人数"), ("present", "实到人数"), ("in_favour", "赞成票数")):
        value = data[name]
        if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 0):
            raise ValidationError(f"{label}「{value}」不是整数，请核对。")


def _date(text, name: str) -> dt.date:
    try:
        return dt.date.fromisoformat(str(text))
    except ValueError:
        raise ValidationError(f"会费标准文件里的 {name} 要写成 2021-01-01 的样子。") from None


def _amount(label, value) -> Decimal:
    try:
        amount = Decimal(str(value).replace(",", "").strip())
        fits = amount.is_finite() and 0 <= amount < 10**10 and amount == amount.quantize(_CENT)
    except InvalidOperation:
        fits = False
    if not fits or isinstance(value, bool):
        raise ValidationError(f"「{label}」的金额「{value}」不是一个固定的数，请核对：会费标准不能浮动。")
    return amount.quantize(_CENT)


def read_joiners(rows) -> list[dict]:
    """The rules for joiners: [{"from": "07-01", "share": "0.5"}], in order. Raises ValidationError."""
    try:
        found = [{"from": str(row["from"]), "share": str(row["share"])} for row in rows]
        for row in found:
            day_in(2021, row["from"])
            if not 0 <= Decimal(row["share"]) <= 1:
                raise ValueError
    except (TypeError, KeyError, ValueError, InvalidOperation):
        sample = '[{"from": "07-01", "share": "0.5"}]'
        raise ValidationError(
            f"年中入会的规则看不懂，请写成 {sample} 的样子：从哪一天起入会的，当年按几成缴（0 到 1）。"
        ) from None
    return sorted(found, key=lambda row: row["from"])


def data_of(standard: DuesStandard) -> dict:
    """A standard in the shape that read_standard() gives."""
    names = (*_HEAD, *_MEETING.values(), "joiners")
    return {name: getattr(standard, name) for name in names} | {
        "rates": {rate.label: rate.amount for rate in standard.rates.all()}
    }


@transaction.atomic
def load_standard(data: dict, *, by=None) -> tuple[DuesStandard, bool]:
    """(the standard, whether it is new). With a vote that holds it is adopted at once, else it stays a draft.

    The same file again changes nothing; another one for the same day is refused. Raises PermissionDenied, ValidationError.
    """
    needs_right(by, clock=True)
    known = DuesStandard.objects.filter(starts_on=data["starts_on"]).first()
    if known is not None:
        if differs := _difference(data_of(known), data):
            raise ValidationError(
                f"{known.starts_on:%Y-%m-%d} 起执行的「{known}」已在系统里，文件与它不同（{differs}）。"
                + (
                    "确认过的标准不再改动，新的标准请写新的执行日期。"
                    if known.adopted_at
                    else "它还是草稿，请在「会费标准」里改好再确认。"
                )
            )
        return known, False
    standard = DuesStandard(**{name: value for name, value in data.items() if name != "rates"})
    try:
        with transaction.atomic():
            standard.save()
    except IntegrityError:  # somebody else loaded it a moment ago
        return load_standard(data, by=by)
    _write_rates(standard, data["rates"])
    record(standard, "dues-standard.loaded", f"{name_of(by)}载入会费标准「{standard}」", by=by)
    return (standard if why_not_adopt(standard) else adopt(standard, by=by)), True


def _difference(old: dict, new: dict) -> str:
    """The first thing that differs, in words; "" where nothing does."""
    rates = {**old["rates"], **new["rates"]}
    for label in rates:
        one, two = old["rates"].get(label), new["rates"].get(label)
        if one != two:
            return f"{label}：{_in_words(one)} → {_in_words(two)}"
    for name in old:
        if name != "rates" and old[name] != new[name]:
            return str(DuesStandard._meta.get_field(name).verbose_name)
    return ""


def _in_words(amount: Decimal | None) -> str:
    return "无" if amount is None else in_yuan(amount)


def _write_rates(standard: DuesStandard, rates: dict[str, Decimal]):
    by_post = standard.basis == DuesStandard.Basis.POST
    if by_post and not PostNames().posts:
        load_posts()  # the usual posts, so that a standard may come in before the first roster
    names, rows = PostNames(), []
    for place, (label, amount) in enumerate(rates.items(), 1):
        post = names.find(label) if by_post else None
        if by_post and post is None and label != PERSONS:
            raise ValidationError(f"没有「{label}」这个职务。现有：{names.known}；写法不同的，请在「职务」里补上叫法。")
        if not by_post and label not in (*Firm.Group.values, PERSONS):
            raise ValidationError(f"没有「{label}」这个资质分组。现有：{'、'.join(Firm.Group.values)}。")
        rows.append(DuesRate(standard=standard, post=post, label=label[:40], amount=amount, order=place * 10))
    taken = [row.post_id for row in rows if row.post_id]
    if len(set(taken)) < len(taken):
        raise ValidationError("有两个档次说的是同一个职务，请核对。")
    DuesRate.objects.bulk_create(rows)
