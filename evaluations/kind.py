"""What the shared pages ask of a rating."""

from association.cases.registry import CaseKind, register
from members.panels import Panel
from members.panels import register as register_panel

from .enums import RatingState
from .models import Rating
from .workflow import KIND

register(
    CaseKind(
        name=KIND,
        label="信用评价",
        staff_url=lambda case: f"/admin/evaluations/rating/{case.pk}/change/",
        list_url=lambda case: f"/admin/evaluations/rating/?round__year={case.round_key.partition(':')[2]}",
        party_url=lambda case: f"/desk/ratings/{case.uid}/",
        party_summary=lambda case, user: {"label": "信用评价", "title": case.title},
    )
)


@register_panel
def panel_of(firm, user) -> Panel | None:
    """The firm's ratings over the years, on its page in the admin. One query."""
    if not user.has_perm("evaluations.view_rating"):
        return None
    rows = Rating.objects.filter(party=firm.pk).select_related("case", "round").order_by("-round__year")
    return Panel(
        "信用评价",
        ("年度", "状态", "信用等级", "发布文号", "发布日期"),
        [
            (
                (f"{row.round.year} 年度", row.case.get_absolute_url()),
                ("已作废" if row.case.voided_at else RatingState(row.case.state).label, ""),
                (row.grade, ""), (row.grade_number, ""), (str(row.grade_on or ""), ""),
            )
            for row in rows
        ],
        "参加信用评价以后，历年的状态和等级会列在这里。",
    )  # fmt: skip
