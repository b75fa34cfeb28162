"""Staff correct, void and restore single rows (更正, 作废, 恢复): with a reason, a line in the timeline, a version.

A corrected column stays as staff left it when a later file brings the row again (see resources_base).
"""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from association.accounts.roles import Right
from association.accounts.rules import name_of, needs
from association.timeline.actions import record

from .actions import ask_to_rate_again
from .doubles import numbers_of, settle
from .matching import look_again, refresh_todo
from .models import AuthorityScore, CreditRecord, Survey
from .models.inputs import Matched

CORRECTABLE = {
    CreditRecord: ("document_no", "date", "fact", "amount", "counterparty", "repaired"),
    Survey: ("project", "client", "channel", "date", "surveyor", "marks"),
    AuthorityScore: ("score",),
}


def _locked(row: Matched) -> Matched:
    return type(row).objects.select_for_update().get(pk=row.pk)


def _needs_reason(reason: str, what: str):
    if not reason.strip():
        raise ValidationError({"reason": f"请写明{what}的原因和依据。"})


def _shown(value) -> str:
    if isinstance(value, dict):
        return "、".join(f"{item} {mark}" for item, mark in value.items())
    if isinstance(value, bool):
        return "是" if value else "否"
    return "" if value is None else str(value)


def _about(row: Matched) -> str:
    firm = row.party.name if row.party else row.raw_name or row.raw_code
    return f"{firm}的{row._meta.verbose_name}「{row}」"


@transaction.atomic
def correct_row(row: Matched, *, by, reason: str, **values) -> Matched:
    """Change facts of a row, or its firm (`party`): any of CORRECTABLE. Nothing changed: nothing is written.

    Raises ValidationError (no reason; voided; a second score for the firm), TypeError for another column.
    """
    needs(by, Right.RATING, "更正评价资料")
    locked = _locked(row)
    if locked.voided_at:
        raise ValidationError("这一行已经作废，请先恢复再更正。")
    changes, party, numbers = {}, locked.party_id, numbers_of([locked])
    for name, value in values.items():
        if name not in (*CORRECTABLE[type(row)], "party"):
            raise TypeError(f"{name} of {row._meta.label} is not corrected by hand")
        if getattr(locked, name) != value:
            changes[name] = [_shown(getattr(locked, name)), _shown(value)]
            setattr(locked, name, value)
    if not changes:
        return locked
    _needs_reason(reason, "更正")
    if "party" in changes:
        locked.matched_by, locked.dismissed = Matched.By.PERSON if locked.party else Matched.By.NONE, False
        locked.same_as = None
        _only_score(locked)
    elif locked.same_as_id and isinstance(locked, AuthorityScore):
        raise ValidationError("这一行与另一条得分重复，不计分；请更正计分的那一条，或先把它作废。")
    if isinstance(locked, CreditRecord):
        locked.told_at = timezone.now()
    locked.corrected = sorted({*locked.corrected, *(name for name in changes if name != "party")})
    locked.save()
    record(
        locked, "row.corrected", f"{name_of(by)}更正{_about(locked)}", by=by, party=locked.party, note=reason.strip(),
        changes=changes,
    )  # fmt: skip
    _after(locked, freed=party if party != locked.party_id else None, numbers=numbers)
    return locked


def _only_score(row: Matched):
    if isinstance(row, AuthorityScore) and row.party_id:
        rows = AuthorityScore.objects.counting().filter(round=row.round_id, party=row.party_id)
        if rows.exclude(pk=row.pk).exists():
            raise ValidationError(f"「{row.party.name}」本轮已有一条主管部门评分，请先作废有误的那一条。")


@transaction.atomic
def void_row(row: Matched, *, by, reason: str) -> Matched:
    """The row counts for nothing from the next run on (作废); it stays on file, struck out."""
    needs(by, Right.RATING, "作废评价资料")
    _needs_reason(reason, "作废")
    locked = _locked(row)
    if locked.voided_at:
        raise ValidationError("这一行已经作废，请刷新页面。")
    locked.voided_at, locked.void_reason = timezone.now(), reason.strip()[:200]
    locked.save()
    record(locked, "row.voided", f"{name_of(by)}作废{_about(locked)}", by=by, party=locked.party, note=reason.strip())
    _after(locked, freed=locked.party_id)
    return locked


@transaction.atomic
def restore_row(row: Matched, *, by, reason: str) -> Matched:
    """Take a void back (恢复)."""
    needs(by, Right.RATING, "恢复评价资料")
    _needs_reason(reason, "恢复")
    locked = _locked(row)
    if not locked.voided_at:
        raise ValidationError("这一行没有作废，请刷新页面。")
    locked.voided_at, locked.void_reason = None, ""
    if locked.same_as_id is None:
        _only_score(locked)
    locked.save()
    record(locked, "row.restored", f"{name_of(by)}恢复{_about(locked)}", by=by, party=locked.party, note=reason.strip())
    _after(locked)
    return locked


def _after(row: Matched, *, freed: int | None = None, numbers=frozenset()):
    """`freed`: the firm that has one score less; `numbers`: what the row's document number was."""
    settle(numbers | numbers_of([row]))
    if freed and isinstance(row, AuthorityScore):
        look_again({freed})
    refresh_todo()
    row.refresh_from_db()
    ask_to_rate_again(round_=getattr(row, "round", None))
