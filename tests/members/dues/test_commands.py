"""The commands of dues on the sample files: standard, bills, figures."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from members.models import DuesBill, DuesStandard, DuesYear

SAMPLE = Path("tests/data/members_2021")
KEYS = [
    "due_total", "matched_total", "received", "collection_rate", "firms_paid_in_full", "firms_paid_in_part",
    "firms_unpaid", "credits", "waiting", "per_firm_paid",
]  # fmt: skip
STANDARD = "members/data/dues_standard_2021.json"


def run(*command) -> str:
    out = StringIO()
    call_command(*command, stdout=out, stderr=out)
    return out.getvalue()


def figures() -> dict:
    return json.loads(run("dues", "2021", "--json"))


@pytest.fixture
def roster(association):
    run("import_excel", "members", str(SAMPLE / "会员名册.xlsx"))


def test_the_sample_is_billed_as_expected(roster):
    wanted = json.loads((SAMPLE / "expected.json").read_text(encoding="utf-8"))
    run("load_dues_standard", STANDARD)
    said = run("bill_dues", "2021")
    assert "120 张，共 788,000 元" in said
    found = figures()
    assert list(found) == KEYS
    assert (found["due_total"], found["firms_unpaid"], found["collection_rate"]) == (wanted["due_total"], 120, 0)
    assert "0 张" in run("bill_dues", "2021")
    assert DuesBill.objects.count() == 120
