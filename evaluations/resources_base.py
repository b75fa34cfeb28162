"""What the imports about firms share: identity, matching, and the firm as written."""

import hashlib
from collections.abc import Iterable, Sequence

from association.core.codes import is_code, organisation_check, organisation_code
from association.exchange.cells import WrongCode
from association.exchange.kinds import CleanRow, Judged, Session, V, problem
from association.exchange.models import ImportBatch
from association.exchange.writing import insert, update_each

from .actions import ask_to_rate_again
from .matching import Finder, Found, apply, key_of, refresh_todo
from .models.inputs import Matched
from .queries import aside_sentence

_SLICE = 500
_WRONG_CODES = "代码不对、按名称对应的"


def digest(*parts) -> str:
    """A row's identity: stable whatever the file, the row order and the kind of database."""
    return hashlib.sha256("\x1f".join("" if part is None else str(part) for part in parts).encode()).hexdigest()


class MatchedSession(Session):
    """Rows known by their identity; a known row is updated in its facts, its firm stays what it was found to be."""

    model: type[Matched]
    facts: tuple[str, ...]  # fields that a later file updates

    def __init__(self, options, by, batch=None):
        super().__init__(options, by, batch)
        self.seen: dict[str, Matched] = {}
        self.counts: dict[tuple, int] = {}
        self.codes: dict[tuple, str] = {}
        self.parties: set[int] = set()
        self.wrong_codes: list[str] = []

    # -- for subclasses

    def scope(self) -> dict:
        """Filter and fixed fields of the rows of this import (round, source)."""
        raise NotImplementedError

    def build(self, row: CleanRow) -> Matched:
        """An unsaved row. May append to row.problems; then it is rejected."""
        raise NotImplementedError

    def key(self, row: CleanRow, built: Matched) -> tuple:
        """What makes it the same row again, but for the occurrence."""
        raise NotImplementedError

    def numbered(self, built: Matched) -> bool:
        """Whether equal keys within the file are several rows (told apart by their occurrence) or one."""
        return True

    def prepare(self, things: Sequence[Matched], known: dict[str, Matched], finder: Finder):
        """Before a slice is judged: look up what else its rows may meet."""

    # -- judging

    def judge(self, rows: Sequence[CleanRow]) -> list[Judged]:
        if self.batch is not None:
            self.seen = {}  # the slices before stand on file, where a person may have changed them since
        built = self._build(rows)
        known = self._known(built.values())
        finder = Finder(self.model, built.values())
        self.prepare(list(built.values()), known, finder)
        judged = [
            Judged(row, V.REJECTED, problems=row.problems)
            if id(row) not in built
            else self._judge(row, built[id(row)], known, finder)
            for row in rows
        ]
        for one in judged:
            self._note(one)
        return judged

    def skip(self, rows):
        self._build(rows)

    def _build(self, rows: Sequence[CleanRow]) -> dict[int, Matched]:
        """By the row itself: two sheets of a file have rows of the same number."""
        built = {}
        for row in rows:
            if row.problems:
                continue
            thing = self.build(row)
            if not row.problems:
                built[id(row)] = thing
                self._identify(row, thing)
        return built

    def _identify(self, row: CleanRow, thing: Matched):
        key = self.key(row, thing)
        if self.numbered(thing):
            # of two firms of one name and different codes the file has each its own first, second … row
            code = _certain(thing.raw_code)
            other = code if code and self.codes.setdefault(key, code) != code else ""
            self.counts[(key, other)] = self.counts.get((key, other), 0) + 1
            key = (*key, self.counts[(key, other)])
        thing.identity = digest(*key)

    def _known(self, things: Iterable[Matched]) -> dict[str, Matched]:
        """Rows on file by identity; locked while an import writes, so that what a person decides meanwhile stays."""
        things = list(things)
        identities = {thing.identity for thing in things}
        identities |= {_of_another_firm(thing) for thing in things if _certain(thing.raw_code)}
        rows = self.model.objects.filter(identity__in=identities, **self.scope()).order_by("pk")
        if self.batch is not None:
            rows = rows.select_for_update(of=("self",))
        return {row.identity: row for row in rows}

    def _judge(self, row: CleanRow, thing: Matched, known, finder) -> Judged:
        found, earlier = finder.find(thing), self.earlier(thing, known)
        if earlier is None:
            return self.new(row, thing, found)
        return self._same_again(row, earlier, thing, found)

    def new(self, row: CleanRow, thing: Matched, found: Found) -> Judged:
        thing.party_id, thing.matched_by, thing.dismissed = found.party_id, found.by, found.dismissed
        self.seen[thing.identity] = thing
        waits = found.party_id is None and not found.dismissed
        return Judged(row, V.WAITING if waits else V.CREATED, subject=thing, shown=thing.raw_name or thing.raw_code)

    def earlier(self, thing: Matched, known) -> Matched | None:
        """The row that this one is again: of this file, or of an earlier one."""
        found = self.seen.get(thing.identity) or known.get(thing.identity)
        if (
            found is not None
            and found.raw_code != thing.raw_code
            and _certain(found.raw_code)
            and _certain(thing.raw_code)
        ):
            thing.identity = _of_another_firm(thing)
            found = self.seen.get(thing.identity) or known.get(thing.identity)
        return found

    def _same_again(self, row: CleanRow, earlier: Matched, thing: Matched, found: Found) -> Judged:
        in_file = thing.identity in self.seen
        self.seen[thing.identity] = earlier
        # what staff corrected stays as they left it
        told = [name for name in self.facts if name not in earlier.corrected]
        before = {name: getattr(earlier, name) for name in told if getattr(earlier, name) != getattr(thing, name)}
        changed = list(before)
        for name in changed:
            setattr(earlier, name, getattr(thing, name))
        if changed and earlier.voided_at:  # the source says something new of a row that was voided: it counts again
            earlier.voided_at, earlier.void_reason = None, ""
            changed += ["voided_at", "void_reason"]
        if earlier.party_id is None and found.party_id and not earlier.voided_at:
            earlier.party_id, earlier.matched_by, earlier.dismissed = found.party_id, found.by, False
            changed += ["party_id", "matched_by", "dismissed"]
        waits = earlier.party_id is None and not earlier.dismissed and not earlier.voided_at
        verdict = V.WAITING if waits else V.UPDATED if changed else V.UNCHANGED
        if in_file and earlier.pk is None:
            changed = []  # the row of the same file that is about to be written carries the change itself
        if changed:
            earlier.raw = thing.raw
            changed.append("raw")
        return Judged(
            row, verdict, subject=earlier, changed=tuple(changed), shown=earlier.raw_name or earlier.raw_code,
            before={n: value if value is None or isinstance(value, dict) else str(value) for n, value in before.items()},
        )  # fmt: skip

    def _note(self, one: Judged):
        """Say of a row what its reader should know though it was taken: a code that is none."""
        if one.verdict == V.REJECTED:
            return
        if one.subject is not None and one.subject.party_id:
            self.parties.add(one.subject.party_id)
        wrong = next((value for value in one.row.values.values() if isinstance(value, WrongCode)), None)
        if wrong is None:
            return
        self.wrong_codes.append(one.row.place)
        if one.verdict == V.WAITING and not one.problems:
            one.problems = [{"value": one.shown}]
        one.problems = [*one.problems, problem("统一社会信用代码", wrong, f"{wrong.why}；这一行按企业名称对应")]

    # -- writing

    def write(self, judged: Sequence[Judged]):
        new = [one.subject for one in judged if one.subject is not None and one.subject.pk is None]
        new = list({id(thing): thing for thing in new}.values())
        for thing in new:
            thing.batch = self.batch
        insert(self.model, new)
        fields: dict[int, set[str]] = {}
        changed = [one for one in judged if one.changed]
        for one in changed:
            fields.setdefault(one.subject.pk, set()).update(one.changed)
        update_each((thing, fields[pk]) for pk, thing in {one.subject.pk: one.subject for one in changed}.items())

    def last_steps(self):
        """Rows of this file that wait look for their firm again: it may have come in while they were read."""
        if self.batch is None:
            return
        keys = list(self.model.objects.waiting().filter(batch=self.batch).order_by("pk").values_list("pk", flat=True))
        for at in range(0, len(keys), _SLICE):
            apply(self.model, self.model.objects.filter(pk__in=keys[at : at + _SLICE]))
            yield

    def finish(self):
        refresh_todo()
        if self.batch is None:
            return
        batch = ImportBatch.objects.get(pk=self.batch.pk)
        if brought_something(batch):
            ask_to_rate_again(round_=getattr(self, "round", None))

    def remarks(self) -> list[str]:
        told = (self._codes_sentence(), aside_sentence(self.parties, getattr(self, "round", None)))
        return [sentence for sentence in told if sentence]

    def _codes_sentence(self) -> str:
        places = list(dict.fromkeys(self.wrong_codes))
        more = f"等 {len(places)} 行" if len(places) > 5 else ""
        return f"{_WRONG_CODES}：{'、'.join(places[:5])}{more}。请向提供单位核对代码。" if places else ""

    def firm_as_written(self, row: CleanRow) -> dict:
        """The columns that every kind has: name, code and the row as it came."""
        name, code = row.values.get("name") or "", code_of(row)
        if isinstance(code, WrongCode) and not name:
            row.problems.append(problem("统一社会信用代码", code, code.why))
        elif not name and not code:
            row.problems.append({"column": "企业名称", "value": "", "reason": "请填写企业名称或统一社会信用代码"})
        return {"raw_name": name[:120], "name_key": key_of(name), "raw_code": str(code)[:40], "raw": row.raw}


def brought_something(batch: ImportBatch) -> bool:
    """Whether a file that was imported changed what firms are rated by; its rows that wait do so when they find a firm."""
    return bool(batch.created or batch.updated)


def code_of(row: CleanRow) -> str:
    """The code that a row gives, of whatever kind; a wrong one only where it gives no right one."""
    told = [row.values.get(key) for key in ("code", "org_code")]
    right = [code for code in told if code and not isinstance(code, WrongCode)]
    return next(iter([*right, *(code for code in told if code)]), "")


def _certain(code: str) -> str:
    """The code where its check character is right, else ""."""
    if is_code(code):
        return code
    short = organisation_code(code) if len(code) < 18 else ""
    return short if short and short[:8].isalnum() and organisation_check(short[:8]) == short[8] else ""


def _of_another_firm(thing: Matched) -> str:
    """The identity of a row that says the same of a firm of the same name and another code."""
    return digest("several", thing.identity, thing.raw_code)
