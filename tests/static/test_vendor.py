"""The vendored front-end files are those that fetch.sh wrote."""

import hashlib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
SUMS = sorted([*(ROOT / "static/vendor").glob("*/SHA256SUMS"), *(ROOT / "tests/browser/vendor").glob("*/SHA256SUMS")])


@pytest.mark.parametrize("sums", SUMS, ids=lambda path: path.parent.name)
def test_files_match_their_checksums(sums):
    listed = dict(reversed(line.split(maxsplit=1)) for line in sums.read_text("utf-8").splitlines())
    found = {
        str(path.relative_to(sums.parent)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sums.parent.rglob("*")
        if path.is_file() and path != sums
    }
    assert found == listed
    assert "LICENSE" in found


@pytest.mark.parametrize("path", sorted((ROOT / "static").rglob("*.[cj]s*")), ids=lambda path: path.name)
def test_no_file_points_at_a_map_that_is_not_shipped(path):
    """The storage with hashed names follows such a pointer and refuses to collect where it leads nowhere."""
    assert "sourceMappingURL" not in path.read_text("utf-8")
