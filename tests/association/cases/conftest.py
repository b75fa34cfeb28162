"""A case that asks for materials, whatever its kind."""

import pytest

from association.cases.actions import open_case
from association.cases.models import Slot


@pytest.fixture
def slots(db):
    """Of cases of the kind 信用评价: 营业执照 (必交, out of the library), 安全许可证 (必交), 其他 (选交)."""
    rows = [
        Slot(kind="rating", name="营业执照", document_kind="营业执照", order=1),
        Slot(kind="rating", name="安全生产许可证", order=2, hint="正本扫描件"),
        Slot(kind="rating", name="其他证明", is_required=False, order=3),
    ]
    return Slot.objects.bulk_create(rows)


@pytest.fixture
def case(slots, association, staff, firm_party):
    """A draft of 甲建设有限公司: it is the firm's turn."""
    party = firm_party("甲建设有限公司")
    return open_case(
        "rating", party=party, title="2020 年度信用评价", by=staff("综合处"), at="draft",
        once_key=f"rating:2020:{party.pk}", round_key="rating:2020",
    )  # fmt: skip
