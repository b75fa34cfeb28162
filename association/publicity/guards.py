"""Triggers that keep the database itself from changing what a published list or an announcement says.

Made anew after each migrate and taken off before it: SQLite loses or trips over them when it rebuilds a table.
"""

from django.db import connections

LIST_TEXT = (
    "kind", "round_key", "title", "issuer", "basis", "result_label", "starts_on", "working_days", "ends_at",
    "objection_phone", "objection_address", "objection_email", "how_to_object",
)  # fmt: skip
LINE_TEXT = ("list_id", "position", "party_id", "case_id", "name", "district", "result")
ANNOUNCED = ("list_id", "kind", "supplements_id", "title", "number", "issued_on", "body", "released_by_id", "signature")

# (trigger, table, columns that stay, when)
_PUBLISHED_LINE = "(SELECT state FROM publicity_publicitylist WHERE id = OLD.list_id) <> 'draft'"
_GUARDS = (
    ("publicity_list_frozen", "publicity_publicitylist", LIST_TEXT, "OLD.state <> 'draft'"),
    ("publicity_line_frozen", "publicity_publicityline", LINE_TEXT, _PUBLISHED_LINE),
    ("publicity_announcement_frozen", "publicity_announcement", ANNOUNCED, "1 = 1"),
    ("publicity_line_announced", "publicity_publicityline", ("announcement_id",), "OLD.announcement_id IS NOT NULL"),
)


def _changed(columns, unequal: str) -> str:
    return " OR ".join(f"OLD.{name} {unequal} NEW.{name}" for name in columns)


def _sqlite(trigger, table, columns, when):
    yield (
        f"CREATE TRIGGER {trigger} BEFORE UPDATE ON {table} FOR EACH ROW"
        f" WHEN {when} AND ({_changed(columns, 'IS NOT')})"
        f" BEGIN SELECT RAISE(ABORT, '{trigger}'); END"
    )


def _postgresql(trigger, table, columns, when):
    yield (
        f"CREATE OR REPLACE FUNCTION {trigger}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF {when} AND ({_changed(columns, 'IS DISTINCT FROM')}) THEN"
        f" RAISE EXCEPTION '{trigger}' USING ERRCODE = '23514'; END IF; RETURN NEW; END $$"
    )
    yield f"CREATE TRIGGER {trigger} BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION {trigger}()"


_DIALECTS = {"sqlite": _sqlite, "postgresql": _postgresql}


def take_off(using="default", **_kwargs):
    """Before a migrate (also the first, when there is no table yet)."""
    connection = connections[using]
    with connection.cursor() as cursor:
        for trigger, table, _columns, _when in _GUARDS:
            on = f" ON {table}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER IF EXISTS {trigger}{on}")


def put_on(using="default", **_kwargs):
    """After a migrate, and again after a flush."""
    connection = connections[using]
    here = set(connection.introspection.table_names())
    take_off(using)
    with connection.cursor() as cursor:
        for guard in _GUARDS:
            for statement in _DIALECTS[connection.vendor](*guard) if guard[1] in here else ():
                cursor.execute(statement)
