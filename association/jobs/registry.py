"""Kinds of long work, by which this layer reaches the apps above it.

A worker function is a generator: `def work(job): ... yield done, total, "正在做什么" ... return {"企业": 255}`. Between
two yields lies one slice of about a second that commits what it wrote together with `job.keep(cursor)`. Started again
after a kill it reads `job.cursor` and goes on; running it twice changes nothing. Entries of the result whose key is a
Chinese word are shown on the job's page, others are for programs.
"""

from collections.abc import Callable

_workers: dict[str, Callable] = {}


def worker(kind: str):
    def register(function):
        if kind in _workers:
            raise ValueError(f"job kind {kind} is registered twice")
        _workers[kind] = function
        return function

    return register


def worker_of(kind: str) -> Callable:
    return _workers[kind]
