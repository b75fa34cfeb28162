"""What tests of kept pages share."""

import pytest

from tests.association.core.kept_pages import drawn_pages, said


@pytest.fixture
def fresh_pages():
    """Nothing is drawn yet, and the pages say what they say at first."""
    drawn_pages.clear()
    said["text"] = "first"
