"""Many rows at once, past the ORM's objects: COPY on PostgreSQL, executemany elsewhere; and rows out as plain tuples."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from django.db import connection, models

_NULL = "\\N"


def copy_in(model: type[models.Model], fields: Sequence[str], rows: Iterable[Sequence]) -> None:
    """Insert rows of plain values (text, int, Decimal, None; JSON as text) in the caller's transaction."""
    columns = [model._meta.get_field(name).column for name in fields]
    table = connection.ops.quote_name(model._meta.db_table)
    names = ", ".join(connection.ops.quote_name(column) for column in columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            buffer = io.StringIO()
            writer = csv.writer(buffer, lineterminator="\n")
            writer.writerows([_NULL if value is None else value for value in row] for row in rows)
            buffer.seek(0)
            cursor.copy_expert(f"COPY {table} ({names}) FROM STDIN WITH (FORMAT csv, NULL '{_NULL}')", buffer)
        else:
            marks = ", ".join(["%s"] * len(columns))
            texts = [[str(v) if v.__class__.__name__ == "Decimal" else v for v in row] for row in rows]
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", texts)


def plain_rows(queryset, *fields: str) -> Iterator[tuple]:
    """The queryset's columns as the driver gives them, without Django's converters: dates may be text on SQLite."""
    sql, params = queryset.values_list(*fields).query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        while rows := cursor.fetchmany(5000):
            yield from rows
