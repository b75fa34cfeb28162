"""Files that cannot be read, through the upload page: one clear sentence at the field, nothing written, nothing lost."""

import re
from pathlib import Path

import pytest
from django.core.management import call_command

from association.documents.models import Document
from association.exchange.models import ImportBatch
from association.jobs import actions as jobs
from association.parties.models import Party
from tests.workbooks import repacked, text_cell, with_sheet_xml, xlsx, zipped

from .conftest import ADD, HEADER, firm_row, firms_file

PASSWORD = Path("tests/data/workbooks/password.xlsx").read_bytes()
FORMULA = with_sheet_xml(
    f'<row r="1">{text_cell("A1", "企业名称")}{text_cell("B1", "统一社会信用代码")}</row>'
    f'<row r="2">{text_cell("A2", "甲公司")}<c r="B2"><f>"9143"&amp;"0600"</f></c></row>'
)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("空.xlsx", b"", "文件是空的"),
        ("空表.xlsx", xlsx([]), "没有任何内容"),
        ("密码.xlsx", PASSWORD, "文件设有密码"),
        ("照片.xlsx", b"\x89PNG\r\n\x1a\n" + b"0" * 200, "图片"),
        ("文档.xlsx", b"%PDF-1.7 " + b"0" * 200, "PDF"),
        ("压缩.xlsx", b"Rar!\x1a\x07\x00" + b"0" * 200, "RAR"),
        ("压缩.zip", zipped(a=b"x"), "Excel"),
        ("坏.xlsx", firms_file(firm_row(1))[:-400], "损坏"),
        ("别的.xlsx", xlsx([["菜名", "价格"], ["红烧肉", 38]]), "没有找到表头"),
        ("缺列.csv", "统一社会信用代码,电话\n91,1\n".encode(), "企业名称"),
        ("宏.xlsm", repacked(firms_file(firm_row(1)), xl__vbaProject_dot_bin=b"x"), "宏"),
    ],
)
def test_a_bad_file_gets_one_sentence_at_the_field(name, content, sentence, send):
    answer = send("firms", content, name=name)
    assert answer.status_code == 200
    said = re.findall(r'field-error">([^<]+)', answer.content.decode())
    assert len(said) == 1, said
    assert sentence in said[0]
    assert [ImportBatch.objects.count(), Document.objects.count(), Party.objects.count()] == [0, 0, 0]


def test_fifty_megabytes(send, settings):
    answer = send("firms", b"PK\x03\x04" + b"0" * (50 * 1024 * 1024), name="大.xlsx")
    said = re.findall(r'field-error">([^<]+)', answer.content.decode())
    assert said == ["文件有 50.0 MB，超过 20 MB 的上限，请删去图片和多余的工作表，或分成几个文件上传。"]
    assert ImportBatch.objects.count() == 0


def test_a_large_bad_file_is_told_on_its_own_page(uploaded, office):
    batch = uploaded(
        "firms", xlsx([["菜名", "价格"], *([f"红烧肉{n}{hash(str(n))}", n] for n in range(20_000))]), name="菜单.xlsx"
    )
    assert batch.state == "reading"
    jobs.run(batch.job_id)
    batch.refresh_from_db()
    assert batch.state == "failed"
    text = office.get(batch.get_absolute_url()).content.decode()
    assert "没有找到表头" in text
    assert "?kind=firms" in text


def test_no_file_at_all(office):
    answer = office.post(f"{ADD}?kind=firms", {})
    assert re.findall(r'field-error">([^<]+)', answer.content.decode()) == ["请选择要导入的文件。"]


def test_formula_cells_without_a_value_are_problem_rows(uploaded):
    batch = uploaded("firms", FORMULA)
    assert (batch.read, batch.rejected) == (1, 1)
    assert "公式" in batch.rows.get().problems[0]["reason"]


def test_a_cell_that_excel_made_a_number_of_is_told(uploaded):
    row = firm_row(1)
    row[1] = 9.14306e17
    batch = uploaded("firms", firms_file(row))
    assert "当成数字" in batch.rows.get().problems[0]["reason"]


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (firms_file(firm_row(1)), "名册.xlsx"),
        ("\n".join(",".join(map(str, row)) for row in (HEADER, firm_row(1))).encode("utf-8-sig"), "名册.csv"),
        ("\n".join(",".join(map(str, row)) for row in (HEADER, firm_row(1))).encode("gb18030"), "名册.csv"),
        (firms_file(firm_row(1)), "名册.et"),
    ],
)
def test_files_that_offices_send_are_read(content, name, uploaded):
    assert uploaded("firms", content, name=name).created == 1


# -- Options ---------------------------------------------------------------------------------------


@pytest.fixture
def opened(association):
    call_command("load_scheme", "evaluations/data/scheme_2020.json", verbosity=0)
    call_command("open_rating", "2020", verbosity=0)


def test_what_a_kind_needs_is_asked_for_at_its_field(send, opened):
    content = xlsx([["企业名称", "等级"], ["甲", "AAA"]])
    text = send("issued-grades", content, round="2020", number="某建发 5 号").content.decode()
    assert re.findall(r'field-error">([^<]+)', text) == ["请填写发布日期。", "改好以后，请再选一次文件。"]
    assert "某建发 5 号" in text


def test_rounds_and_sources_are_chosen_from_what_there_is(office, opened):
    assert '<option value="2020">2020 年度</option>' in office.get(f"{ADD}?kind=rating-roster").content.decode()
    text = office.get(f"{ADD}?kind=credit-records&source=税务").content.decode()
    assert "按列名识别" in text
    assert '<option value="税务" selected>' in text


def test_without_a_round_the_page_says_what_to_do_first(send, association):
    answer = send("rating-roster", firms_file(firm_row(1)))
    assert "请先开设轮次" in answer.content.decode()
    assert ImportBatch.objects.count() == 0


def test_the_source_is_told_from_the_columns(uploaded, opened):
    content = Path("tests/data/rating_2020/信用信息_税务.xlsx").read_bytes()
    assert uploaded("credit-records", content).options == {"source": "税务"}


def test_the_eight_files_in_the_admin(uploaded, confirmed, opened, office):
    folder = Path("tests/data/rating_2020")
    confirmed(uploaded("rating-roster", (folder / "申报企业名册.xlsx").read_bytes(), round="2020"))
    waits = 0
    for name in ("住建", "劳动", "税务", "法院", "银行"):
        batch = uploaded("credit-records", (folder / f"信用信息_{name}.xlsx").read_bytes())
        if batch.waiting:
            assert "没有找到企业的行" in office.get(batch.get_absolute_url()).content.decode()
        waits += confirmed(batch).waiting
    confirmed(uploaded("surveys", (folder / "业绩调查.xlsx").read_bytes(), round="2020"))
    last = confirmed(uploaded("authority-scores", (folder / "主管部门评分.xlsx").read_bytes(), round="2020"))
    assert last.state == "applied"
    assert waits > 0
