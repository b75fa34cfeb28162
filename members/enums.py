"""States of the procedures of members, with the words of the staff and of the party."""

from django.db.models import TextChoices


class ChangeState(TextChoices):
    """States of a proposal of change (资料变更), in the words of the staff."""

    SUBMITTED = "submitted", "待核对"
    RETURNED = "returned", "已退回补正"
    ACCEPTED = "accepted", "已受理，待生效"
    APPLIED = "applied", "已写入档案"
    WITHDRAWN = "withdrawn", "已撤回"


CHANGE_PARTY_LABELS = {
    ChangeState.SUBMITTED: "协会核对中",
    ChangeState.RETURNED: "请补正",
    ChangeState.APPLIED: "已生效",
}
CHANGE_PATH = (ChangeState.SUBMITTED, ChangeState.ACCEPTED, ChangeState.APPLIED)
OPEN_CHANGES = (ChangeState.SUBMITTED, ChangeState.RETURNED, ChangeState.ACCEPTED)
FIRM_CHANGE = "firm-change"  # the kind of case


class TermState(TextChoices):
    """States of a list of posts (换届、届中调整)."""

    DRAFT = "draft", "编制名单"
    CONFIRMING = "confirming", "请单位核对"
    PROPOSED = "proposed", "待印发"
    ISSUED = "issued", "已印发"
    DROPPED = "dropped", "不再办理"


TERM_PATH = (TermState.DRAFT, TermState.CONFIRMING, TermState.PROPOSED, TermState.ISSUED)


class JoiningState(TextChoices):
    """States of an application to join (入会), in the words of the staff."""

    DRAFT = "draft", "草稿"
    SUBMITTED = "submitted", "待受理"
    RETURNED = "returned", "退回补正"
    CHECKING = "checking", "资料审查"
    PROPOSED = "proposed", "拟吸收入会"
    PUBLICISED = "publicised", "公示中"
    CONCLUDED = "concluded", "已入会"
    NOT_ACCEPTED = "not_accepted", "不予受理"
    NOT_PASSED = "not_passed", "未通过"
    WITHDRAWN = "withdrawn", "已撤回申请"


JOINING_PARTY_LABELS = {
    JoiningState.SUBMITTED: "已提交，等待受理",
    JoiningState.RETURNED: "请补正后重新提交",
    JoiningState.CHECKING: "协会审查资料中",
    JoiningState.PROPOSED: "拟吸收入会",
    JoiningState.NOT_PASSED: "本次未通过",
}
JOINING_PATH = (
    JoiningState.DRAFT,
    JoiningState.SUBMITTED,
    JoiningState.CHECKING,
    JoiningState.PROPOSED,
    JoiningState.CONCLUDED,
)
TO_FILL_IN = frozenset({JoiningState.DRAFT, JoiningState.RETURNED})
JOINING_OVER = frozenset(
    {JoiningState.CONCLUDED, JoiningState.NOT_ACCEPTED, JoiningState.NOT_PASSED, JoiningState.WITHDRAWN}
)
JOINING = "membership"  # the kind of case, and of the list for publicity


class LeavingState(TextChoices):
    """States of a request to leave (退会), in the words of the staff."""

    DRAFT = "draft", "草稿"
    SUBMITTED = "submitted", "待登记退会"
    CONCLUDED = "concluded", "已退会"
    WITHDRAWN = "withdrawn", "已撤回申请"


LEAVING_PARTY_LABELS = {LeavingState.SUBMITTED: "已提交，等待协会登记"}
LEAVING_PATH = (LeavingState.SUBMITTED, LeavingState.CONCLUDED)
LEAVING = "leaving"  # the kind of case


class DuesYearState(TextChoices):
    """States of a year of dues (会费年度)."""

    OPEN = "open", "收缴中"
    CLOSED = "closed", "已关账"


DUES_YEAR = "dues-year"  # the kind of workflow
DUES_YEAR_PATH = (DuesYearState.OPEN, DuesYearState.CLOSED)
