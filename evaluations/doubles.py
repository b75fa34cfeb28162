"""Rows that say the same of the same firm twice (重复): one counts, the others stay on file as `same_as` it.

Which firm a row is about may be known late, and it may be written in many ways. So what is the same is found again
whenever rows find, change or lose their firm; the order of files and of the roster never matters.
"""

from collections import defaultdict
from collections.abc import Iterable

from association.exchange.writing import update

from .models import AuthorityScore, CreditRecord
from .models.inputs import Matched
from .scoring.exact import printed

_SLICE = 500
Number = tuple[str, str]  # source, document number for comparing


def numbers_of(rows: Iterable[Matched]) -> set[Number]:
    """The document numbers that rows of any model give."""
    return {(row.source, row.number_key) for row in rows if isinstance(row, CreditRecord) and row.number_key}


def settle(numbers: Iterable[Number]) -> None:
    """Of records with one document number about one firm, one counts: the first that says what was said last.

    So a later file's 是否修复 holds for the document however it writes the firm. A corrected record always counts; that
    a record is void does not make its double count.
    """
    by_source = defaultdict(set)
    for source, number in numbers:
        by_source[source].add(number)
    for source, keys in by_source.items():
        keys = sorted(keys)
        for at in range(0, len(keys), _SLICE):
            _settle(CreditRecord.objects.filter(source=source, number_key__in=keys[at : at + _SLICE]))


def _settle(records) -> None:
    groups, heads = defaultdict(list), {}
    for row in records.select_for_update(of=("self",)).order_by("told_at", "pk"):
        groups[(row.number_key, row.party_id)].append(row)
    for (_number, party), rows in groups.items():
        head = None if party is None else _head(rows)
        heads |= {row: None if row is head else head for row in rows}
    changed = []
    for row, head in heads.items():
        if row.same_as_id != (head.pk if head else None):
            row.same_as = head
            changed.append(row)
    update(changed, ["same_as"])


def _head(rows: list[CreditRecord]) -> CreditRecord:
    head = rows[0]
    for row in rows[1:]:
        if _statement(row) != _statement(head):
            head = row
    corrected = [row for row in rows if row.corrected]
    return corrected[-1] if corrected else head


def _statement(row: CreditRecord) -> tuple:
    return row.date, row.fact, row.amount, row.counterparty, row.repaired


class Seats:
    """Which score counts for a firm in a round: one. An equal one of another writing is its double, another waits.

    Locks what it reads, for the caller's transaction, unless nothing will be written (`lock`).
    """

    def __init__(self, keys: Iterable[tuple[int, int]], *, lock: bool = True):
        """`keys`: (round, party) that rows may take or leave."""
        rounds, parties = {key[0] for key in keys}, {key[1] for key in keys}
        rows = AuthorityScore.objects.counting()
        if lock:
            rows = rows.select_for_update(of=("self",))
        rows = rows.filter(round__in=rounds, party__in=parties) if parties else ()
        self._taken = {(row.round_id, row.party_id): row for row in rows}

    def holder(self, round_id: int, party_id: int | None) -> AuthorityScore | None:
        return self._taken.get((round_id, party_id))

    def take(self, row: AuthorityScore, party_id: int):
        self._taken[(row.round_id, party_id)] = row

    def leave(self, row: AuthorityScore) -> bool:
        """Whether the row had the seat of its firm and gave it up."""
        held = self._taken.get((row.round_id, row.party_id))
        if held is None or held.pk != row.pk:
            return False
        del self._taken[(row.round_id, row.party_id)]
        return True


def taken_by(holder: AuthorityScore) -> str:
    """Why a second score waits, as a sentence."""
    written = holder.raw_name or holder.raw_code
    return (
        f"这家企业本轮已有得分 {printed(holder.score)}（写作「{written}」），与这一行不同；"
        "请核对，要以这一行为准的，先作废已有的得分"
    )
