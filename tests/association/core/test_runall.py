"""`make run` says in words why it cannot start, and serves where it can."""

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from django.core.management import CommandError

from association.core.management.commands.runall import check_port, hold_var
from tests.worker import wait_until

ROOT = Path(__file__).resolve().parents[3]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_a_taken_port_is_named_with_a_way_out():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(CommandError, match=rf"Port {port} .* make run PORT={port + 1}"):
            check_port("127.0.0.1", port)
    check_port("127.0.0.1", port)


def test_two_supervisors_never_share_their_data(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    first = hold_var()
    try:
        with pytest.raises(CommandError, match="already runs"):
            hold_var()
    finally:
        os.close(first)
    os.close(hold_var())
    assert list(tmp_path.iterdir()) == []


def still_running_with(folder: Path) -> list[str]:
    """Commands of the processes that were given this var/."""
    found = []
    for environ in Path("/proc").glob("[0-9]*/environ"):
        try:
            if f"VAR_DIR={folder}\0".encode() in environ.read_bytes():
                found.append((environ.parent / "cmdline").read_text().replace("\0", " "))
        except OSError:  # ended in between
            continue
    return found


@pytest.mark.worker
def test_it_serves_until_it_is_interrupted_and_leaves_nothing(tmp_path):
    port = free_port()
    kept = {key: value for key, value in os.environ.items() if key in ("PATH", "HOME", "LANG")}
    process = subprocess.Popen(
        [sys.executable, "manage.py", "runall", "--port", str(port)],
        cwd=ROOT,
        env=kept | {"VAR_DIR": str(tmp_path)},
        stdout=(log := (tmp_path / "log").open("w+")),
        stderr=subprocess.STDOUT,
    )
    try:
        wait_until(lambda: "answers on" in (tmp_path / "log").read_text() or process.poll() is not None, 90)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/accounts/login/", timeout=20) as page:
            assert page.status == 200
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.wait()
        log.close()
    said = (tmp_path / "log").read_text()
    assert "manage.py createsuperuser" in said  # nobody could log in otherwise
    assert "Stopped." in said
    left = [path for path in tmp_path.rglob("*") if re.search(r"\.(pid|sock|lock|part|tmp)$", path.name)]
    assert left == []
    with socket.socket() as probe:  # nobody listens there any more
        assert probe.connect_ex(("127.0.0.1", port)) != 0
    assert still_running_with(tmp_path) == []
