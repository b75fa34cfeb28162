"""What the shared pages ask of a rating."""

from uuid import UUID

from association.cases.registry import CaseKind, register
from members import lookup, timeline
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


def _graded(party, user):
    """The firm's published grades, as far as the reader sees the ratings."""
    return Rating.objects.visible_to(user).standing().filter(party=party, grade_on__isnull=False)


def _tell_grade(year, grade, number, uid, pk, *, staff):
    url = f"/admin/evaluations/rating/{pk}/change/" if staff else f"/desk/ratings/{UUID(uid)}/"
    return {"title": f"{year} 年度信用等级 {grade}", "note": number, "url": url}


timeline.register(
    timeline.Source(
        "信用评价", _graded, "grade_on", ("round__year", "grade", "grade_number", "case__uid", "pk"), _tell_grade
    )
)


def _grade_line(firm, user) -> list[lookup.Line]:
    """The latest published grade, on the look-up card. One query."""
    row = _graded(firm.pk, user).select_related("round").order_by("-round__year").first()
    if row is None:
        return []
    text = f"{row.round.year} 年度 {row.grade}"
    return [lookup.Line("信用等级", text, f"/admin/evaluations/rating/{row.pk}/change/", said=f"{text} 级")]


lookup.register(_grade_line, order=40)
