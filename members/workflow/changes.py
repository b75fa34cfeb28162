"""Who may move a proposal of change where (资料变更流程)."""

from django.utils import timezone

from association.accounts.roles import Right
from association.inbox.models import Whose
from association.outbox.actions import send
from association.workflow.actions import perform
from association.workflow.table import Transition, Turn, Workflow, register

from .. import changes
from ..change_forms import AcceptForm
from ..enums import CHANGE_PARTY_LABELS, CHANGE_PATH, FIRM_CHANGE, ChangeState

S = ChangeState


def _waits_for_its_day(case) -> str:
    day = case.change_proposal.takes_effect_on
    if day and day > timezone.localdate():
        return f"生效日期是 {day:%Y-%m-%d}，到那一天自动写入档案；要提前，请先撤回受理，再改生效日期。"
    return ""


def _tell(subject: str):
    """A message to everyone at the firm, with the reason where there is one."""

    def notify(case, step):
        body = f"「{case.title}」：{subject}。" + (f"\n说明：{step.note}" if step.note else "")
        send(
            party=case.party, subject=f"资料变更：{subject}", body=body, url=case.desk_url,
            once_key=f"firm-change:{step.pk}",
        )  # fmt: skip

    return notify


def _accepted(case, step):
    """Where its day has come, it is written at once, by whom it was accepted."""
    if changes.is_due(case.change_proposal):
        perform(case, "apply", by=step.actor)
    else:
        _tell(f"已受理，{case.change_proposal.takes_effect_on:%Y-%m-%d} 起生效")(case, step)


FLOW = register(
    Workflow(
        kind=FIRM_CHANGE,
        label="资料变更",
        states=S,
        party_labels=CHANGE_PARTY_LABELS,
        path=CHANGE_PATH,
        turns={
            S.SUBMITTED: Turn(Whose.OFFICE, "核对资料变更", Right.MEMBERS, working_days=5),
            S.RETURNED: Turn(Whose.PARTY, "补正资料变更"),
            S.ACCEPTED: Turn(Whose.CLOCK, "到生效日期写入档案"),
            S.APPLIED: Turn(Whose.NOBODY),
            S.WITHDRAWN: Turn(Whose.NOBODY),
        },
        void_right=Right.MEMBERS,
        transitions=(
            Transition(
                "submit", "重新提交", frozenset({S.RETURNED}), S.SUBMITTED, Right.MEMBERS, party_may=True, hidden=True,
                effect=changes.put_in_again, restores=("title",),
            ),
            Transition(
                "accept", "受理变更", frozenset({S.SUBMITTED}), S.ACCEPTED, Right.MEMBERS, form=AcceptForm,
                effect=changes.accept, reverse=changes.take_back_acceptance, notify=_accepted,
                about="生效日期已到的，立即写入企业档案；以后的，到那一天自动写入。原名称、原内容都保留。",
                tells="企业（消息）",
            ),
            Transition(
                "return", "退回补正", frozenset({S.SUBMITTED, S.ACCEPTED}), S.RETURNED, Right.MEMBERS, needs_note=True,
                about="企业会看到退回的原因，修改后重新提交。", tells="企业（待办和消息）", notify=_tell("需要补正"),
            ),
            Transition(
                "apply", "写入档案", frozenset({S.ACCEPTED}), S.APPLIED, Right.MEMBERS, by_clock=True,
                guard=_waits_for_its_day, effect=changes.write_to_file, reverse=changes.take_back_from_file,
                restores=("concluded_on",), notify=_tell("已写入企业档案"),
                about="按企业申请的内容修改企业档案；受理以后另有修改的项目，以申请为准。",
            ),
            Transition(
                "withdraw", "撤回申请", frozenset({S.SUBMITTED, S.RETURNED}), S.WITHDRAWN, Right.MEMBERS,
                party_may=True, danger=True, reverse=changes.reopen, about="撤回以后档案保持原样；需要时可以重新申请。",
            ),
        ),
    )
)  # fmt: skip
