"""Writes to publicity: drafts of lists, objections, and what the clock does. Moves go through workflow.perform()."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from association.accounts.roles import Right
from association.accounts.rules import authority
from association.core.models import Association
from association.core.numbers import take_numbers
from association.inbox.actions import close_todos
from association.timeline.actions import record
from association.workflow.actions import MoveRefused, perform, refresh_todo
from association.workflow.models import Step

from .models import LineState, ListState, Objection, ObjectionState, PublicityLine, PublicityList
from .objections import due_for_check, lock_line, settle_line
from .terms import is_over, why_not_register

SLICE = 1000
EDITABLE = (
    "title", "issuer", "basis", "result_label", "working_days",
    "objection_phone", "objection_address", "objection_email", "how_to_object",
)  # fmt: skip


class NewLine(NamedTuple):
    """One line as it will stand there: copied text. `party` and `case` are rows, ids or None."""

    party: object
    case: object
    name: str
    district: str
    result: str


def _who(user, matter: str):
    who = authority(user, Right.PUBLICITY, matter)
    if who is None:
        raise PermissionDenied("您没有办理公示与异议的权限，请由有权限的人办理。")
    return who


def _draft(publicity: PublicityList) -> PublicityList:
    """The row, locked, while it is a draft; MoveRefused afterwards."""
    locked = PublicityList.objects.select_for_update().filter(pk=publicity.pk).first()
    if locked is None:
        raise MoveRefused("这份名单已经删除，请刷新页面。")
    if locked.state != ListState.DRAFT:
        raise MoveRefused(
            f"名单现在是「{ListState(locked.state).label}」，内容不能再改；有误请撤下重新公示，或发更正公告。"
        )
    return locked


def _clean(lines: Sequence) -> list[NewLine]:
    rows = [NewLine(*line) for line in lines]
    if not rows:
        raise ValidationError("名单里没有单位，不能生成公示名单。")
    empty = [str(number) for number, row in enumerate(rows, 1) if not (row.name.strip() and row.result.strip())]
    if empty:
        raise ValidationError(f"名单第 {'、'.join(empty[:10])} 行没有单位名称或结果，请补齐后再生成名单。")
    return rows


def _pk(row):
    return getattr(row, "pk", row)


def why_not_prepare() -> str:
    """Why no list can be prepared, as one sentence; "" when it can: who objects has to know where to."""
    association = Association.current()
    if association.phone and association.address:
        return ""
    return "公示须写明异议电话和地址，请先在「协会信息」里填写。"


def by_association() -> dict:
    """What prepare_list() takes of the association: who publicises, where an objection goes to."""
    row = Association.current()
    return {
        "issuer": row.name, "objection_phone": row.phone, "objection_address": row.address,
        "objection_email": row.email,
    }  # fmt: skip


@transaction.atomic
def prepare_list(
    *, kind: str, round_key: str, title: str, issuer: str, lines: Sequence, working_days: int, objection_phone: str,
    objection_address: str, by, objection_email: str = "", how_to_object: str = "", basis: str = "",
    result_label: str = "拟定等级",
) -> PublicityList:  # fmt: skip
    """A draft with its lines copied in: (party, case, name, district, result) each, in the order they will stand.

    The draft of the same kind and round is prepared anew (a double click is one draft). Raises PermissionDenied,
    ValidationError for no lines or empty ones.
    """
    who = _who(by, PublicityList.workflow_kind)
    rows = _clean(lines)
    values = {
        "title": title, "issuer": issuer, "basis": basis, "result_label": result_label, "working_days": working_days,
        "objection_phone": objection_phone, "objection_address": objection_address,
        "objection_email": objection_email, "how_to_object": how_to_object, "prepared_by": by,
    }  # fmt: skip
    drafts = PublicityList.objects.select_for_update().filter(state=ListState.DRAFT)
    publicity, new = drafts.get_or_create(
        kind=kind, round_key=round_key, state=ListState.DRAFT, defaults=values
    )  # fmt: skip
    if not new:
        for name, value in values.items():
            setattr(publicity, name, value)
    publicity.full_clean(exclude=["kind", "round_key"])
    publicity.save()
    _write_lines(publicity, rows)
    word = "生成" if new else "重新生成"
    record(publicity, "publicity.prepared", f"{who.signature}{word}公示名单《{title}》，共 {len(rows)} 家", by=by)
    refresh_todo(publicity)
    return publicity


def _write_lines(publicity, rows):
    publicity.lines.all().delete()
    PublicityLine.objects.bulk_create(
        [
            PublicityLine(
                list=publicity, position=position, party_id=_pk(row.party), case_id=_pk(row.case),
                name=row.name.strip(), district=row.district.strip(), result=row.result.strip(),
            )
            for position, row in enumerate(rows, 1)
        ],
        batch_size=SLICE,
    )  # fmt: skip


@transaction.atomic
def change_draft(publicity: PublicityList, *, by, **values) -> PublicityList:
    """Change the words around a draft's lines: any of EDITABLE. Raises MoveRefused once it went up."""
    who = _who(by, publicity.workflow_kind)
    locked = _draft(publicity)
    changes = {}
    for name, value in values.items():
        if name not in EDITABLE:
            raise TypeError(f"{name} of a list is not edited by hand")
        if getattr(locked, name) != value:
            changes[name] = [getattr(locked, name), value]
            setattr(locked, name, value)
    if not changes:
        return locked
    locked.full_clean()
    locked.save()
    record(locked, "publicity.changed", f"{who.signature}修改公示名单《{locked.title}》", by=by, changes=changes)
    refresh_todo(locked)
    return locked


@transaction.atomic
def delete_draft(publicity: PublicityList, *, by):
    """Delete a draft with its lines; its history stays. Raises MoveRefused once it went up."""
    who = _who(by, publicity.workflow_kind)
    locked = _draft(publicity)
    record(locked, "publicity.deleted", f"{who.signature}删除公示名单草稿《{locked.title}》", by=by)
    close_todos(subject=locked)
    locked.delete()


# -- Objections ------------------------------------------------------------------------------------


@transaction.atomic
def register_objection(
    *, line: PublicityLine, came: str, content: str, by, received_at: datetime | None = None, is_named: bool = True,
    objector: str = "", contact: str = "", evidence=None, once_key: str = "",
) -> Objection:  # fmt: skip
    """Write down an objection that came by visit, letter, call or mail; in time, it blocks the line at once.

    In time is what came until `ends_at` itself (to the second), also when entered later; later ones are marked late and
    move nothing. Raises PermissionDenied, MoveRefused, ValidationError.
    """
    who = _who(by, Objection.workflow_kind)
    locked = lock_line(line.pk)
    if once_key and (there := Objection.objects.filter(once_key=once_key).first()):  # under the lock: the click before
        return there
    received_at = received_at or timezone.now()
    if problem := why_not_register(locked.list, received_at):
        raise MoveRefused(problem, code="received_at")
    year = timezone.localdate(received_at).year
    objection = Objection(
        line=locked, came=came, content=content.strip(), received_at=received_at, is_named=is_named,
        objector=objector.strip(), contact=contact.strip(), evidence=evidence, registered_by=by,
        state=ObjectionState.OPEN, is_late=is_over(locked.list.ends_at, received_at), due_at=due_for_check(),
        number=take_numbers("objection", year, default="异议〔{year}〕{n} 号")[0],
    )  # fmt: skip
    if once_key:
        objection.once_key = once_key
    objection.full_clean()
    objection.save()
    if not objection.is_late and locked.announcement_id is None:
        _block(locked)
    _first_step(objection, by=by, who=who)
    refresh_todo(objection)
    return objection


def _block(line):
    """An upheld objection before this one has dropped the line for good; it stays so."""
    if line.state != LineState.DROPPED:
        settle_line(line)


def _first_step(objection, *, by, who):
    day = timezone.localdate(objection.received_at)
    Step.objects.create(
        subject_type=objection._meta.label_lower, subject_id=objection.pk, name="register", label="登记异议",
        target=objection.state, happened_on=day, actor=by, principal=who.principal, signature=who.signature,
    )  # fmt: skip
    late = "（逾期）" if objection.is_late else ""
    line = objection.line
    sentence = f"{who.signature}登记{objection.get_came_display()}异议（{objection.number}）{late}"
    record(objection, "objection.registered", sentence, by=by, happened_on=day, signature=who.signature)
    record(
        line.list, "publicity.objection", f"{sentence}，针对第 {line.position} 行「{line.name}」", by=by,
        happened_on=day, signature=who.signature,
    )  # fmt: skip


@transaction.atomic
def attach_evidence(objection: Objection, *, document, by) -> Objection:
    """Put the stored file (来信扫描件、照片) to an objection; one before it stays in the store."""
    who = _who(by, objection.workflow_kind)
    locked = Objection.objects.select_for_update().get(pk=objection.pk)
    locked.evidence = document
    locked.save()
    record(locked, "objection.evidence", f"{who.signature}上传异议材料", by=by, signature=who.signature)
    return locked


# -- The clock -------------------------------------------------------------------------------------


def end_due(now: datetime | None = None) -> int:
    """End every list whose term is over. Returns how many; twice in a row changes nothing."""
    now = (now or timezone.now()).replace(microsecond=0)
    ended = 0
    for publicity in PublicityList.objects.filter(state=ListState.PUBLICISED, ends_at__lt=now):
        try:
            perform(publicity, "end", by=None, happened_on=publicity.ends_on, note="公示期满，系统自动办理")
            ended += 1
        except MoveRefused:  # another process, or a person who withdrew it, was quicker
            continue
    return ended
