"""The printed sheet of activation slips: one A4 page a person. The codes exist on this page and nowhere else."""

import segno
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from .slips import Printed


def sheet_of(request, printed: list[Printed], back_url: str):
    """A print page for slips just issued; never kept by the browser. Firms are read in one query."""
    address = request.build_absolute_uri(reverse("accounts:activate"))
    people = [row.slip.user_id for row in printed]
    seats = {}
    if people:
        found = printed[0].slip.user.seats.model.objects.live().filter(user__in=people).select_related("party")
        for seat in found:
            seats.setdefault(seat.user_id, []).append(seat.party.name)
    rows = [
        {
            "user": row.slip.user, "code": row.code, "until": row.slip.expires_at,
            "firms": "、".join(seats.get(row.slip.user_id, [])),
            "qr": segno.make(f"{address}?mobile={row.slip.user.mobile}", error="m", micro=False).svg_data_uri(
                scale=4, border=2, light="white"
            ),
        }
        for row in printed
    ]  # fmt: skip
    response = render(
        request,
        "account/slips.html",
        {"rows": rows, "address": address, "back_url": back_url, "printed_by": request.user.name,
         "printed_at": timezone.now()},
    )  # fmt: skip
    response["Cache-Control"] = "no-store"
    return response
