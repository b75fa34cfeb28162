"""信息公开, 会刊, 无障碍说明: what a social organisation owes its readers."""

from itertools import groupby

from django.shortcuts import render

from association.core.pagecache import public_page
from association.news.models import Disclosure, DisclosureKind, JournalIssue
from association.news.publishing import file_row
from association.news.rendering import drawn
from members.dues.years import public_years

from .forms import DisclosureForm


@public_page("kind", "year")
def disclosure(request):
    """All that is made public, by kind; of one kind and year where asked. Four queries, and one a text with pictures."""
    form = DisclosureForm(request.GET)
    form.is_valid()
    kind, year = form.words("kind"), form.cleaned_data.get("year")
    rows = list(Disclosure.objects.shown().select_related("document"))
    order = {value: place for place, value in enumerate(DisclosureKind.values)}
    rows.sort(key=lambda row: (order[row.kind], -(row.year or 0), -row.published_on.toordinal(), -row.pk))
    shown = [row for row in rows if (not kind or row.kind == kind) and (not year or row.year == year)]
    groups = [
        {"kind": DisclosureKind(key), "rows": [_row(row) for row in found]}
        for key, found in groupby(shown, key=lambda row: row.kind)
    ]
    has = {row.kind for row in rows}
    context = {
        "section": "disclosure",
        "groups": groups,
        "kinds": [one for one in DisclosureKind if one in has],
        "years": sorted({row.year for row in rows if row.year}, reverse=True),
        "kind": kind,
        "year": year,
        "dues_years": public_years(),
    }
    return render(request, "public/disclosure.html", context)


def _row(row) -> dict:
    return {"title": row.title, "year": row.year, "day": row.published_on, "body": drawn(row.body) if row.body else "",
            "files": [file_row(row.document)] if row.document else []}  # fmt: skip


@public_page("year")
def journal(request):
    """会刊 by issue, the newest first. Two queries."""
    form = DisclosureForm(request.GET)
    form.is_valid()
    year = form.cleaned_data.get("year")
    issues = list(JournalIssue.objects.shown().select_related("cover", "document"))
    years = sorted({issue.year for issue in issues}, reverse=True)
    shown = [{"issue": one, "file": file_row(one.document)} for one in issues if not year or one.year == year]
    return render(request, "public/journal.html", {"section": "journal", "issues": shown, "years": years, "year": year})


@public_page()
def accessibility(request):
    """One query, of the frame."""
    return render(request, "public/accessibility.html", {"section": "about"})
