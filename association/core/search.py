"""The lookup `has_grams`: a text column of grams (core.ngrams) holds all of the given ones.

PostgreSQL answers it from a GIN index on to_tsvector('simple', column), see `grams_index`; elsewhere it is always true and
the `icontains` beside it answers (a scan of 100,000 short texts takes some 30 ms on SQLite).
"""

import re

from django.db import migrations, models
from django.db.models import Lookup

# Words that a good part of all firms' names have, and the initials by which they are searched.
_COMMON = re.compile(
    "有限|责任|股份|公司|集团|建筑|建设|工程|建工|装饰|装修|市政|劳务|安装|路桥|园林|实业|发展|分公司|"
    "yxzrgs|gfyx|yxgs|zrgs|jzgc|jsgc|szgc|zsgc|jsjt|jz|js|gc|gs|jt|yx|zs|sz|lw"
)


def is_common(word: str) -> bool:
    """Whether a word (lower case) consists of words of the trade alone."""
    return not _COMMON.sub("", word)


@models.TextField.register_lookup
class HasGrams(Lookup):
    lookup_name = "has_grams"
    prepare_rhs = False

    def as_sql(self, compiler, connection):
        return "1 = 1", ()

    def as_postgresql(self, compiler, connection):
        column, params = self.process_lhs(compiler, connection)
        wanted = " & ".join("'" + gram.replace("'", "''") + "'" for gram in self.rhs)
        return f"to_tsvector('simple', {column}) @@ to_tsquery('simple', %s)", (*params, wanted)


def grams_index(table: str, column: str) -> migrations.RunPython:
    """A migration step that makes the index on PostgreSQL and does nothing elsewhere."""
    name = f"{table}_{column}_idx"

    def create(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"CREATE INDEX {name} ON {table} USING gin (to_tsvector('simple', {column}))")

    def drop(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"DROP INDEX IF EXISTS {name}")

    return migrations.RunPython(create, drop)
