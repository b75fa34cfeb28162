"""Files that came in hold people's telephone numbers: who may read them, and the rows that quote them."""

import pytest

from association.documents.models import Document
from association.exchange.models import ImportBatch, ImportRow
from tests.association.exchange.conftest import firm_row, firms_file

PHONE = "13912345678"


@pytest.fixture
def changed(uploaded, confirmed):
    """A list that changed a firm's telephone number, so that its row keeps the old one for the undo."""
    confirmed(uploaded("firms", firms_file(firm_row(1, phone=PHONE))))
    batch = confirmed(uploaded("firms", firms_file(firm_row(1, phone="13912345679"), firm_row(2, phone="139"))))
    assert batch.rows.get(verdict="updated").before["contact_phone"] == PHONE
    return batch


@pytest.mark.parametrize(
    ("role", "reads"),
    [("综合处", True), ("秘书处", True), ("秘书长", True), ("财务处", False), ("监事", False), ("会长", False),
     ("标准化认证处", False), ("编辑", False)],
)  # fmt: skip
def test_only_those_who_work_with_such_files_read_them(changed, role, reads, staff, client_of):
    user = staff(role)
    assert ImportRow.objects.visible_to(user).exists() is reads
    assert Document.objects.visible_to(user).filter(kind="import").exists() is reads
    answer = client_of(user).get(changed.document.get_absolute_url())
    assert answer.status_code == (200 if reads else 404)
    answer.close()


@pytest.mark.parametrize("role", ["监事", "标准化认证处"])
def test_readers_see_that_a_file_came_in_but_no_values(changed, role, staff, client_of):
    user = staff(role)
    assert changed in ImportBatch.objects.visible_to(user)
    text = client_of(user).get(changed.get_absolute_url()).content.decode()
    assert "已隐去" in text
    assert "下载原文件" not in text
    assert ">139<" not in text
