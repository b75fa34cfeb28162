"""Imports by a real Celery worker: killed in the middle, gone on with; pages that save meanwhile."""

import statistics
import time

import pytest
from django.core.files.base import ContentFile
from django.db import connection

from association.exchange import actions
from association.exchange.kinds import kind_named
from association.exchange.models import ImportBatch, ImportRow
from association.jobs.models import Job
from association.parties.models import Party, PartyName
from members.models import Firm
from tests.codes import firm_code
from tests.worker import wait_until

from .conftest import HEADER, firm_row

pytestmark = [pytest.mark.worker, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def large_file(tmp_path) -> bytes:
    """10,000 firms."""
    import xlsxwriter

    path = tmp_path / "large.xlsx"
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet = book.add_worksheet("名册")
    sheet.write_row(0, 0, HEADER)
    for number in range(1, 10_001):
        sheet.write_row(number, 0, firm_row(number))
    book.close()
    return path.read_bytes()


def started(content: bytes, clerk) -> ImportBatch:
    batch = actions.take_in(kind_named("firms"), ContentFile(content, name="large.xlsx"), options={}, by=clerk)
    actions.confirm(batch, by=clerk)
    return batch


def job_of(batch) -> Job:
    return Job.objects.get(pk=batch.job_id)


def whole(batch):
    """No half row, nothing lost, nothing twice."""
    batch.refresh_from_db()
    assert (batch.state, batch.read, batch.created, batch.rejected) == ("applied", 10_000, 10_000, 0)
    counts = [model.objects.count() for model in (Party, PartyName, Firm, Firm.history.model, ImportRow)]
    assert counts == [10_000] * 5
    assert ImportRow.objects.values("row").distinct().count() == 10_000


def test_a_killed_worker_loses_nothing(real_worker, large_file, clerk):
    real_worker.start(lease_seconds=3, beat=True)
    batch = started(large_file, clerk)
    wait_until(lambda: job_of(batch).cursor.get("done", 0) >= 1500, step=0.02)
    real_worker.kill()
    stopped = job_of(batch)
    half = stopped.cursor["done"]
    assert stopped.state == Job.State.RUNNING
    assert 1500 <= half < 10_000
    assert [Party.objects.count(), Firm.objects.count(), ImportRow.objects.count()] == [half] * 3
    batch.refresh_from_db()
    assert (batch.state, batch.read) == ("applying", half)
    time.sleep(3)
    real_worker.start(lease_seconds=3, beat=True)
    wait_until(lambda: job_of(batch).state == Job.State.DONE, seconds=120)
    assert job_of(batch).tries == 2
    whole(batch)


def test_a_page_saves_while_an_import_runs(real_worker, large_file, clerk, firm_party, client_of):
    """The issue asks for under two seconds on SQLite; each save is a whole request of the firm's form."""
    firm = firm_party("先在档案里的市政公司", code=firm_code(20_000)).firm
    client, url = client_of(clerk), f"/admin/members/firm/{firm.pk}/change/"
    context = client.get(url).context
    form = {name: context["adminform"].form[name].value() or "" for name in context["adminform"].form.fields}
    for one in context["inline_admin_formsets"]:
        prefix = one.formset.prefix
        form |= {f"{prefix}-TOTAL_FORMS": 0, f"{prefix}-INITIAL_FORMS": 0}
    form = {name: value for name, value in form.items() if value is not False}
    real_worker.start()
    batch = started(large_file, clerk)
    wait_until(lambda: job_of(batch).cursor.get("done", 0) >= 500, step=0.02)
    spent = []
    while job_of(batch).state == Job.State.RUNNING:
        begin = time.perf_counter()
        answer = client.post(url, form | {"address": f"路 {len(spent)} 号"})
        spent.append(time.perf_counter() - begin)
        assert answer.status_code == 302
        time.sleep(0.05)
    assert len(spent) >= 3
    saves = f"{len(spent)} saves while 10,000 rows came in"
    print(f"\n{connection.vendor}: {saves}: median {statistics.median(spent):.3f} s, longest {max(spent):.3f} s")
    assert max(spent) < 2
