"""Set-based writes: each row its own columns, onto the version that was read, as quick as they are many."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import DataError, connection, transaction

from association.exchange.writing import Stale, insert, update, update_each
from evaluations.models import CreditRecord


def record(number: int, **values) -> CreditRecord:
    return CreditRecord(source="劳动", identity=str(number), raw_name=f"第{number}公司", raw={"name": "甲"}, **values)


@pytest.fixture
def records(db):
    rows = [record(number, fact="旧") for number in range(3)]
    insert(CreditRecord, rows)
    return list(CreditRecord.objects.order_by("pk"))


def test_each_row_is_written_in_its_own_fields_and_no_other(records):
    first, second, third = records
    first.fact, first.amount, first.raw, first.date = "新", Decimal("12.34"), {"a": "二"}, date(2020, 2, 29)
    second.repaired, second.fact = True, "不写"
    third.amount = None
    update_each([(first, {"fact", "amount", "raw", "date"}), (second, ["repaired"]), (third, ["amount"])])

    found = list(CreditRecord.objects.order_by("pk"))
    assert [(row.fact, row.repaired) for row in found] == [("新", False), ("旧", True), ("旧", False)]
    assert (found[0].amount, found[0].raw, found[0].date) == (Decimal("12.34"), {"a": "二"}, date(2020, 2, 29))
    assert [row.version for row in found] == [2, 2, 2] == [row.version for row in records]
    assert found[0].updated_at == first.updated_at > found[0].created_at


def test_the_same_rows_can_be_written_again_and_nothing_is_nothing(records):
    for row in records:
        row.fact = "一"
    update(records, ["fact"])
    update(records, ["fact"])
    update([], ["fact"])
    assert set(CreditRecord.objects.values_list("version", flat=True)) == {3}


@pytest.mark.parametrize("meanwhile", ["changed", "removed"])
def test_what_was_changed_or_removed_meanwhile_is_not_overwritten_nor_made_anew(records, meanwhile):
    if meanwhile == "changed":
        other = CreditRecord.objects.get(pk=records[1].pk)
        other.fact = "别人写的"
        other.save()
    else:
        CreditRecord.objects.filter(pk=records[1].pk).delete()
    for row in records:
        row.fact = "我写的"
    with pytest.raises(Stale), transaction.atomic():
        update(records, ["fact"])
    facts = list(CreditRecord.objects.order_by("pk").values_list("fact", flat=True))
    assert facts == (["旧", "别人写的", "旧"] if meanwhile == "changed" else ["旧", "旧"])


def test_what_is_too_long_for_its_column_is_refused_and_never_cut(records):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite keeps any length")
    records[0].document_no = "号" * 81
    with pytest.raises(DataError), transaction.atomic():
        update(records[:1], ["document_no"])
