"""年度会费收缴情况: what an association makes public of a closed year of dues, as it was copied when it did."""

from django.http import Http404
from django.shortcuts import render

from association.core.pagecache import public_page
from association.core.templatetags.portal import wan
from members.dues.years import public_copy


@public_page()
def dues(request, year):
    """Two queries."""
    shown = public_copy(year)
    if shown is None:
        raise Http404
    totals = shown["totals"]
    tiles = [
        {"label": "应缴", "value": wan(totals["due"]), "unit": "万元"},
        {"label": "已收", "value": wan(totals["received"]), "unit": "万元"},
        {"label": "收缴率", "value": totals["rate"]},
        {"label": "缴清", "value": totals["full"], "unit": "家"},
    ]
    return render(request, "public/dues.html", {"section": "about", "dues": shown, "tiles": tiles})
