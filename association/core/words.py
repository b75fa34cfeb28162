"""The association's own words for labels in code: `word("district")` is read anew wherever it is shown."""

from django.utils.functional import lazystr

from .models import Association


class _Word:
    """Says its word when it is turned into text."""

    def __init__(self, key: str):
        self.key = key

    def __str__(self):
        return Association.current().words[self.key]


def word(key: str):
    """A label as the association writes it, for forms, filters and heads of tables; not for fields of a model."""
    return lazystr(_Word(key))
