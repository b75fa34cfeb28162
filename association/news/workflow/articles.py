"""The table of an article's moves: 编 → 审 → 校 → 发, four signatures by at least two people (2017 report, 信息管理)."""

from association.accounts.roles import Right
from association.inbox.models import Whose
from association.workflow.table import Transition, Turn, Workflow, register

from .. import publishing
from ..checks import why_not_go_on
from ..enums import ArticleState
from ..forms import EndForm, ScheduleForm

S = ArticleState
ARTICLE = register(
    Workflow(
        kind="article",
        label="稿件",
        states=ArticleState,
        party_labels={},
        path=(S.DRAFT, S.REVIEW, S.PROOF, S.READY, S.PUBLISHED),
        turns={
            S.DRAFT: Turn(Whose.OFFICE, "写好稿件，送审", Right.NEWS),
            S.REVIEW: Turn(Whose.OFFICE, "审核内容", Right.NEWS_REVIEW, 2),
            S.PROOF: Turn(Whose.OFFICE, "校对文字", Right.NEWS, 1),
            S.READY: Turn(Whose.OFFICE, "签发", Right.NEWS_REVIEW, 1),
            S.SCHEDULED: Turn(Whose.CLOCK, "到时自动发布"),
            S.PUBLISHED: Turn(Whose.NOBODY),
            S.TAKEN_DOWN: Turn(Whose.NOBODY),
        },
        transitions=(
            Transition(
                "submit", "送审（编）", frozenset({S.DRAFT}), S.REVIEW, Right.NEWS, guard=why_not_go_on,
                about="您作为责任编辑签名。内容由另一个人审核。",
            ),
            Transition(
                "review", "审核通过（审）", frozenset({S.REVIEW}), S.PROOF, Right.NEWS_REVIEW, guard=why_not_go_on,
                differs_from="submit", about="您对内容是否属实、可否公开签名。编、审须是两个人。",
            ),
            Transition(
                "proofread", "校对完毕（校）", frozenset({S.PROOF}), S.READY, Right.NEWS, guard=why_not_go_on,
                differs_from="submit", about="您对文字、数字、人名、单位名签名。编、校须是两个人。",
            ),
            Transition(
                "publish", "签发（发）", frozenset({S.READY}), S.PUBLISHED, Right.NEWS_REVIEW, guard=why_not_go_on,
                effect=publishing.publish, goes_out=True, about="立即对外发布。",
            ),
            Transition(
                "schedule", "定时签发（发）", frozenset({S.READY}), S.SCHEDULED, Right.NEWS_REVIEW, form=ScheduleForm,
                guard=why_not_go_on, effect=publishing.schedule, restores=("publish_at",),
                about="您现在签名，到选定的时间由系统发布。",
            ),
            Transition(
                "go_live", "到时发布", frozenset({S.SCHEDULED}), S.PUBLISHED, guard=publishing.why_not_yet,
                effect=publishing.publish, by_clock=True, goes_out=True, about="到定时发布的时间由系统自动办理。",
            ),
            Transition(
                "unschedule", "取消定时", frozenset({S.SCHEDULED}), S.READY, Right.NEWS_REVIEW,
                effect=publishing.unschedule, restores=("publish_at",), about="回到待签发。",
            ),
            Transition(
                "return", "退稿", frozenset({S.REVIEW, S.PROOF, S.READY}), S.DRAFT, Right.NEWS, needs_note=True,
                about="退回修改，已有的签名作废，改好以后重新送审。",
            ),
            Transition(
                "revise", "修订", frozenset({S.PUBLISHED}), S.DRAFT, Right.NEWS, needs_note=True,
                about="已发布的文字照常显示；改好的稿件重新编、审、校、发以后替换它。",
            ),
            Transition(
                "set_end", "定时撤下", frozenset({S.PUBLISHED}), S.PUBLISHED, Right.NEWS_REVIEW, form=EndForm,
                effect=publishing.set_end, restores=("take_down_at",), reverse=publishing.take_back_end,
                about="到选定的时间由系统撤下；不填时间就长期显示。",
            ),
            Transition(
                "take_down", "撤下", frozenset(S) - {S.TAKEN_DOWN}, S.TAKEN_DOWN, Right.NEWS_REVIEW, needs_note=True,
                guard=publishing.why_not_out, quiet=True, effect=publishing.withdraw, goes_out=True, danger=True,
                about="页面、列表、搜索、订阅和附件立即不再对外显示，稿件和签名留存。",
            ),
            Transition(
                "expire", "到期撤下", frozenset({S.PUBLISHED}), S.TAKEN_DOWN, guard=publishing.why_not_over,
                effect=publishing.withdraw, by_clock=True, goes_out=True, about="到「到期撤下」的时间由系统自动办理。",
            ),
            Transition(
                "rework", "重新编辑", frozenset({S.TAKEN_DOWN}), S.DRAFT, Right.NEWS,
                about="改好以后重新编、审、校、发。",
            ),
        ),
    )
)  # fmt: skip
