"""`make run`: prepare the database and the static files, then supervise web server, worker and clock."""

import fcntl
import os
import signal
import socket
import sys
import urllib.error
import urllib.request

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from association.core.supervise import Program, Supervisor

NO_ACCOUNT = """There is no account yet. Make the first one, which may do everything, in another terminal:
    .venv/bin/python manage.py createsuperuser
then log in with its mobile number and fill in 协会信息 and the colleagues' accounts."""


def programs(host: str, port: int) -> list[Program]:
    """Web, worker and beat. They keep no pid file, socket or log file: what they say goes to the terminal."""
    celery = [sys.executable, "-m", "celery", "-q", "-A", "association"]
    web = [sys.executable, "-m", "gunicorn", "association.wsgi", "--bind", f"{host}:{port}", "--workers", "2"]
    web += ["--worker-class", "gthread", "--threads", "4", "--timeout", "120", "--graceful-timeout", "5"]
    return [
        Program("web", [*web, "--no-control-socket", "--log-level", "warning"]),
        Program(
            "worker",
            [*celery, "worker", "-P", "prefork", "-c", "1", "-l", "WARNING", "--without-gossip", "--without-mingle"],
            orphan_signal=signal.SIGQUIT,  # a cold end: the job's lease runs out and the next worker resumes it
        ),
        Program("beat", [*celery, "beat", "-l", "WARNING", "-s", settings.CELERY_BEAT_SCHEDULE_FILENAME]),
    ]


def check_port(host: str, port: int):
    """Raises CommandError, in words, where nobody can listen there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host.strip("[]"), port))
        except OSError as problem:
            raise CommandError(
                f"Port {port} on {host} cannot be used ({problem.strerror}); another program may be on it. "
                f"Stop that, or choose another port: make run PORT={port + 1}"
            ) from None


def hold_var() -> int:
    """A lock on var/ for as long as this process lives: two supervisors would run every timed task twice."""
    handle = os.open(settings.VAR_DIR, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise CommandError(
            f"The portal already runs with its data in {settings.VAR_DIR}: stop it first, or choose another VAR_DIR."
        ) from None
    return handle


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


class Command(BaseCommand):
    help = "Prepare database and static files, then run web server, Celery worker and beat until Ctrl-C."

    def add_arguments(self, parser):
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--demo", default="none", help="demonstration to load the first time, or none")

    def handle(self, *, host, port, demo, **options):
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.default_int_handler)
        lock = hold_var()
        try:
            check_port(host, port)
            self.prepare(demo)
            self.serve(host, port, demo)
        except KeyboardInterrupt:
            self.stdout.write("\nStopped before the portal was up; what was done so far is kept.")
        finally:
            os.close(lock)

    def prepare(self, demo: str):
        self.say("Bringing database and static files up to date ...")
        call_command("migrate", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        if demo != "none":
            call_command("demo", demo, stdout=self.stdout)
        connections.close_all()

    def serve(self, host: str, port: int, demo: str):
        shown = "127.0.0.1" if host in ("0.0.0.0", "") else host
        url = f"http://{shown}:{port}"
        # Celery warns of root because of pickled messages; ours are JSON, and in a container root is what there is
        os.environ.setdefault("PYTHONWARNINGS", "ignore:You're running the worker with superuser")
        supervisor = Supervisor(programs(host, port), say=self.say)
        greeted = False

        def greet():
            nonlocal greeted
            if not greeted and answers(f"{url}/"):
                greeted = True
                self.say(f"\nThe portal answers on {url}   (staff: {url}/admin/)")
                if demo != "none":
                    call_command("demo", demo, accounts=True, stdout=self.stdout)
                elif not get_user_model().objects.exists():
                    self.say(NO_ACCOUNT)
                connections.close_all()
                self.say("Ctrl-C ends it.\n")

        supervisor.run(on_tick=greet)
        self.say("\nStopped.")

    def say(self, text: str):
        self.stdout.write(text)
        self.stdout.flush()
