"""Text as offices type it, made fit to store and to compare (全角, 空白, 括号, 拼音首字母). Pure functions, no
database.

`clean_text` is for storing: what the reader sees stays, what only machines see goes. `name_key` is for finding a firm
again by a name that was typed elsewhere; `core_name` is for judging how much two names are alike.
"""

import operator
import re
import unicodedata
from functools import lru_cache

# Chinese punctuation keeps its width: （），：；？！ in a Chinese sentence are right. The rest of U+FF01-FF5E is Latin
# text that an input method widened by accident.
_KEPT_WIDE = "！（），：；？［］｛｝＂＇｀"
_HALF = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F) if chr(code) not in _KEPT_WIDE}
# Blanks that only look like one (no-break, em, thin, ideographic …).
_HALF.update(dict.fromkeys((0x3000, *range(0x2000, 0x200B), 0x202F, 0x205F), " "))

# Invisible: zero-width blanks and joiners, direction marks, the byte order mark, soft hyphen, variation selectors.
_INVISIBLE = "\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb"
_DROP = re.compile(f"[\\x00-\\x08\\x0e-\\x1f\\x7f\\x80-\\x84\\x86-\\x9f{_INVISIBLE}]")
# Breaks within a cell. Between two Latin words they stand for a blank, elsewhere for nothing.
_BREAKS = re.compile("(?: *[\\t\\n\\x0b\\x0c\\r\\x85\\xa0\u2028\u2029])+ *")
_BLANKS = re.compile("  +")
# Kangxi radicals and compatibility ideographs come out of PDF files: ⼯ looks like 工 and is another character.
_LOOKALIKE = re.compile("[\u2e80-\u2fdf\uf900-\ufaff\U0002f800-\U0002fa1f]")
_NEEDS_CLEANING = re.compile(
    f"^ | $|  |[\\x00-\\x1f\\x7f-\\xa0{_INVISIBLE}\u2000-\u200a\u2028\u2029\u202f\u205f\u2e80-\u2fdf\u3000"
    "\uf900-\ufaff\uff01-\uff5e\U0002f800-\U0002fa1f]"
)

_NOT_IN_KEYS = re.compile(
    rf"[\s()\[\]{{}}<>（）〔〕［］｛｝【】〖〗「」『』《》〈〉＜＞⟨⟩﹙﹚\x00-\x1f\x7f-\x9f\u0300-\u036f{_INVISIBLE}]+"
)
_LEGAL_FORMS = re.compile(
    "股份有限责任公司|股份有限公司|有限责任公司|有限公司|股份公司|总公司|集团|有限合伙|普通合伙|(?<![分子])公司$"
)


def halfwidth(text: str) -> str:
    """Full-width letters, digits, signs and blanks as half-width ones; Chinese punctuation stays as it is.

    >>> halfwidth("ＡＢ１２／（试）　乙")
    'AB12/（试） 乙'
    """
    return text if text.isascii() else text.translate(_HALF)


def number_text(text: str) -> str:
    """A number as it is printed on a paper (号码、账号), typed with blanks and dashes: half-width, upper case, without them.

    >>> number_text("ab１２-34 ５６")
    'AB123456'
    """
    return re.sub(r"[\s-]", "", halfwidth(text)).upper()


def clean_text(text: str) -> str:
    """`text` as it should be stored: half-width, without invisible characters and line breaks, single blanks, trimmed.

    A break between two Latin words or figures becomes one blank, any other break goes. Running it twice changes
    nothing.

    >>> clean_text(" 甲\\u200b建设\\n有限公司（ＡＢ） ")
    '甲建设有限公司（AB）'
    """
    if not _NEEDS_CLEANING.search(text):
        return text
    text = _LOOKALIKE.sub(lambda match: unicodedata.normalize("NFKC", match[0]), _DROP.sub("", text).translate(_HALF))
    return _BLANKS.sub(" ", _BREAKS.sub(_blank_between_words, text)).strip(" ")


def _blank_between_words(match: re.Match) -> str:
    before, after = match.string[match.start() - 1 : match.start()], match.string[match.end() : match.end() + 1]
    return " " if before.isascii() and before.isalnum() and after.isascii() and after.isalnum() else ""


@lru_cache(maxsize=20_000)
def name_key(name: str) -> str:
    """The key under which a firm is found by name: blanks and brackets of all kinds aside, upper case, half-width.

    >>> name_key("云 滨某某(集团)有限公司") == name_key("云滨某某（集团）有限公司 ")
    True
    """
    # Folded before upper case, and taken apart without accents, so that the key of a key is the key.
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", clean_text(name)).casefold().upper())
    return _NOT_IN_KEYS.sub("", folded)


def core_name(name: str) -> str:
    """The part of a firm's name that tells it from others: its key without 有限责任公司, 股份有限公司, 集团 and the
    like.

    Never empty for a name that has a key: a name of nothing but a legal form is its own core.

    >>> core_name("云滨某某建设集团股份有限公司")
    '云滨某某建设'
    """
    key = name_key(name)
    return _LEGAL_FORMS.sub("", key) or key


# -- pinyin initials

# In names of firms and places 长 is nearly always cháng (长沙, 长盛, 永长), while the dictionary's first reading is
# zhǎng.
_READINGS_IN_NAMES = {"长": "C"}


class _Initials(dict):
    """A table for str.translate: code point → initial by the most frequent reading, filled as characters are met.

    A Latin letter or a digit is its own initial; anything else that has no reading is left out.
    """

    def __missing__(self, code: int) -> str:
        char = chr(code)
        if char in _READINGS_IN_NAMES:
            letter = _READINGS_IN_NAMES[char]
        elif char.isascii():
            letter = char.upper() if char.isalnum() else ""
        else:
            from pypinyin import Style, lazy_pinyin  # 0.1 s and 20 MB of dictionaries: only who needs them pays

            found = lazy_pinyin(char, style=Style.FIRST_LETTER, errors="ignore")
            letter = found[0][:1].upper() if found and found[0][:1].isalpha() else ""
        self[code] = letter
        return letter


_INITIALS = _Initials()


@lru_cache(maxsize=1)
def _odd_phrases() -> tuple[dict[str, list[tuple[str, str]]], frozenset[str]]:
    """Words in which a character is read otherwise than alone (重庆, 银行), and the pairs of characters that betray
    them.

    Words come as (word, initials) by their first two characters, the longest first. Looking pairs up costs next to
    nothing, whereas letting pypinyin cut each name into words costs 0.1 ms a name.
    """
    from pypinyin.constants import PHRASES_DICT

    words, pairs = {}, set()
    for word, readings in PHRASES_DICT.items():
        letters = [unicodedata.normalize("NFD", reading[0])[:1].upper() for reading in readings]
        alone = [_INITIALS[ord(char)] for char in word]
        if len(word) == len(letters) and letters != alone:
            words.setdefault(word[:2], []).append((word, "".join(letters)))
            odd = [at for at in range(len(word)) if letters[at] != alone[at]]
            pairs.update(word[max(at - 1, 0) : max(at + 1, 2)] for at in odd)
    for found in words.values():
        found.sort(key=lambda entry: -len(entry[0]))
    return words, frozenset(pairs)


@lru_cache(maxsize=20_000)
def initials(name: str) -> str:
    """The pinyin initials by which staff look a firm up (拼音首字母): upper case, punctuation left out.

    Characters with several readings follow the word they stand in: 重庆 → CQ, 重工 → ZG. Figures and letters stay.

    >>> initials("重庆某某建设有限公司")
    'CQMMJSYXGS'
    """
    name = name_key(name)
    words, pairs = _odd_phrases()
    if pairs.isdisjoint(map(operator.add, name, name[1:])):
        return name.translate(_INITIALS)
    letters, at = [], 0
    while at < len(name):
        for word, read in words.get(name[at : at + 2], ()):
            if name.startswith(word, at):
                letters.append(read)
                at += len(word)
                break
        else:
            letters.append(_INITIALS[ord(name[at])])
            at += 1
    return "".join(letters)
