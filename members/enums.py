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
CHANGE_PATH = (ChangeState.SUBMITTED, ChangeState.RETURNED, ChangeState.ACCEPTED, ChangeState.APPLIED)
OPEN_CHANGES = (ChangeState.SUBMITTED, ChangeState.RETURNED, ChangeState.ACCEPTED)
FIRM_CHANGE = "firm-change"  # the kind of case
