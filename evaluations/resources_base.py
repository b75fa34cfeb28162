"""What the imports about firms share: identity, matching, and the firm as written."""

import hashlib
from collections.abc import Sequence

from django.db.models import Q

from association.exchange.kinds import CleanRow, Judged, Session, V
from association.exchange.models import ImportBatch
from association.exchange.writing import insert, update

from .actions import ask_to_rate_again
from .matching import Finder, key_of, refresh_todo
from .models.inputs import Matched


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

    # -- judging

    def judge(self, rows: Sequence[CleanRow]) -> list[Judged]:
        built = {}  # by the row itself: two sheets of a file have rows of the same number
        for row in rows:
            if not row.problems:
                thing = self.build(row)
                if not row.problems:
                    built[id(row)] = thing
        for row in rows:
            if id(row) in built:
                self._identify(row, built[id(row)])
        known = self._known(built.values())
        finder = Finder(self.model, built.values())
        return [
            Judged(row, V.REJECTED, problems=row.problems)
            if id(row) not in built
            else self._judge(row, built[id(row)], known, finder)
            for row in rows
        ]

    def skip(self, rows):
        self.judge(rows)

    def _identify(self, row: CleanRow, thing: Matched):
        key = self.key(row, thing)
        if self.numbered(thing):
            self.counts[key] = self.counts.get(key, 0) + 1
            key = (*key, self.counts[key])
        thing.identity = digest(*key)

    def _known(self, built) -> dict[str, Matched]:
        identities = [thing.identity for thing in built]
        return {row.identity: row for row in self.model.objects.filter(identity__in=identities, **self.scope())}

    def _judge(self, row: CleanRow, thing: Matched, known, finder) -> Judged:
        found = finder.find(thing)
        earlier = self.earlier(thing, found, known)
        if earlier is not None and self.is_another(earlier, thing, found):
            thing.identity = digest("several", thing.identity, thing.name_key)
            earlier = self.seen.get(thing.identity) or self._known([thing]).get(thing.identity)
        if earlier is None:
            thing.party_id, thing.matched_by, thing.dismissed = found.party_id, found.by, found.dismissed
            self.seen[thing.identity] = thing
            waits = found.party_id is None and not found.dismissed
            return Judged(row, V.WAITING if waits else V.CREATED, subject=thing, shown=thing.raw_name or thing.raw_code)
        return self._same_again(row, earlier, thing, found)

    def earlier(self, thing: Matched, found, known) -> Matched | None:
        """The row that this one is again: of this file, or of an earlier one."""
        return self.seen.get(thing.identity) or known.get(thing.identity)

    def is_another(self, earlier: Matched, thing: Matched, found) -> bool:
        """Whether a row of the same identity is about another firm after all (one document that names two firms)."""
        if earlier.party_id and found.party_id:
            return earlier.party_id != found.party_id
        return thing.identity in self.seen and earlier.name_key != thing.name_key

    def _same_again(self, row: CleanRow, earlier: Matched, thing: Matched, found) -> Judged:
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
            earlier.party_id, earlier.matched_by = found.party_id, found.by
            changed += ["party_id", "matched_by"]
        waits = earlier.party_id is None and not earlier.dismissed and not earlier.voided_at
        verdict = V.WAITING if waits else V.UPDATED if changed else V.UNCHANGED
        if in_file and earlier.pk is None:
            changed = []  # the row of the same file that is about to be written carries the change itself
        if changed:
            earlier.raw = thing.raw
        return Judged(
            row, verdict, subject=earlier, changed=tuple(changed), shown=earlier.raw_name or earlier.raw_code,
            before={n: value if value is None or isinstance(value, dict) else str(value) for n, value in before.items()},
        )  # fmt: skip

    # -- writing

    def write(self, judged: Sequence[Judged]):
        new = [one.subject for one in judged if one.subject is not None and one.subject.pk is None]
        new = list({id(thing): thing for thing in new}.values())
        for thing in new:
            thing.batch = self.batch
        insert(self.model, new)
        changed = {one.subject.pk: one for one in judged if one.changed}
        fields = {name for one in changed.values() for name in one.changed}
        update([one.subject for one in changed.values()], {*fields, "raw"})

    def finish(self):
        refresh_todo()
        changed = Q(created__gt=0) | Q(updated__gt=0) | Q(waiting__gt=0)
        if self.batch is not None and ImportBatch.objects.filter(changed, pk=self.batch.pk).exists():
            ask_to_rate_again(round_=getattr(self, "round", None))

    def firm_as_written(self, row: CleanRow) -> dict:
        """The columns that every kind has: name, code and the row as it came."""
        name = row.values.get("name") or ""
        code = row.values.get("code") or row.values.get("org_code") or ""
        if not name and not code:
            row.problems.append({"column": "企业名称", "value": "", "reason": "请填写企业名称或统一社会信用代码"})
        return {"raw_name": name[:120], "name_key": key_of(name), "raw_code": code[:40], "raw": row.raw}
