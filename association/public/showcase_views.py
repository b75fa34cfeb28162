"""会员风采: the members' own pages, in a grid and one by one; what was approved, and of today's members alone."""

from django.http import Http404
from django.shortcuts import render

from association.core.pagecache import public_page
from association.news import showcase_queries as pages

from .forms import ShowcaseForm, page_number
from .queries import district_names


@public_page("post", "district", "qualification", "letter", "page")
def showcase(request):
    """The grid. Six queries."""
    form = ShowcaseForm(request.GET)
    form.is_valid()
    wanted = {name: form.words(name) for name in form.fields if name != "q"}
    posts = pages.posts()
    if not posts:  # not public: the list does not tell it either
        wanted["post"] = ""
    context = {
        "section": "showcase", "problem": form.problem, "posts": posts, "districts": district_names(),
        "page": pages.page_of(page_number(request), posts_public=bool(posts), **wanted),
        "qualifications": pages.qualifications(), "letters": pages.LETTERS, "narrowed": any(wanted.values()), **wanted,
    }  # fmt: skip
    return render(request, "public/showcase.html", context)


@public_page()
def showcase_firm(request, uid):
    """One member's own page. Three queries."""
    facts = pages.page_facts(uid)
    if facts is None:
        raise Http404
    return render(request, "public/showcase_firm.html", {"section": "showcase", **facts})
