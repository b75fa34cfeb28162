"""积分 on the firm's page in the admin."""

from django.urls import reverse
from django.utils.http import urlencode

from . import points
from .panels import Panel, register


@register
def points_panel(firm, user) -> Panel | None:
    """Points that count, by year. One query."""
    if not user.has_perm("members.view_pointentry"):
        return None
    listed = reverse("admin:members_pointentry_changelist")
    rows = [
        [(f"{year} 年", f"{listed}?{urlencode({'year': year, 'q': firm.party.number})}"), (points.words(total), "")]
        for year, total in points.by_year(firm.party)
    ]
    return Panel("积分", ("年度", "计分"), rows, "参加会议、培训、投稿采用以后，每年的积分会列在这里。")
