"""The Resources of import-export: Chinese columns, validation and preview, and our ways underneath."""

import pytest
import tablib
from import_export.results import RowResult

from association.exchange.models import ImportRow
from association.parties.models import Party
from members.models import Firm
from members.queries import listed
from members.resources import FirmResource
from tests.codes import firm_code

HEADERS = ["企业名称", "信用代码", "县市区", "联系电话", "注册资本（万元）"]


def dataset(*rows) -> tablib.Dataset:
    return tablib.Dataset(*rows, headers=HEADERS)


@pytest.fixture
def clerk(staff, association):
    return staff("秘书处")


def test_columns_have_their_chinese_names():
    assert FirmResource().get_export_headers()[:3] == ["企业名称", "统一社会信用代码", "临时编号"]


def test_a_preview_writes_nothing(clerk):
    result = FirmResource().import_data(dataset(["甲公司", firm_code(1), "东区", "", ""]), dry_run=True, user=clerk)
    assert result.totals[RowResult.IMPORT_TYPE_NEW] == 1
    assert not Party.objects.exists()


def test_good_rows_are_written_with_history_and_wrong_ones_told(clerk):
    rows = dataset(["甲公司", firm_code(1), "东", "138 0000 0001", "2,000"], ["乙公司", "123", "", "", ""])
    result = FirmResource().import_data(rows, user=clerk)
    assert (result.totals[RowResult.IMPORT_TYPE_NEW], result.totals[RowResult.IMPORT_TYPE_INVALID]) == (1, 1)
    assert "18" in str(result.invalid_rows[0].error)
    firm = Firm.objects.get()
    assert (firm.district, firm.contact_phone, firm.registered_capital) == ("东区", "13800000001", 2000)
    assert firm.history.get().history_user == clerk
    again = FirmResource().import_data(dataset(["甲公司", firm_code(1), "东", "", ""]), user=clerk)
    assert again.totals[RowResult.IMPORT_TYPE_SKIP] == 1
    assert not ImportRow.objects.exists()


def test_missing_columns_are_named(clerk):
    result = FirmResource().import_data(tablib.Dataset(["x"], headers=["别的"]), user=clerk)
    assert result.has_errors()
    assert "企业名称" in str(result.base_errors[0].error)


def test_what_goes_out_comes_in_unchanged(clerk):
    rows = dataset(["甲公司", firm_code(1), "东区", "13800000001", "2000.5"], ["乙公司", firm_code(2), "", "", ""])
    FirmResource().import_data(rows, user=clerk)
    out = tablib.Dataset(headers=[head.title for head in FirmResource().heads()])
    for row in FirmResource().stream(listed(clerk, {}), masked=False):
        out.append(row)
    result = FirmResource().import_data(out, user=clerk)
    assert result.totals[RowResult.IMPORT_TYPE_SKIP] == 2, [row.error for row in result.invalid_rows]


def test_both_ways_out_mask_telephones_alike(clerk):
    FirmResource().import_data(dataset(["甲公司", firm_code(1), "", "13812345678", ""]), user=clerk)
    native = FirmResource().export(listed(clerk, {}))["联系电话"]
    streamed = [row[11] for row in FirmResource().stream(listed(clerk, {}), masked=True)]
    assert native == streamed == ["138****5678"]
    assert FirmResource().export(listed(clerk, {}), masked=False)["联系电话"] == ["13812345678"]


def test_a_page_of_rows_is_one_query(clerk, django_assert_num_queries):
    FirmResource().import_data(dataset(*([f"第{n}公司", firm_code(n), "", "", ""] for n in range(1, 30))), user=clerk)
    rows = listed(clerk, {})
    with django_assert_num_queries(1):
        assert len(list(FirmResource().stream(rows, masked=True))) == 29
