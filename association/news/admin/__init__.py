"""The newsroom in the workbench, one module a page."""

from . import contributions, showcase  # noqa: F401 - they register themselves
