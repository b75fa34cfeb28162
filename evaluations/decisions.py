"""What a person decides about a name that matched no firm (认领企业), and how that is taken back.

A decision holds for the kind of row, its source, the name and the code as written; it is remembered for later files.
不是本轮企业 holds for rows up to the year it was said of: next year's ask again.
"""

from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from association.accounts.roles import Right
from association.accounts.rules import name_of, needs
from association.core.enums import Audience
from association.exchange.models import NameDecision
from association.parties.models import Party
from association.timeline.actions import record

from .matching import SOURCES, Years, apply, refresh_todo
from .models.inputs import Matched

MODELS = {kind: model for model, kind in SOURCES.items()}


class WaitingName(NamedTuple):
    """A name as a source writes it: what a decision is about. `source` is "" for kinds that have one only."""

    kind: str
    source: str
    name_key: str
    code: str

    @property
    def model(self) -> type[Matched]:
        return MODELS[self.kind]

    def rows(self):
        """The rows written so, whatever their firm; voided ones aside."""
        rows = self.model.objects.filter(name_key=self.name_key, raw_code=self.code, voided_at=None)
        return rows.filter(source=self.source) if self.kind == "credit-records" else rows

    def waiting(self):
        return self.rows().filter(party=None, dismissed=False)


class AlreadyDecided(ValidationError):
    """Somebody else was quicker; `decision` is theirs. The message says who, when and what."""

    def __init__(self, decision: NameDecision):
        self.decision = decision
        when = f"{timezone.localtime(decision.created_at):%m-%d %H:%M}"
        what = f"就是「{decision.party.name}」" if decision.party else "不是本轮企业"
        super().__init__(
            f"「{decision.name}」刚才已由{decision.decided_by.name}（{when}）认定为{what}，您这次的选择没有保存；"
            "要改，请先在「已认领」里撤回。"
        )


@transaction.atomic
def decide(waiting: WaitingName, *, party: Party | None, by, note: str = "") -> tuple[NameDecision, int]:
    """The name is that firm (就是这家), or none of this round (不是本轮企业) where `party` is None.

    Returns the decision and how many rows it moved. Raises PermissionDenied, AlreadyDecided, ValidationError.
    """
    needs(by, Right.RATING, "认领企业")
    rows = list(waiting.waiting().select_for_update().order_by("pk"))
    standing = _standing(waiting, rows)
    if standing:
        raise AlreadyDecided(standing)
    if not rows:
        raise ValidationError("这个名称已经没有等待认领的资料，可能刚刚自动匹配，请刷新页面。")
    if party is not None and party.merged_into_id:
        party = party.merged_into
    try:
        with transaction.atomic():
            decision = NameDecision.objects.create(
                kind=waiting.kind, source=waiting.source, name=rows[0].raw_name, name_key=waiting.name_key,
                code=waiting.code, party=party, round=None if party else _years_of(rows), decided_by=by,
                note=note.strip(),
            )  # fmt: skip
    except IntegrityError as lost:  # on PostgreSQL both may have got this far
        raise AlreadyDecided(_standing(waiting, [])) from lost
    apply(waiting.model, waiting.rows().filter(party=None) if party else waiting.waiting())
    left = waiting.waiting().count()
    if left and party is not None:
        raise ValidationError(
            f"「{party.name}」本轮已有一条{waiting.model._meta.verbose_name}，同一家企业只能有一条；"
            "请先核对那一条，有误的作废后再认领。"
        )
    _record(decision, rows[0], len(rows) - left, by=by)
    refresh_todo()
    return decision, len(rows) - left


def _years_of(rows) -> int:
    """Up to which year 不是本轮企业 holds: the latest round's, or the rows' own where they are later."""
    years = Years()
    return max([years.latest, *(years.of(row) for row in rows)])


def _standing(waiting: WaitingName, rows) -> NameDecision | None:
    """The decision that somebody else took of these rows. While some wait, no 不是本轮企业 of another year covers them."""
    found = NameDecision.objects.select_related("party", "decided_by").filter(revoked_at=None, **waiting._asdict())
    return (found.filter(party__isnull=False) if rows else found.order_by("-created_at")).first()


def _written(decision: NameDecision) -> str:
    source = decision.source or MODELS[decision.kind]._meta.verbose_name
    return f"{source}中的「{decision.name or decision.code}」"


def _record(decision: NameDecision, sample, moved: int, *, by):
    what = f"就是「{decision.party.name}」" if decision.party else "不是本轮企业"
    sentence = f"{name_of(by)}认定{_written(decision)}{what}，涉及 {moved} 行资料"
    record(decision, "name.decided", sentence, by=by, note=decision.note)
    if decision.party:
        record(
            decision.party, "name.decided", sentence, by=by, party=decision.party, audience=Audience.STAFF,
            note=decision.note,
        )  # fmt: skip


@transaction.atomic
def revoke(decision: NameDecision, *, by, note: str = "") -> int:
    """Take a decision back: its rows are matched anew, those that match nothing wait again. Returns how many wait."""
    needs(by, Right.RATING, "认领企业")
    locked = NameDecision.objects.select_for_update(of=("self",)).select_related("party").get(pk=decision.pk)
    if locked.revoked_at:
        raise ValidationError("这个认定已经撤回过了，请刷新页面。")
    locked.revoked_at, locked.revoked_by = timezone.now(), by
    locked.save()
    waiting = WaitingName(locked.kind, locked.source, locked.name_key, locked.code)
    rows = waiting.rows()
    mine = (
        rows.filter(party=locked.party, matched_by=Matched.By.PERSON) if locked.party else rows.filter(dismissed=True)
    )
    apply(waiting.model, mine)
    left = waiting.waiting().count()
    what = f"就是「{locked.party.name}」" if locked.party else "不是本轮企业"
    sentence = f"{name_of(by)}撤回认定：{_written(locked)}{what}；{left} 行资料重新等待认领"
    record(locked, "name.revoked", sentence, by=by, note=note)
    if locked.party:
        record(locked.party, "name.revoked", sentence, by=by, party=locked.party, note=note)
    refresh_todo()
    return left
