"""An import that breaks off: what stands is complete, the batch says so, and it can be gone on with or taken back."""

import logging

import pytest
from django.core.files.base import ContentFile
from django.db import connection

from association.exchange import actions, pipeline
from association.exchange.kinds import kind_named
from association.jobs import actions as jobs
from association.jobs.models import Job
from association.parties.actions import create_party
from association.parties.models import Party
from association.timeline.models import Event
from members.models import Firm
from members.resources import FirmSession
from tests.association.exchange.conftest import firm_row, firms_file
from tests.codes import firm_code
from tests.parallel import at_once

LIST = "/admin/exchange/importbatch/"


def start(content: bytes, *, by=None):
    batch = actions.take_in(kind_named("firms"), ContentFile(content, "名册.xlsx"), options={}, by=by)
    return batch, actions.confirm(batch, by=by, queue=False)


def firms(*numbers) -> bytes:
    return firms_file(*(firm_row(number) for number in numbers))


class Breaks(Exception):
    pass


@pytest.fixture
def small_slices(monkeypatch):
    monkeypatch.setattr(pipeline, "SLICE", 2)


@pytest.fixture
def broken(association, small_slices, monkeypatch, caplog):
    """An import of five firms whose third slice cannot be written."""
    caplog.set_level(logging.CRITICAL)
    batch, job = start(firms(1, 2, 3, 4, 5))
    write = FirmSession.write

    def breaks(session, judged):
        if any(one.row.values["code"] == firm_code(5) for one in judged):
            raise Breaks
        write(session, judged)

    with monkeypatch.context() as patch:
        patch.setattr(FirmSession, "write", breaks)
        job = jobs.run(job.pk)
    batch.refresh_from_db()
    return batch, job


def test_the_batch_and_the_person_are_told_what_stands(broken):
    batch, job = broken
    assert (batch.state, batch.created, Firm.objects.count()) == ("broken", 4, 4)
    assert (job.state, job.error) == (
        "failed", "导入中断：共 5 行，前 4 行已经处理并生效。可以点“继续导入”；再次中断请联系系统管理员。",
    )  # fmt: skip
    assert Event.objects.filter(verb="import.broken", subject_id=batch.pk).exists()


def test_it_is_gone_on_with_by_the_button(broken, office):
    batch, _job = broken
    text = office.get(f"{LIST}{batch.pk}/change/").content.decode()
    assert "继续导入" in text
    assert office.post(f"{LIST}{batch.pk}/confirm/", {"how": "good"}).status_code == 302
    batch.refresh_from_db()
    jobs.run(batch.job_id)
    batch.refresh_from_db()
    assert (batch.state, batch.read, batch.created, Firm.objects.count()) == ("applied", 5, 5, 5)
    assert batch.rows.count() == 5


def test_it_can_be_taken_back(broken, clerk):
    batch, _job = broken
    jobs.run(actions.start_undo(batch, by=clerk, reason="文件不对").pk)
    batch.refresh_from_db()
    assert (batch.state, Firm.objects.count(), Party.objects.count()) == ("undone", 0, 0)


def test_a_third_try_knows_the_place_of_the_first(broken, clerk):
    batch, _job = broken
    second = actions.confirm(batch, by=clerk, queue=False)
    Job.objects.filter(pk=second.pk).update(state="failed")  # it ended before it had kept a place of its own
    third = actions.confirm(batch, by=clerk, queue=False)
    assert third.args["done"] == 4
    jobs.run(third.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.created) == ("applied", 5)


def test_an_error_that_a_second_look_mends_is_not_noticed(association, small_slices, monkeypatch, caplog):
    """Somebody creates the firm between the look and the writing."""
    caplog.set_level(logging.CRITICAL)
    batch, job = start(firms(1, 2, 3, 4))
    judge, made = FirmSession.judge, []

    def meanwhile(session, rows):
        judged = judge(session, rows)
        if not made and any(row.values["code"] == firm_code(3) for row in rows):
            made.append(True)
            party = next(one.subject.party for one in judged if one.row.values["code"] == firm_code(3))
            party.code = firm_code(1)  # the database refuses it, as it would a code taken at the same moment
        return judged

    monkeypatch.setattr(FirmSession, "judge", meanwhile)
    job = jobs.run(job.pk)
    batch.refresh_from_db()
    assert (job.state, batch.state, batch.created, Firm.objects.count()) == ("done", "applied", 4, 4)


def test_a_party_without_a_file_gets_one_and_keeps_standing_when_it_is_taken_back(association, clerk):
    party = create_party(name="第1建筑工程有限公司", code=firm_code(1), by=None)
    batch, job = start(firms(1), by=clerk)
    assert jobs.run(job.pk).state == "done"
    batch.refresh_from_db()
    assert (batch.created, Firm.objects.get().party_id, Party.objects.count()) == (1, party.pk, 1)
    jobs.run(actions.start_undo(batch, by=clerk, reason="文件不对").pk)
    assert (Firm.objects.count(), Party.objects.count()) == (0, 1)


def test_rows_that_were_rejected_are_no_rows_of_the_file_when_it_is_gone_on_with(association, small_slices):
    """A firm's first row is rejected, its second is right: whether or not the import was killed in between."""
    rows = [firm_row(1, contact="李" * 60), firm_row(2), firm_row(1), firm_row(3)]
    batch, job = start(firms_file(*rows))
    handle = jobs.claim(job.pk)
    steps = pipeline.apply(handle)
    while handle.cursor.get("done") != 2:
        next(steps)
    steps.close()
    Job.objects.filter(pk=job.pk).update(state="queued", cursor={"done": 2})
    assert jobs.run(job.pk).state == "done"
    batch.refresh_from_db()
    assert (batch.created, batch.rejected, batch.unchanged) == (3, 1, 0)


def test_long_work_gives_signs_of_life(association, small_slices, monkeypatch):
    """Reading, going on and the ending of an import each beat more than once."""
    monkeypatch.setattr(pipeline, "BEAT", 2)
    monkeypatch.setattr("association.exchange.kinds.REMATCHED", 2)
    batch, job = start(firms(*range(1, 9)))
    handle = jobs.claim(job.pk)
    phases = [phase for _done, _total, phase in pipeline.apply(handle)]
    assert [sum(words in phase for phase in phases) for words in ("已读", "写入", "核对相关资料")] == [4, 4, 9]
    pipeline.ImportBatch.objects.filter(pk=batch.pk).update(state="applying")
    Job.objects.filter(pk=job.pk).update(state="queued")
    phases = [phase for _done, _total, phase in pipeline.apply(jobs.claim(job.pk))]
    assert phases.count("接着上次的地方") == 4


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time: set DATABASE_URL")
@pytest.mark.django_db(transaction=True)
def test_the_same_file_twice_at_once_makes_each_firm_once(association):
    content = firms(*range(1, 700))

    def bring():
        return actions.import_now(kind_named("firms"), ContentFile(content, "名册.xlsx"), options={}, by=None)

    found = at_once(bring, bring)
    assert [job.state for _batch, job in found] == ["done", "done"]
    assert sum(batch.created for batch, _job in found) == Firm.objects.count() == 699
