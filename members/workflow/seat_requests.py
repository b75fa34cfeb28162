"""The table of a request for a seat (开户与加入单位): verified by the office, or agreed to by the firm's administrator."""

from association.accounts.roles import Right
from association.inbox.models import Whose
from association.workflow.table import Transition, Turn, Workflow, register

from .. import registration as reg
from ..models import SeatRequest
from ..seat_forms import GrantForm

S = SeatRequest.State


def _why_not_admit(row: SeatRequest) -> str:
    if row.party_id is None:
        return "这是新单位，由协会核对营业执照后开通。"
    if row.user_id is None:
        return "申请人还没有账号，由协会核对身份后开通；也可以在「经办人员」里用手机号邀请。"
    return ""


SEAT_REQUEST = register(
    Workflow(
        kind="seat-request",
        label="开户与加入单位",
        states=S,
        party_labels={S.SUBMITTED: "协会核对中", S.RETURNED: "请补正"},
        path=(S.SUBMITTED, S.APPROVED),
        turns={
            S.SUBMITTED: Turn(Whose.OFFICE, "核对单位与申请人", Right.ACCOUNTS),
            S.RETURNED: Turn(Whose.PARTY, "补正材料，重新提交"),
            S.APPROVED: Turn(Whose.NOBODY),
            S.NOT_ACCEPTED: Turn(Whose.NOBODY),
            S.WITHDRAWN: Turn(Whose.NOBODY),
        },
        transitions=(
            Transition(
                "approve", "核对无误，开通", frozenset({S.SUBMITTED}), S.APPROVED, Right.ACCOUNTS,
                form=GrantForm, effect=reg.grant, notify=reg.tell_outcome,
                about="新单位随之建档；没有账号的申请人随之建立账号，再打印开通单交给本人。已在档案里的单位只加入，不重复建档。",
            ),
            Transition(
                "admit", "同意加入", frozenset({S.SUBMITTED}), S.APPROVED, Right.ACCOUNTS, party_may=True,
                administrator=True, guard=_why_not_admit, effect=reg.grant, notify=reg.tell_outcome,
                about="申请人是本单位的人，同意后马上可以为单位办理。",
            ),
            Transition(
                "disown", "不是本单位的人", frozenset({S.SUBMITTED}), S.NOT_ACCEPTED, Right.ACCOUNTS, party_may=True,
                administrator=True, needs_note=True, danger=True, notify=reg.tell_outcome,
                about="申请到此结束，申请人会看到原因。",
            ),
            Transition(
                "prove", "在册手机验证通过", frozenset({S.SUBMITTED}), S.APPROVED, by_clock=True,
                effect=reg.grant, notify=reg.tell_outcome, about="申请人输对了发到在册手机的验证码，由系统开通。",
            ),
            Transition(
                "return", "退回补正", frozenset({S.SUBMITTED}), S.RETURNED, Right.ACCOUNTS, needs_note=True,
                notify=reg.tell_outcome, about="申请人会看到原因，补正后重新提交；没有账号的请电话告知，凭回执网址补正。",
            ),
            Transition(
                "resubmit", "补正后重新提交", frozenset({S.RETURNED}), S.SUBMITTED, Right.ACCOUNTS, person_may=True,
                by_clock=True, form=None, effect=reg.take_papers, restores=("licence", "letter", "proof", "party"),
            ),
            Transition(
                "dismiss", "不予开通", frozenset(reg.OPEN), S.NOT_ACCEPTED, Right.ACCOUNTS, needs_note=True,
                danger=True, notify=reg.tell_outcome, about="申请到此结束，申请人会看到原因。",
            ),
            Transition(
                "withdraw", "撤回申请", frozenset(reg.OPEN), S.WITHDRAWN, Right.ACCOUNTS, person_may=True,
                danger=True, about="申请到此结束；以后可以再提交。",
            ),
        ),
    )
)  # fmt: skip
