"""Settings of the benchmarks: the project's own, on a test database in a file."""

from association.settings import *  # noqa: F403
from association.settings import DATABASES, VAR_DIR

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / "bench.sqlite3")}
