"""A real Celery worker beside a test, on the test's own database, queue and var/ folder."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import quote

from django.conf import settings

ROOT = Path(__file__).resolve().parent.parent


def database_url(row: dict) -> str:
    """The address of a Django database entry (DATABASES row) as DATABASE_URL wants it."""
    if row["ENGINE"].endswith("sqlite3"):
        return f"sqlite:///{row['NAME']}"
    login = f"{quote(row['USER'])}:{quote(row['PASSWORD'])}@" if row["USER"] else ""
    host = quote(row["HOST"], safe="")
    return f"postgresql://{login}{host}{':' + str(row['PORT']) if row['PORT'] else ''}/{row['NAME']}"


def wait_until(done, seconds: float = 30, step: float = 0.1):
    """What `done()` gives once it is true. Raises TimeoutError after `seconds`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = done()
        if found:
            return found
        time.sleep(step)
    raise TimeoutError(f"not within {seconds} s: {done}")


class RealWorker:
    def __init__(self, database: dict):
        self.log = Path(settings.VAR_DIR) / "worker.log"
        self.environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "association.settings",
            "DATABASE_URL": database_url(database),
            "VAR_DIR": str(settings.VAR_DIR),
            "SECRET_KEY": settings.SECRET_KEY,
        }
        self.process: subprocess.Popen | None = None

    def start(self, *, lease_seconds: int = 30, beat: bool = False):
        """Start it and wait until it takes tasks. `lease_seconds`: after how long a silent worker's job is free."""
        command = [
            sys.executable,
            "-m",
            "celery",
            "-A",
            "association",
            "worker",
            "-c",
            "1",
            "-P",
            "prefork",
            "-l",
            "INFO",
        ]
        command += ["--without-gossip", "--without-mingle"] + (["-B"] if beat else [])
        with self.log.open("ab") as log:
            begin = log.tell()
            self.process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=self.environment | {"JOB_LEASE_SECONDS": str(lease_seconds)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        wait_until(lambda: b" ready." in self.log.read_bytes()[begin:] or self._ended())
        return self

    def _ended(self):
        if self.process.poll() is not None:
            raise RuntimeError(f"the worker ended at once:\n{self.log.read_text()[-2000:]}")

    def kill(self):
        """End it and its children at once, as a power cut would."""
        self._signal(signal.SIGKILL)

    def stop(self):
        """Let it finish its task, then end."""
        self._signal(signal.SIGTERM)

    def _signal(self, number):
        if self.process is None:
            return
        try:
            os.killpg(self.process.pid, number)
            self.process.wait(20)
        except ProcessLookupError:
            pass
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(5)
        self.process = None
