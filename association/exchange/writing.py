"""Set-based writes that keep what save() keeps: version, updated_at, row history."""

import json
from collections.abc import Iterable, Sequence

from django.db import connection, models
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
    fields = [field for field in model._meta.concrete_fields]
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


def update(rows: Iterable[models.Model], fields: Iterable[str]) -> None:
    """Write changed rows of one model by INSERT … ON CONFLICT UPDATE, far quicker than an UPDATE with a CASE a row."""
    rows = list(rows)
    if not rows:
        return
    model, now = type(rows[0]), timezone.now()
    names = {*fields, "version"}
    if hasattr(rows[0], "updated_at"):
        names.add("updated_at")
    for row in rows:
        row.version += 1
        row.updated_at = now
    model._base_manager.bulk_create(
        rows, batch_size=SLICE, update_conflicts=True, unique_fields=[model._meta.pk.name], update_fields=sorted(names)
    )


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
