"""Who may move what where, one module a procedure; each registers its table."""

from .. import kind, kind_changes, publicity  # noqa: F401 - what the shared pages ask of a kind
from . import changes, dues, joining, leaving, seat_requests, term_changes  # noqa: F401
