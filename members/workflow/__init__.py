"""Who may move what where, one module a procedure; each registers its table."""

from .. import kind_changes  # noqa: F401 - what the shared pages ask of a kind
from . import changes, seat_requests  # noqa: F401
