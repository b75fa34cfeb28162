"""Pages of long lists: what is counted, what is shown."""

import pytest
from django.core.paginator import EmptyPage

from association.core import paginator as module
from association.core.models import Counter
from association.core.paginator import LAST, BoundedPaginator


@pytest.fixture
def rows(db, monkeypatch):
    """25 rows where the bound is 10."""
    monkeypatch.setattr(module, "BOUND", 10)
    Counter.objects.bulk_create(Counter(name=f"n{number:02d}", year=2020) for number in range(25))
    return Counter.objects.order_by("name")


def _names(page) -> list[str]:
    return [row.name for row in page.object_list]


def test_below_the_bound_the_count_is_exact(rows):
    pages = BoundedPaginator(rows[:0] | rows.filter(name__lt="n07"), 5)
    assert (pages.count, pages.is_exact, pages.label, pages.num_pages) == (7, True, "7", 2)


def test_above_it_the_count_stops_and_says_so(rows):
    pages = BoundedPaginator(rows, 5)
    assert (pages.count, pages.is_exact, pages.label) == (10, False, "10+")
    assert _names(pages.page(2)) == ["n05", "n06", "n07", "n08", "n09"]


@pytest.mark.parametrize("wanted", range(1, 6))
def test_each_page_holds_its_rows_in_order(rows, wanted):
    page = BoundedPaginator(rows, 5, wanted=wanted).page(wanted)
    assert _names(page) == [f"n{number:02d}" for number in range(5 * wanted - 5, 5 * wanted)]


def test_the_last_page_is_found_without_its_number_and_read_from_the_end(rows, django_assert_num_queries):
    pages = BoundedPaginator(rows, 10, wanted=LAST)
    with django_assert_num_queries(2) as queries:
        page = pages.page(LAST)
        assert (page.number, _names(page), pages.label) == (3, [f"n{n}" for n in range(20, 25)], "25")
    assert "DESC" in queries[1]["sql"]
    assert "OFFSET" not in queries[1]["sql"]


def test_a_page_behind_the_end_is_refused(rows):
    with pytest.raises(EmptyPage):
        BoundedPaginator(rows, 5, wanted=6).page(6)


def test_an_empty_list_has_one_empty_page(db):
    pages = BoundedPaginator(Counter.objects.order_by("pk"), 5)
    assert (pages.count, pages.num_pages, _names(pages.page(1))) == (0, 1, [])
