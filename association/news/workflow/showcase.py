"""Who may move a member's own page (会员风采) where."""

from association.accounts.roles import Right
from association.inbox.models import Whose
from association.outbox.actions import send
from association.workflow.table import Transition, Turn, Workflow, register

from .. import showcase
from ..enums import SHOWCASE_PARTY_LABELS, ShowcaseState

S = ShowcaseState


def _tell(words: str):
    def notify(row, step):
        body = f"贵单位的会员风采页{words}。" + (f"\n说明：{step.note}" if step.note else "")
        send(party=row.party, subject=f"会员风采：{words}", body=body, url=row.desk_url, once_key=f"showcase:{step.pk}")

    return notify


register(
    Workflow(
        kind="showcase",
        label="会员风采",
        states=S,
        party_labels=SHOWCASE_PARTY_LABELS,
        path=(S.DRAFT, S.SUBMITTED, S.SHOWN),
        turns={
            S.DRAFT: Turn(Whose.PARTY, "写好会员风采，送审"),
            S.SUBMITTED: Turn(Whose.OFFICE, "审核会员风采", Right.NEWS, working_days=5),
            S.RETURNED: Turn(Whose.PARTY, "按协会的意见修改会员风采，重新送审"),
            S.SHOWN: Turn(Whose.NOBODY),
        },
        transitions=(
            Transition(
                "submit", "送审", frozenset({S.DRAFT, S.RETURNED}), S.SUBMITTED, Right.NEWS, party_may=True,
                guard=showcase.why_not_submit, about="协会审核通过以后，新的内容替换现在公开的；审核以前照旧显示原来的。",
            ),
            Transition(
                "approve", "审核通过并公开", frozenset({S.SUBMITTED}), S.SHOWN, Right.NEWS, effect=showcase.approve,
                goes_out=True, notify=_tell("已审核通过并公开"), about="送审的内容立即对外展示，替换原来公开的。",
                tells="会员单位（消息）",
            ),
            Transition(
                "return", "退回修改", frozenset({S.SUBMITTED}), S.RETURNED, Right.NEWS, needs_note=True,
                notify=_tell("请修改"), about="写明哪里要改；原来公开的内容照常显示。", tells="会员单位（待办和消息）",
            ),
            Transition(
                "take_back", "撤回修改", frozenset({S.SUBMITTED}), S.DRAFT, Right.NEWS, party_may=True,
                about="先不送审，改好以后再送。",
            ),
            Transition(
                "revise", "修改", frozenset({S.SHOWN}), S.DRAFT, Right.NEWS, party_may=True, hidden=True,
            ),
            Transition(
                "take_down", "撤下", frozenset(S), S.RETURNED, Right.NEWS, needs_note=True, quiet=True, danger=True,
                guard=showcase.why_not_shown, effect=showcase.take_down, goes_out=True, notify=_tell("已撤下"),
                about="立即不再对外展示，会员修改后可以重新送审。", tells="会员单位（待办和消息）",
            ),
        ),
    )
)  # fmt: skip
