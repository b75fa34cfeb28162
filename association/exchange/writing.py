"""Set-based writes that keep what save() keeps: version, updated_at, row history."""

import json
from collections.abc import Iterable, Sequence

from django.db import IntegrityError, connection, models
from django.utils import timezone

from association.core.bulk import copy_in

SLICE = 1000


def insert(model: type[models.Model], rows: Sequence[models.Model]) -> None:
    """Insert new rows and give them their keys: by COPY on PostgreSQL, by bulk_create elsewhere."""
    rows = list(rows)
    if not rows:
        return
    if connection.vendor != "postgresql":
        model._base_manager.bulk_create(rows, batch_size=SLICE)
        return
    now = timezone.now()
    fields = list(model._meta.concrete_fields)
    if isinstance(model._meta.pk, models.AutoField):
        _give_keys(model, rows)
    for field in fields:
        if getattr(field, "auto_now", False):
            for row in rows:
                setattr(row, field.attname, now)
    values = [_value_of(field) for field in fields]
    copy_in(model, [field.name for field in fields], ([value(row) for value in values] for row in rows))
    for row in rows:
        row._state.adding, row._state.db = False, "default"


def _give_keys(model, rows):
    """Take keys from the table's sequence beforehand, since COPY returns none."""
    pk = model._meta.pk
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [f'"{model._meta.db_table}"', pk.column, len(rows)],
        )
        for row, (key,) in zip(rows, cursor.fetchall(), strict=True):
            setattr(row, pk.attname, key)


def _value_of(field):
    name = field.attname
    if isinstance(field, models.JSONField):
        return lambda row: json.dumps(getattr(row, name), ensure_ascii=False)
    return lambda row: getattr(row, name)


class Stale(IntegrityError):
    """A row was changed or removed between reading and writing: whoever judged it has to look again."""


def update(rows: Iterable[models.Model], fields: Iterable[str]) -> None:
    """Write `fields` of changed rows of one model; see update_each()."""
    fields = frozenset(fields)
    update_each((row, fields) for row in rows)


def update_each(changed: Iterable[tuple[models.Model, Iterable[str]]]) -> None:
    """Write rows of one model, each its own fields and nothing else, onto the versions that were read.

    On PostgreSQL one UPDATE … FROM (VALUES …) a thousand rows with the same fields, elsewhere executemany. Raises Stale
    where a row is not any more what was read; the caller's transaction then has to go back.
    """
    groups: dict[frozenset[str], dict[int, models.Model]] = {}
    for row, fields in changed:
        groups.setdefault(frozenset(fields), {})[id(row)] = row
    for fields, rows in groups.items():
        rows = list(rows.values())
        for at in range(0, len(rows), SLICE):
            _write(rows[at : at + SLICE], fields)


def _write(rows: Sequence[models.Model], names: frozenset[str]) -> None:
    model, now = type(rows[0]), timezone.now()
    stamped = {"updated_at"} if hasattr(rows[0], "updated_at") else set()
    fields = [model._meta.get_field(name) for name in sorted({*names, *stamped} - {"version"})]
    values = [
        [row.pk, row.version, *(now if field.name in stamped else getattr(row, field.attname) for field in fields)]
        for row in rows
    ]
    prepared = [
        [pk, version, *(field.get_db_prep_save(one, connection) for field, one in zip(fields, rest, strict=True))]
        for pk, version, *rest in values
    ]
    write = _update_from_values if connection.vendor == "postgresql" else _update_one_by_one
    if write(model, fields, prepared) != len(rows):
        raise Stale(f"{model._meta.label}: some of {len(rows)} rows were changed or removed meanwhile")
    for row in rows:
        row.version += 1
        if stamped:
            row.updated_at = now


def _update_from_values(model, fields, prepared) -> int:
    quote, marks = connection.ops.quote_name, f"({', '.join(['%s'] * (len(fields) + 2))})"
    sets = [f"{quote(field.column)} = v.column{place}::{_cast(field)}" for place, field in enumerate(fields, 3)]
    sql = (
        f"UPDATE {quote(model._meta.db_table)} AS t SET {', '.join([*sets, 'version = t.version + 1'])} "
        f"FROM (VALUES {', '.join([marks] * len(prepared))}) AS v "
        f"WHERE t.{quote(model._meta.pk.column)} = v.column1 AND t.version = v.column2"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [value for row in prepared for value in row])
        return cursor.rowcount


def _cast(field) -> str:
    """The column's type; text for varchar(n), which would cut what is too long instead of refusing it."""
    kind = field.db_type(connection)
    return "text" if kind.startswith("varchar") else kind


def _update_one_by_one(model, fields, prepared) -> int:
    quote = connection.ops.quote_name
    sets = [*(f"{quote(field.column)} = %s" for field in fields), "version = version + 1"]
    sql = (
        f"UPDATE {quote(model._meta.db_table)} SET {', '.join(sets)} "
        f"WHERE {quote(model._meta.pk.column)} = %s AND version = %s"
    )
    with connection.cursor() as cursor:
        cursor.executemany(sql, [[*rest, pk, version] for pk, version, *rest in prepared])
        return cursor.rowcount


def keep_history(rows: Sequence[models.Model], *, new: bool, by, reason: str, kind: str = "") -> None:
    """Row history (simple-history) of rows written set-based, as its own save hook would have written it.

    `kind`: "-" for rows that are about to be removed.
    """
    if not rows:
        return
    history = type(rows[0]).history.model
    tracked = [field.attname for field in history.tracked_fields]
    now = timezone.now()
    insert(
        history,
        [
            history(
                history_date=now, history_type=kind or ("+" if new else "~"), history_user=by, history_change_reason=reason,
                **{name: getattr(row, name) for name in tracked},
            )
            for row in rows
        ],
    )  # fmt: skip
