"""An article from Word to the site, in a real browser: pasted, with a picture, signed by two people, published."""

import os

import pytest
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from association.news.models import Article, Column, Picture, Publication
from tests.association.news.conftest import photo

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WORD = """<html xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:w="urn:schemas-microsoft-com:office:word">
<head><meta name=Generator content="Microsoft Word 15"><style>p.MsoNormal{font-family:宋体}</style></head><body lang=ZH-CN>
<!--StartFragment--><h1 style='text-align:center'><span style='font-size:22.0pt;color:red'>一、总体要求</span></h1>
<p class=MsoNormal style='text-indent:21.0pt'>
<span style='font-family:仿宋;color:#FF0000'>各会员单位要<b>高度重视</b>，认真落实。</span><o:p></o:p></p>
<table class=MsoTableGrid border=1 style='border-collapse:collapse'>
<tr><td width=200 style='background:yellow'><p class=MsoNormal>序号</p></td>
<td><p class=MsoNormal>内容</p></td></tr><tr><td><p>1</p></td><td><p>安全生产</p></td></tr></table>
<p class=MsoNormal align=right style='text-align:right'><span style='font-family:仿宋'>某某市建筑业协会</span></p>
<!--EndFragment--></body></html>"""
PASTE = """(words) => {
  const data = new DataTransfer();
  data.setData("text/html", words);
  data.setData("text/plain", "x");
  const target = document.querySelector(".ck-editor__editable");
  target.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""

GAP_AT_RIGHT = """() => {
  const line = document.querySelector(".article-body .align-right"), words = document.createRange();
  words.selectNodeContents(line);
  return line.getBoundingClientRect().right - words.getBoundingClientRect().right;
}"""


@pytest.fixture
def desk_of_editor(chromium, live_server, association):
    """desk_of_editor(user): a page on which the person is logged in; the console stays silent."""
    contexts, complaints = [], []

    def log_in(user):
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = "association.accounts.backends.PortalBackend"
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.create()
        context = chromium.new_context(locale="zh-CN", base_url=live_server.url)
        context.add_cookies([{"name": "sessionid", "value": session.session_key, "url": live_server.url}])
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error.stack)))
        contexts.append(context)
        return page

    yield log_in
    for context in contexts:
        context.close()
    # the browser notes each answer that says no, and each picture of another site that it does not load
    assert [said for said in complaints if "status of 422" not in said and "Loading the image" not in said] == []


@pytest.fixture
def column(db):
    return Column.objects.create(name="通知公告", slug="tongzhi")


def _sign(page, article, name):
    page.goto(f"/admin/news/article/{article.pk}/move/{name}/")
    page.locator(".move-form button[type=submit]").click()
    page.wait_for_url("**/change/")


def test_from_word_to_the_site(desk_of_editor, staff, column, tmp_path):
    page = desk_of_editor(staff("编辑", name="钱编辑"))
    page.goto("/admin/news/article/add/")
    page.fill("#id_title", "关于做好安全生产工作的通知")
    page.select_option("#id_column", str(column.pk))
    page.locator(".ck-editor__editable").click()
    page.evaluate(PASTE, WORD)
    page.wait_for_selector(".ck-editor__editable table")
    picture = tmp_path / "现场.jpg"
    picture.write_bytes(photo().read())
    page.locator(".ck-toolbar input[type=file]").first.set_input_files(picture)
    page.wait_for_selector(".ck-editor__editable img[src^='/pictures/']")
    page.locator("button[name=_continue]").click()
    page.wait_for_url("**/change/")
    article = Article.objects.get()
    assert '<h2 class="align-center">一、总体要求</h2>' in article.body
    assert "<strong>高度重视</strong>" in article.body
    assert "<td>安全生产</td>" in article.body
    assert '<p class="align-right">某某市建筑业协会</p>' in article.body
    assert not any(word in article.body for word in ("style=", "Mso", "font", "red"))
    assert list(article.pictures.all()) == list(Picture.objects.all())

    _sign(page, article, "submit")
    colleague = desk_of_editor(staff("秘书处", name="孙主任"))
    for name in ("review", "proofread", "publish"):
        _sign(colleague, article, name)
    publication = Publication.objects.get()
    colleague.goto(publication.get_public_url())
    assert "认真落实" in colleague.locator("article").inner_text()
    assert colleague.evaluate(GAP_AT_RIGHT) < 2  # the signature line stands there


def test_what_is_no_picture_is_said_in_the_editor(desk_of_editor, staff, column, tmp_path):
    page = desk_of_editor(staff("编辑"))
    page.goto("/admin/news/article/add/")
    tiny = tmp_path / "小图.png"
    tiny.write_bytes(photo(20, 20, "PNG").read())
    page.locator(".ck-toolbar input[type=file]").first.set_input_files(tiny)
    page.wait_for_selector(".editor-said:has-text('放到网页上看不清')")
    drawing = tmp_path / "图.svg"
    drawing.write_text("<svg xmlns='http://www.w3.org/2000/svg'><script>x()</script></svg>")
    page.locator(".ck-toolbar input[type=file]").first.set_input_files(drawing)
    page.wait_for_selector(".editor-said:has-text('图.svg 这不是图片')")
    page.evaluate(PASTE, "<p>图在这里<img src='http://127.0.0.1:1/x.png'></p>")  # another site's
    page.wait_for_selector(".editor-said:has-text('从别处粘贴来的图片不会保存')")
    assert "图.svg" in page.locator(".editor-said").inner_text()  # what was refused before is still said
    assert not Picture.objects.exists()
    page.goto("about:blank")


def test_remarks_leave_what_is_typed_alone(desk_of_editor, staff, column):
    from association.news.actions import create_article

    writer = staff("编辑", name="钱编辑")
    article = create_article(
        by=writer, column=column, title="年度会员大会", body="<p>会员大会将于下月召开，请准时参加。</p>"
    )
    page = desk_of_editor(writer)
    page.goto(f"/admin/news/article/{article.pk}/change/")
    page.fill("#id_title", "还没有保存的标题")
    page.fill("#remarks textarea", "日期请再核对")
    page.click("text=添加批注")
    page.wait_for_selector("#remarks li:has-text('日期请再核对')")
    page.click("#remarks >> text=已处理")
    page.wait_for_selector("#remarks li.done")
    assert page.input_value("#id_title") == "还没有保存的标题"
    article.refresh_from_db()
    assert article.title == "年度会员大会"
