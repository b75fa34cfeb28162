"""Find parties on file that may be one (疑似重复): same organisation code, same or similar names, same person.

Every party against every other would be five milliards of comparisons at 100,000; so names are put into boxes by what
tells them apart (their stem, the stem without one of its characters, its end), and only what shares a box is compared.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count
from rapidfuzz import fuzz

from association.accounts.roles import Right
from association.accounts.rules import may
from association.core.similarity import stem_of
from association.core.text import core_name
from association.inbox.actions import keep_todo
from association.jobs import actions as jobs
from association.jobs.models import Job
from association.jobs.registry import worker
from association.parties.models import Party, PartyName

from .models import Duplicate, Firm, MembershipRules, Person

PAGE_URL = "/admin/members/duplicate/"
LEAST = 80  # of 100: likeness of names from which a pair is listed
BOX = 40  # names in a box, above which what they share tells nothing
SAME_PERSON = 6  # firms with one person and telephone, above which it is somebody who files for many
READ, WRITE = 10_000, 1000
_ORDINALS = re.compile(r"[\d一二三四五六七八九十百]+")
SAME_CODE, SAME_NAME, ALIKE, PERSON = "组织机构代码相同", "用过同一个名称", "名称相近", "法定代表人和电话相同"
_SCORES = {SAME_CODE: 100, SAME_NAME: 98, PERSON: 90}

Pairs = dict[tuple[int, int], dict[str, int]]  # (first, second) → {reason: score}


def start_search(*, by, back_url: str = "") -> Job:
    """Look through everything on file; `by` None is the clock. Raises PermissionDenied."""
    if by is not None and not may(Right.MEMBERS)(by):
        raise PermissionDenied("您没有维护企业档案的权限。")
    return jobs.start(
        "members.duplicates",
        by=by,
        title="查找疑似重复的单位",
        once_key="members.duplicates",
        args={},
        back_url=back_url,
    )


@worker("members.duplicates")
def search(job):
    """Writes the pairs anew; what somebody said of a pair (不是同一家) stays. Running it twice changes nothing."""
    pairs: Pairs = defaultdict(dict)
    total = Party.objects.living().count()
    yield 0, total, "核对代码"
    _note(pairs, same_code(), SAME_CODE)
    _note(pairs, same_person(), PERSON)
    names = _Names()
    for done in names.read():
        yield min(done, total), total, "比较名称"
    for at, found in enumerate(names.pairs()):
        for reason, score, pair in found:
            pairs[pair][reason] = max(score, pairs[pair].get(reason, 0))
        if at % 200 == 0:
            yield total, total, "比较名称"
    _leave_out_branches(pairs)
    keys = sorted(pairs)
    for at in range(0, len(keys), WRITE):
        with transaction.atomic():
            _keep({key: pairs[key] for key in keys[at : at + WRITE]})
        yield total, total, "登记结果"
    with transaction.atomic():
        _forget(set(keys))
        keep_line()
    return {"疑似重复": Duplicate.objects.open().count()}


def keep_line():
    """One line in the inbox as long as somebody has to look at pairs. To be called last: others wait for it."""
    count = Duplicate.objects.open().count()
    keep_todo(
        MembershipRules.current(), kind="members.duplicates", label="核对疑似重复的单位", title=f"{count} 对单位疑似重复",
        url=PAGE_URL, once_key="members.duplicates", count=count, right=Right.MEMBERS,
    )  # fmt: skip


def _note(pairs: Pairs, found: Iterable[tuple[int, int]], reason: str):
    for pair in found:
        pairs[pair][reason] = _SCORES[reason]


def _pairs_of(groups: Iterable[Iterable[int]]) -> Iterator[tuple[int, int]]:
    for group in groups:
        yield from combinations(sorted(set(group)), 2)


def same_code() -> Iterator[tuple[int, int]]:
    """Parties whose codes hold the same organisation code."""
    living = Party.objects.living().exclude(org_code="")
    codes = living.order_by().values("org_code").annotate(n=Count("pk")).filter(n__gt=1).values("org_code")
    groups = defaultdict(list)
    for code, pk in living.filter(org_code__in=codes).values_list("org_code", "pk"):
        groups[code].append(pk)
    return _pairs_of(groups.values())


def same_person() -> Iterator[tuple[int, int]]:
    """Firms with the same legal representative and the same telephone, of their contact or of somebody else there."""
    groups = defaultdict(set)
    living = Firm.objects.filter(party__merged_into=None).exclude(legal_representative="")
    for name, phone, pk in living.exclude(contact_phone="").values_list("legal_representative", "contact_phone", "pk"):
        groups[name, phone].add(pk)
    others = Person.objects.filter(firm__in=living).exclude(phone="")
    for name, phone, pk in others.values_list("firm__legal_representative", "phone", "firm"):
        groups[name, phone].add(pk)
    return _pairs_of(group for group in groups.values() if 1 < len(group) <= SAME_PERSON)


class _Names:
    """The names of living parties in boxes."""

    def __init__(self):
        self._names: list[tuple[int, str, str]] = []  # party, core, stem
        self._boxes: dict[str, list[int]] = defaultdict(list)
        self._keys: dict[str, set[int]] = defaultdict(set)

    def read(self) -> Iterator[int]:
        rows = PartyName.objects.filter(party__merged_into=None).order_by("pk")
        for done, (pk, key, name) in enumerate(rows.values_list("party", "name_key", "name").iterator(READ), 1):
            self._keys[key].add(pk)
            number, stem = len(self._names), stem_of(name)
            self._names.append((pk, core_name(name), stem))
            for box in _boxes(stem):
                self._boxes[box].append(number)
            if done % READ == 0:
                yield done

    def pairs(self) -> Iterator[list[tuple[str, int, tuple[int, int]]]]:
        """[(reason, score, (first, second))] a box."""
        yield [
            (SAME_NAME, _SCORES[SAME_NAME], pair) for pair in _pairs_of(g for g in self._keys.values() if len(g) > 1)
        ]
        for numbers in self._boxes.values():
            if not 1 < len(numbers) <= BOX:
                continue
            found = []
            for one, other in combinations(numbers, 2):
                a, b = self._names[one], self._names[other]
                if a[0] != b[0] and (score := likeness(a[1:], b[1:])) >= LEAST:
                    found.append((ALIKE, score, (min(a[0], b[0]), max(a[0], b[0]))))
            if found:
                yield found


def _boxes(stem: str) -> set[str]:
    """The stem, and from three characters on the stem without each one; from four on its last two or three."""
    found = {stem}
    if len(stem) >= 3:
        found |= {stem[:at] + stem[at + 1 :] for at in range(len(stem))}
    if len(stem) >= 4:
        found |= {stem[-2:], stem[-3:]}
    return found


def likeness(one: tuple[str, str], other: tuple[str, str]) -> int:
    """0-100 of two names as (core, stem): of the whole and of what tells them apart. 0 where only the numbers differ."""
    (core, stem), (core2, stem2) = one, other
    if core == core2:
        return 97
    if _ORDINALS.findall(core) != _ORDINALS.findall(core2):
        return 0  # 第一分公司 and 第二分公司 are two
    shorter, longer = sorted((stem, stem2), key=len)
    apart = 100 if stem == stem2 or (len(shorter) >= 2 and longer.endswith(shorter)) else fuzz.ratio(stem, stem2)
    return min(96, round((fuzz.ratio(core, core2) + apart) / 2))


def _leave_out_branches(pairs: Pairs):
    """A head office and its branches, branches of one head office, and a branch beside a firm are no doubles by name."""
    keys = sorted({pk for pair in pairs for pk in pair})
    kinds: dict[int, tuple[str, int | None]] = {}
    for at in range(0, len(keys), 500):
        rows = Party.objects.filter(pk__in=keys[at : at + 500]).values_list("pk", "kind", "parent")
        kinds |= {pk: (kind, parent) for pk, kind, parent in rows}
    for pair in list(pairs):
        (kind, parent), (kind2, parent2) = kinds[pair[0]], kinds[pair[1]]
        kin = parent == pair[1] or parent2 == pair[0] or (parent is not None and parent == parent2)
        if kin or kind != kind2:
            del pairs[pair]


def _keep(pairs: Pairs):
    rows = [
        Duplicate(first_id=first, second_id=second, reasons=list(reasons), score=max(reasons.values()))
        for (first, second), reasons in pairs.items()
    ]
    known = {(row.first_id, row.second_id): row for row in _known(pairs)}
    Duplicate.objects.bulk_create(
        [row for row in rows if (row.first_id, row.second_id) not in known], ignore_conflicts=True
    )
    for row in rows:
        old = known.get((row.first_id, row.second_id))
        if old is not None and (old.reasons, old.score) != (row.reasons, row.score):
            Duplicate.objects.filter(pk=old.pk).update(reasons=row.reasons, score=row.score)


def _known(pairs: Pairs) -> Iterator[Duplicate]:
    firsts = sorted({first for first, _second in pairs})
    for at in range(0, len(firsts), 500):
        yield from Duplicate.objects.filter(first__in=firsts[at : at + 500])


def _forget(keys: set[tuple[int, int]]):
    """Pairs that are alike no more go, but for those of which somebody said something."""
    rows = Duplicate.objects.filter(dismissed_at=None).values_list("pk", "first", "second")
    gone = [pk for pk, first, second in rows if (first, second) not in keys]
    for at in range(0, len(gone), 500):
        Duplicate.objects.filter(pk__in=gone[at : at + 500]).delete()


def last_search() -> Job | None:
    return Job.objects.filter(kind="members.duplicates", state=Job.State.DONE).order_by("-finished_at").first()
