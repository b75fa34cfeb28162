"""Settings of the suite: the project's own, with a var/ folder, a database file and a Redis number for each process."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

_WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
if "PORTAL_TEST_ROOT" in os.environ:  # a process of pytest-xdist, or a Celery worker that a test started
    _root = Path(os.environ["PORTAL_TEST_ROOT"])
else:
    _root = Path(tempfile.mkdtemp(prefix="portal-test-"))
    os.environ["PORTAL_TEST_ROOT"] = str(_root)
    atexit.register(shutil.rmtree, _root, ignore_errors=True)
os.environ["VAR_DIR"] = str(_root / _WORKER)
os.environ["PORTAL_ENV"] = "development"  # whatever a .env says: the suite never runs on a production site's settings
if os.environ.get("REDIS_URL"):
    # clearing the cache empties a whole Redis number, so no two processes share one
    _number = int(_WORKER[2:]) + 1 if _WORKER.startswith("gw") else 0
    os.environ["REDIS_URL"] = urlsplit(os.environ["REDIS_URL"])._replace(path=f"/{_number % 16}").geturl()

from association.settings import *  # noqa: E402, F403
from association.settings import DATABASES, INSTALLED_APPS, MIDDLEWARE, STORAGES, VAR_DIR  # noqa: E402

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # a file, not memory: threads and a real worker see the same rows, under the locks of the real thing
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 0

(VAR_DIR / "static").mkdir(exist_ok=True)  # whitenoise warns where there is none, and warnings are errors here
INSTALLED_APPS = [*INSTALLED_APPS, "zeal"]
MIDDLEWARE = ["zeal.middleware.zeal_middleware", *MIDDLEWARE]  # a page that asks once a row (N+1) fails the suite
READS_EVERY = None  # no thread writes into the database of a later test
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
# allauth looks at each of a person's few devices at their login
ZEAL_ALLOWLIST = [{"model": "sessions.Session"}, {"model": "accounts.User", "field": "get()"}]
