"""The materials of a case on its party's desk: a page, and what every page that draws the component posts to."""

from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from association.cases import material_pages
from association.cases.materials import Shelf, shelf_of, slots_of
from association.cases.models import Case

from .desk import of_party


def desk_shelf(case: Case, user, *, back: str = "", errors: dict | None = None) -> Shelf:
    """What components/materials.html takes as `shelf` on a page of the desk; `back`: the page itself (default: 材料)."""
    base = reverse("portal:materials", args=[case.uid])
    return shelf_of(case, user, base=base, back=back or base, errors=errors)


def _case_or_404(request, desk, uid) -> Case:
    rows = Case.objects.visible_to(request.user).standing().filter(party=desk.party, uid=uid)
    case = rows.select_related("party").first()
    if case is None or not slots_of(case).exists():
        raise Http404
    return case


def _page(request, case, *, errors=None, status=200):
    context = {
        "case": case,
        "shelf": desk_shelf(case, request.user, errors=errors),
        "crumbs": [{"label": case.title, "url": case.desk_url}],
    }
    return render(request, "portal/materials.html", context, status=status)


@of_party
@require_safe
def materials(request, desk, uid):
    """What the case asks for, what is handed in and what is missing."""
    return _page(request, _case_or_404(request, desk, uid))


@of_party
def add(request, desk, uid, slot):
    """Hand files in for a slot; where one is not taken, the page says why at the slot."""
    case = _case_or_404(request, desk, uid)
    if request.method != "POST":  # back from a login that had run out
        return redirect("portal:materials", uid)
    onward, errors = material_pages.hand_in(request, case, slot, page=reverse("portal:materials", args=[uid]))
    return onward or _page(request, case, errors=errors, status=422)


@of_party
def remove(request, desk, uid):
    """Take one file back."""
    case = _case_or_404(request, desk, uid)
    if request.method != "POST":
        return redirect("portal:materials", uid)
    return material_pages.take_back(request, case, page=reverse("portal:materials", args=[uid]))
