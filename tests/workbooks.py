"""Workbooks as offices make them, and broken ones, built in memory."""

import datetime as dt
import io
import zipfile

import openpyxl

SHEET_NS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "urn:oasis:names:tc:opendocument:xmlns"
_ODS_HEAD = (
    f'<?xml version="1.0" encoding="UTF-8"?><office:document-content xmlns:office="{_OFFICE}:office:1.0" '
    f'xmlns:table="{_OFFICE}:table:1.0" xmlns:text="{_OFFICE}:text:1.0" xmlns:style="{_OFFICE}:style:1.0" '
    'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0" office:version="1.2">'
    '<office:automatic-styles><style:style style:name="hidden" style:family="table">'
    '<style:table-properties table:display="false"/></style:style></office:automatic-styles>'
    "<office:body><office:spreadsheet>"
)


def xlsx(*sheets, hidden=(), merged=(), **named) -> bytes:
    """An .xlsx of sheets, each a list of rows. `named` gives sheets by name, `merged` are ranges of the first one."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in {**{f"Sheet{number}": rows for number, rows in enumerate(sheets, 1)}, **named}.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        if name in hidden:
            sheet.sheet_state = "hidden"
    for area in merged:
        book.worksheets[0].merge_cells(area)
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def repacked(package: bytes, **parts: bytes | str) -> bytes:
    """`package` with parts replaced or added; in their names / is written as __ and . as _dot_."""
    changed = {name.replace("__", "/").replace("_dot_", "."): content for name, content in parts.items()}
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in changed:
                new.writestr(name, old.read(name))
        for name, content in changed.items():
            new.writestr(name, content)
    return stream.getvalue()


def with_sheet_xml(body: str, *, prefix: str = "") -> bytes:
    """A workbook whose only sheet has `body` as its sheetData; `prefix` is the one that its tags have there."""
    colon, declared = (f"{prefix}:", f"xmlns:{prefix}") if prefix else ("", "xmlns")
    xml = f'<{colon}worksheet {declared}="{SHEET_NS}"><{colon}sheetData>{body}</{colon}sheetData></{colon}worksheet>'
    return repacked(xlsx([["x"]]), xl__worksheets__sheet1_dot_xml=xml)


def text_cell(name: str, text: str) -> str:
    return f'<c r="{name}" t="inlineStr"><is><t>{text}</t></is></c>'


def zipped(**parts: bytes | str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return stream.getvalue()


def ods_cell(value) -> str:
    if value == "":
        return "<table:table-cell/>"
    if isinstance(value, dt.date):
        return f'<table:table-cell office:value-type="date" office:date-value="{value}"/>'
    if isinstance(value, (int, float)):
        return f'<table:table-cell office:value-type="float" office:value="{value}"/>'
    if value.startswith("<"):
        return value
    return f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'


def ods(rows, *, manifest_extra: str = "") -> bytes:
    """An .ods with one sheet. A cell may be given as XML, a row as a string of XML."""
    lines = [
        row if isinstance(row, str) else f"<table:table-row>{''.join(map(ods_cell, row))}</table:table-row>"
        for row in rows
    ]
    manifest = (
        f'<manifest:manifest xmlns:manifest="{_OFFICE}:manifest:1.0"><manifest:file-entry manifest:full-path="/" '
        f'manifest:media-type="application/vnd.oasis.opendocument.spreadsheet">{manifest_extra}</manifest:file-entry>'
        "</manifest:manifest>"
    )
    table = f'<table:table table:name="表1">{"".join(lines)}</table:table>'
    return zipped(
        mimetype="application/vnd.oasis.opendocument.spreadsheet",
        **{
            "META-INF__manifest_dot_xml": manifest,
            "content_dot_xml": f"{_ODS_HEAD}{table}</office:spreadsheet></office:body></office:document-content>",
        },
    )


def part(package: bytes, name: str) -> str:
    with zipfile.ZipFile(io.BytesIO(package)) as opened:
        return opened.read(name).decode()
