"""Likely parties for a name that matched none (相似单位). Suggestions only; a person decides."""

from django.db.models import Count, Max

from association.core.similarity import NameIndex

from .models import Party, PartyName


class Suggestions:
    """The names of all living parties, prepared once for many questions."""

    def __init__(self):
        rows = PartyName.objects.filter(party__merged_into=None)
        self._index = NameIndex(rows.values_list("party_id", "name"))

    def for_names(self, names, limit: int = 5) -> dict[str, list[dict]]:
        """For each name up to `limit` {party, name, code, score 0-100}, the likeliest first. One query."""
        found = {name: self._index.likely(name, limit) for name in set(names) if name}
        parties = Party.objects.in_bulk({pk for likely in found.values() for pk, _ in likely})
        return {
            name: [
                {"party": pk, "name": parties[pk].name, "code": parties[pk].number, "score": score}
                for pk, score in likely
            ]
            for name, likely in found.items()
        }


_prepared: tuple | None = None


def prepared() -> Suggestions:
    """The prepared names, kept in this process until a name changes: preparing a hundred thousand takes seconds."""
    global _prepared
    stamp = tuple(PartyName.objects.aggregate(n=Count("pk"), last=Max("updated_at"), top=Max("pk")).values())
    merged = Party.objects.filter(merged_into__isnull=False).count()
    if _prepared is None or _prepared[0] != (stamp, merged):
        _prepared = (stamp, merged), Suggestions()
    return _prepared[1]
