"""缴费通知, 催缴通知: what a party owes, by when, to which account, as a sheet to print."""

from dataclasses import dataclass

from association.core.models import Association
from association.parties.models import Party

from ..models import DuesRules
from .statement import Owed
from .words import account_of, contact_of

DUE = "根据协会章程和会员（代表）大会通过的会费标准，贵单位应缴会费如下，请在缴费截止日以前缴到下面的账户。"
OVERDUE = (
    "贵单位下列会费已过缴费截止日，仍未缴清，请尽快缴到下面的账户。已经缴纳的，请把付款回单发给我们核对；"
    "有困难或有疑问的，请与我们联系。"
)


@dataclass(frozen=True)
class Notice:
    """A sheet of one party."""

    party: Party
    owed: Owed
    body: str
    account: list[tuple[str, str]]
    contact: str

    @property
    def title(self) -> str:
        return "催缴会费通知" if self.owed.overdue else "缴纳会费通知"


def body_of(rules: DuesRules, *, overdue: bool) -> str:
    """The house's own words for a notice, where it has some; a reminder says that the day is over."""
    if overdue:
        return OVERDUE
    return rules.notice_text.strip() or DUE


def notice_of(party: Party, owed: Owed, rules: DuesRules, association: Association) -> Notice:
    body = body_of(rules, overdue=bool(owed.overdue))
    return Notice(party, owed, body, account_of(rules), contact_of(rules, association))
