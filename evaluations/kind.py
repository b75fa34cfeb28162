"""What the shared pages ask of a rating."""

from association.cases.registry import CaseKind, register

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
