"""The commands of dues on the sample files: standard, bills, figures."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from association.workflow.actions import perform
from members.models import DuesBill, DuesYear

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


def test_a_dry_run_writes_nothing_and_says_what_it_would_do(standard, firm):
    firm(is_member=True)
    said = run("bill_dues", "2021", "--dry-run")
    assert "将开出 2021 年会费账单 1 张，共 2,000 元" in said
    assert "会员单位：1 家，2,000 元" in said
    assert not DuesYear.objects.exists()


def test_who_gets_no_bill_is_named_on_standard_error(standard, firm):
    standard.rates.filter(label="会员单位").delete()
    party = firm(is_member=True).party
    assert f"没有开单：{party}，职务是会员单位，会费标准里没有这一档" in run("bill_dues", "2021")


def test_figures_in_words(bill, pay, firm):
    party = firm().party
    bill(party, 3000)
    pay(party, 1000)
    assert "2021 年会费：应缴 3,000 元，已收 1,000 元，收缴率 33.33%；缴清 0 家，缴了一部分 1 家" in run("dues", "2021")


def test_what_cannot_be_is_one_sentence_and_status_2(db):
    for command, words in (
        ("bill_dues", "还没有已确认的会费标准"),
        ("dues", "还没有会费账单，请先运行 bill_dues 2021"),
    ):
        with pytest.raises(CommandError, match=words) as problem:
            run(command, "2021")
        assert problem.value.returncode == 2


def test_a_closed_year_prints_its_frozen_figures(bill, pay, firm, treasurer):
    party = firm().party
    bill(party, 3000)
    perform(DuesYear.objects.get(), "close", by=treasurer)
    pay(party, 1000)
    assert figures()["received"] == 0


def test_a_draft_that_differs_from_the_file_is_not_called_adopted(association, tmp_path):
    data = json.loads(Path(STANDARD).read_text(encoding="utf-8"))
    (tmp_path / "few.json").write_text(
        json.dumps(data | {"meeting": data["meeting"] | {"present": 70, "in_favour": 60}})
    )
    assert "还是草稿" in run("load_dues_standard", str(tmp_path / "few.json"))
    with pytest.raises(CommandError, match="它还是草稿"):
        run("load_dues_standard", STANDARD)
