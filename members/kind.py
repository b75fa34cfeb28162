"""What the shared pages ask of joining (入会) and leaving (退会)."""

from association.cases.registry import CaseKind, register

from .enums import JOINING, LEAVING

register(
    CaseKind(
        name=JOINING,
        label="入会",
        staff_url=lambda case: f"/admin/members/membershipapplication/{case.pk}/change/",
        list_url=lambda case: "/admin/members/membershipapplication/",
        party_url=lambda case: f"/desk/membership/{case.uid}/",
        party_summary=lambda case, user: {"label": "入会", "title": case.title},
    )
)
register(
    CaseKind(
        name=LEAVING,
        label="退会",
        staff_url=lambda case: f"/admin/members/leavingrequest/{case.pk}/change/",
        list_url=lambda case: "/admin/members/leavingrequest/",
        party_url=lambda case: f"/desk/membership/{case.uid}/",
        party_summary=lambda case, user: {"label": "退会", "title": case.title},
    )
)
