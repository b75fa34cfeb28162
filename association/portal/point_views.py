"""The unit's own points (会员积分): a year's lines, what counts, who wrote what was voided and why."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from members import points

from .desk import of_party


@of_party
@require_safe
def point_list(request, desk):
    """One year; the others by a link. Five queries."""
    totals = points.by_year(desk.party)
    years = sorted({year for year, _total in totals} | {points.this_year()}, reverse=True)
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isdigit() and int(asked) in years else years[0]
    context = {"years": years, "rules": points.rules_in_words(), **points.ledger(desk.party, year)}
    return render(request, "portal/points.html", context)
