"""会籍 on the firm's page in the admin: its periods of membership, the present first."""

from .models import Membership
from .panels import Panel, register


@register
def membership_panel(firm, user) -> Panel | None:
    """One query."""
    if not user.has_perm("members.view_membership"):
        return None
    rows = Membership.objects.visible_to(user).filter(party=firm.pk).order_by("-joined_on", "-pk")
    return Panel(
        "会籍",
        ("会员编号", "入会日期", "终止日期", "状态"),
        [_cells(row) for row in rows],
        "入会以后，历次会籍会列在这里；已经是会员的用「补登记会员」登记。",
    )


def _cells(row: Membership):
    state = "已作废" if row.voided_at else row.get_ending_display() if row.ended_on else "在册"
    since = str(row.joined_on) if row.joined_on_known else "不详"
    page = f"/admin/members/membership/{row.pk}/change/"
    return [(row.number or "未编号", page), (since, ""), (str(row.ended_on or ""), ""), (state, "")]
