"""A party's rating on its desk: whose turn it is, how far it is, what the party may do."""

from django.utils import timezone

from association.cases.models import Case
from association.core.models import Association
from association.inbox.models import Whose
from association.inbox.queries import Clock
from association.publicity.models import PUBLIC_STATES, ListState, PublicityLine
from association.publicity.terms import is_over
from association.timeline.actions import events_of
from association.workflow.checks import undoable_step
from association.workflow.models import Step
from association.workflow.table import Transition, workflow_of
from association.workflow.views import stations_of

from .desk import Desk

TONES = {Whose.PARTY: "gold", Whose.CLOCK: "seal", Whose.NOBODY: "lake"}
LEAVING = "withdraw"  # the way out stands below, not beside what is asked


def state_of(case: Case) -> dict:
    """{"chip", "tone"} in the party's words."""
    return {"chip": workflow_of(case).label_for(case.state, staff=False), "tone": TONES.get(case.whose, "")}


def moves_of(desk: Desk, case: Case) -> list[Transition]:
    """What the party itself may do now; nothing from a reader's seat."""
    if not desk.may_move or case.voided_at:
        return []
    return [move for move in workflow_of(case).from_state(case.state) if move.party_may and not move.hidden]


def line_of(case: Case) -> PublicityLine | None:
    """Where the case stands in a public list, the latest. One query."""
    lines = PublicityLine.objects.filter(case=case, list__state__in=PUBLIC_STATES)
    return lines.select_related("list", "announcement").order_by("-list__starts_on", "-pk").first()


def turn_of(desk: Desk, case: Case, line: PublicityLine | None) -> dict:
    """components/turn_bar.html: whose move, until when, with the party's own moves as its buttons."""
    turn = workflow_of(case).turns.get(case.state)
    whose, due, note, now = turn.whose if turn else Whose.NOBODY, case.due_at, "", timezone.now()
    what = turn.label if turn and turn.label else workflow_of(case).label_for(case.state, staff=False)
    if whose == Whose.CLOCK and line is not None:
        what, due = "名单正在公示", line.list.ends_at
        if line.list.state != ListState.PUBLICISED or is_over(due, now):
            what, due, note = "公示期满，等待公告", None, ""
    if whose == Whose.NOBODY:
        what = f"本次评价已办结（{what}）"
    buttons = _buttons(desk, case)
    mine = whose == Whose.PARTY and desk.may_move
    if whose == Whose.PARTY and not desk.may_move:
        note = "您的席位只能查看，请由单位管理员或经办人办理"
    return {
        "mine": mine,
        "who": _who(whose),
        "what": what,
        "due": due,
        "days_left": Clock().left(due),
        "late": due is not None and whose == Whose.PARTY and due < now,
        "note": note,
        "action": buttons[0] if buttons else None,
        "others": buttons[1:],
    }


def _who(whose: str) -> str:
    if whose == Whose.AUTHORITY:
        return Association.current().authority_name or "主管部门"
    return {Whose.PARTY: "您", Whose.OFFICE: "协会"}.get(whose, "")


def _buttons(desk, case) -> list[dict]:
    return [
        {"label": move.label, "url": move_url(case, move.name)} for move in moves_of(desk, case) if move.name != LEAVING
    ]


def move_url(case: Case, name: str) -> str:
    return f"/desk/ratings/{case.uid}/{name}/"


def leaving_of(desk: Desk, case: Case) -> dict | None:
    """The way out (撤回申报), where there is one."""
    found = next((move for move in moves_of(desk, case) if move.name == LEAVING), None)
    return {"label": found.label, "url": move_url(case, LEAVING)} if found else None


def undo_of(desk: Desk, case: Case) -> dict | None:
    """The reader's own last step, while it can be taken back. One query."""
    step, _why = undoable_step(case, desk.user) if desk.may_move else (None, "")
    return {"label": f"撤回「{step.label}」", "url": move_url(case, "undo")} if step else None


def stations(case: Case) -> list[dict]:
    """The stations that this case passed, stands at and has ahead. One query.

    Where nobody has anything left to do, the last one is passed too.
    """
    shown = stations_of(case, Step.objects.of(case))
    if case.whose == Whose.NOBODY:
        shown = [row | {"state": "done"} if row["state"] == "current" else row for row in shown]
    return shown


def events(desk: Desk, case: Case):
    """What happened, as the party may read it. One query."""
    return events_of(case).visible_to(desk.user).order_by("-entered_at", "-pk")
