"""A second thread with a database connection of its own, so that the server and Python work at the same time."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from django.db import connection, connections


class Beside:
    """start(f, …) runs f on the thread and gives a function that waits for its result; in order, one at a time.

    Only where it helps and can work: on PostgreSQL, and outside a transaction (another connection would not see what it
    has written). Elsewhere f runs at once.
    """

    def __init__(self):
        threaded = connection.vendor == "postgresql" and not connection.in_atomic_block
        self._pool = ThreadPoolExecutor(1) if threaded else None

    def start(self, function: Callable, *args) -> Callable:
        if self._pool is None:
            result = function(*args)
            return lambda: result
        return self._pool.submit(function, *args).result

    def close(self):
        if self._pool is not None:
            self._pool.submit(connections.close_all)
            self._pool.shutdown()
