"""Word files: what a colleague or a correspondent wrote in Word or WPS becomes a draft, with its pictures."""

import zipfile
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from association.news.models import Article, Contribution, Picture
from tests.pages import words_of

from .conftest import photo

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
A = "http://schemas.openxmlformats.org/drawingml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
LONG = "五月二十日，协会组织二十家会员单位到示范工地观摩，现场讲解脚手架搭设和临边防护的做法，大家收获很大。"


def paragraph(text: str, style: str = "") -> str:
    look = '<w:rPr><w:rFonts w:eastAsia="方正小标宋"/><w:color w:val="FF0000"/></w:rPr>'
    named = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{named}<w:r>{look}<w:t>{text}</w:t></w:r></w:p>"


def picture(number: int) -> str:
    return (
        f'<w:p><w:r><w:drawing><wp:inline xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing">'
        f'<wp:docPr id="{number}" name="图片 {number}" descr="C:\\照片\\1.jpg"/>'
        f'<a:graphic xmlns:a="{A}"><a:graphicData><pic:pic xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture">'
        f'<pic:blipFill><a:blip xmlns:r="{R}" r:embed="p{number}"/></pic:blipFill></pic:pic></a:graphicData></a:graphic>'
        f"</wp:inline></w:drawing></w:r></w:p>"
    )


def table(*rows) -> str:
    cells = ("".join(f"<w:tc>{paragraph(cell)}</w:tc>" for cell in row) for row in rows)
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in cells)}</w:tbl>"


def _links(rows: str) -> str:
    return f'<Relationships xmlns="{PACKAGE}/relationships">{rows}</Relationships>'


def word_file(*parts: str, media=(), name="观摩稿.docx", packed=False) -> SimpleUploadedFile:
    """A .docx as Word packs it."""
    kinds = (
        f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="jpg" ContentType="image/jpeg"/></Types>'
    )
    root = _links(f'<Relationship Id="r1" Type="{R}/officeDocument" Target="word/document.xml"/>')
    links = "".join(
        f'<Relationship Id="p{n}" Type="{R}/image" Target="media/{n}.jpg"/>' for n, _data in enumerate(media, 1)
    )
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED) as package:
        package.writestr("[Content_Types].xml", kinds)
        package.writestr("_rels/.rels", root)
        package.writestr("word/document.xml", f"<w:document {W}><w:body>{''.join(parts)}</w:body></w:document>")
        package.writestr("word/_rels/document.xml.rels", _links(links))
        for number, data in enumerate(media, 1):
            package.writestr(f"word/media/{number}.jpg", data)
    return SimpleUploadedFile(name, out.getvalue())


@pytest.fixture
def report():
    def make(**kwargs):
        parts = (
            paragraph("协会组织观摩交流活动"), paragraph("一、概况", "Heading1"), paragraph(LONG), picture(1),
            table(("单位", "人数"), ("甲公司", "3")), picture(2), paragraph("活动圆满结束。"),
        )  # fmt: skip
        return word_file(*parts, media=(photo().read(), b"no picture"), **kwargs)

    return make


FROM_WORD = "/admin/news/article/from-word/"


def test_a_word_file_becomes_a_draft_of_the_newsroom(client_of, writer, columns, report):
    client = client_of(writer)
    assert FROM_WORD in client.get("/admin/news/article/").content.decode()
    page = client.post(FROM_WORD, {"file": report(), "column": columns["tongzhi"].pk}, follow=True)
    article = Article.objects.get()
    assert article.title == "协会组织观摩交流活动"
    [kept] = Picture.objects.all()
    assert article.body == (
        f"<h2>一、概况</h2><p>{LONG}</p>"
        f'<figure class="image"><img alt="" src="{kept.url("960.webp")}"></figure>'
        "<table><tbody><tr><td>单位</td><td>人数</td></tr><tr><td>甲公司</td><td>3</td></tr>"
        "</tbody></table><p>活动圆满结束。</p>"
    )
    assert list(article.pictures.all()) == [kept]
    assert article.revisions.get().note == "来自 Word 文件「观摩稿.docx」"
    words = words_of(page)
    assert "已读入「观摩稿.docx」" in words
    assert "第 2 张图片没有读入" in words


def test_a_correspondents_word_file_becomes_a_contribution(desk, report):
    assert "用 Word 文件投稿" in words_of(desk.get("/desk/contributions/"))
    page = desk.post("/desk/contributions/word/", {"file": report()}, follow=True)
    row = Contribution.objects.get()
    assert (row.title, len(row.pictures)) == ("协会组织观摩交流活动", 1)
    assert row.text.split("\n\n") == ["一、概况", LONG, "〔图1〕", "单位 人数", "甲公司 3", "活动圆满结束。"]
    assert "第 2 张图片没有读入" in words_of(page)


@pytest.mark.parametrize(
    ("upload", "sentence"),
    [
        (lambda: SimpleUploadedFile("旧.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000)), "另存为 .docx"),
        (lambda: SimpleUploadedFile("照片.docx", photo().read()), "另存为 .docx"),
        (lambda: SimpleUploadedFile("坏.docx", b"PK\x03\x04" + bytes(500)), "文件已损坏，打不开"),
        (lambda: word_file("<w:p>"), "Word 文件已损坏或不完整"),
        (lambda: word_file(), "文件里没有文字"),
        (lambda: word_file(paragraph("字" * 4_000_000), packed=True), "文件里的文字太多"),
        (lambda: word_file('<!DOCTYPE a [<!ENTITY x "y">]><w:p/>'), "Word 文件已损坏或不完整"),
    ],
)
def test_what_is_no_word_file_is_one_sentence(client_of, writer, desk, columns, upload, sentence):
    page = client_of(writer).post(FROM_WORD, {"file": upload(), "column": columns["tongzhi"].pk})
    assert page.status_code == 422
    assert sentence in words_of(page)
    page = desk.post("/desk/contributions/word/", {"file": upload()})
    assert page.status_code == 422
    assert sentence in words_of(page)
    assert not Article.objects.exists()
    assert not Contribution.objects.exists()


def test_what_is_too_long_leaves_no_picture_behind(desk):
    upload = word_file(paragraph("标题四个字"), picture(1), *[paragraph(LONG)] * 450, media=(photo().read(),))
    page = desk.post("/desk/contributions/word/", {"file": upload})
    assert "正文最多 20000 个字" in words_of(page)
    assert not Picture.objects.exists()


def test_a_first_paragraph_as_long_as_text_is_no_title(client_of, writer, columns):
    upload = word_file(paragraph(LONG * 2), name="关于观摩的通知.docx")
    client_of(writer).post(FROM_WORD, {"file": upload, "column": columns["tongzhi"].pk})
    article = Article.objects.get()
    assert (article.title, article.body) == ("关于观摩的通知", f"<p>{LONG * 2}</p>")


def test_who_may_not_write_finds_no_page(client_of, desk):
    assert client_of("财务处").get(FROM_WORD).status_code == 403
    assert desk.get(FROM_WORD).status_code == 404
