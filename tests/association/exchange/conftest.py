"""What the tests of imports share: a clerk, a way to upload, files of firms, what a cell is told."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from association.exchange.errors import CellProblem
from association.exchange.models import ImportBatch
from tests.codes import firm_code
from tests.workbooks import xlsx

ADD = "/admin/exchange/importbatch/add/"
HEADER = ["企业名称", "统一社会信用代码", "资质类别及等级", "是否会员", "注册地", "联系人", "联系电话"]


def firm_row(number: int, **changes) -> list:
    row = {
        "name": f"第{number}建筑工程有限公司", "code": firm_code(number), "qualification": "建筑工程施工总承包三级",
        "member": "是" if number % 2 else "否", "district": "东区", "contact": "李某某", "phone": f"138{number:08d}",
    }  # fmt: skip
    return [*(row | changes).values()]


def firms_file(*rows: list, header=HEADER) -> bytes:
    return xlsx([["某某市企业名册"], header, *rows])


def sentence(cleaner, raw, **options) -> str:
    """What a cleaner says of a cell that it refuses."""
    with pytest.raises(CellProblem) as caught:
        cleaner(raw, **options)
    assert str(caught.value) == caught.value.sentence
    return caught.value.sentence


@pytest.fixture
def clerk(staff, association):
    return staff("综合处", name="王经办")


@pytest.fixture
def office(clerk, client_of):
    """A client logged in as the clerk."""
    return client_of(clerk)


@pytest.fixture
def send(office):
    """send("firms", content, name="名册.xlsx", **options): the answer to an upload."""

    def post(kind: str, content: bytes, *, name: str = "名册.xlsx", client=None, **options):
        data = {"file": SimpleUploadedFile(name, content), **options}
        return (client or office).post(f"{ADD}?kind={kind}", data)

    return post


@pytest.fixture
def uploaded(send):
    """As send(); the batch that was made."""

    def post(*args, **kwargs) -> ImportBatch:
        answer = send(*args, **kwargs)
        assert answer.status_code == 302, re.findall(r'field-error">([^<]+)', answer.content.decode())
        return ImportBatch.objects.get(pk=int(answer["Location"].split("/")[-3]))

    return post


@pytest.fixture
def confirmed(office):
    """confirmed(batch): confirmed in the admin and worked off, as the worker would."""
    from association.jobs import actions as jobs

    def post(batch: ImportBatch, how: str = "good") -> ImportBatch:
        answer = office.post(f"/admin/exchange/importbatch/{batch.pk}/confirm/", {"how": how})
        assert answer.status_code == 302
        batch.refresh_from_db()
        jobs.run(batch.job_id)
        batch.refresh_from_db()
        return batch

    return post
