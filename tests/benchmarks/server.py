"""A gunicorn beside the benchmark, whose workers' CPU is read from the kernel: the client's own does not count."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_TICKS = os.sysconf("SC_CLK_TCK")


class Server:
    """`python -m gunicorn` with one worker on a free port, under the given settings module."""

    def __init__(self, settings: str, environment: dict[str, str]):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        command = [sys.executable, "-m", "gunicorn", "association.wsgi", "--bind", f"127.0.0.1:{self.port}"]
        command += ["--workers", "1", "--worker-class", "gthread", "--threads", "1", "--no-control-socket"]
        self.process = subprocess.Popen(
            [*command, "--log-level", "error", "--keep-alive", "60"],
            cwd=ROOT,
            env=os.environ | environment | {"DJANGO_SETTINGS_MODULE": settings, "LOG_LEVEL": "ERROR"},
            start_new_session=True,
        )
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)

    def __enter__(self):
        end = time.monotonic() + 60
        while True:
            try:
                self.connection.connect()
                return self
            except OSError:
                if time.monotonic() > end or self.process.poll() is not None:
                    raise
                time.sleep(0.2)

    def __exit__(self, *_problem):
        self.connection.close()
        os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def get(self, path: str, cookie: str = "") -> int:
        headers = {"Host": "127.0.0.1", "Accept-Encoding": "gzip"} | ({"Cookie": cookie} if cookie else {})
        self.connection.request("GET", path, headers=headers)
        answer = self.connection.getresponse()
        answer.read()
        return answer.status

    def cpu(self) -> float:
        """Seconds of CPU that the workers have used so far."""
        used = 0
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            if int(fields[1]) == self.process.pid:
                used += int(fields[11]) + int(fields[12])
        return used / _TICKS

    def sent(self, path: str) -> bytes:
        """What is sent to who takes gzip, as it is sent."""
        self.connection.request("GET", path, headers={"Host": "127.0.0.1", "Accept-Encoding": "gzip"})
        return self.connection.getresponse().read()

    def cost(self, path: str, times: int, cookie: str = "", before=None) -> float:
        """Milliseconds of CPU a request. `before`: what is done ahead of each."""
        begin = self.cpu()
        for _ in range(times):
            if before:
                before()
            self.get(path, cookie)
        return 1000 * (self.cpu() - begin) / times

    def megabytes(self) -> float:
        """Resident memory of the largest worker."""
        sizes = []
        for status in Path("/proc").glob("[0-9]*/status"):
            try:
                lines = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
            except OSError:
                continue
            if lines.get("PPid", "").strip() == str(self.process.pid):
                sizes.append(int(lines["VmRSS"].split()[0]) / 1024)
        return max(sizes, default=0.0)
