"""What follows from a party's names and code: keys to find it by. Kept in columns, filled here only."""

from association.core.codes import organisation_part
from association.core.ngrams import grams, searchable
from association.core.text import initials, name_key

from .models import Party

DERIVED = ("name_key", "initials", "org_code", "search_text", "search_grams")


def fill_derived(party: Party, other_names=()) -> Party:
    """Set the derived columns of an unsaved or changed party. `other_names`: former names and aliases, as text."""
    party.name_key = name_key(party.name)
    party.initials = initials(party.name)
    party.org_code = organisation_part(party.code) if party.code else ""
    parts = [party.name, *other_names, party.short_name, party.initials, party.number]
    party.search_text = " ".join(dict.fromkeys(searchable(part) for part in parts if part))
    party.search_grams = grams(party.search_text)
    return party


def numbers_of_merged(party: Party) -> list[str]:
    """Codes and temporary numbers of the parties merged into this one: it is found by them, too. One query."""
    rows = Party.objects.filter(merged_into=party.pk).values_list("code", "temporary_number")
    return [number for pair in rows for number in pair if number]
