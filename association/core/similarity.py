"""Which firms a name may mean (相似单位): for rows whose firm was not found, so that a person has something to choose
from.

Suggestions only, nothing is ever matched by likeness alone. An index is built once and asked for many rows: pairs of
characters that few names have lead to some hundred candidates, and rapidfuzz judges those.
"""

import heapq
import math
import re
from array import array
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping
from functools import lru_cache

from rapidfuzz import fuzz

from .text import core_name

# Words that say what kind of firm it is, not which one. Two names that share only these are not alike.
_TRADE_WORDS = re.compile(
    "建筑|建设|工程|建工|装饰|装修|劳务|市政|园林|绿化|安装|机电|路桥|公路|水利|水电|电力|基础|地基|消防|防水|钢结构|幕墙|土木|"
    "房地产|置业|实业|发展|开发|科技|技术|服务|管理|咨询|检测|监理|设计|集团|分公司|公司|有限|责任|股份"
)
_CANDIDATES = 300
_LEAST = 45


@lru_cache(maxsize=20_000)
def _stem(core: str) -> str:
    return _TRADE_WORDS.sub("", core) or core


def stem_of(name: str) -> str:
    """What tells a firm's name from others: without its legal form and the words of the trade."""
    return _stem(core_name(name))


class NameIndex:
    """Names prepared for many questions. An id may come with several names (now, before, short); the best counts."""

    def __init__(self, names: Mapping[Hashable, str] | Iterable[tuple[Hashable, str]]):
        pairs = names.items() if isinstance(names, Mapping) else names
        self._ids, self._cores = [], []
        postings = defaultdict(lambda: array("L"))
        for key, name in pairs:
            core = core_name(name)
            if not core:
                continue
            number = len(self._ids)
            self._ids.append(key)
            self._cores.append(core)
            for pair in _pairs(core):
                postings[pair].append(number)
        self._postings = dict(postings)

    def __len__(self) -> int:
        return len(self._ids)

    def likely(self, name: str, limit: int = 5) -> list[tuple[Hashable, int]]:
        """Up to `limit` ids with a score of 0 to 100, the likeliest first; equal scores in the order they were given.

        100 is the same name but for brackets, blanks and legal form. Below 45 nothing is suggested.
        """
        core = core_name(name)
        if not core:
            return []
        best = {}
        for number in self._candidates(core):
            score = _score(core, self._cores[number])
            key = self._ids[number]
            if score >= _LEAST and score > best.get(key, (0, 0))[0]:
                best[key] = (score, -number)
        ranked = heapq.nlargest(limit, best.items(), key=lambda item: item[1])
        return [(key, round(score)) for key, (score, _) in ranked]

    def _candidates(self, core: str) -> list[int]:
        """Numbers of the names that share the rarest pairs with `core`, weighted by how rare these are."""
        lists = sorted((self._postings[pair] for pair in _pairs(core) if pair in self._postings), key=len)
        # A pair that thousands of names have (建设, the city) tells nothing and costs most; but a name of nothing else
        # must still find something, so the rarest list is always read.
        common = max(1000, len(self._ids) // 50)
        weights = Counter()
        for place, numbers in enumerate(lists):
            if place and len(numbers) > common:
                break
            weight = math.log(1 + len(self._ids) / len(numbers))
            for number in numbers:
                weights[number] += weight
        return [number for number, _ in heapq.nlargest(_CANDIDATES, weights.items(), key=lambda item: item[1])]


def likely(name: str, candidates: NameIndex | Mapping[Hashable, str], limit: int = 5) -> list[tuple[Hashable, int]]:
    """The `candidates` (id → name, or a NameIndex where there is more than one question) that `name` may mean.

    Returns [(id, score 0-100)], best first, at most `limit`.
    """
    index = candidates if isinstance(candidates, NameIndex) else NameIndex(candidates)
    return index.likely(name, limit)


def _pairs(core: str) -> set[str]:
    """Pairs of neighbours, and pairs one apart: those survive a wrong or missing character in a short name."""
    return {core[at] + core[at + step] for step in (1, 2) for at in range(len(core) - step)} or {core}


def _score(asked: str, known: str) -> float:
    """Likeness of two core names: of the whole, and of what is left without the trade words, in equal parts."""
    if asked == known:
        return 100
    asked_stem, known_stem = _stem(asked), _stem(known)
    whole, stem = fuzz.ratio(asked, known), fuzz.ratio(asked_stem, known_stem)
    score = (whole + stem) / 2
    # A short form (the name without its place or trade) is part of the full one.
    shorter, longer = sorted((asked_stem, known_stem), key=len)
    if len(shorter) >= 2 and shorter in longer:
        score = max(score, 60 + 35 * len(shorter) / len(longer))
    return min(score, 99)
