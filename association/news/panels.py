"""投稿 on the firm's page in the admin."""

from django.urls import reverse
from django.utils.http import urlencode

from members.panels import Panel, register

from .contributions import counted_of


@register
def contributions_panel(firm, user) -> Panel | None:
    """What the firm sent in and what was published, by year. One query."""
    if not user.has_perm("news.view_contribution"):
        return None
    listed = reverse("admin:news_contribution_changelist")
    rows = [
        [
            (f"{year} 年", f"{listed}?{urlencode({'year': year, 'q': firm.party.number})}"),
            (f"{sent} 篇", ""),
            (f"{out} 篇", ""),
        ]
        for year, sent, out in counted_of(firm.party, user)
    ]
    return Panel("投稿", ("年度", "来稿", "发布"), rows, "通讯员在单位的服务台投稿以后，每年的来稿和发布会列在这里。")
