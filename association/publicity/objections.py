"""What deciding an objection does to its line, and how it is taken back."""

from django.utils import timezone

from association.accounts.roles import Right
from association.workflow.actions import MoveRefused

from .lists import keep_correction_todo, refresh_supplement_todo
from .models import LineState, ObjectionState, PublicityLine, PublicityList
from .registry import kind_of
from .terms import due_after

RIGHT = Right.PUBLICITY
CHECK_WORKING_DAYS = 5  # the office's own pace; no rule sets one
ANSWER_WORKING_DAYS = 3


def lock_line(line_pk: int) -> PublicityLine:
    """The line, with its list locked first: objections, decisions and announcements of one list wait for each other."""
    list_pk = PublicityLine.objects.values_list("list_id", flat=True).get(pk=line_pk)
    publicity = PublicityList.objects.select_for_update().get(pk=list_pk)
    line = PublicityLine.objects.select_for_update().get(pk=line_pk)
    line.list = publicity
    return line


def moves_its_line(objection, line) -> bool:
    """A late objection, or one against a line already announced, is stored and checked but moves nothing."""
    return not objection.is_late and line.announcement_id is None


def settle_line(line, *, but=None, decided: str = "") -> str:
    """Bring the line in step with its objections in time; `but` counts as `decided` ("" as not decided).

    One upheld drops it, else one undecided blocks it, else it is cleared.
    """
    rows = line.objections.filter(is_late=False).values_list("pk", "is_upheld")
    results = dict(rows)
    if but is not None:
        results[but.pk] = {"": None, ObjectionState.UPHELD: True, ObjectionState.DISMISSED: False}[decided]
    if True in results.values():
        line.state = LineState.DROPPED
    elif None in results.values():
        line.state = LineState.BLOCKED
    else:
        line.state = LineState.CLEARED
    line.save(update_fields=["state"])
    return line.state


def uphold(objection, step, *, outcome="", **_fields):
    """成立: the line is dropped (不予公告)."""
    _decide(objection, step, ObjectionState.UPHELD, outcome)


def dismiss(objection, step, *, outcome="", **_fields):
    """不成立: the line is cleared, unless another objection still holds it."""
    _decide(objection, step, ObjectionState.DISMISSED, outcome)


def _decide(objection, step, decided, outcome):
    if not outcome.strip():
        raise MoveRefused("请写明核查结论。", code="outcome")
    objection.outcome = outcome.strip()
    objection.is_upheld = decided == ObjectionState.UPHELD
    objection.decided_on = step.happened_on
    objection.due_at = due_after(step.happened_on, ANSWER_WORKING_DAYS)
    line = lock_line(objection.line_id)
    if moves_its_line(objection, line):
        settle_line(line, but=objection, decided=decided)
        kind_of(line.list.kind).on_line_decided(publicity=line.list, line=line, objection=objection, step=step)
    elif objection.is_upheld and line.announcement_id:
        keep_correction_todo(line.list)
    refresh_supplement_todo(line.list)


def take_back_decision(objection, step):
    line = lock_line(objection.line_id)
    announced = line.announcement
    if announced and line.state == LineState.CLEARED and objection.created_at <= announced.created_at:
        raise MoveRefused("这个单位已经按原结论公告，不能撤回；有误请发更正公告。")
    if moves_its_line(objection, line):
        settle_line(line, but=objection)
        kind_of(line.list.kind).on_line_decided(publicity=line.list, line=line, objection=objection, step=step)
    refresh_supplement_todo(line.list)


def close(objection, step, *, way="", **_fields):
    """登记答复: how the objector was answered; a clue without an address is closed the same way."""
    if not way:
        raise MoveRefused("请选择答复方式。", code="way")
    objection.answer_way = way
    objection.answered_on = step.happened_on
    objection.due_at = None


def due_for_check(day=None):
    return due_after(day or timezone.localdate(), CHECK_WORKING_DAYS)
