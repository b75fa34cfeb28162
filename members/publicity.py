"""拟吸收入会公示: the list of those that the body has decided to take in, and what happens to them when it moves."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from association.publicity.actions import by_association, prepare_list, why_not_prepare
from association.publicity.models import PublicityList
from association.publicity.moving import MovedCases
from association.publicity.registry import ListKind, register

from .enums import JOINING, JoiningState
from .models import MembershipApplication, MembershipRules

HOW_TO_OBJECT = (
    "对拟吸收入会的单位和个人有异议的，请在公示期内来人、来信、来电或发邮件反映，写明具体事实；"
    "以单位名义反映的加盖公章，以个人名义反映的写明真实姓名和联系方式。"
)


def lines_of() -> list[tuple]:
    """(party id, case id, name, district, kind of member) of those that wait for publicity. One query."""
    rows = MembershipApplication.objects.standing().filter(case__state=JoiningState.PROPOSED)
    rows = rows.select_related("case__party__firm").order_by("kind", "case__opened_at", "case_id").reverse()
    return [
        (row.case.party_id, row.case_id, row.case.party_name, _district(row.case.party), row.get_kind_display())
        for row in rows
    ]


def _district(party) -> str:
    firm = getattr(party, "firm", None)
    return firm.district if firm else ""


def why_not() -> str:
    """Why no list can be made now, as one sentence; "" when it can."""
    if not MembershipRules.current().publicity_days:
        return "会籍规则里没有要求公示，拟吸收入会的可以直接批准。"
    if why := why_not_prepare():
        return why
    if not lines_of():
        return "没有等待公示的入会申请：登记了会议决定（拟吸收入会）以后才列入名单。"
    return ""


@transaction.atomic
def make_list(*, by) -> PublicityList:
    """A draft of all that wait, made anew where there is one. Raises ValidationError, PermissionDenied."""
    if why := why_not():
        raise ValidationError(why)
    rules, year = MembershipRules.current(), timezone.localdate().year
    return prepare_list(
        kind=JOINING, round_key=f"{JOINING}:{year}", title=f"{year} 年拟吸收入会名单公示",
        basis=f"依据协会章程，经{rules.deciding_body}研究，拟吸收下列单位和个人入会。", lines=lines_of(),
        working_days=rules.publicity_days, how_to_object=HOW_TO_OBJECT, result_label="会员类别", by=by,
        **by_association(),
    )  # fmt: skip


_CASES = MovedCases(
    ready=frozenset({JoiningState.PROPOSED}), publicised=JoiningState.PUBLICISED, made_in="入会申请",
    lines_of=lambda _publicity: lines_of(),
)  # fmt: skip

register(ListKind(name=JOINING, label="入会", unit="名", **_CASES.hooks()))
