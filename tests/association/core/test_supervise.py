"""The supervisor keeps programs alive, ends them all, and does not outlive itself through them."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.worker import wait_until

# a program that starts a child of its own, as gunicorn and Celery do, and writes both ids down
PROGRAM = """
import os, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
with open(sys.argv[1], "a") as file:
    file.write(f"{os.getpid()} {child.pid}\\n")
time.sleep(600)
"""
SUPERVISOR = """
import sys
from association.core.supervise import Program, Supervisor
Supervisor([Program("one", [sys.executable, "-c", sys.argv[1], sys.argv[2]])]).run()
"""
ROOT = Path(__file__).resolve().parents[3]


def runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


@pytest.fixture
def supervised(tmp_path):
    """(the supervisor's process, a function that gives the pids its program wrote at its n-th start)."""
    notes = tmp_path / "pids"
    process = subprocess.Popen(
        [sys.executable, "-c", SUPERVISOR, PROGRAM, str(notes)], cwd=ROOT, stdout=subprocess.DEVNULL
    )

    def pids(start: int) -> list[int]:
        lines = wait_until(lambda: notes.exists() and (rows := notes.read_text().splitlines())[start:] and rows)
        return [int(number) for number in lines[start].split()]

    yield process, pids
    process.terminate()
    process.wait(15)


def test_a_dead_program_is_started_again_and_its_children_are_gone(supervised):
    process, pids = supervised
    first, child = pids(0)
    os.kill(first, signal.SIGKILL)
    second, _ = pids(1)
    assert second != first
    assert not runs(child)
    assert process.poll() is None


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_ending_the_supervisor_ends_everything(supervised, number):
    process, pids = supervised
    everybody = pids(0)
    process.send_signal(number)
    assert process.wait(15) == 0
    assert [pid for pid in everybody if runs(pid)] == []


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells programs that their parent was killed")
def test_a_killed_supervisor_takes_its_program_along(supervised):
    process, pids = supervised
    program, child = pids(0)
    process.kill()
    begin = time.monotonic()
    wait_until(lambda: not runs(program))
    assert time.monotonic() - begin < 10
    os.kill(child, signal.SIGKILL)  # a program's own children are its own to end; this one does not
