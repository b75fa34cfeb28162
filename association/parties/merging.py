"""Two parties on file are one (合并): what is live moves to the one that goes on, and back as long as nothing changed.

The merged party keeps `merged_into`; what is frozen stays with it and is read through that.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F
from django.utils import timezone

from association.accounts.roles import Right
from association.accounts.rules import needs
from association.core.enums import Audience
from association.core.journal import record
from association.core.stamp import raise_stamp

from .merge_plan import THEIRS, Plan, key_of, live_keys, name_of
from .merge_rules import WhenMerged, rule_of
from .models import Merge, MergeMove, Party, PartyName
from .naming import fill_derived, numbers_of_merged
from .registry import known_by, merged_rows

PARTY_COLUMNS = ("code", "short_name", "parent")
SLICE = 500
CHANGED = "核对以后资料又有变动，请再核对一遍下面的内容，然后重新提交。"


def check_pair(merged: Party, into: Party):
    """Raises ValidationError with what is the matter where these two cannot become one."""
    if merged.pk == into.pk:
        raise ValidationError("这是同一家单位，请选择另一家。")
    for party in (merged, into):
        if party.merged_into_id:
            done = Merge.objects.select_related("into", "by").filter(merged=party, undone_at=None).first()
            who = f"由{done.by.name}" if done else ""
            raise ValidationError(f"「{party.name}」已经{who}并入「{party.merged_into.name}」，请刷新页面核对。")
    if merged.pk == into.parent_id or into.pk == merged.parent_id:
        raise ValidationError("总公司与分公司是两家单位，不能合并；请先更正总公司。")
    if (merged.kind == Party.Kind.BRANCH) != (into.kind == Party.Kind.BRANCH):
        raise ValidationError("一家是分公司，一家不是，不能合并；请先核对两家的性质。")


def lock_pair(merged: Party, into: Party) -> tuple[Party, Party]:
    """Both rows, locked by their keys' order, for the caller's transaction; checked by check_pair()."""
    rows = Party.objects.select_for_update().order_by("pk")  # without joins: a lock that waited would show old ones
    found = {party.pk: party for party in rows.filter(pk__in=(merged.pk, into.pk))}
    check_pair(found[merged.pk], found[into.pk])
    return found[merged.pk], found[into.pk]


class _Work:
    """Changes under way: where rows go, and the values that some get. Remembers what was before."""

    def __init__(self, plan: Plan, choices: Mapping[str, str], *, by, reason: str):
        self.plan = plan
        self.rows: dict[tuple, models.Model] = {}
        self.goes: dict[tuple, int] = {}  # (field, pk) → the party's key
        self.values: dict[tuple, dict] = defaultdict(dict)
        for field, rows in plan.rows.items():
            for row in rows:
                self.rows[key_of(row)] = row
                self.goes[field, row.pk] = plan.into.pk
        for one in plan.collisions:
            winner, loser = (one.theirs, one.ours) if choices.get(one.key) == THEIRS else (one.ours, one.theirs)
            left = rule_of(one.field) is WhenMerged.MOVES_OR_IS_LEFT
            for row, values in loser.give_way(winner, by=by, reason=reason):
                self.rows.setdefault(key_of(row), row)
                self.values[key_of(row)] |= values
                if left:
                    self._leave(row)

    def _leave(self, row):
        """The row ends with the merged party, wherever it is now."""
        for field in live_keys():
            if field.model is type(row):
                self.goes.pop((field, row.pk), None)
                if getattr(row, field.attname) == self.plan.into.pk:
                    self.goes[field, row.pk] = self.plan.merged.pk

    def name_becomes(self, kind: str):
        """The name that is borne no longer is a former name or an alias."""
        for (model, _pk), values in self.values.items():
            if model is PartyName and "kind" in values:
                values["kind"] = kind

    def write(self):
        for (model, pk), values in self.values.items():
            if values:
                model._base_manager.filter(pk=pk).update(**values)
        _send(self.goes, first=self.plan.merged.pk)
        _touch(self.touched)

    @property
    def touched(self) -> set[tuple]:
        return {(field.model, pk) for field, pk in self.goes} | {key for key, values in self.values.items() if values}

    def moves(self, merge: Merge) -> list[MergeMove]:
        changes: dict[tuple, dict] = {key: {} for key in sorted(self.touched, key=lambda k: (k[0]._meta.label, k[1]))}
        for (field, pk), goal in self.goes.items():
            changes[field.model, pk][field.name] = [getattr(self.rows[field.model, pk], field.attname), goal]
        for key, values in self.values.items():
            for name, value in values.items():
                before = getattr(self.rows[key], self.rows[key]._meta.get_field(name).attname)
                changes[key][name] = [_packed(before), _packed(value)]
        versions = _versions(changes)
        return [
            MergeMove(
                merge=merge, table=model._meta.label_lower, row=pk, values=values, version_after=versions[model, pk]
            )
            for (model, pk), values in changes.items()
        ]


def _packed(value):
    """A value as JSON keeps it; the field's to_python() reads it."""
    if isinstance(value, models.Model):
        return value.pk
    return value if value is None or isinstance(value, bool | int | str | list | dict) else str(value)


def _send(goes: Mapping[tuple, int], *, first: int):
    """Write the new keys. Rows that go to `first` step aside meanwhile (a key nobody has: keys are checked at the end),
    so that two rows can change places under a unique constraint."""
    grouped: dict[tuple, list[int]] = defaultdict(list)
    for (field, pk), goal in goes.items():
        grouped[field, goal].append(pk)
    for (field, goal), keys in grouped.items():
        if goal == first and (field, _other(grouped, field, first)) in grouped:
            for pk in keys:
                field.model._base_manager.filter(pk=pk).update(**{field.attname: -pk})
    for (field, goal), keys in sorted(grouped.items(), key=lambda one: (one[0][1] == first, name_of(one[0][0]))):
        for at in range(0, len(keys), SLICE):
            field.model._base_manager.filter(pk__in=keys[at : at + SLICE]).update(**{field.attname: goal})


def _other(grouped, field, first: int) -> int | None:
    return next((goal for one, goal in grouped if one is field and goal != first), None)


def _touch(keys: Iterable[tuple]):
    now = timezone.now()
    by_model: dict[type, list[int]] = defaultdict(list)
    for model, pk in keys:
        by_model[model].append(pk)
    for model, pks in sorted(by_model.items(), key=lambda one: one[0]._meta.label):
        stamped = {"updated_at": now} if hasattr(model, "updated_at") else {}
        for at in range(0, len(pks), SLICE):
            model._base_manager.filter(pk__in=pks[at : at + SLICE]).update(version=F("version") + 1, **stamped)


def _versions(keys: Iterable[tuple]) -> dict[tuple, int]:
    by_model: dict[type, list[int]] = defaultdict(list)
    for model, pk in keys:
        by_model[model].append(pk)
    found = {}
    for model, pks in by_model.items():
        for at in range(0, len(pks), SLICE):
            rows = model._base_manager.filter(pk__in=pks[at : at + SLICE]).values_list("pk", "version")
            found |= {(model, pk): version for pk, version in rows}
    return found


# -- Merging ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def merge(
    *, merged: Party, into: Party, by, reason: str, choices: Mapping[str, str] | None = None, token: str | None = None,
    name_becomes: str = PartyName.Kind.ALIAS, columns: Mapping[models.Model, Mapping] | None = None,
) -> Merge:  # fmt: skip
    """Make one party of two. `choices`: {Collision.key or "party.<column>": THEIRS} where not ours goes on.

    `token`: Plan.token of what the person looked at. `name_becomes`: what the name is that is borne no longer. `columns`:
    values for rows that share the party's key (Firm), which the caller has locked and checked.
    Raises PermissionDenied, ValidationError (nothing was written; the sentence says why).
    """
    needs(by, Right.MEMBERS, "维护企业档案")
    reason = reason.strip()
    if not reason:
        raise ValidationError({"reason": "请填写合并的原因，例：同一家企业建了两份档案。"})
    choices = choices or {}
    merged, into = lock_pair(merged, into)
    plan = Plan(merged, into, lock=True)
    if token is not None and token != plan.token:
        raise ValidationError(CHANGED)
    work = _Work(plan, choices, by=by, reason=reason)
    work.name_becomes(name_becomes)
    work.write()
    of_parties = _party_columns(plan, choices)
    done = Merge.objects.create(merged=merged, into=into, by=by, reason=reason[:300])
    extra = [_write_columns(row, values, done) for row, values in (columns or {}).items() if values]
    merged_rows(merged=merged, into=into, by=by)
    _tell(merged, into)
    MergeMove.objects.bulk_create([*work.moves(done), *extra, *_party_moves(done, of_parties)], batch_size=1000)
    words = f"「{merged.name}」（{merged.number or '无代码'}）"
    record(
        into,
        "party.merged",
        f"{by.name}把{words}的档案并入本单位",
        by=by,
        party=into,
        audience=Audience.PARTY,
        note=reason,
    )
    record(
        merged, "party.merged-away", f"{by.name}把本单位的档案并入「{into.name}」", by=by, party=merged,
        audience=Audience.PARTY, note=reason,
    )  # fmt: skip
    return done


def _party_columns(plan: Plan, choices) -> dict[Party, dict]:
    """Write both parties; {party: {column: [before, after]}}. Codes are unique, so they change hands in two steps."""
    merged, into = plan.merged, plan.into
    before = {party: {name: _column(party, name) for name in (*PARTY_COLUMNS, "name")} for party in (merged, into)}
    names = [one for one in plan.collisions if one.field.model is PartyName]
    if any(choices.get(one.key) == THEIRS for one in names):
        into.name = merged.name
    if choices.get("party.short_name") == THEIRS:
        into.short_name = merged.short_name
    if choices.get("party.parent") == THEIRS:
        into.parent_id = merged.parent_id
    if choices.get("party.code") == THEIRS and merged.code:
        codes = merged.code, into.code
        Party.objects.filter(pk=merged.pk).update(code=None)
        into.code, merged.code = codes
    merged.merged_into = into
    for party in (into, merged, into):  # once more: it is found by the numbers of the merged one, too
        refound(party)
    found = {
        party: {name: [old, _column(party, name)] for name, old in values.items() if _column(party, name) != old}
        for party, values in before.items()
    }
    found[merged]["merged_into"] = [None, into.pk]
    return found


def _column(party: Party, name: str):
    return getattr(party, Party._meta.get_field(name).attname)


def refound(party: Party):
    """What the party is found by follows its names and numbers, and the numbers of those merged into it."""
    names = PartyName.objects.filter(party=party.pk).exclude(kind=PartyName.Kind.CURRENT).order_by("pk")
    others = [*names.values_list("name", flat=True), *numbers_of_merged(party)]
    fill_derived(party, others).save()


def _write_columns(row, values: Mapping, done: Merge) -> MergeMove:
    """Values of a row that shares the party's key. Its version says nothing: the undo looks at these columns alone."""
    changes = {
        name: [_packed(getattr(row, row._meta.get_field(name).attname)), _packed(value)]
        for name, value in values.items()
    }
    for name, value in values.items():
        setattr(row, name, value)
    row._history_user, row._change_reason = done.by, f"合并：{done.reason}"[:100]
    row.save()
    return MergeMove(merge=done, table=row._meta.label_lower, row=row.pk, values=changes)


def _party_moves(done: Merge, columns: dict[Party, dict]) -> list[MergeMove]:
    return [
        MergeMove(merge=done, table="parties.party", row=party.pk, values=values)
        for party, values in columns.items()
        if values
    ]


def _tell(merged: Party, into: Party):
    parties = (merged.pk, into.pk)
    names = set(PartyName.objects.filter(party__in=parties).values_list("name_key", flat=True))
    known_by(names=names, codes={merged.code, into.code})
    raise_stamp()
