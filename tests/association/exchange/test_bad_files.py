"""Files that cannot be read: one clear sentence each, whatever they are."""

import contextlib
import io
import tracemalloc
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from association.exchange.columns import Column
from association.exchange.errors import UnreadableFile
from association.exchange.limits import Limits
from association.exchange.reader import read_table
from association.exchange.workbook import open_workbook
from tests import workbooks

WORKBOOKS = Path(__file__).parents[2] / "data" / "workbooks"
NAME = Column("name", "企业名称", ("单位名称",), required=True)
SCORES = {"得分": (NAME, Column("score", "得分", kind="decimal", required=True))}
ROWS = [["企业名称", "得分"], ["甲公司建设", 60]]
GOOD = workbooks.xlsx(ROWS)


def sentence(file, layouts=SCORES, **options) -> str:
    with pytest.raises(UnreadableFile) as caught:
        list(read_table(file, layouts=layouts, **options).rows)
    assert str(caught.value) == caught.value.sentence
    return caught.value.sentence


# -- something else than a table


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (b"%PDF-1.7\n%\xe2\xe3", "这是 PDF 文件，不是表格"),
        (b"\x89PNG\r\n\x1a\n\0\0", "这是图片，不是表格"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "这是图片，不是表格"),
        (b"\0\0\0\x18ftypheic\0\0", "这是图片或视频，不是表格"),
        (b"Rar!\x1a\x07\x01\0", "这是 RAR 压缩包，不是表格"),
        (b"7z\xbc\xaf\x27\x1c\0", "这是 7z 压缩包，不是表格"),
        (b"{\\rtf1\\ansi", "这是 Word 文档，不是表格"),
        (workbooks.zipped(word__document_dot_xml="<w/>"), "这是 Word 文档，不是表格"),
        (workbooks.zipped(ppt__presentation_dot_xml="<p/>"), "这是 PPT 演示文稿，不是表格"),
        (workbooks.zipped(OFD_dot_xml="<o/>"), "这是 OFD 文件，不是表格"),
        (workbooks.zipped(xl__workbook_dot_bin="x"), "这是二进制工作簿（.xlsb）"),
        (workbooks.zipped(Index__Document_dot_iwa="x"), "请在 Numbers 里导出为 Excel"),
        (
            workbooks.zipped(mimetype="application/vnd.oasis.opendocument.text", content_dot_xml="<x/>"),
            "这是文字或演示文档",
        ),
        (workbooks.zipped(名册_dot_xlsx=GOOD), "这是压缩包，请解压后上传里面的 Excel 或 CSV 文件"),
        (b"<html><table><tr><td>x</td></tr></table></html>", "这其实是网页（只是改了扩展名）"),
        (b'\xef\xbb\xbf \n<?xml version="1.0"?><Workbook/>', "这其实是网页（只是改了扩展名）"),
        (b"MIME-Version: 1.0\nX-Document-Type: Workbook\n", "这其实是网页（只是改了扩展名）"),
        (bytes(range(256)) * 8, "不是 Excel 或 CSV 文件"),
        (b"\x7fELF\x02\x01\x01\0\0\0", "不是 Excel 或 CSV 文件"),
        (b"caf\xe9\xff\xff,\n", "文字编码认不出来"),
    ],
)
def test_another_kind_of_file_is_named(file, words):
    assert words in sentence(file)


@pytest.mark.parametrize("file", [b"", b" \r\n", b"\xef\xbb\xbf", b"\0\0\0\0"])
def test_an_empty_file(file):
    assert sentence(file) == "文件是空的，里面没有任何内容，请检查后重新上传"


@pytest.mark.parametrize("file", [workbooks.xlsx([]), workbooks.ods([])])
def test_a_workbook_without_any_cell(file):
    assert sentence(file) == "表格里没有任何内容，请检查后重新上传"


def test_a_path_that_is_not_there(tmp_path):
    assert sentence(tmp_path / "名册.xlsx") == "找不到文件 名册.xlsx，请核对文件名和位置"


# -- locked


def old_workbook_with_password() -> bytes:
    """The sample with FILEPASS as the second record of its stream: what follows is taken for encrypted."""
    data = bytearray((WORKBOOKS / "penalties.xls").read_bytes())
    second = data.find(bytes.fromhex("0908100000060500")) + 20
    data[second : second + 2] = b"\x2f\x00"
    return bytes(data)


@pytest.mark.parametrize(
    "file",
    [
        (WORKBOOKS / "password.xlsx").read_bytes(),
        old_workbook_with_password(),
        workbooks.ods(ROWS, manifest_extra="<manifest:encryption-data/>"),
    ],
)
def test_a_password(file):
    assert sentence(file).startswith("文件设有密码，请先在 Excel 或 WPS 里取消密码")


# -- too large


def test_more_bytes_than_allowed_are_not_even_read(tmp_path):
    path = tmp_path / "大.xlsx"
    with path.open("wb") as file:
        file.truncate(50 * 1024 * 1024)
    tracemalloc.start()
    try:
        found = sentence(path)
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()
    assert found == "文件有 50.0 MB，超过 20 MB 的上限，请删去图片和多余的工作表，或分成几个文件上传"
    with path.open("rb") as stream:
        assert sentence(stream, max_bytes=1024 * 1024).startswith("文件有 50.0 MB，超过 1 MB 的上限")


LONG = [["企业名称", "得分"], *(["甲公司建设", 60] for _ in range(100))]


@pytest.mark.parametrize(
    "file",
    [
        workbooks.xlsx(LONG),
        workbooks.ods(LONG),
        "\n".join(f"{name},{score}" for name, score in LONG).encode(),
        workbooks.xlsx(LONG[:60], LONG[:61]),
    ],
)
def test_more_rows_than_allowed(file):
    assert len(list(read_table(file, layouts=SCORES, max_rows=121).rows)) >= 100
    assert "超过 90 行的上限" in sentence(file, max_rows=90)


def test_more_rows_than_allowed_in_an_old_workbook():
    assert "写到了第 6 行，超过 5 行的上限" in sentence((WORKBOOKS / "penalties.xls").read_bytes(), max_rows=5)


def stray(name: str, value) -> bytes:
    book = openpyxl.Workbook()
    for row in ROWS:
        book.active.append(row)
    book.active[name] = value
    if value is None:
        book.active[name].number_format = "0.00"
    return workbooks.saved(book)


@pytest.mark.parametrize("cell", ["XFD1048576", "A1048576", "ZZ30000", "XFD900"])
def test_a_forgotten_cell_far_away_does_not_fill_the_memory(cell):
    found = sentence(stray(cell, " "))
    assert "请删掉下面多余的行和右边多余的列" in found


@pytest.mark.parametrize("cell", ["XFD1048576", "A1048576", "XFD3"])
def test_a_far_cell_that_is_only_formatted_does_not_matter(cell):
    assert [row["name"] for _, row in read_table(stray(cell, None), layouts=SCORES).rows] == ["甲公司建设"]


def test_a_far_cell_in_an_open_document():
    far = "<table:table-row table:number-rows-repeated='1000000'/>"
    assert "写到了第 1000003 行" in sentence(workbooks.ods([*ROWS, far, ["x"]]))
    assert len(list(read_table(workbooks.ods([*ROWS, far]), layouts=SCORES).rows)) == 1


def test_a_zip_bomb():
    bomb = workbooks.repacked(GOOD, xl__sharedStrings_dot_xml=b" " * (450 * 1024 * 1024))
    assert len(bomb) < 1024 * 1024
    assert sentence(bomb).startswith("文件解压后有 450 MB，超过 400 MB 的上限，不像一般的表格")


def test_a_package_that_lies_about_its_size():
    bomb = bytearray(workbooks.repacked(GOOD, xl__sharedStrings_dot_xml=b" " * (30 * 1024 * 1024)))
    true, told = (30 * 1024 * 1024).to_bytes(4, "little"), (1000).to_bytes(4, "little")
    assert true in bomb
    assert sentence(bytes(bomb.replace(true, told))).startswith("文件已损坏")


# -- no header


def test_what_was_looked_for_is_named():
    assert sentence(workbooks.xlsx([["姓名", "年龄"], ["张三", 3]])) == (
        "没有找到表头：前 30 行里没有一行写着列名「企业名称」「得分」。请核对列名后再上传"
    )


def test_the_nearest_row_and_what_it_lacks_are_named():
    assert sentence(workbooks.xlsx([["评分"], ["单位名称", "分值"], ["甲", 3]])) == (
        "没有找到表头：前 30 行里没有一行写着列名「企业名称」「得分」；最接近的是第 2 行，缺「得分」。"
        "请核对列名后再上传"
    )


def test_a_row_that_has_none_of_the_columns_is_not_near():
    layouts = {"得分": (*SCORES["得分"], Column("district", "县市区"))}
    assert sentence(workbooks.xlsx([["区划"], ["县市区", "备注"], ["东区", "无"]]), layouts) == (
        "没有找到表头：前 30 行里没有一行写着列名「企业名称」「得分」。请核对列名后再上传"
    )


def test_a_header_further_down_than_thirty_rows():
    assert "没有找到表头" in sentence(workbooks.xlsx([["说明"]] * 30 + ROWS))


def test_a_table_in_a_hidden_sheet_is_pointed_out():
    file = workbooks.xlsx(说明=[["略"]], 数据=ROWS, hidden=["数据"])
    assert sentence(file) == "要的表在隐藏的工作表「数据」里，请取消隐藏，保存后再上传"


SOURCES = {
    "税务": (NAME, Column("tax", "欠税税种"), Column("on", "公告日期")),
    "银行": (NAME, Column("bank", "贷款银行"), Column("on", "逾期起始日", ("公告日期",))),
}


@pytest.mark.parametrize(
    ("header", "words"),
    [
        (["单位", "日期"], "列名和税务、银行都对不上"),
        (["企业名称", "公告日期"], "从列名看不出是哪一种资料（税务、银行），请先选定来源再上传"),
        (["企业名称", "欠税税种", "贷款银行"], "从列名看不出是哪一种资料"),
    ],
)
def test_columns_that_tell_no_layout(header, words):
    assert words in sentence(workbooks.xlsx([header, ["甲", "乙", "丙"]]), layouts=SOURCES)


def test_sheets_in_different_units():
    layouts = {"处罚": (NAME, Column("fine", "罚款", kind="decimal", unit="元"))}
    file = workbooks.xlsx([["企业名称", "罚款（元）"], ["甲", 1]], [["企业名称", "罚款（万元）"], ["乙", 1]])
    assert sentence(file, layouts=layouts) == "几张工作表里「罚款」的单位不一样，请统一单位，或分成几个文件上传"


# -- text


def test_a_quotation_mark_that_nobody_closed():
    rows = "\n".join(f"公司{number},60" for number in range(100))
    file = f'企业名称,得分\n甲公司建设,60\n"乙公司建设,60\n{rows}\n'.encode()
    assert sentence(file).startswith("第 3 行有一个没有成对的英文双引号")


def test_a_row_of_endless_cells():
    assert "不像一般的表格" in sentence(b"a," * 100_000 + b"\n" + b"b\n" * 100)


def test_a_cell_beyond_what_csv_takes():
    assert "起读不出来" in sentence("企业名称,得分\n".encode() + b"a" * 200_000 + b",1\n")


# -- damaged


@pytest.mark.parametrize("file", [GOOD[:-300], GOOD[: len(GOOD) // 2], b"PK\x03\x04" + b"x" * 500])
def test_a_package_cut_short(file):
    assert sentence(file) == "文件已损坏，读不出来，请用 Excel 或 WPS 打开，另存为 .xlsx 后再上传"


@pytest.mark.parametrize("kept", [30, 600, 3000])
def test_an_old_workbook_cut_short(kept):
    assert "文件已损坏" in sentence((WORKBOOKS / "penalties.xls").read_bytes()[:kept])


@pytest.mark.parametrize(
    "changed",
    [
        {"xl__workbook_dot_xml": "<workbook"},
        {"xl__worksheets__sheet1_dot_xml": '<worksheet><sheetData><row><c r="A1"><v>1</v>'},
        {"xl___rels__workbook_dot_xml_dot_rels": "<r"},
        {"xl__sharedStrings_dot_xml": "<sst><si><t>x"},
    ],
)
def test_broken_parts(changed):
    found = sentence(workbooks.repacked(GOOD, **changed))
    assert "文件已损坏" in found or "没有任何内容" in found or "没有找到表头" in found


def test_an_entry_with_a_password():
    locked = bytearray(GOOD)
    with zipfile.ZipFile(io.BytesIO(GOOD)) as package:
        offsets = [entry.header_offset for entry in package.infolist()]
    for offset in offsets:
        locked[offset + 6] |= 1
    central = locked.find(b"PK\x01\x02")
    while central >= 0:
        locked[central + 8] |= 1
        central = locked.find(b"PK\x01\x02", central + 4)
    assert "密码" in sentence(bytes(locked))


SAMPLES = {
    "xlsx": workbooks.xlsx([*ROWS, ["乙公司建设", "=A1"]], merged=["A2:A3"]),
    "xls": (WORKBOOKS / "penalties.xls").read_bytes(),
    "ods": workbooks.ods(ROWS),
    "stored": b"",
}
with zipfile.ZipFile(io.BytesIO(SAMPLES["xlsx"])) as _old, zipfile.ZipFile(_new := io.BytesIO(), "w") as _stored:
    for _name in _old.namelist():
        _stored.writestr(_name, _old.read(_name))
SAMPLES["stored"] = _new.getvalue()  # not compressed, so that damage reaches the XML


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.data_too_large])
@given(st.data())
@pytest.mark.parametrize("kind", SAMPLES)
def test_damage_anywhere_gives_a_sentence_or_sheets(kind, data):
    file = bytearray(SAMPLES[kind])
    for _ in range(data.draw(st.integers(1, 8))):
        place = data.draw(st.integers(0, len(file) - 1))
        file[place] = data.draw(st.integers(0, 255))
    with contextlib.suppress(UnreadableFile):  # any other exception fails the test, and an abort the whole run
        for sheet in open_workbook(bytes(file), Limits()):
            assert all(number >= 1 for number, _ in sheet.rows())
