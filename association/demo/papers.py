"""Files of the demonstration: a PDF of plain text, an Excel form; small, and made here without a font or a library."""

from io import BytesIO

from django.core.files.base import ContentFile
from xlsxwriter import Workbook

_PAGE, _LEFT, _TOP, _FOOT, _SIZE, _LEADING = (595, 842), 72, 760, 80, 12, 22
_LINE = 37  # characters of a line


def pdf(name: str, title: str, text: str) -> ContentFile:
    """Title and paragraphs on A4. The reader's own Song typeface is used: every PDF reader for Chinese brings one."""
    lines = [(title[at : at + 22], 18) for at in range(0, len(title), 22)] + [("", _SIZE)]
    for paragraph in text.splitlines():
        whole = "\u3000\u3000" + paragraph
        lines += [(whole[at : at + _LINE], _SIZE) for at in range(0, len(whole), _LINE)]
    fits = (_TOP - _FOOT) // _LEADING
    pages = [lines[at : at + fits] for at in range(0, len(lines), fits)]
    return ContentFile(_written(pages), f"{name}.pdf")


def _written(pages: list) -> bytes:
    kids = " ".join(f"{5 + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [4 0 R] >>",
        "<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /CIDSystemInfo "
        "<< /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> /DW 1000 /W [1 95 500] /FontDescriptor "
        "<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880] /ItalicAngle 0 "
        "/Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >> >>",
    ]
    for number, lines in enumerate(pages):
        content = _content(lines)
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {_PAGE[0]} {_PAGE[1]}] "
            f"/Resources << /Font << /F1 3 0 R >> >> /Contents {6 + 2 * number} 0 R >>"
        )
        objects.append(f"<< /Length {len(content)} >>\nstream\n{content}\nendstream")
    out, places = BytesIO(b""), []
    out.write(b"%PDF-1.4\n")
    for number, body in enumerate(objects, 1):
        places.append(out.tell())
        out.write(f"{number} 0 obj\n{body}\nendobj\n".encode())
    start = out.tell()
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    out.write(
        f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
        f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()
    )
    return out.getvalue()


def _content(lines: list) -> str:
    """The page's own language: each line of text in UTF-16, as UniGB-UCS2-H reads it."""
    parts, y = ["BT"], _TOP
    for words, size in lines:
        hexed = words.encode("utf-16-be").hex().upper()
        parts.append(f"/F1 {size} Tf 1 0 0 1 {_LEFT} {y} Tm <{hexed}> Tj")
        y -= _LEADING + (size - _SIZE)
    return "\n".join([*parts, "ET"])


def form(name: str, title: str, heads: list[str]) -> ContentFile:
    """An Excel sheet to fill in: title, heads, twenty empty lines."""
    out = BytesIO()
    with Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet("填写")
        cell = {"border": 1, "valign": "vcenter", "text_wrap": True}
        big = book.add_format({"bold": True, "font_size": 16, "align": "center"})
        sheet.merge_range(0, 0, 0, max(1, len(heads) - 1), title, big)
        sheet.write_row(2, 0, heads, book.add_format(cell | {"bold": True, "align": "center", "bg_color": "#EEF5F6"}))
        line = book.add_format(cell)
        for row in range(3, 23):
            sheet.write_row(row, 0, [""] * len(heads), line)
        sheet.set_column(0, len(heads) - 1, 18)
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
    return ContentFile(out.getvalue(), f"{name}.xlsx")
