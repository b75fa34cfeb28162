"""What the shared pages ask of a contribution (投稿)."""

from association.cases.registry import CaseKind, register

from .enums import CONTRIBUTION

register(
    CaseKind(
        name=CONTRIBUTION,
        label="投稿",
        staff_url=lambda case: f"/admin/news/contribution/{case.pk}/change/",
        list_url=lambda case: "/admin/news/contribution/",
        party_url=lambda case: f"/desk/contributions/{case.uid}/",
        party_summary=lambda case, user: {"label": "投稿", "title": case.title},
    )
)
