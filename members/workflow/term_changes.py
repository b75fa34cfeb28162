"""Who may move a list of posts where (换届、届中调整)."""

from association.accounts.roles import Right
from association.inbox.models import Whose
from association.workflow.table import Transition, Turn, Workflow, register

from ..enums import TERM_PATH, TermState
from ..models import TermChange
from ..term_changes import ask, ask_again, stop_asking, why_not_ask
from ..term_forms import IssueForm
from ..term_issue import issue, take_back_issue, why_not_propose

S = TermState
FLOW = register(
    Workflow(
        kind=TermChange.workflow_kind,
        label="换届与届中调整",
        states=S,
        party_labels={},
        path=TERM_PATH,
        turns={
            S.DRAFT: Turn(Whose.OFFICE, "编好名单，请单位核对", Right.MEMBERS),
            S.CONFIRMING: Turn(Whose.OFFICE, "催收单位的核对，报请印发", Right.MEMBERS),
            S.PROPOSED: Turn(Whose.OFFICE, "印发名单", Right.DECIDE),
            S.ISSUED: Turn(Whose.NOBODY),
            S.DROPPED: Turn(Whose.NOBODY),
        },
        transitions=(
            Transition(
                "ask", "请单位核对", frozenset({S.DRAFT}), S.CONFIRMING, Right.MEMBERS,
                guard=why_not_ask, effect=ask, goes_out=True,
                about="名单里每家单位的待办里出现「核对任职资料」，单位确认或更正；截止日期按会籍规则的工作日算出。",
                tells="名单里的单位（待办和站内消息）",
            ),
            Transition(
                "propose", "报请印发", frozenset({S.CONFIRMING}), S.PROPOSED, Right.MEMBERS,
                guard=why_not_propose, effect=stop_asking, reverse=ask_again,
                about="核对结束，名单不再改动；由另一人审定印发。",
            ),
            Transition(
                "back", "退回编制", frozenset({S.CONFIRMING, S.PROPOSED}), S.DRAFT, Right.MEMBERS,
                needs_note=True, effect=stop_asking, reverse=ask_again,
                about="名单可以再改；没有改动的行，单位已作的答复保留。",
            ),
            Transition(
                "issue", "印发", frozenset({S.PROPOSED}), S.ISSUED, Right.DECIDE,
                form=IssueForm, effect=issue, reverse=take_back_issue, restores=("document_number", "issued_on"),
                differs_from="propose",
                about="名单里的职务从生效日期起担任，换下来的从那天起离任；公开的名单随之更新。须由报请印发以外的人办理。",
            ),
            Transition(
                "drop", "不再办理", frozenset({S.DRAFT, S.CONFIRMING, S.PROPOSED}), S.DROPPED, Right.MEMBERS,
                needs_note=True, effect=stop_asking, reverse=ask_again, danger=True,
                about="这份名单不再印发，任职没有任何改动。",
            ),
        ),
    )
)  # fmt: skip
