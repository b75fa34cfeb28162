"""A column of grams (core.ngrams) and its lookup `has_grams`: it holds all of the given ones.

On PostgreSQL the column is a tsvector with a GIN index, see `grams_index`: a stored one, since a scan that the planner
prefers for a common word must not cut each row's text anew. Elsewhere the lookup is always true and the `contains`
beside it answers (a scan of 100,000 short texts takes some 30 ms on SQLite).
"""

from django.db import migrations, models
from django.db.models import Lookup


class GramsField(models.TextField):
    """Grams separated by blanks, as grams() makes them: letters and digits only, so the text is a tsvector as it is."""

    def db_type(self, connection):
        return "tsvector" if connection.vendor == "postgresql" else super().db_type(connection)


@GramsField.register_lookup
class HasGrams(Lookup):
    lookup_name = "has_grams"
    prepare_rhs = False

    def as_sql(self, compiler, connection):
        return "1 = 1", ()

    def as_postgresql(self, compiler, connection):
        column, params = self.process_lhs(compiler, connection)
        wanted = " & ".join("'" + gram.replace("'", "''") + "'" for gram in self.rhs)
        return f"{column} @@ CAST(%s AS tsquery)", (*params, wanted)


def grams_index(table: str, column: str) -> migrations.RunPython:
    """A migration step that makes the index on PostgreSQL and does nothing elsewhere."""
    name = f"{table}_{column}_idx"

    def create(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"CREATE INDEX {name} ON {table} USING gin ({column})")

    def drop(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"DROP INDEX IF EXISTS {name}")

    return migrations.RunPython(create, drop)
