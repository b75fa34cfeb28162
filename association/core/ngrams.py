"""Text cut for a search column: single characters and overlapping pairs, so that any part of a Chinese name is found.

A column of `grams` (core.search) answers what `icontains` answers: on PostgreSQL by an index. What is left out of the
text (blanks, brackets, punctuation) is left out of the question as well, so a part found by `icontains` always has all
its `query_grams` in the `grams` of the whole.
"""

import unicodedata
from operator import add


class _Searchable(dict):
    """A table for str.translate: code point → how it is searched: half-width, lower case, "" for neither letter nor
    digit.

    Character by character, since a rule that looks at neighbours would cut a part otherwise than the whole.
    """

    def __missing__(self, code: int) -> str:
        folded = unicodedata.normalize("NFKC", chr(code)).casefold()
        self[code] = found = "".join(char for char in folded if char.isalnum())
        return found


_SEARCHABLE = _Searchable()


def searchable(text: str) -> str:
    """Text as it is searched: half-width, lower case, without blanks, brackets and punctuation."""
    return text.translate(_SEARCHABLE)


def grams(text: str) -> str:
    """Each character and each pair of neighbours in `text` once, lower case, separated by blanks, in order of
    appearance.

    >>> grams("云滨A（1）")
    '云 滨 a 1 云滨 滨a a1'
    """
    letters = text.translate(_SEARCHABLE)
    return " ".join(dict.fromkeys([*letters, *map(add, letters, letters[1:])]))


def query_grams(words: str) -> list[str]:
    """The grams that a text must have to contain each of the blank-separated `words`: pairs, or a lone character.

    Empty where there is nothing to search for (only punctuation): then no text is excluded.

    >>> query_grams("云滨楼 A")
    ['云滨', '滨楼', 'a']
    """
    found = {}
    for word in words.split():
        letters = word.translate(_SEARCHABLE)
        found.update(dict.fromkeys(map(add, letters, letters[1:]) if letters[1:] else letters))
    return list(found)
