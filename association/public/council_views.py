"""组织机构: the council and the supervisors as far as the house's rules make them public; telephones never."""

from django.shortcuts import render

from association.core.pagecache import public_page
from members.models import MembershipRules, Tenure
from members.term_queries import directory, term_named

from .queries import firm_url


@public_page()
def council(request):
    """Who holds which post today, by organ; kept until midnight at most, when posts may change. Two queries."""
    rules = MembershipRules.current()
    organs = directory(Tenure.objects.all().select_related("party__firm")) if rules.council_public else []
    shown = [_organ(organ, people=rules.people_public) for organ in organs]
    context = {"section": "about", "is_public": rules.council_public, "organs": [one for one in shown if one["posts"]],
               "term": term_named(organs)}  # fmt: skip
    return render(request, "public/council.html", context)


def _organ(organ: dict, *, people: bool) -> dict:
    """{"name", "posts": [{"name", "rows": [{"unit", "url", "person"}]}]}: a post of no unit is its person's alone."""
    posts = []
    for entry in organ["posts"]:
        rows = [_row(tenure, people=people) for tenure in entry["tenures"]]
        rows = [row for row in rows if row["unit"] or row["person"]]
        if rows:
            posts.append({"name": entry["post"].name, "rows": rows})
    return {"name": organ["organ"], "posts": posts}


def _row(tenure: Tenure, *, people: bool) -> dict:
    party = tenure.party
    firm = getattr(party, "firm", None) if party else None
    listed = firm is not None and firm.in_directory and party.merged_into_id is None
    return {
        "unit": party.name if party else "",
        "url": firm_url(firm) if listed else "",
        "person": tenure.person_name if people else "",
    }
