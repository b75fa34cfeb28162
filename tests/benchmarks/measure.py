"""How the benchmarks measure, and the table they print."""

import gc
import os
import pickle
import resource
import statistics
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass

from django.db import connections

ROUNDS = 5


@dataclass(frozen=True)
class Figure:
    """One line of the table. `aim`: the largest ratio that is well; None where the line only informs."""

    name: str
    ours: float | None
    reference: float | None
    unit: str
    aim: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        return self.ours / self.reference if self.ours is not None and self.reference else None


def say(text: str):
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def show(title: str, figures: list[Figure]):
    say(f"\n{title}")
    say(f"  {'':46}{'ours':>11}{'reference':>11}  {'':5}{'ratio':>7}{'aim':>7}")
    for row in figures:
        ours = f"{row.ours:11.2f}" if row.ours is not None else f"{'-':>11}"
        reference = f"{row.reference:11.2f}" if row.reference is not None else f"{'-':>11}"
        ratio = f"{row.ratio:7.2f}" if row.ratio is not None else f"{'':7}"
        aim = f"{row.aim:7.2f}" if row.aim is not None else f"{'':7}"
        verdict = "" if row.aim is None or row.ratio is None else "ok" if row.ratio <= row.aim else "OVER"
        say(f"  {row.name:46}{ours}{reference}  {row.unit:5}{ratio}{aim}  {verdict:5}{row.note}")


def alternate(
    ours: Callable, reference: Callable, *, rounds: int = ROUNDS, clock=time.perf_counter
) -> tuple[float, float]:
    """Median seconds of both by `clock`, over rounds that alternate, so that a slow minute hits both."""
    spent = {ours: [], reference: []}
    for function in (ours, reference):  # nobody pays for a cold start
        function()
    for number in range(rounds):
        for function in (ours, reference) if number % 2 else (reference, ours):
            gc.collect()
            begin = clock()
            function()
            spent[function].append(clock() - begin)
    return statistics.median(spent[ours]), statistics.median(spent[reference])


@dataclass(frozen=True)
class Run:
    """What one run in a process of its own took: seconds by the wall clock, MB above where it began."""

    seconds: float
    megabytes: float


def in_child(work: Callable[[], None]) -> Run:
    """Do the work in a forked process, whose peak of memory is then its own."""
    connections.close_all()
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            os.close(reader)
            gc.collect()
            start = _resident()
            begin = time.perf_counter()
            work()
            seconds = time.perf_counter() - begin
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            os.write(writer, pickle.dumps(Run(seconds, max(0.0, peak - start))))
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            connections.close_all()
            os._exit(status)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        told = pipe.read()
    os.waitpid(pid, 0)
    if not told:
        raise RuntimeError(f"{work} failed; see above")
    return pickle.loads(told)


def _resident() -> float:
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) / 1024 for line in file if line.startswith("VmRSS"))


def alternate_children(ours: Callable, reference: Callable, *, ground: tuple[Callable, Callable], rounds: int = 3):
    """(Run, Run): medians of both, each run in a process of its own; `ground` makes the ground even ahead of each."""
    runs = {ours: [], reference: []}
    pairs = ((ours, ground[0]), (reference, ground[1]))
    for number in range(rounds):
        for function, before in pairs if number % 2 else reversed(pairs):
            before()
            runs[function].append(in_child(function))
    return tuple(
        Run(statistics.median(r.seconds for r in found), statistics.median(r.megabytes for r in found))
        for found in (runs[ours], runs[reference])
    )
