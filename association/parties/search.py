"""How a list is searched whose rows belong to a party."""

from collections.abc import Callable

from django.db.models import Q, QuerySet

from .models import Party


def by_party(party: str = "party", *columns: str) -> Callable[[QuerySet, str], QuerySet]:
    """By the party's names now and before, short name, initials, code; or by look-ups of its own (「number__contains」)."""

    def search(rows: QuerySet, term: str) -> QuerySet:
        found = Q(**{f"{party}__in": Party.objects.search(term).values("pk")})
        for column in columns:
            found |= Q(**{column: term})
        return rows.filter(found)

    return search
