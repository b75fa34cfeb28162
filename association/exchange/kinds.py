"""Import kinds (导入种类): what a kind of file is, and the session that judges and writes its rows.

Apps above register theirs; the pipeline reads, cleans, calls `judge` for a slice of rows and, outside a dry run, `write`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from association.accounts.roles import Right
from association.accounts.rules import may
from association.documents.registry import name_kind, offer_guard
from association.parties.registry import offer_listener

from .columns import Column
from .models import ImportBatch, ImportRow

V = ImportRow.Verdict
REMATCHED = 200  # keys a transaction: each may have many rows that wait


@dataclass(slots=True)
class CleanRow:
    """A row of the file: its number there (from 1), cleaned values by column key, all cells as text, cell problems."""

    number: int
    values: dict[str, Any]
    raw: dict[str, str]
    problems: list[dict] = field(default_factory=list)
    sheet: str = ""  # only where the file has several

    @property
    def place(self) -> str:
        """第 5 行; of a file with several sheets 「一季度」第 5 行."""
        return f"「{self.sheet}」第 {self.number} 行" if self.sheet else f"第 {self.number} 行"


@dataclass(slots=True)
class Judged:
    """The verdict on a row and what `write` needs. `shown` is the firm as written, for the list of those that wait;

    `means`: the name to suggest firms for, where it is another one (a person who pays for a firm); `why` it waits, where
    that is not for want of a firm of that name.
    """

    row: CleanRow
    verdict: str
    subject: Any = None
    changed: tuple[str, ...] = ()
    before: dict = field(default_factory=dict)
    problems: list[dict] = field(default_factory=list)
    shown: str = ""
    means: str = ""
    why: str = ""
    extra: Any = None


def problem(column: str, value: object, reason: str) -> dict:
    return {"column": column, "value": "" if value is None else str(value)[:120], "reason": reason}


def rejected(row: CleanRow, *problems: dict) -> Judged:
    return Judged(row, V.REJECTED, problems=[*row.problems, *problems])


class Session:
    """One import under way. `judge` only reads; it remembers what the file itself said before (`skip` does just that)."""

    def __init__(self, options: dict, by, batch=None):
        self.options, self.by, self.batch = options, by, batch

    def judge(self, rows: Sequence[CleanRow]) -> list[Judged]:
        raise NotImplementedError

    def skip(self, rows: Sequence[CleanRow]):
        """Rows of this file that an interrupted import has through already, without those it rejected."""
        self.judge(rows)

    def write(self, judged: Sequence[Judged]):
        raise NotImplementedError

    def last_steps(self) -> Iterator:
        """After the last row, what may take long (matching others' rows): a generator. The pipeline puts each step, up to
        a yield, into a transaction of its own and tells that it lives; each must be right to do twice."""
        return iter(())

    def remarks(self) -> list[str]:
        """Sentences on the file as a whole, once every row was judged or skipped."""
        return []

    def finish(self):
        """Once, after the last steps, in a transaction of its own. Quick."""


@dataclass(frozen=True)
class Option:
    """What a kind may ask for beside the file: on the command line --name, in the admin a field with this label."""

    name: str
    label: str
    example: str = ""
    type: type = str


OPTIONS = {
    option.name: option
    for option in (
        Option("round", "评价年度", "2020", int),
        Option("source", "信用信息来源", "住建"),
        Option("number", "发布文号", "某建发〔2021〕5 号"),
        Option("date", "发布日期", "2021-05-20"),
        Option("change", "换届或届中调整", "3", int),
    )
}


class ImportKind:
    """Subclass and register(). `options`: the names in OPTIONS that the kind asks for, `needs` those it cannot do without.

    `waiting_url`: the page on which a person says which firm a waiting row means. `examples`: what the template shows
    for a column, by its key. `about_waiting`: what is to be known of rows that wait before they are written.
    """

    name: str
    label: str
    about: str = ""
    right: Right = Right.IMPORT
    options: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    session: type[Session]
    examples: Mapping[str, str] = {}
    waiting_url: str = ""
    about_waiting: str = (
        "名称和代码在企业档案里都对不上。导入以后再选定是哪一家，或确认不是；选定一次，以后同一来源的同一名称自动对应。"
    )
    tells_absent: bool = True  # False where files have this column or that, and no row of ours loses anything
    order: int = 50  # among the kinds on the page

    def layouts(self, options: dict) -> dict[str, Sequence[Column]]:
        """Column layouts by name; with several, the file's own columns tell which one it has."""
        raise NotImplementedError

    def settle(self, options: dict, layout: str) -> dict:
        """The options complete: the round checked, the source told from the layout. Raises jobs.Refused."""
        return options

    def told_above(self, rows: Sequence[Sequence]) -> dict:
        """What the rows above the header say, as options: the account of a bank statement."""
        return {}

    def choices(self, option: str) -> Sequence[tuple[str, str]]:
        """[(value, words)] that an option can have on a page, the usual one first; none: it is typed."""
        return ()

    def shown(self, option: str, value) -> str:
        """What an option was set to, as staff read it."""
        return str(value)

    def give_back(self, rows: Sequence[ImportRow], *, batch, by) -> dict[int, str]:
        """Undo what these rows of a batch did, in the caller's transaction: {key of an ImportRow: why it stays}.

        Rows come in the reverse order of their writing. What changed since or is used by something published stays.
        """
        raise NotImplementedError

    def given_back(self, batch, *, by):
        """Once, after the last row went back: match again, ask to rate again, raise the public stamp."""


_kinds: dict[str, ImportKind] = {}
_rematchers: list = []
_releasers: list = []


def register(kind: type[ImportKind]) -> type[ImportKind]:
    """Class decorator."""
    if kind.name in _kinds:
        raise ValueError(f"import kind {kind.name} is registered twice")
    _kinds[kind.name] = kind()
    return kind


def kind_named(name: str) -> ImportKind:
    return _kinds[name]


def all_kinds() -> tuple[ImportKind, ...]:
    return tuple(_kinds.values())


def may_read(user, kind: ImportKind) -> bool:
    """Whether a person may read files of a kind, with the people's data in them."""
    return may(kind.right)(user) or (may(Right.IMPORT)(user) and may(Right.PERSONAL)(user))


def readable_kinds(user) -> list[str] | None:
    """The names of the kinds whose files a person may read; None for all."""
    if may(Right.IMPORT)(user) and may(Right.PERSONAL)(user):
        return None
    held = {right for right in {kind.right for kind in all_kinds()} if may(right)(user)}
    return [kind.name for kind in all_kinds() if kind.right in held]


def _import_files(user) -> Q:
    batches = ImportBatch.objects.visible_to(user).readable_by(user)
    return Q(pk__in=batches.values("document"))


offer_guard("import", _import_files)
name_kind("import", "导入的文件")
name_kind("export", "导出的文件")


def register_rematcher(function):
    """`function(names=…, codes=…)` looks again at rows that wait, after parties with these name keys or codes changed."""
    _rematchers.append(function)
    return function


def rematch(*, names: Iterable[str] = (), codes: Iterable[str] = ()):
    names, codes = set(names), set(codes)
    if names or codes:
        for function in _rematchers:
            function(names=names, codes=codes)


offer_listener(rematch)


def rematch_in_steps(*, names: Iterable[str] = (), codes: Iterable[str] = ()) -> Iterator[None]:
    """rematch() for Session.last_steps: some hundred keys a step."""
    for part, found in (("names", sorted(set(names))), ("codes", sorted(set(codes) - {""}))):
        for at in range(0, len(found), REMATCHED):
            rematch(**{part: found[at : at + REMATCHED]})
            yield


def register_releaser(function):
    """`function(party_ids)` gives up what was matched to these parties by itself: they may be about to go."""
    _releasers.append(function)
    return function


def release(party_ids: Iterable[int]):
    party_ids = list(party_ids)
    for function in _releasers if party_ids else ():
        function(party_ids)
