"""Who may close a year of dues and open it again (会费关账)."""

from association.accounts.roles import Right
from association.inbox.models import Whose
from association.workflow.table import Transition, Turn, Workflow, register

from ..dues import years
from ..enums import DUES_YEAR, DUES_YEAR_PATH, DuesYearState

S = DuesYearState

FLOW = register(
    Workflow(
        kind=DUES_YEAR,
        label="会费年度",
        states=S,
        party_labels={},
        path=DUES_YEAR_PATH,
        turns={S.OPEN: Turn(Whose.NOBODY), S.CLOSED: Turn(Whose.NOBODY)},
        transitions=(
            Transition(
                "close", "关账", frozenset({S.OPEN}), S.CLOSED, Right.DUES,
                guard=years.why_not_close, effect=years.close,  # nothing to take back: only somebody else opens it again
                about="当年的数字从此固定，账单、减免不再改动；以后收到的钱照样入账，单列为“关账后收到”。关错了的，由另一人重新开账。",
            ),
            Transition(
                "reopen", "重新开账", frozenset({S.CLOSED}), S.OPEN, Right.DECIDE, needs_note=True,
                differs_from="close", effect=years.reopen, restores=("closed_on", "frozen"),
                about="关账时的数字作废，账单和减免又可以改动，改好以后重新关账。须由关账以外的人办理；已经公开的页面照旧。",
            ),
        ),
    )
)  # fmt: skip
