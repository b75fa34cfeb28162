"""Many rows at once, past the ORM's objects: COPY on PostgreSQL, executemany elsewhere; and rows out as plain tuples."""

import io
from collections.abc import Iterable, Sequence

from django.db import connection, models

_BREAKS = str.maketrans({"\t": "\\t", "\n": "\\n", "\r": "\\r"})


def _text(value) -> str:
    """A value in COPY's text format."""
    if value is None:
        return "\\N"
    if value.__class__ is not str:
        return str(value)
    if "\\" in value:
        value = value.replace("\\", "\\\\")
    if "\n" in value or "\t" in value or "\r" in value:
        value = value.translate(_BREAKS)
    return value


def copy_in(model: type[models.Model], fields: Sequence[str], rows: Iterable[Sequence]) -> None:
    """Insert rows of plain values (text, int, Decimal, None; JSON as text) in the caller's transaction."""
    columns = [model._meta.get_field(name).column for name in fields]
    table = connection.ops.quote_name(model._meta.db_table)
    names = ", ".join(connection.ops.quote_name(column) for column in columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            lines = "".join(["\t".join(map(_text, row)) + "\n" for row in rows])
            with connection.wrap_database_errors:  # Django does so for execute only
                cursor.copy_expert(f"COPY {table} ({names}) FROM STDIN", io.BytesIO(lines.encode()))
        else:
            marks = ", ".join(["%s"] * len(columns))
            texts = [[str(v) if v.__class__.__name__ == "Decimal" else v for v in row] for row in rows]
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", texts)


def plain_rows(queryset, *fields: str) -> list[tuple]:
    """The queryset's columns as the driver gives them, without Django's converters: dates may be text on SQLite."""
    sql, params = queryset.values_list(*fields).query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()
