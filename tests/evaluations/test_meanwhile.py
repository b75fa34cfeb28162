"""Imports and people at the same moment: what somebody decides while a file is written stays decided."""

from threading import Event

import pytest

from association.parties.models import Party
from evaluations.corrections import void_row
from evaluations.decisions import WaitingName, decide
from evaluations.models import CreditRecord
from evaluations.resources import CreditSession
from tests.codes import firm_code
from tests.parallel import at_once

HEAD = ["企业名称", "立案日期", "欠薪项目", "涉及金额（元）", "涉及人数", "是否修复"]


@pytest.fixture
def paused(monkeypatch):
    """(judged, go): an import of credit records stops between judging and writing until `go` is set."""
    judged, go, write = Event(), Event(), CreditSession.write

    def wait(session, rows):
        judged.set()
        go.wait(2)
        write(session, rows)

    monkeypatch.setattr(CreditSession, "write", wait)
    return judged, go


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("what", ["decision", "void"])
def test_what_a_person_decides_while_an_import_writes_stays(small_round, bring, staff, paused, what):
    rows = [[HEAD, ["外地公司", "2020-06-01", "某工程", 1000, 3, repaired]] for repaired in ("否", "是")]
    judged, go = paused
    go.set()
    bring("credit-records", rows[0])
    judged.clear()
    go.clear()
    clerk, party = staff("综合处"), Party.objects.get(code=firm_code(1))

    def person():
        try:
            judged.wait(20)
            if what == "decision":
                decide(WaitingName("credit-records", "劳动", "外地公司", ""), party=party, by=clerk)
            else:
                void_row(CreditRecord.objects.get(raw_name="外地公司"), by=clerk, reason="误报")
        finally:
            go.set()

    results = at_once(lambda: bring("credit-records", rows[1]), person)
    assert not [result for result in results if isinstance(result, Exception)]
    row = CreditRecord.objects.get(raw_name="外地公司")
    assert row.repaired
    if what == "decision":
        assert (row.party, row.matched_by) == (party, "person")
    else:
        assert row.voided_at
