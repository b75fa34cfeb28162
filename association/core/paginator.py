"""Pages of long lists that count no more than they need: exact up to a bound, 「10,000+」 beyond it.

Whoever asks for a page behind the bound, or for the last one, pays for one exact count; the second half of the list is
then read from its end, so that the last page costs what the first one does.
"""

from django.core.paginator import Page, Paginator
from django.utils.functional import cached_property

BOUND = 10_000  # rows
LAST = "last"  # as a page number: whichever is the last


class BoundedPaginator(Paginator):
    """`wanted` is the page asked for: a number, or LAST. `object_list` is an ordered QuerySet."""

    template_name = "admin/portal_pagination.html"

    def __init__(self, object_list, per_page, orphans=0, allow_empty_first_page=True, *, wanted=1):
        super().__init__(object_list, per_page, orphans, allow_empty_first_page)
        self.wanted = wanted

    @cached_property
    def _counted(self) -> tuple[int, bool]:
        """(number of rows, whether it is exact)."""
        if self.wanted == LAST or self.wanted * self.per_page > BOUND:
            return self._exact(), True
        rows = self.object_list.order_by().values("pk")
        found = rows[: BOUND + 1].count()
        return (found, True) if found <= BOUND else (BOUND, False)

    def _exact(self) -> int:
        return self.object_list.order_by().count()

    @property
    def count(self) -> int:
        return self._counted[0]

    @property
    def is_exact(self) -> bool:
        return self._counted[1]

    @property
    def label(self) -> str:
        """The count as the page shows it: 「255」 or 「10,000+」."""
        return f"{self.count:,}" if self.is_exact else f"{self.count:,}+"

    def page(self, number):
        number = self.num_pages if number == LAST else self.validate_number(number)
        start, stop = (number - 1) * self.per_page, min(number * self.per_page, self.count)
        if self.is_exact and start > self.count // 2 and self.object_list.ordered:
            tail = self.object_list.reverse()[self.count - stop : self.count - start]
            return Page(list(tail)[::-1], number, self)
        return Page(self.object_list[start:stop], number, self)
