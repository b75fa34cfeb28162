"""What every test may ask for."""

import atexit
import os
import shutil

import pytest
from django.core.cache import cache

atexit.register(shutil.rmtree, os.environ.get("VAR_DIR", ""), ignore_errors=True)


@pytest.fixture(autouse=True)
def _clean_cache():
    """Rate limits and stamps of one test are not another's."""
    cache.clear()
    yield
    cache.clear()
