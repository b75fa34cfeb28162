"""The whole sample year through the front door: any order of files, again and again, differences between runs."""

import json
import random
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count

from association.exchange.models import ImportBatch, NameDecision
from association.inbox.models import Todo
from evaluations.actions import open_round
from evaluations.corrections import correct_row, void_row
from evaluations.decisions import WaitingName, decide
from evaluations.models import AuthorityScore, CreditRecord, ScoreSheet, ScoringRun
from evaluations.runs import rate_now, summary_of
from evaluations.scheme_file import SHIPPED

from .conftest import FILES, SAMPLE


@pytest.mark.parametrize("seed", [3, 11, 2026])
def test_any_order_of_the_files_gives_the_same_year(empty_round, bring_sample, expected, seed):
    names = list(FILES)
    random.Random(seed).shuffle(names)
    for name in names:
        bring_sample(name)

    run, _new = rate_now(empty_round)

    found = json.loads(json.dumps(summary_of(run, per_firm=True), ensure_ascii=False))
    assert {key: found[key] for key in found} == {key: expected[key] for key in found}


@pytest.fixture
def sample_year(empty_round, bring_sample):
    for name in FILES:
        bring_sample(name)
    return empty_round


def test_the_same_files_again_change_nothing_and_make_no_second_run(sample_year, bring_sample, client_of):
    first, new = rate_now(sample_year)
    assert new
    counts = [CreditRecord.objects.count(), AuthorityScore.objects.count(), ScoreSheet.objects.count()]

    for name in FILES:
        batch = bring_sample(name)
        assert (batch.created, batch.updated, batch.rejected) == (0, 0, 0)
    again, new = rate_now(sample_year)

    assert (again, new) == (first, False)
    assert [CreditRecord.objects.count(), AuthorityScore.objects.count(), ScoreSheet.objects.count()] == counts
    assert ScoringRun.objects.count() == 1


def test_a_run_lists_what_changed_since_the_one_before(sample_year, staff, client_of):
    rate_now(sample_year)
    clerk = staff("综合处")
    alone = CreditRecord.objects.values("party").annotate(n=Count("pk")).filter(n=1).values("party")
    record = CreditRecord.objects.filter(party__in=alone, repaired=False, date__year=2020).first()
    void_row(record, by=clerk, reason="判决已撤销")
    assert Todo.objects.open().filter(once_key=f"rate-again:{sample_year.pk}").exists()

    run, new = rate_now(sample_year)

    assert new
    assert run.number == 2
    assert [row["name"] for row in run.changes] == [record.party.name]
    assert "行业自律" in run.changes[0]["sentence"]
    assert not Todo.objects.open().filter(once_key=f"rate-again:{sample_year.pk}").exists()
    page = client_of(clerk).get(f"/admin/evaluations/scoringrun/{run.pk}/change/").content.decode()
    assert record.party.name in page
    assert run.changes[0]["sentence"] in page


def test_a_correction_that_changes_no_point_still_makes_a_run_that_says_so(sample_year, staff):
    rate_now(sample_year)
    record = CreditRecord.objects.filter(party__isnull=False).first()
    correct_row(record, by=staff("综合处"), reason="书写有误", fact="更正后的事实")

    run, new = rate_now(sample_year)

    assert new
    assert run.changes == []


def test_strangers_are_reported_and_never_made_into_firms(sample_year, expected, staff):
    waiting = CreditRecord.objects.filter(party=None, dismissed=False)
    assert waiting.count() == 3
    out = StringIO()
    call_command("import_excel", "credit-records", str(SAMPLE / "信用信息_住建.xlsx"), stdout=out)
    assert "长沙未报甲建设有限公司（示例）」" in out.getvalue()
    assert "，也没有相似的企业" in out.getvalue()
    for row in waiting:
        decide(WaitingName("credit-records", row.source, row.name_key, row.raw_code), party=None, by=staff("综合处"))
    assert CreditRecord.objects.filter(party=None, dismissed=False).count() == 0
    assert NameDecision.objects.count() == 3
    assert summary_of(rate_now(sample_year)[0], per_firm=False)["firms"] == expected["firms"]


def test_the_command_takes_the_issued_list_with_its_number_and_date(sample_year, expected, tmp_path):
    from tests.workbooks import xlsx

    rate_now(sample_year)
    path = tmp_path / "发布结果.xlsx"
    codes = list(expected["per_firm"])
    path.write_bytes(
        xlsx([["企业名称", "统一社会信用代码", "等级"], *([f"第{n}家", code, "AAA"] for n, code in enumerate(codes))])
    )
    out = StringIO()

    call_command(
        "import_excel",
        "issued-grades",
        str(path),
        round=2020,
        number="某建发〔2021〕5 号",
        date="2021-05-20",
        as_json=True,
        stdout=out,
    )

    assert json.loads(out.getvalue())["created"] == expected["firms"]
    sample_year.refresh_from_db()
    assert (sample_year.issued_number, str(sample_year.issued_on)) == ("某建发〔2021〕5 号", "2021-05-20")
    assert set(sample_year.ratings.values_list("grade", flat=True)) == {"AAA"}
    assert ImportBatch.objects.get(kind="issued-grades").options == {
        "round": 2020, "number": "某建发〔2021〕5 号", "date": "2021-05-20",
    }  # fmt: skip


def test_a_round_opened_before_anybody_said_who_runs_the_portal_says_so(db, capsys):
    call_command("load_scheme", str(SHIPPED / "scheme_2020.json"), verbosity=0)
    call_command("open_rating", "2020")
    said = capsys.readouterr()
    assert "公布单位：协会" in said.out
    assert "还没有填写协会信息" in said.err
    assert "「轮次设置」" in said.err


def test_a_round_takes_its_issuer_from_the_association(scheme, association, capsys):
    call_command("open_rating", "2020")
    said = capsys.readouterr()
    assert f"公布单位：{association.authority_name}" in said.out
    assert said.err == ""


def test_opening_the_year_twice_is_one_round(empty_round):
    assert open_round(year=2020) == (empty_round, False)


def test_a_file_that_is_not_there_is_said_in_chinese(tmp_path):
    with pytest.raises(CommandError, match="，请核对路径和文件名") as refused:
        call_command("import_excel", "rating-roster", str(tmp_path / "名册.xlsx"), round=2020)
    assert refused.value.returncode == 2
