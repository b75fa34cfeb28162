"""Stored HTML: what Word, WPS and the hostile paste, and what is left of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from association.news import html

PICTURE = "/pictures/12345678-1234-1234-1234-123456789abc/960.webp"


@pytest.mark.parametrize(
    ("given_html", "kept"),
    [
        ('<h1 style="color:red">标题</h1>', "<h2>标题</h2>"),
        ('<p class="MsoNormal"><span style="font-family:宋体">　　正文<o:p></o:p></span></p>', "<p>正文</p>"),
        ("<p>&nbsp;</p><p><strong> </strong></p><p>有字</p>", "<p>有字</p>"),
        ("<p>甲<script>alert(1)</script>乙</p>", "<p>甲乙</p>"),
        ('<p><a href="javascript:alert(1)" onclick="x()">点</a></p>', '<p><a rel="noopener noreferrer">点</a></p>'),
        ('<p>甲<img src="https://other.example/x.png" onerror="x()">乙</p>', "<p>甲乙</p>"),
        (f'<p><img src="{PICTURE}" alt="现场" width="10"></p>', f'<p><img src="{PICTURE}" alt="现场"></p>'),
        ("<svg><script>x()</script></svg><iframe src=//x></iframe><p>字</p>", "<p>字</p>"),
        ("<!--[if gte mso 9]><xml>x</xml><![endif]--><p>字</p>", "<p>字</p>"),
        ('<table border="1"><tr><td colspan="2" style="x">甲</td></tr></table>',
         '<table><tbody><tr><td colspan="2">甲</td></tr></tbody></table>'),
        ('<p class="align-right MsoNormal">某某协会</p><h2 class="align-center x">标题</h2><td class="align-right">甲</td>',
         '<p class="align-right">某某协会</p><h2 class="align-center">标题</h2>甲'),
        ("只有文字 < 5", "只有文字 &lt; 5"),
    ],
)  # fmt: skip
def test_what_is_kept(given_html, kept):
    assert html.clean(given_html) == kept


@given(st.text(alphabet="<>/ap\"'=& \0onclick:javsript甲图img src", max_size=80))
def test_whatever_comes_is_cleaned_once_and_for_all(text):
    kept = html.clean(text)
    assert html.clean(kept) == kept
    assert "<script" not in kept
    assert "onclick=" not in kept.replace("&quot;", "").split(">")[0] or "<" not in kept


def test_words_are_read_by_lines():
    assert html.text_of("<h2>一</h2><p>甲<strong>乙</strong></p><table><tr><td>丙</td><td>丁</td></tr></table>") == (
        "一\n甲乙\n丙 丁"
    )


def test_a_summary_ends_where_words_do():
    assert html.summary_of("<p>短文。</p>") == "短文。"
    figure = (
        "<figure><img><figcaption>现场</figcaption></figure><table><caption>表一</caption><tr><td>甲</td></tr></table>"
    )
    assert html.summary_of(f"<p>短文。</p>{figure}") == "短文。甲"
    assert html.summary_of("<h2>一</h2><p>甲</p><p>乙</p>") == "一 甲 乙"
    assert html.summary_of(f"<p>{'长' * 98}，文章</p>") == "长" * 98 + "…"


def test_columns_of_figures_stand_in_line():
    head = '<thead><tr><th scope="col">项目</th><th scope="col">万元</th><th>说明</th></tr></thead>'
    rows = "<tr><td>2025</td><td>1,296.40</td><td>3</td></tr><tr><td>2024</td><td>-3%</td><td>约 4</td></tr>"
    drawn = html.with_figures(f"<table>{head}<tbody>{rows}</tbody></table>")
    assert drawn.count('class="num"') == 3
    assert '<th class="num" scope="col">万元</th>' in drawn
    assert '<td class="num">1,296.40</td><td>3</td>' in drawn
    joined = '<table><tr><td colspan="2">甲</td></tr><tr><td>乙</td><td>1</td></tr></table>'
    assert html.with_figures(joined) == joined


def test_telephones_can_be_tapped():
    drawn = html.with_telephones('<td>0730-8880000 转 2</td><a href="/x/">0730-8880001</a><img alt="0730-8880002">')
    assert drawn.count("tel:") == 1
    assert '<td><a class="nowrap" href="tel:07308880000">0730-8880000</a> 转 2</td>' in drawn
    assert html.with_telephones("<p>2026-11-22，430600-2026-0001234</p>").count("tel:") == 0


def test_pictures_and_links_of_a_text():
    text = html.clean(f'<p><img src="{PICTURE}" alt="甲&quot;乙"><a href="/news/x/?a=1&amp;b=2">链</a></p>')
    assert html.picture_uids(text) == ["12345678-1234-1234-1234-123456789abc"]
    assert html.images_of(text)[0]["alt"] == '甲"乙'
    assert html.links_of(text) == ["/news/x/?a=1&b=2"]
    assert [html.is_internal(url) for url in ("/a/", "//x.cn/", "https://x.cn", "mailto:a@b.cn", "#x")] == [
        True, False, False, False, False,
    ]  # fmt: skip
