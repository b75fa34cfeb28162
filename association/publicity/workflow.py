"""The tables of moves: a publicity list (公示) and an objection to one of its lines (异议)."""

from association.accounts.roles import Right
from association.inbox.models import Whose
from association.workflow.table import Transition, Turn, Workflow, register

from . import lists, objections
from .forms import AnnounceForm, AnswerForm, CorrectionForm, DecisionForm, PublicisForm
from .models import ListState, ObjectionState

S = ListState
LIST = register(
    Workflow(
        kind="publicity",
        label="公示",
        states=ListState,
        party_labels={},
        path=(S.DRAFT, S.PUBLICISED, S.ENDED, S.ANNOUNCED),
        turns={
            S.DRAFT: Turn(Whose.OFFICE, "核对名单，发布公示", Right.PUBLICITY),
            S.PUBLICISED: Turn(Whose.CLOCK, "公示期满，系统自动结束公示"),
            S.ENDED: Turn(Whose.OFFICE, "发布公告", Right.DECIDE, lists.ANNOUNCE_WORKING_DAYS),
            S.ANNOUNCED: Turn(Whose.NOBODY),
            S.WITHDRAWN: Turn(Whose.NOBODY),
        },
        transitions=(
            Transition(
                "publicise", "发布公示", frozenset({S.DRAFT}), S.PUBLICISED, Right.PUBLICITY,
                form=PublicisForm, guard=lists.why_not_publicise, effect=lists.publicise, goes_out=True,
                about="名单立即对外公开，此后一个字也不能改；截止时间按工作日历算出，第一天不计。",
            ),
            Transition(
                "end", "公示期满", frozenset({S.PUBLICISED}), S.ENDED,
                guard=lists.why_not_end, effect=lists.end, by_clock=True, goes_out=True,
                about="到截止时间由系统自动办理。",
            ),
            Transition(
                "announce", "发布公告", frozenset({S.ENDED}), S.ANNOUNCED, Right.DECIDE,
                form=AnnounceForm, guard=lists.why_not_announce, effect=lists.announce, goes_out=True,
                differs_from="publicise",
                about="公告没有异议和异议不成立的单位；异议尚在核查的单位不列入，以后发补充公告。须由发布公示以外的人签发。",
            ),
            Transition(
                "supplement", "发布补充公告", frozenset({S.ANNOUNCED}), S.ANNOUNCED, Right.DECIDE,
                form=AnnounceForm, guard=lists.why_not_supplement, effect=lists.supplement, goes_out=True, quiet=True,
                differs_from="publicise", about="公告异议核查后不成立的单位。",
            ),
            Transition(
                "correct", "发布更正公告", frozenset({S.ANNOUNCED}), S.ANNOUNCED, Right.DECIDE, needs_note=True,
                form=CorrectionForm, effect=lists.correct, goes_out=True, differs_from="publicise",
                about="原公告保持原样，更正公告与它互相链接。",
            ),
            Transition(
                "withdraw", "撤下公示", frozenset({S.PUBLICISED, S.ENDED}), S.WITHDRAWN, Right.PUBLICITY,
                needs_note=True, effect=lists.withdraw, goes_out=True, danger=True,
                about="名单不再对外显示，也不能恢复；更正后请重新生成名单，重新公示。",
            ),
        ),
    )
)  # fmt: skip

O = ObjectionState  # noqa: E741 - short beside S
OBJECTION = register(
    Workflow(
        kind="objection",
        label="异议",
        states=ObjectionState,
        party_labels={},
        path=(O.OPEN, O.UPHELD, O.DISMISSED, O.CLOSED),
        turns={
            O.OPEN: Turn(Whose.OFFICE, "核查异议", objections.RIGHT, objections.CHECK_WORKING_DAYS),
            O.UPHELD: Turn(Whose.OFFICE, "答复异议人", objections.RIGHT, objections.ANSWER_WORKING_DAYS),
            O.DISMISSED: Turn(Whose.OFFICE, "答复异议人", objections.RIGHT, objections.ANSWER_WORKING_DAYS),
            O.CLOSED: Turn(Whose.NOBODY),
        },
        transitions=(
            Transition(
                "uphold", "异议成立", frozenset({O.OPEN}), O.UPHELD, objections.RIGHT, form=DecisionForm,
                effect=objections.uphold, reverse=objections.take_back_decision, danger=True,
                restores=("outcome", "is_upheld", "decided_on", "due_at"),
                about="这个单位不予公告。逾期的异议、已公告单位的异议只作记录，须另发更正公告。",
            ),
            Transition(
                "dismiss", "异议不成立", frozenset({O.OPEN}), O.DISMISSED, objections.RIGHT, form=DecisionForm,
                effect=objections.dismiss, reverse=objections.take_back_decision,
                restores=("outcome", "is_upheld", "decided_on", "due_at"),
                about="这个单位恢复公告；公告已发的，列入补充公告。",
            ),
            Transition(
                "close", "登记答复", frozenset({O.UPHELD, O.DISMISSED}), O.CLOSED, objections.RIGHT, form=AnswerForm,
                effect=objections.close, restores=("answer_way", "answered_on", "due_at"),
                about="写明怎样答复了异议人；未留联系方式的线索也在这里办结。",
            ),
        ),
    )
)  # fmt: skip
