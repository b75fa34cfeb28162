"""Run a few programs together: start again what dies, end all of them at once, leave nothing behind.

Each program leads a session of its own, so that Ctrl-C in the terminal reaches the supervisor alone and the supervisor
ends the others in order. Where the supervisor itself is killed, the kernel tells them (Linux; PR_SET_PDEATHSIG).
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

_PR_SET_PDEATHSIG = 1
LONGEST_PAUSE = 30  # seconds between two starts of a program that keeps dying
STEADY = 60  # seconds after which a program counts as well again
PATIENCE = 6  # seconds that programs have to end by themselves

# loaded before any fork: a child between fork and exec may do little
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass
class Program:
    """`orphan_signal` ends it at once when the supervisor was killed."""

    name: str
    command: list[str]
    orphan_signal: int = signal.SIGTERM
    process: subprocess.Popen | None = None
    started: float = 0
    start_at: float = 0
    deaths: int = 0

    def start(self):
        parent, number = os.getpid(), self.orphan_signal

        def die_with_the_parent():
            if _libc is not None:
                _libc.prctl(_PR_SET_PDEATHSIG, number)
                if os.getppid() != parent:  # it was gone before the kernel knew
                    os._exit(1)

        self.process = subprocess.Popen(
            self.command, stdin=subprocess.DEVNULL, start_new_session=True, preexec_fn=die_with_the_parent
        )
        self.started = time.monotonic()

    def signal_all(self, number: int):
        """To the program and whatever it started."""
        try:
            os.killpg(self.process.pid, number)
        except (ProcessLookupError, PermissionError):
            pass

    def look_after(self, say: Callable[[str], None]):
        """Start it when its time has come; note its death and when to start it again."""
        now = time.monotonic()
        if self.process is None:
            if now >= self.start_at:
                self.start()
            return
        status = self.process.poll()
        if status is None:
            return
        self.signal_all(signal.SIGKILL)
        self.deaths = 1 if now - self.started > STEADY else self.deaths + 1
        pause = min(2 ** (self.deaths - 1), LONGEST_PAUSE)
        say(f"{self.name} ended (status {status}); it is started again in {pause} s")
        self.process, self.start_at = None, now + pause


@dataclass
class Supervisor:
    programs: list[Program]
    say: Callable[[str], None] = print
    stopping: bool = field(default=False, init=False)

    def run(self, *, on_tick: Callable[[], None] = lambda: None):
        """Until Ctrl-C, SIGTERM or a closed terminal; then end everything. `on_tick` is called a few times a second."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._stop)
        try:
            while not self.stopping:
                for program in self.programs:
                    program.look_after(self.say)
                on_tick()
                time.sleep(0.2)
        finally:
            self.end()

    def _stop(self, *_):
        self.stopping = True

    def end(self):
        """SIGTERM first, so that requests in flight are answered; what is left after a while is killed."""
        living = [program for program in self.programs if program.process is not None]
        for program in living:
            if program.process.poll() is None:
                program.process.terminate()
        deadline = time.monotonic() + PATIENCE
        for program in living:
            try:
                program.process.wait(max(0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                pass
            program.signal_all(signal.SIGKILL)
            program.process.wait()
