"""`make bench`: the portal beside references measured in the same minutes, on SQLite and on PostgreSQL.

    make bench                              everything, some minutes
    make bench ARGS='pages search'          some of it
    make bench ARGS='--scale 10 scoring'    a tenth of the rows
    make bench ARGS='--only postgresql'     one database (DATABASE_URL, or a server of its own)

A figure over its aim is marked, never an error: machines differ. CPU where the aim is CPU (pages), else the wall clock.
Each part works on a test database of its own, made and dropped here.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SIZES = {
    "import": 10_000,
    "export": 100_000,
    "search": 100_000,
    "pages": 100_000,
    "scoring": 100_000,
    "members": 100_000,
    "dues": 1_000_000,
    "articles": 100_000,
    "site": 100_000,
}


def arguments():
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(SIZES)}; all where none is named")
    ask.add_argument("--scale", type=int, default=1, help="divide the number of rows by this")
    ask.add_argument("--only", choices=("sqlite", "postgresql"))
    ask.add_argument("--here", action="store_true", help=argparse.SUPPRESS)  # inside the process of one database
    found = ask.parse_args()
    if unknown := set(found.parts) - set(SIZES):
        ask.error(f"no such part: {', '.join(unknown)}")
    return found


def here(parts: list[str], scale: int):
    """Measure on the database that the environment names."""
    import django

    django.setup()
    from django.db import connection
    from django.test.utils import setup_databases, teardown_databases

    from . import dues, exporting, finding, importing, members, pages, scoring, searching, site
    from .measure import say, show

    measures = {
        "import": importing, "export": exporting, "search": searching, "pages": pages, "scoring": scoring,
        "members": members, "dues": dues, "articles": finding, "site": site,
    }  # fmt: skip
    say(f"\n== {connection.vendor} ==")
    for part in parts:
        databases = setup_databases(verbosity=0, interactive=False)
        try:
            show(part, measures[part].figures(SIZES[part] // scale))
        finally:
            teardown_databases(databases, verbosity=0)


def run(database: str, parts: list[str], scale: int) -> int:
    """A process for one database, with a var/ of its own."""
    command = [sys.executable, "-m", "tests.benchmarks.bench", "--here", "--scale", str(scale), *parts]
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as folder:
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "tests.benchmarks.settings",
            "VAR_DIR": folder,
            "PORTAL_ENV": "development",
            "LOG_LEVEL": "ERROR",
        }
        if database == "sqlite":
            environment.pop("DATABASE_URL", None)
            environment.pop("REDIS_URL", None)
        elif not os.environ.get("DATABASE_URL"):
            command, environment["DURABLE"] = [str(ROOT / ".ci" / "with-servers"), *command], "1"
        return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


def main() -> int:
    asked = arguments()
    parts = asked.parts or list(SIZES)
    if asked.here:
        here(parts, asked.scale)
        return 0
    status = 0
    if asked.only != "postgresql":
        status |= run("sqlite", parts, asked.scale)
    if asked.only != "sqlite":
        own = any(Path("/usr/lib/postgresql").glob("*/bin/initdb")) or shutil.which("initdb")
        if os.environ.get("DATABASE_URL", "").startswith("postgres") or (own and shutil.which("redis-server")):
            status |= run("postgresql", parts, asked.scale)
        else:
            sys.stdout.write("\nPostgreSQL left out: set DATABASE_URL, or install postgresql and redis-server\n")
    return status


if __name__ == "__main__":
    sys.exit(main())
