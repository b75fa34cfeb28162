"""What a merger of two parties (合并) would do: the rows that move, and where only one of two can go on.

Keys to a party are found in the model registry; what happens to a row is its model's word (merge_rules).
"""

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from functools import cache

from django.apps import apps
from django.db import models

from .merge_rules import WhenMerged, rule_of
from .models import Party, PartyName

OURS, THEIRS = "ours", "theirs"  # of the party that goes on, of the one merged into it
SLICE = 500  # below SQLite's limit on variables
_LABELS = {"parties.party.parent": "分公司", "parties.party.merged_into": "此前并入的单位"}


@cache
def party_keys() -> tuple[models.ForeignKey, ...]:
    """Every foreign key to Party, or to a model that shares its key (Firm), by model and name: the order of all locks."""
    parties = {Party}
    for model in apps.get_models():
        pk = model._meta.pk
        if isinstance(pk, models.OneToOneField) and pk.related_model is Party:
            parties.add(model)
    found = [
        field
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.concrete_fields
        if isinstance(field, models.ForeignKey) and field.related_model in parties and not field.primary_key
    ]
    return tuple(sorted(found, key=name_of))


def name_of(field) -> str:
    return f"{field.model._meta.label_lower}.{field.name}"


def live_keys() -> list[models.ForeignKey]:
    return [field for field in party_keys() if rule_of(field) is not WhenMerged.STAYS]


def key_of(row) -> tuple[type[models.Model], int]:
    return type(row), row.pk


@dataclass
class Collision:
    """Two rows of which only one can go on. `key` names the question in a form; `over`: the keys that both share."""

    field: models.ForeignKey
    theirs: models.Model
    ours: models.Model
    seen: bool = True
    over: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return f"{self.field.model._meta.label_lower}:{self.theirs.pk}"

    @property
    def label(self) -> str:
        """「参评企业（2020 年度…）」: two firms may collide in several rounds."""
        about = "、".join(str(getattr(self.ours, name)) for name in self.over)
        return f"{self.field.model._meta.verbose_name}{f'（{about}）' if about else ''}"


class Plan:
    """Everything live of `merged`. `lock`: in the caller's transaction, rows are locked in a fixed order."""

    def __init__(self, merged: Party, into: Party, *, lock: bool = False):
        self.merged, self.into, self._lock = merged, into, lock
        self.rows: dict[models.ForeignKey, list] = {}
        self.collisions: list[Collision] = []
        for field in live_keys():
            rows = self._rows_of(field, merged)
            if field.model is PartyName:
                rows = self._without_twins(rows)
            self.rows[field] = rows
            for constraint in _uniques(field) if rows else ():
                self._collide(field, constraint)

    def _rows_of(self, field, party) -> list:
        return self._read(field.model._base_manager.filter(**{field.name: party.pk}))

    def _read(self, rows: models.QuerySet) -> list:
        """Locked first, read afterwards: what a lock waited for may have changed what the row is joined with."""
        rows = rows.order_by("pk")
        if self._lock:
            keys = list(rows.select_for_update(of=("self",)).values_list("pk", flat=True))
            rows = rows.model._base_manager.filter(pk__in=keys).order_by("pk") if len(keys) < SLICE else rows
        related = [f.name for f in rows.model._meta.concrete_fields if isinstance(f, models.ForeignKey)]
        return list(rows.select_related(*related))

    def _without_twins(self, rows) -> list:
        """A name that the other party has too stays where it is."""
        borne = set(PartyName.objects.filter(party=self.into.pk).values_list("name_key", flat=True))
        return [row for row in rows if row.name_key not in borne]

    def _collide(self, field, constraint):
        others = [field.model._meta.get_field(name).attname for name in constraint.fields if name != field.name]
        moving = {row.pk: row for row in self.rows[field]}
        theirs = _under(field, constraint, pk__in=list(moving)).values_list("pk", *others)
        asked = {tuple(values): moving[pk] for pk, *values in theirs}
        if not asked:
            return
        ours = {
            tuple(getattr(row, name) for name in others): row
            for row in self._read(_under(field, constraint, **{field.name: self.into.pk}))
        }
        keys = (field.model._meta.get_field(name) for name in constraint.fields if name != field.name)
        over = tuple(key.name for key in keys if isinstance(key, models.ForeignKey))
        found = [Collision(field, row, ours[values], over=over) for values, row in asked.items() if values in ours]
        if rule_of(field) is WhenMerged.MOVES_UNLESS_TWIN:
            twins = {one.theirs.pk for one in found}
            self.rows[field] = [row for row in self.rows[field] if row.pk not in twins]
        else:
            self.collisions += found

    # -- what a person sees ------------------------------------------------------------------------------------

    def look_as(self, user) -> list[tuple[str, list]]:
        """[(label, rows that the person may see)]; of the others not even how many. Marks collisions as seen or not."""
        hidden: dict[type, set] = defaultdict(set)
        groups = []
        for field, rows in self.rows.items():
            seen = _seen(field.model, [row.pk for row in rows], user)
            hidden[field.model] |= {row.pk for row in rows} - seen
            shown = [row for row in rows if row.pk in seen]
            if shown:
                label = _LABELS.get(name_of(field), str(field.model._meta.verbose_name_plural))
                groups.append((label, shown))
        for one in self.collisions:
            pair = {one.theirs.pk, one.ours.pk}
            one.seen = _seen(one.field.model, list(pair), user) == pair
        return groups

    @property
    def token(self) -> str:
        """Says whether what was looked at is what would be merged now."""
        parts = [f"{party.pk}:{party.version}" for party in (self.merged, self.into)]
        for field, rows in self.rows.items():
            if rule_of(field) is not WhenMerged.MOVES_FREELY:
                parts += [f"{name_of(field)}:{row.pk}:{row.version}" for row in rows]
        parts += [f"{one.key}:{one.ours.pk}:{one.ours.version}" for one in self.collisions]
        return hashlib.sha256("|".join(parts).encode()).hexdigest()[:24]


def _seen(model, keys, user) -> set:
    rows = model._default_manager.all()
    if hasattr(rows, "visible_to"):
        rows = rows.visible_to(user)
    found = set()
    for at in range(0, len(keys), 500):
        found |= set(rows.filter(pk__in=keys[at : at + 500]).values_list("pk", flat=True))
    return found


def _uniques(field) -> list[models.UniqueConstraint]:
    return [
        one
        for one in field.model._meta.constraints
        if isinstance(one, models.UniqueConstraint) and field.name in one.fields
    ]


def _under(field, constraint, **wanted) -> models.QuerySet:
    """Rows that the constraint speaks of."""
    rows = field.model._base_manager.filter(**wanted)
    return rows.filter(constraint.condition) if constraint.condition is not None else rows


def facts_of(row) -> list[tuple[str, str]]:
    """[(label, words)] that tell a row from its double: numbers, dates, choices, figures; nothing sensitive."""
    told, hidden = [], getattr(row, "SENSITIVE", ())
    for field in row._meta.concrete_fields:
        telling = field.choices or isinstance(field, models.DateField | models.DecimalField) or "number" in field.name
        if not telling or field.name in (*hidden, "created_at", "updated_at") or isinstance(field, models.ForeignKey):
            continue
        value = getattr(row, field.attname)
        if value in (None, ""):
            continue
        words = dict(field.flatchoices).get(value, value) if field.choices else value
        told.append((str(field.verbose_name), f"{words:%Y-%m-%d}" if hasattr(words, "strftime") else str(words)))
    return told
