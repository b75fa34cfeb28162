"""Who may move a rating where (信用评价流程)."""

from django.db.models import F

from association.accounts.roles import Right
from association.inbox.models import Whose
from association.workflow.table import Transition, Turn, Workflow, register, stamp

from .enums import PARTY_LABELS, PATH, READY_FOR_PUBLICITY, RatingState
from .models import Rating, ScoreSheet

S = RatingState
KIND = "rating"
NO_SCORE = "这家企业还没有测算结果，请先测算。"
SHEETS_CLOSED = "本轮还没有向企业开放评分表，请先在评价轮次里打开「向企业开放评分表」。"


def _needs_score(case) -> str:
    return _need_scores([case]).get(case.pk, "")


def _needs_open_sheet(case) -> str:
    return _need_open_sheets([case]).get(case.pk, "")


def _scored_in(cases) -> set[int]:
    """Of these cases those with a sheet in the current run of their round. One query."""
    sheets = ScoreSheet.objects.filter(rating__in=[case.pk for case in cases], run=F("run__round__current_run"))
    return set(sheets.values_list("rating", flat=True))


def _need_scores(cases) -> dict[int, str]:
    scored = _scored_in(cases)
    return {case.pk: NO_SCORE for case in cases if case.pk not in scored}


def _need_open_sheets(cases) -> dict[int, str]:
    keys = [case.pk for case in cases]
    closed = Rating.objects.filter(pk__in=keys, round__sheets_open=False).values_list("pk", flat=True)
    return _need_scores(cases) | dict.fromkeys(closed, SHEETS_CLOSED)


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
            S.PUBLICISED: Turn(Whose.CLOCK, "等待公示期满"),
            S.CONCLUDED: Turn(Whose.NOBODY),
            S.NOT_ACCEPTED: Turn(Whose.NOBODY),
            S.WITHDRAWN: Turn(Whose.NOBODY),
        },
        void_right=Right.RATING,
        transitions=(
            Transition(
                "submit", "提交申报", frozenset({S.DRAFT, S.RETURNED}), S.SUBMITTED, Right.RATING, party_may=True,
                **stamp("submitted_on"),
            ),
            Transition("accept", "受理", frozenset({S.SUBMITTED}), S.SCORING, Right.RATING, **stamp("accepted_on")),
            Transition(
                "ask", "请企业核对", frozenset({S.SCORING}), S.CHECKING, Right.RATING,
                guard=_needs_open_sheet, guard_many=_need_open_sheets,
                about="企业可以查看评分依据，确认或提出异议；期限内没有答复的，由协会拟定等级。",
                tells="企业（它的待办里会出现「核对得分」）",
            ),
            Transition("confirm", "确认无异议", frozenset({S.CHECKING}), S.PROPOSED, Right.RATING, party_may=True,
                       about="确认对评分依据没有异议，协会据此拟定等级、安排公示；公示期内仍可以提出异议。"),
            Transition(
                "object", "提出异议", frozenset({S.CHECKING}), S.SCORING, Right.RATING, party_may=True, needs_note=True,
                about="写明对哪一条记录有异议、理由和依据。",
            ),
            Transition(
                "propose", "拟定等级", frozenset({S.SCORING, S.CHECKING}), S.PROPOSED, Right.RATING,
                guard=_needs_score, guard_many=_need_scores, about="按当前测算等级，等待列入公示名单。",
            ),
            Transition("reopen", "退回评分", frozenset({S.PROPOSED}), S.SCORING, Right.RATING, needs_note=True),
            Transition(
                "return", "退回补正", frozenset({S.SUBMITTED, S.SCORING}), S.RETURNED, Right.RATING, needs_note=True,
                about="企业会看到退回的原因，补正后重新提交。",
            ),
            Transition(
                "not_accept", "不予受理", frozenset({S.SUBMITTED}), S.NOT_ACCEPTED, Right.RATING, needs_note=True,
                danger=True,
            ),
            Transition(
                "publicise", "列入公示", READY_FOR_PUBLICITY, S.PUBLICISED, Right.PUBLICITY,
                guard=_needs_score, guard_many=_need_scores, goes_out=True, hidden=True,
            ),
            Transition(
                "unlist", "退出公示", frozenset({S.PUBLICISED}), S.PROPOSED, Right.PUBLICITY,
                needs_note=True, goes_out=True, hidden=True,
            ),
            Transition(
                "announce", "公告", frozenset({S.PUBLICISED}), S.CONCLUDED, Right.DECIDE, goes_out=True, hidden=True,
                **stamp("concluded_on"),
            ),
            Transition(
                "withdraw", "撤回申报",
                frozenset({S.DRAFT, S.SUBMITTED, S.RETURNED, S.SCORING, S.CHECKING, S.PROPOSED}),
                S.WITHDRAWN, Right.RATING, party_may=True, needs_note=True, danger=True,
                about="企业不再参加本轮评价。",
            ),
        ),
    )
)  # fmt: skip
