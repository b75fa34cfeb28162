"""Bank statements (银行流水) into the portal: every line is kept once, whichever file brings it; members' money books itself."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Sequence

from django.utils import timezone

from association.accounts.roles import Right
from association.exchange.kinds import CleanRow, ImportKind, Judged, Session, V, problem, register, rejected
from association.exchange.writing import insert

from ..models import BankLine
from . import bank_file, matching
from .bank_undo import give_back_lines
from .words import in_yuan

D = BankLine.Direction


def _key(line: BankLine) -> str:
    """The 流水号; where a bank numbers each day anew, with the day."""
    day = f"{line.happened_on}:" if len(line.reference) < bank_file.SHORT else ""
    return f"ref:{day}{line.reference}"


class BankSession(Session):
    """A line is known again by its 流水号. Where a file has none, by moment, payer and amount, and which such line of the
    file it is; a statement of another layout may bring it with a 流水号 or without a time of day."""

    def __init__(self, options, by, batch=None):
        super().__init__(options, by, batch)
        self.counts: Counter = Counter()
        self.seen: dict[str, BankLine] = {}
        self.twins: set[int] = set()  # lines on file that a line of this file is

    def judge(self, rows: Sequence[CleanRow]) -> list[Judged]:
        lines = {id(row): self._line(row) for row in rows if not row.problems}
        told = [line for line in lines.values() if line is not None]
        known, near = self._known(told), self._near(told)
        fresh = []
        judged = [self._judge(row, lines.get(id(row)), known, near, fresh) for row in rows]
        waits = [one for one in fresh if one.subject.direction == D.IN]
        for one, (_party, why) in zip(waits, matching.judge([one.subject for one in waits]), strict=True):
            if why:
                one.verdict, one.subject.why, one.shown = V.WAITING, why, one.subject.payer or "（银行未写户名）"
                one.why = why
                one.means = next(iter(matching.named_in(one.subject.memo)), "")
        return judged

    def _line(self, row: CleanRow) -> BankLine | None:
        told = bank_file.read(row.values, row.raw, self.options.get("account", ""))
        if told.line is None:
            row.problems.extend(told.problems)
            return None
        line = told.line
        line.batch = self.batch
        if line.reference:
            line.source_key = _key(line)
        else:
            same = f"{line.happened_at:%Y-%m-%d %H:%M:%S}|{line.direction}|{line.amount:.2f}|{line.payer_key}"
            self.counts[same] += 1
            line.source_key = f"row:{hashlib.sha256(f'{same}|{self.counts[same]}'.encode()).hexdigest()}"
        return line

    @staticmethod
    def _known(lines: Sequence[BankLine]) -> dict[str, BankLine]:
        return {
            line.source_key: line for line in BankLine.objects.filter(source_key__in=[one.source_key for one in lines])
        }

    def _near(self, lines: Sequence[BankLine]) -> dict[tuple, list[BankLine]]:
        """Lines of earlier files that may be one of these though their keys differ: one of the two has no 流水号."""
        found = defaultdict(list)
        days = {line.happened_on for line in lines}
        rows = BankLine.objects.filter(happened_on__in=days, withdrawn_at=None)
        if all(line.reference for line in lines):
            rows = rows.filter(reference="")
        if self.batch is not None:
            rows = rows.exclude(batch=self.batch)
        for line in rows.order_by("pk"):
            found[_facts(line)].append(line)
        return found

    def _judge(self, row: CleanRow, line: BankLine | None, known, near, fresh: list) -> Judged:
        if line is None:
            return Judged(row, V.REJECTED, problems=row.problems)
        earlier = self.seen.get(line.source_key) or known.get(line.source_key) or self._twin(line, near)
        self.seen.setdefault(line.source_key, earlier or line)
        if earlier is None:
            fresh.append(Judged(row, V.CREATED, subject=line))
            return fresh[-1]
        if line.reference and earlier.reference == line.reference and _differs(earlier, line):
            words = f"{earlier.happened_on} {earlier.payer or '未写户名'} {in_yuan(earlier.amount)}"
            return rejected(
                row, problem("交易流水号", line.reference, f"这个流水号已有一笔，内容不同：{words}，请核对")
            )
        return Judged(row, V.UNCHANGED)

    def _twin(self, line: BankLine, near) -> BankLine | None:
        for other in near.get(_facts(line), ()):
            both = line.reference and other.reference
            timed = _timed(line) and _timed(other)
            if both or other.pk in self.twins or (timed and other.happened_at != line.happened_at):
                continue
            self.twins.add(other.pk)
            return other
        return None

    def write(self, judged: Sequence[Judged]):
        insert(BankLine, [one.subject for one in judged if one.subject is not None])

    def last_steps(self):
        return matching.matching()


def _facts(line: BankLine) -> tuple:
    return line.happened_on, line.direction, line.amount, line.payer_key


def _timed(line: BankLine) -> bool:
    at = timezone.localtime(line.happened_at)
    return bool(at.hour or at.minute or at.second)


def _differs(one: BankLine, other: BankLine) -> bool:
    """Whether a number stands for two things; a name that one of the files leaves out tells nothing."""
    named = one.payer_key and other.payer_key and one.payer_key != other.payer_key
    return bool(named) or (one.direction, one.amount) != (other.direction, other.amount)


@register
class _BankLines(ImportKind):
    name = "bank-lines"
    order = 7
    label = "银行流水"
    about = (
        "开户银行的交易明细。会员户名完全一致的收款自动记到该会员名下，其余等待认领；"
        "同一流水号只记一次，几个文件重叠也没有关系。支出、利息留存备查。"
    )
    right = Right.DUES
    session = BankSession
    tells_absent = False
    waiting_url = matching.WAITING_URL
    about_waiting = "付款户名不是会员，或者说不准是哪家的会费。导入以后逐笔认领；认领只管那一笔，不会套用到以后的流水。"
    examples = {
        "at": "2026-03-05 10:20:00", "day": "2026-03-05", "reference": "2026030512345678", "in": "2000.00",
        "payer": "某某建筑工程有限公司", "memo": "2026 年会费", "balance": "102000.00",
    }  # fmt: skip

    def layouts(self, options):
        return {"bank-lines": bank_file.COLUMNS}

    def told_above(self, rows):
        account = bank_file.account_above(rows)
        return {"account": account} if account else {}

    def give_back(self, rows, *, batch, by):
        return give_back_lines(rows, batch=batch, by=by)

    def given_back(self, batch, *, by):
        matching.refresh_todo()
