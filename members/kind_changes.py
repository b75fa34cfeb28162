"""What the shared pages ask of a proposal of change (资料变更)."""

from association.cases.registry import CaseKind, register

from .enums import FIRM_CHANGE

register(
    CaseKind(
        name=FIRM_CHANGE,
        label="资料变更",
        staff_url=lambda case: f"/admin/members/changeproposal/{case.pk}/change/",
        list_url=lambda case: "/admin/members/changeproposal/",
        party_url=lambda case: f"/desk/firm/changes/{case.uid}/",
        party_summary=lambda case, user: {"label": "资料变更", "title": case.title},
    )
)
