"""Who may move a rating where (信用评价流程)."""

from association.accounts.roles import Right
from association.inbox.models import Whose
from association.workflow.table import Transition, Turn, Workflow, register

from .enums import IN_ROUND, PARTY_LABELS, PATH, READY_FOR_PUBLICITY, RatingState

S = RatingState
KIND = "rating"


def _needs_score(case) -> str:
    if not case.rating.sheets.filter(run=case.rating.round.current_run_id).exists():
        return "这家企业还没有测算结果，请先测算。"
    return ""


def _needs_open_sheet(case) -> str:
    if not case.rating.round.sheets_open:
        return "本轮还没有向企业开放评分表，请先在评价轮次里打开「向企业开放评分表」。"
    return _needs_score(case)


def _stamp(field):
    def effect(case, step):
        setattr(case, field, step.happened_on)

    return effect


FLOW = register(
    Workflow(
        kind=KIND,
        label="信用评价",
        states=S,
        party_labels=PARTY_LABELS,
        path=PATH,
        turns={
            S.DRAFT: Turn(Whose.PARTY, "填写并提交申报"),
            S.SUBMITTED: Turn(Whose.OFFICE, "受理申报", Right.RATING, working_days=5),
            S.RETURNED: Turn(Whose.PARTY, "补正申报", working_days=5),
            S.SCORING: Turn(Whose.OFFICE, "调查评分", Right.RATING),
            S.CHECKING: Turn(Whose.PARTY, "核对得分", working_days=5),
            S.PROPOSED: Turn(Whose.OFFICE, "安排公示", Right.PUBLICITY),
            S.PUBLICISED: Turn(Whose.CLOCK, "公示"),
            S.CONCLUDED: Turn(Whose.NOBODY),
            S.NOT_ACCEPTED: Turn(Whose.NOBODY),
            S.WITHDRAWN: Turn(Whose.NOBODY),
        },
        transitions=(
            Transition("submit", "提交申报", frozenset({S.DRAFT, S.RETURNED}), S.SUBMITTED, Right.RATING, party_may=True,
                       effect=_stamp("submitted_on"), restores=("submitted_on",)),
            Transition("accept", "受理", frozenset({S.SUBMITTED}), S.SCORING, Right.RATING,
                       effect=_stamp("accepted_on"), restores=("accepted_on",)),
            Transition("return", "退回补正", frozenset({S.SUBMITTED, S.SCORING}), S.RETURNED, Right.RATING,
                       needs_note=True, about="企业会看到退回的原因，补正后重新提交。"),
            Transition("not_accept", "不予受理", frozenset({S.SUBMITTED}), S.NOT_ACCEPTED, Right.RATING,
                       needs_note=True, danger=True),
            Transition("ask", "请企业核对", frozenset({S.SCORING}), S.CHECKING, Right.RATING, guard=_needs_open_sheet,
                       about="企业会收到消息，可以查看评分依据、确认或提出异议。"),
            Transition("confirm", "确认无异议", frozenset({S.CHECKING}), S.PROPOSED, Right.RATING, party_may=True),
            Transition("object", "提出异议", frozenset({S.CHECKING}), S.SCORING, Right.RATING, party_may=True,
                       needs_note=True, about="写明对哪一条记录有异议、理由和依据。"),
            Transition("propose", "拟定等级", frozenset({S.SCORING, S.CHECKING}), S.PROPOSED, Right.RATING,
                       guard=_needs_score),
            Transition("reopen", "退回评分", frozenset({S.PROPOSED}), S.SCORING, Right.RATING, needs_note=True),
            Transition("publicise", "列入公示", READY_FOR_PUBLICITY, S.PUBLICISED, Right.PUBLICITY, guard=_needs_score,
                       goes_out=True, hidden=True),
            Transition("unlist", "退出公示", frozenset({S.PUBLICISED}), S.PROPOSED, Right.PUBLICITY, needs_note=True,
                       goes_out=True, hidden=True),
            Transition("announce", "公告", frozenset({S.PUBLICISED}), S.CONCLUDED, Right.DECIDE,
                       effect=_stamp("concluded_on"), restores=("concluded_on",), goes_out=True, hidden=True),
            Transition("withdraw", "撤回申报", frozenset({S.DRAFT, S.SUBMITTED, S.RETURNED, S.SCORING, S.CHECKING, S.PROPOSED}),
                       S.WITHDRAWN, Right.RATING, party_may=True, needs_note=True, danger=True),
        ),
    )
)  # fmt: skip

__all__ = ["FLOW", "IN_ROUND", "KIND"]
