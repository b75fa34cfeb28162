"""The members' part of the workbench, one module a page."""

from . import changes, firms, merges, points, posts, seat_requests, seats, terms  # noqa: F401 - they register themselves
