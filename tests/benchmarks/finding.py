"""Search in articles beside icontains on title and text: the first page and how many there are, and whether any is missed."""

from django.db import connection
from django.db.models import Q

from association.news import search
from association.news.models import Publication

from . import articles
from .measure import Figure, alternate

MOST = 201  # what the first page of the site's search asks for
AIMS = {"postgresql": 15, "sqlite": 50}  # ms
TERMS = (
    ("1 character, common", "建"),
    ("1 character, rare", "垚"),
    ("2 characters, common", "建筑"),
    ("2 characters, rare", "华苑"),
    ("3 characters, common", "装配式"),
    ("4 characters, common", "信用评价"),
    ("4 characters, rare", "骉华苑二"),
    ("two words", "工程质量 专题培训"),
    ("part of a number", "2019〕66"),
    ("nothing to find", "垚垚"),
)


def _reference(question: str):
    rows = Publication.objects.on_show()
    for word in question.split():
        rows = rows.filter(Q(title__icontains=word) | Q(body__icontains=word) | Q(document_number__icontains=word))
    return rows.count(), list(rows.order_by("-published_at").values_list("pk", "title")[:20])


def _ours(question: str):
    keys = search.hits(question, most=MOST)
    return len(keys), Publication.objects.on_show().in_bulk(keys[:20])


def missed(question: str) -> int:
    """Articles whose title icontains finds and we do not."""
    rows = Publication.objects.on_show()
    for word in question.split():
        rows = rows.filter(title__icontains=word)
    theirs = set(rows.values_list("pk", flat=True))
    return len(theirs - set(search.hits(question, most=Publication.objects.count())))


def figures(count: int) -> list[Figure]:
    if Publication.objects.count() < count:
        articles.add_articles(count)
    aim, found = AIMS[connection.vendor], []
    for label, question in TERMS:
        ours, reference = alternate(
            lambda question=question: _ours(question), lambda question=question: _reference(question), rounds=3
        )
        note = f"aim {aim} ms; {missed(question)} of icontains' titles missed"
        row = Figure(
            f"{count:,} articles: {label}", 1000 * ours, 1000 * reference, "ms", aim / (1000 * reference), note
        )
        found.append(row)
    return found
