"""Who may move a contribution (投稿) where."""

from association.accounts.roles import Right
from association.inbox.models import Whose
from association.outbox.actions import send
from association.workflow.table import Transition, Turn, Workflow, register, stamp

from .. import contributions
from ..contribution_forms import AcceptForm
from ..enums import CONTRIBUTION, CONTRIBUTION_PARTY_LABELS, ContributionState

S = ContributionState


def _tell(subject: str, words: str):
    """A message to everyone at the firm, with the reason where there is one."""

    def notify(case, step):
        body = f"「{case.contribution.title}」：{words}" + (f"\n说明：{step.note}" if step.note else "")
        send(
            party=case.party,
            subject=f"投稿：{subject}",
            body=body,
            url=case.desk_url,
            once_key=f"{CONTRIBUTION}:{step.pk}",
        )

    return notify


register(
    Workflow(
        kind=CONTRIBUTION,
        label="投稿",
        states=S,
        party_labels=CONTRIBUTION_PARTY_LABELS,
        path=(S.DRAFT, S.SUBMITTED, S.ACCEPTED, S.PUBLISHED),
        turns={
            S.DRAFT: Turn(Whose.PARTY, "写好稿件，提交投稿"),
            S.SUBMITTED: Turn(Whose.OFFICE, "处理投稿", Right.NEWS, working_days=5),
            S.RETURNED: Turn(Whose.PARTY, "按协会的意见修改稿件，重新提交"),
            S.ACCEPTED: Turn(Whose.CLOCK, "稿件编审、发布"),
            S.PUBLISHED: Turn(Whose.NOBODY),
            S.DECLINED: Turn(Whose.NOBODY),
            S.WITHDRAWN: Turn(Whose.NOBODY),
        },
        void_right=Right.NEWS,
        transitions=(
            Transition(
                "submit", "提交投稿", frozenset({S.DRAFT, S.RETURNED}), S.SUBMITTED, Right.NEWS, party_may=True,
                guard=contributions.why_not_submit, about="提交以后由协会处理，结果会发消息；处理以前可以撤回修改。",
                **stamp("submitted_on"),
            ),
            Transition(
                "accept", "采用", frozenset({S.SUBMITTED}), S.ACCEPTED, Right.NEWS, form=AcceptForm,
                effect=contributions.accept, reverse=contributions.let_go,
                notify=_tell("已采用", "协会已采用这篇稿件，正在编审，发布以后再告诉您。"),
                about="按投稿的文字和图片新建一篇稿件，您是责任编辑；以后照常编、审、校、发。", tells="投稿单位（消息）",
            ),
            Transition(
                "return", "退回修改", frozenset({S.SUBMITTED}), S.RETURNED, Right.NEWS, needs_note=True,
                notify=_tell("请修改", "请按下面的意见修改，再提交一次。"), about="写明要补什么、改什么，投稿单位修改后重新提交。",
                tells="投稿单位（待办和消息）",
            ),
            Transition(
                "decline", "暂不采用", frozenset({S.SUBMITTED}), S.DECLINED, Right.NEWS, needs_note=True,
                notify=_tell("暂不采用", "感谢来稿。这一篇暂不采用，欢迎继续投稿。"),
                about="原因会告诉投稿单位，请写得客气、具体，方便对方下次写好。", tells="投稿单位（消息）", **stamp("concluded_on"),
            ),
            Transition(
                "let_go", "取消采用", frozenset({S.ACCEPTED}), S.SUBMITTED, Right.NEWS, needs_note=True, quiet=True,
                guard=contributions.why_not_let_go, effect=contributions.let_go,
                about="回到待处理。没有改动过的稿件一并删除；改动过的留在编辑部，不再与投稿相连。",
            ),
            Transition(
                "publish", "发布", frozenset({S.ACCEPTED}), S.PUBLISHED, Right.NEWS_REVIEW, hidden=True, by_clock=True,
                goes_out=True, effect=contributions.went_out,
                notify=_tell("已发布", "这篇稿件已在网站发布，可以打开、转发。感谢供稿！"),
            ),
            Transition(
                "withdraw", "放弃投稿", frozenset({S.DRAFT, S.SUBMITTED, S.RETURNED}), S.WITHDRAWN, Right.NEWS,
                party_may=True, danger=True, about="这一篇不再处理，文字和图片留在您的投稿记录里。",
            ),
        ),
    )
)  # fmt: skip
