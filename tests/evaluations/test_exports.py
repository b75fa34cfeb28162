"""全表 and 报送市场科名单: what is in them, that they can be read again, who took them."""

import io

import openpyxl
import pytest
from django.core.files.base import ContentFile

from association.documents.models import Document
from association.jobs import actions as jobs
from association.jobs.models import Job
from association.timeline.models import AccessLog
from evaluations import exports
from evaluations.exports import TABLES, export_now, start_export
from evaluations.models import Rating
from tests.codes import firm_code

from .conftest import take


def book_of(content: bytes):
    return openpyxl.load_workbook(io.BytesIO(content)).active


def rows_of(content: bytes) -> list[dict]:
    head, *rows = book_of(content).iter_rows(min_row=3, values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows]


@pytest.fixture
def download(rated, client_of):
    def get(name, who="综合处"):
        return client_of(who).get(f"/admin/evaluations/ratinground/{rated.pk}/export/{name}/")

    return get


def test_the_full_table_has_every_part_and_the_counts(download):
    response = download("full")
    assert "utf-8''" in response["Content-Disposition"]
    first, second, third = rows_of(response.content)
    assert (first["企业名称"], first["统一社会信用代码"]) == ("甲建筑有限公司", firm_code(1))
    assert [first[name] for name in ("行业自律", "综合评价", "主管部门", "协会评分", "总分", "测算等级")] == [
        2,
        4,
        90,
        6,
        96,
        "AAA",
    ]
    assert [first[name] for name in ("信用信息条数", "其中计分", "调查次数", "是否会员")] == [2, 2, 1, "是"]
    assert (second["综合评价"], second["总分"], second["调查次数"]) == (0, 89, 0)
    assert (third["主管部门"], third["总分"], third["测算等级"]) == (None, None, None)


def test_the_list_for_the_bureau_has_its_six_columns_only(download):
    rows = rows_of(download("bureau").content)
    assert list(rows[0]) == ["序号", "企业名称", "统一社会信用代码", "行业自律", "综合评价", "合计"]
    assert [row["合计"] for row in rows] == [6, 4, 8]


def test_it_says_who_when_how_many_and_prints_on_a4_with_its_header(download):
    sheet = book_of(download("bureau").content)
    assert sheet["A1"].value == "2020 年度企业信用等级评价报送市场科名单"
    assert "共 3 行" in sheet["A2"].value
    assert "本轮全部参评企业" in sheet["A2"].value
    assert "综合处1" in sheet["A2"].value
    assert (sheet.page_setup.paperSize, sheet.print_title_rows) == (9, "$3:$3")
    assert sheet.sheet_properties.pageSetUpPr.fitToPage


def test_text_stays_text(rated, download):
    Rating.objects.filter(code=firm_code(1)).update(name='=HYPERLINK("http://x")', member_number="0012")
    cell = book_of(download("full").content)["B4"]
    assert (cell.value, cell.data_type) == ('=HYPERLINK("http://x")', "s")
    assert rows_of(download("full").content)[0]["会员编号"] == "0012"


def test_the_full_table_can_be_imported_again(rated, download, db):
    content = download("full").content
    batch = take("rating-roster", ContentFile(content, "全表.xlsx"), round=2020)
    assert (batch.read, batch.unchanged, batch.rejected) == (3, 3, 0)
    Rating.objects.filter(code=firm_code(1)).update(grade="AAA", grade_number="旧", grade_on="2021-01-01")
    content = download("full").content
    batch = take("issued-grades", ContentFile(content, "全表.xlsx"), round=2020, number="旧", date="2021-01-01")
    assert (batch.unchanged, batch.created) == (1, 0)


def test_each_export_is_remembered(download):
    download("full")
    row = AccessLog.objects.get()
    assert (row.action, row.rows, row.user_name) == ("export", 3, "综合处1")


def test_a_large_round_is_a_job_whose_file_only_its_owner_gets(rated, download, staff, client_of, monkeypatch):
    monkeypatch.setattr(exports, "DIRECT", 2)
    assert download("full").url.startswith("/admin/jobs/")
    job = Job.objects.get(kind="evaluations.export")

    done = jobs.run(job.pk)

    assert done.state == Job.State.DONE
    document = Document.objects.get(kind="export")
    assert done.back_url == f"/files/{document.uid}/download/"
    with document.open() as file:
        assert len(rows_of(file.read())) == 3
    response = client_of(job.owner).get(done.back_url)
    assert len(rows_of(b"".join(response.streaming_content))) == 3
    assert client_of(staff("综合处")).get(done.back_url).status_code == 404
    assert AccessLog.objects.filter(action="export").get().rows == 3


def test_a_second_click_finds_the_same_job(rated, staff):
    clerk = staff("综合处")
    first = start_export(TABLES["full"], rated.current_run, by=clerk)
    assert start_export(TABLES["full"], rated.current_run, by=clerk) == first


def test_voided_ratings_stay_out(rated, staff, rating_of):
    from association.workflow.actions import void

    clerk = staff("综合处")
    void(rating_of(1).case, by=clerk, reason="重复登记")
    assert len(rows_of(export_now(TABLES["bureau"], rated.current_run, by=clerk))) == 2


def test_without_a_run_the_page_says_what_to_do(small_round, client_of):
    response = client_of("综合处").get(f"/admin/evaluations/ratinground/{small_round.pk}/export/full/", follow=True)
    assert "还没有测算结果，请先测算" in response.content.decode()


@pytest.mark.parametrize(("who", "status"), [("监事", 200), ("编辑", 403), ("系统管理员", 403)])
def test_who_may_export(download, who, status):
    assert download("full", who).status_code == status


def test_an_unknown_table_is_not_found(download):
    assert download("secret").status_code == 404
