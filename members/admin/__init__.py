"""The members' part of the workbench, one module a page."""

from . import changes, firms, merges, seat_requests, seats  # noqa: F401 - they register themselves
