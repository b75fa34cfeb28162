"""Several people at the same moment, each on a connection of their own: what locks and constraints are for."""

import threading

from django.db import connection


def at_once(*functions) -> list:
    """Run all at the same moment, in the order given what they returned or raised."""
    gate, results = threading.Barrier(len(functions)), [None] * len(functions)

    def run(place, function):
        gate.wait()
        try:
            results[place] = function()
        except Exception as problem:
            results[place] = problem
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(functions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
