"""What has to hold of the database before the portal runs on it; asked at every migrate."""

from django.core import checks
from django.db import connections

_LOCALE = "SELECT datctype, pg_encoding_to_char(encoding) FROM pg_database WHERE datname = current_database()"


@checks.register(checks.Tags.database)
def unicode_locale(databases=None, **_kwargs):
    """PostgreSQL under the locale C takes no Chinese character for a letter: search by parts would find nothing."""
    found = []
    for alias in databases or ():
        if connections[alias].vendor == "postgresql":
            with connections[alias].cursor() as cursor:
                cursor.execute(_LOCALE)
                found += problems(*cursor.fetchone())
    return found


def problems(ctype: str, encoding: str) -> list[checks.Error]:
    if encoding == "UTF8" and ctype not in ("C", "POSIX"):
        return []
    return [
        checks.Error(
            f"DATABASE_URL: the database has the locale {ctype} and the encoding {encoding}, which know no Chinese.",
            hint="createdb --template=template0 --encoding=UTF8 --locale=C.UTF-8 portal",
            id="core.E001",
        )
    ]
