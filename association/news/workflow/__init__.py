"""The newsroom's tables of moves; they register themselves."""

from . import articles, contributions, showcase  # noqa: F401
