"""Text cut for a search column: single characters and overlapping pairs, so that any part of a Chinese name is found.
Of letters and digits also overlapping fours: nearly every code holds any pair of digits, few the same four.

A column of `grams` (core.search) answers what `icontains` answers: on PostgreSQL by an index. What is left out of the
text (blanks, brackets, punctuation) is left out of the question as well, so a part found by `icontains` always has all
its `query_grams` in the `grams` of the whole.
"""

import re
import unicodedata
from operator import add

_RUN = re.compile(r"[0-9a-z]{4,}")


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
    """Each character, pair of neighbours and four of letters and digits in `text` once, lower case, separated by
    blanks.

    >>> grams("云滨A（1）")
    '云 滨 a 1 云滨 滨a a1'
    >>> grams("滨91430")
    '滨 9 1 4 3 0 滨9 91 14 43 30 9143 1430'
    """
    letters = text.translate(_SEARCHABLE)
    return " ".join(dict.fromkeys([*letters, *map(add, letters, letters[1:]), *_fours(letters)]))


def _fours(letters: str) -> list[str]:
    return [run[at : at + 4] for run in _RUN.findall(letters) for at in range(len(run) - 3)]


def query_grams(words: str) -> list[str]:
    """The grams that a text must have to contain each of the blank-separated `words`: the longest ones of each part.

    Empty where there is nothing to search for (only punctuation): then no text is excluded.

    >>> query_grams("云滨楼 A")
    ['云滨', '滨楼', 'a']
    >>> query_grams("云滨91430")
    ['9143', '1430', '云滨', '滨9']
    """
    found = {}
    for word in words.split():
        letters = word.translate(_SEARCHABLE)
        found.update(dict.fromkeys(_fours(letters)))
        rest = _RUN.sub(lambda run: f"{run[0][0]} {run[0][-1]}", letters)  # their neighbours go by pairs
        pairs = [pair for pair in map(add, rest, rest[1:]) if " " not in pair]
        found.update(dict.fromkeys(pairs if letters[1:] else letters))
    return list(found)
