"""Who may move a request to leave where (退会流程). Leaving is a member's right: the office writes it down."""

from association.accounts.roles import Right
from association.inbox.models import Whose
from association.workflow.table import Transition, Turn, Workflow, register

from .. import joining
from ..enums import LEAVING, LEAVING_PARTY_LABELS, LEAVING_PATH, LeavingState
from ..joining_forms import LeavingDayForm
from .joining import tell

S = LeavingState

FLOW = register(
    Workflow(
        kind=LEAVING,
        label="退会",
        states=S,
        party_labels=LEAVING_PARTY_LABELS,
        path=LEAVING_PATH,
        turns={
            S.DRAFT: Turn(Whose.PARTY, "提交退会申请"),
            S.SUBMITTED: Turn(Whose.OFFICE, "登记退会", Right.MEMBERS, working_days=10),
            S.CONCLUDED: Turn(Whose.NOBODY),
            S.WITHDRAWN: Turn(Whose.NOBODY),
        },
        void_right=Right.MEMBERS,
        transitions=(
            Transition(
                "submit", "提交退会申请", frozenset({S.DRAFT}), S.SUBMITTED, Right.MEMBERS, party_may=True,
                about="协会登记以前可以撤回。",
            ),
            Transition(
                "conclude", "登记退会", frozenset({S.SUBMITTED}), S.CONCLUDED, Right.MEMBERS, form=LeavingDayForm,
                effect=joining.leave, goes_out=True, notify=tell("已登记退会"),
                about="会籍和在会里的职务同时终止；以后可以重新入会，编号不变。登记有误的，在会籍页面撤销终止。",
                tells="会员（消息）",
            ),
            Transition(
                "withdraw", "撤回退会申请", frozenset({S.DRAFT, S.SUBMITTED}), S.WITHDRAWN, Right.MEMBERS,
                party_may=True, about="会籍照旧。",
            ),
        ),
    )
)  # fmt: skip
