"""Files that an import hands out: the empty template of a kind, and the rows that had a problem with their reasons.

Both can be imported as they come back: every cell is text, so no code or number loses a digit.
"""

import io

from stdnum.cn import uscc

from association.core.codes import organisation_check
from association.jobs.actions import Refused

from .columns import Column
from .kinds import OPTIONS, ImportKind, kind_named
from .models import ImportBatch, ImportRow
from .pipeline import GUIDE_SHEET, PROBLEM_COLUMN, load_batch
from .sheets import LONGEST, Head, new_book, set_up, styles

EMPTY_ROWS = 500  # rows below the header that have the text format already
_WIDTHS = {"code": 22, "organisation": 14, "date": 13, "decimal": 13, "integer": 10, "yesno": 10, "mobile": 16}
_HOW = {
    "text": "文字",
    "code": "18 位，照营业执照填写",
    "organisation": "9 位组织机构代码",
    "date": "写作 2021-05-20",
    "decimal": "数字，不带单位",
    "integer": "整数",
    "yesno": "填“是”或“否”",
    "digits": "文字，数字多的请先把单元格设为文本",
    "mobile": "手机 11 位；固定电话带区号，如 0700-1234567",
}


def _code() -> str:
    """A code that nobody has, with right check characters."""
    body = "MA000000"
    front = f"91110000{body}{organisation_check(body)}"
    return front + uscc.calc_check_digit(front)


_BY_KIND = {
    "date": "2021-05-20", "decimal": "12.5", "integer": "3", "yesno": "是", "mobile": "13800000000", "text": "",
    "digits": "",
}  # fmt: skip
_BY_KEY = {
    "name": "某某建筑工程有限公司", "district": "某某区", "main_qualification": "建筑工程施工总承包三级",
    "legal_representative": "张某某", "contact_name": "李某某", "address": "某某路 1 号", "registered_capital": "2000",
    "member_number": "HY0001", "document_no": "某建罚〔2020〕12 号", "project": "某某小区 1 号楼",
    "client": "某某置业有限公司", "channel": "电话", "surveyor": "王某某", "score": "85.5", "grade": "AAA",
}  # fmt: skip


def example_of(kind: ImportKind, column: Column) -> str:
    if column.kind in ("code", "any_code"):
        return _code()
    if column.kind in ("organisation", "any_organisation"):
        return f"{_code()[8:16]}-{_code()[16]}"
    if column.key.startswith("mark:"):
        return "5"
    return kind.examples.get(column.key) or _BY_KEY.get(column.key) or _BY_KIND[column.kind]


def template_sheet(kind: ImportKind, options: dict) -> bytes:
    """An empty .xlsx with the kind's columns, and a second sheet that says how to fill them in. Raises jobs.Refused."""
    layouts = kind.layouts(options)
    if len(layouts) != 1:
        raise Refused(f"请先选定{'、'.join(OPTIONS[name].label for name in kind.options)}，再下载模板。")
    columns = next(iter(layouts.values()))
    out = io.BytesIO()
    book = new_book(out)
    style = styles(book)
    _empty_sheet(book, kind, columns, style)
    _guide(book, kind, columns, style)
    book.close()
    return out.getvalue()


def _empty_sheet(book, kind: ImportKind, columns, style):
    sheet = book.add_worksheet(kind.label[:31])
    heads = [
        Head(column.label, max(_WIDTHS.get(column.kind.removeprefix("any_"), 18), 2 * len(column.label) + 2))
        for column in columns
    ]
    set_up(sheet, heads, landscape=True, header_row=1)
    for place, head in enumerate(heads):
        sheet.set_column(place, place, head.width, style["free"])
    sheet.set_row(0, 28)
    words = f"{kind.label}导入模板：红色列必填，从第 3 行起填写；每列怎么填见下面的工作表“{GUIDE_SHEET}”。"
    sheet.write_string(0, 0, words, style["notes"])
    for place, column in enumerate(columns):
        sheet.write_string(1, place, column.label, style["must" if column.required else "head"])
    for place, column in enumerate(columns):
        if column.kind == "yesno":
            sheet.data_validation(2, place, EMPTY_ROWS, place, {
                "validate": "list", "source": ["是", "否"], "error_type": "warning", "error_title": column.label,
                "error_message": "请填“是”或“否”。",
            })  # fmt: skip


def _guide(book, kind: ImportKind, columns, style):
    sheet = book.add_worksheet(GUIDE_SHEET)
    set_up(sheet, [Head("", 22), Head("", 10), Head("", 40), Head("", 32)], landscape=False, header_row=1)
    sheet.write_string(0, 0, kind.about, style["notes"])
    for place, title in enumerate(("列", "必填", "怎么填", "示例")):
        sheet.write_string(1, place, title, style["head"])
    for number, column in enumerate(columns, 2):
        how = _HOW[column.kind.removeprefix("any_")] + (f"（{column.unit}）" if column.unit else "")
        cells = (column.label, "必填" if column.required else "", how, example_of(kind, column))
        for place, text in enumerate(cells):
            sheet.write_string(number, place, text, style["text"])


# -- Problem rows -----------------------------------------------------------------------------------------------------


def problem_sheet(batch: ImportBatch) -> tuple[bytes, int]:
    """(an .xlsx of the rows that had a problem, as they were written, the reason in the last column; number of rows).

    The file is read again. Raises UnreadableFile, jobs.Refused where it no longer can be.
    """
    wrong = {
        (row.sheet, row.row): row.problems
        for row in batch.rows.filter(verdict=ImportRow.Verdict.REJECTED).order_by("id")
    }
    loaded = load_batch(batch)
    found = [(row, wrong[row.sheet, row.number]) for row in loaded.rows if (row.sheet, row.number) in wrong]
    out = io.BytesIO()
    book = new_book(out)
    sheet, style = book.add_worksheet("问题行"), styles(book)
    heads = [
        *(Head(title, max(12, min(36, 2 * len(title) + 4))) for title in loaded.headers.values()),
        Head(PROBLEM_COLUMN, 60),
    ]
    set_up(sheet, heads, landscape=True, header_row=1)
    note = f"{kind_named(batch.kind).label}《{batch.document.label}》中有问题的 {len(found)} 行。照最后一列改好，保存后再导入一次。"
    sheet.write_string(0, 0, note, style["notes"])
    for place, head in enumerate(heads):
        sheet.write_string(1, place, head.title, style["head"])
    for number, (row, problems) in enumerate(found, 2):
        for place, key in enumerate(loaded.headers):
            sheet.write_string(number, place, row.raw.get(key, "")[:LONGEST], style["text"])
        sheet.write_string(number, len(heads) - 1, _reasons(row, problems), style["wrapped"])
    book.close()
    return out.getvalue(), len(found)


def _reasons(row, problems) -> str:
    return "；".join(f"{one['column']}：{one['reason']}" if one.get("column") else one["reason"] for one in problems)
