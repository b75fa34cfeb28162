"""What was looked for, marked in the text it was found in (搜索结果标记): whatever the letters' case and width, and the
punctuation between them, as core.ngrams finds it. All that comes out is escaped.
"""

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from .ngrams import searchable

BEFORE = 24  # letters of a long line that stand ahead of what was found
_STOPS = "。！？；，、：　 "


def marked(text: str, words: list[str]) -> SafeString:
    """The text with each of the folded words in <mark>."""
    pieces, at = [], 0
    for start, stop in _spans(text, words):
        pieces += [text[at:start], format_html("<mark>{}</mark>", text[start:stop])]
        at = stop
    return format_html_join("", "{}", ((piece,) for piece in [*pieces, text[at:]]))


def excerpt(text: str, words: list[str], most: int = 110) -> SafeString:
    """The part of a text of lines in which most of the words stand, marked; its beginning where none does."""
    best, found = 0, ""
    for line in text.split("\n"):
        folded = searchable(line)
        number = sum(word in folded for word in words)
        if number > best:
            best, found = number, line
        if best == len(words):
            break
    if not found:
        found = text.replace("\n", " ")
    return marked(_window(found, words, most), words)


def _window(line: str, words: list[str], most: int) -> str:
    """`most` letters of a line, from shortly before the first word on."""
    if len(line) <= most:
        return line
    first = next(iter(_spans(line, words)), (0, 0))[0]
    start = max(0, min(first - BEFORE, len(line) - most))
    stops = [at for at in range(start, first) if line[at] in _STOPS]
    if start and stops:  # begin behind a comma rather than inside a word
        start = stops[0] + 1
    part = line[start : start + most]
    return f"{'…' if start else ''}{part}{'…' if start + most < len(line) else ''}"


def _spans(text: str, words: list[str]) -> list[tuple[int, int]]:
    """Where the words stand in the text, from left to right, those that touch as one."""
    letters = [(letter, at) for at, char in enumerate(text) for letter in searchable(char)]
    folded = "".join(letter for letter, _at in letters)
    found = []
    for word in words:
        begin = folded.find(word)
        while begin >= 0:
            found.append((letters[begin][1], letters[begin + len(word) - 1][1] + 1))
            begin = folded.find(word, begin + 1)
    merged = []
    for start, stop in sorted(found):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(stop, merged[-1][1]))
        else:
            merged.append((start, stop))
    return merged
