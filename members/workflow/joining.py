"""Who may move an application to join where (入会流程)."""

from association.accounts.roles import Right
from association.cases.registry import kind_of
from association.inbox.models import Whose
from association.outbox.actions import send
from association.workflow.table import Transition, Turn, Workflow, register, stamp

from .. import joining
from ..enums import JOINING, JOINING_PARTY_LABELS, JOINING_PATH, JoiningState
from ..joining_forms import DecisionForm

S = JoiningState


def tell(words: str):
    """A message to everyone with a seat at the party, with the reason where there is one."""

    def notify(case, step):
        body = f"「{case.title}」：{words}。" + (f"\n说明：{step.note}" if step.note else "")
        send(
            party=case.party, subject=f"{kind_of(case.kind).label}申请：{words}", body=body, url=case.desk_url,
            once_key=f"{case.kind}:{step.pk}",
        )  # fmt: skip

    return notify


FLOW = register(
    Workflow(
        kind=JOINING,
        label="入会",
        states=S,
        party_labels=JOINING_PARTY_LABELS,
        path=JOINING_PATH,
        turns={
            S.DRAFT: Turn(Whose.PARTY, "填写并提交入会申请"),
            S.SUBMITTED: Turn(Whose.OFFICE, "受理入会申请", Right.MEMBERS, working_days=5),
            S.RETURNED: Turn(Whose.PARTY, "补正入会申请", working_days=10),
            S.CHECKING: Turn(Whose.OFFICE, "审查入会资料，报请决定", Right.MEMBERS),
            S.PROPOSED: Turn(Whose.OFFICE, "批准入会或安排公示", Right.DECIDE),
            S.PUBLICISED: Turn(Whose.CLOCK, "等待公示期满"),
            S.CONCLUDED: Turn(Whose.NOBODY),
            S.NOT_ACCEPTED: Turn(Whose.NOBODY),
            S.NOT_PASSED: Turn(Whose.NOBODY),
            S.WITHDRAWN: Turn(Whose.NOBODY),
        },
        void_right=Right.MEMBERS,
        transitions=(
            Transition(
                "submit", "提交入会申请", frozenset({S.DRAFT, S.RETURNED}), S.SUBMITTED, Right.MEMBERS, party_may=True,
                guard=joining.why_not_submit, about="提交以后由协会受理；受理以前可以撤回修改。", **stamp("submitted_on"),
            ),
            Transition(
                "accept", "受理", frozenset({S.SUBMITTED}), S.CHECKING, Right.MEMBERS, notify=tell("已受理"),
                tells="申请人（消息）", **stamp("accepted_on"),
            ),
            Transition(
                "propose", "拟吸收入会", frozenset({S.CHECKING}), S.PROPOSED, Right.MEMBERS, form=DecisionForm,
                guard=joining.why_not_propose, effect=joining.decide, reverse=joining.take_back_decision,
                about="会籍规则里写明的机构开会同意以后，登记它的决定和会议日期。",
            ),
            Transition(
                "conclude", "批准入会", frozenset({S.PROPOSED}), S.CONCLUDED, Right.DECIDE, goes_out=True,
                guard=joining.why_not_conclude, effect=joining.admit, notify=tell("已批准入会，可以查看入会通知书"),
                about="登记会籍、编会员编号，会籍从会议日期起算；入会通知书同时发给申请人。", tells="申请人（消息和入会通知书）",
            ),
            Transition(
                "reopen", "退回审查", frozenset({S.PROPOSED}), S.CHECKING, Right.MEMBERS, needs_note=True,
                effect=lambda case, step, **_data: joining.take_back_decision(case, step),
                about="撤销登记的决定，重新审查资料。",
            ),
            Transition(
                "return", "退回补正", frozenset({S.SUBMITTED, S.CHECKING}), S.RETURNED, Right.MEMBERS, needs_note=True,
                notify=tell("需要补正"), about="写明要补什么；审核为“需补正”的材料也会列给申请人。", tells="申请人（待办和消息）",
            ),
            Transition(
                "not_accept", "不予受理", frozenset({S.SUBMITTED}), S.NOT_ACCEPTED, Right.MEMBERS, needs_note=True,
                danger=True, notify=tell("不予受理"), tells="申请人（消息）",
            ),
            Transition(
                "not_pass", "未通过", frozenset({S.CHECKING}), S.NOT_PASSED, Right.MEMBERS, needs_note=True, danger=True,
                form=DecisionForm, effect=joining.decide_against, reverse=joining.take_back_decision,
                restores=("concluded_on",), notify=tell("本次未通过"),
                about="会议没有同意的，登记会议和原因；以后可以重新申请。", tells="申请人（消息）",
            ),
            Transition(
                "publicise", "列入公示", frozenset({S.PROPOSED}), S.PUBLICISED, Right.PUBLICITY, goes_out=True, hidden=True
            ),
            Transition(
                "unlist", "退出公示", frozenset({S.PUBLICISED}), S.PROPOSED, Right.PUBLICITY, needs_note=True,
                goes_out=True, hidden=True,
            ),
            Transition(
                "announce", "公告入会", frozenset({S.PUBLICISED}), S.CONCLUDED, Right.DECIDE, goes_out=True, hidden=True,
                effect=joining.admit_announced, effect_many=joining.admit_many, notify=tell("已公告入会，可以查看入会通知书"),
            ),
            Transition(
                "withdraw", "撤回申请", frozenset({S.DRAFT, S.SUBMITTED, S.RETURNED, S.CHECKING, S.PROPOSED}),
                S.WITHDRAWN, Right.MEMBERS, party_may=True, danger=True, needs_note=True,
                about="不再办理这次入会；以后可以重新申请。",
            ),
        ),
    )
)  # fmt: skip
