"""任职 on the firm's page in the admin."""

from .models import Tenure
from .panels import Panel, register
from .term_queries import tenures_of


@register
def tenure_panel(firm, user) -> Panel | None:
    """What the unit holds and held, the present first. One query."""
    if not user.has_perm("members.view_tenure"):
        return None
    return Panel(
        "任职",
        ("职务", "任职人", "届次", "任职", "离任", "离任原因"),
        [_cells(row) for row in tenures_of(firm.party, user)[:50]],
        "担任会长、理事、监事等职务以后，历任会列在这里。没有其他职务的会员不另作登记。",
    )


def _cells(row: Tenure):
    texts = (row.person_name, str(row.term or ""), str(row.starts_on), str(row.ended_on or ""), row.end_reason)
    return [(str(row.post), f"/admin/members/tenure/{row.pk}/change/"), *((text, "") for text in texts)]
