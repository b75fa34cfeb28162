"""The members' part of the workbench, one module a page."""

from . import changes, firms  # noqa: F401 - they register themselves
