"""Filters of a list that its print and its export use as well."""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.db.models import QuerySet


@dataclass(frozen=True)
class Filters:
    """`known()` gives {parameter: (title, {value: words}, function(rows, value))}, `search(rows, term)` the rows found.

    `unasked` gives, by parameter, what narrows the rows where it is not asked for.
    """

    known: Callable[[], dict[str, tuple[str, dict[str, str], Callable]]]
    search: Callable[[QuerySet, str], QuerySet]
    unasked: dict[str, Callable[[QuerySet], QuerySet]] = field(default_factory=dict)

    def asked(self, values) -> dict[str, str]:
        """The search term and filters of a query string (QueryDict), those that say something."""
        known = self.known()
        found = {name: values[name] for name in known if values.get(name) in known[name][1]}
        term = values.get("q", "").strip()[:60]
        return found | ({"q": term} if term else {})

    def words(self, params: dict) -> str:
        """「县市区：东区，会员：会员，查找：宏达」."""
        known = self.known()
        words = [f"{known[n][0]}：{known[n][1].get(v, v)}" for n, v in params.items() if n != "q"]
        return "，".join([*words, *([f"查找：{params['q']}"] if "q" in params else [])])

    def narrow(self, rows: QuerySet, params: dict) -> QuerySet:
        known = self.known()
        for name, narrow in self.unasked.items():
            rows = rows if name in params else narrow(rows)
        for name, value in params.items():
            rows = self.search(rows, value) if name == "q" else known[name][2](rows, value)
        return rows
