"""Search by part of the name beside icontains on the name: the rows of one page and how many there are."""

from django.db import connection

from association.core.paginator import BoundedPaginator
from association.parties.models import Party

from . import data
from .measure import Figure, alternate

TERMS = (
    ("1 character", "鼎"),
    ("1 common character", "公"),
    ("common, 2 characters", "建筑"),
    ("2 characters", "宏达"),
    ("3 characters", "金鼎长"),
    ("with a number", "4711"),
)


def page_of(rows) -> tuple[int, list]:
    return rows.count(), list(rows.order_by("name")[:50])


def our_page_of(rows) -> tuple[int, list]:
    """As our lists do it: the count ends at 10,000+."""
    pages = BoundedPaginator(rows.order_by("name"), 50)
    return pages.count, list(pages.page(1).object_list)


def figures(firms: int) -> list[Figure]:
    if Party.objects.count() < firms:
        data.add_firms(firms)
    aim = 0.3 if connection.vendor == "postgresql" else None
    found = []
    for label, term in TERMS:
        ours, reference = alternate(
            lambda term=term: our_page_of(Party.objects.search(term)),
            lambda term=term: page_of(Party.objects.filter(name__icontains=term)),
        )
        found.append(Figure(f"search {firms:,} firms: {label}", 1000 * ours, 1000 * reference, "ms", aim))
    return found
