"""The members' part of the workbench, one module a page."""

from . import firms  # noqa: F401 - they register themselves
