"""Columns, topics, pages, banners, disclosure, journal, words and pictures through their lists and forms."""

import re
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from association.core import stamp
from association.core.enums import Audience
from association.documents.models import Document
from association.news.models import (
    Banner,
    Column,
    Disclosure,
    JournalIssue,
    Picture,
    SiteLink,
    SitePage,
    Topic,
    WordRule,
)
from tests.pages import words_of

from .conftest import photo

ROOT = "/admin/news/"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n%%EOF\n"


@pytest.fixture
def desk(writer, client_of):
    return client_of(writer)


def read_of(desk, address) -> str:
    return re.search(r'name="_read" value="([^"]+)"', desk.get(address).content.decode())[1]


def test_columns_stand_as_the_tree_that_they_are(columns, signed, desk):
    signed("publish", column="shi", issued_by="市局", issued_on="2026-01-01", effect="in_force")
    page = desk.get(f"{ROOT}column/")
    rows = [(row.name, row.level, row.shown_total) for row in page.context["cl"].result_list]
    assert rows == [("通知公告", 0, 0), ("协会动态", 0, 0), ("政策法规", 0, 0), ("市级政策", 1, 1), ("下载", 0, 0)]


def test_the_order_of_columns_is_typed_into_the_list(columns, desk, django_capture_on_commit_callbacks):
    page = desk.get(f"{ROOT}column/")
    assert 'aria-label="协会动态：排序"' in page.content.decode()
    data = {"form-TOTAL_FORMS": 5, "form-INITIAL_FORMS": 5, "_save": "保存"}
    for index, row in enumerate(page.context["cl"].result_list):
        data |= {f"form-{index}-id": row.pk, f"form-{index}-position": 900 - index, f"form-{index}-is_shown": "on"}
    before = stamp.current()
    with django_capture_on_commit_callbacks(execute=True):
        assert desk.post(f"{ROOT}column/", data).status_code == 302
    assert stamp.current() != before
    names = [row.name for row in desk.get(f"{ROOT}column/").context["cl"].result_list]
    assert names == ["下载", "政策法规", "市级政策", "协会动态", "通知公告"]


def test_a_column_with_articles_or_columns_below_stays(columns, article, desk):
    article(column="tongzhi")
    for slug in ("tongzhi", "zhengce"):
        assert desk.post(f"{ROOT}column/{columns[slug].pk}/delete/", {"post": "yes"}).status_code == 403
    assert desk.post(f"{ROOT}column/{columns['xiazai'].pk}/delete/", {"post": "yes"}).status_code == 302
    assert set(Column.objects.values_list("slug", flat=True)) == {"tongzhi", "dongtai", "zhengce", "shi"}


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"name": "通知公告", "slug": "tz2"}, "已有同名的一级栏目。"),
        ({"name": "新栏目", "slug": "Tong Zhi"}, "网址名只用小写字母、数字和短横线"),
        ({"name": "新栏目", "slug": "tongzhi"}, "已有"),
    ],
)
def test_what_a_column_may_not_be(columns, desk, values, said):
    page = desk.post(f"{ROOT}column/add/", {"layout": "list", "position": 1, "is_shown": "on"} | values)
    assert said in page.content.decode()


def test_a_page_is_kept_clean_with_its_pictures(desk, writer, columns):
    upload = desk.post(f"{ROOT}picture/upload/", {"upload": photo()})
    url = upload.json()["url"]
    body = f'<h1>协会章程</h1><p onclick="x()">第一条<script>x</script></p><figure class="image"><img src="{url}"></figure>'
    desk.post(
        f"{ROOT}sitepage/add/", {"title": "章程", "slug": "zhangcheng", "body": body, "position": 1, "is_shown": "on"}
    )
    page = SitePage.objects.get()
    assert page.body.startswith("<h2>协会章程</h2><p>第一条</p>")
    assert list(page.pictures.all()) == list(Picture.objects.all())


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (SimpleUploadedFile("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>x</script></svg>"), "a.svg"),
        (photo(20, 20), "放到网页上看不清"),
        (None, "没有收到图片"),
    ],
)
def test_what_the_editor_may_not_bring(desk, columns, file, said):
    answer = desk.post(f"{ROOT}picture/upload/", {"upload": file} if file else {})
    assert answer.status_code == 422
    assert said in answer.json()["error"]["message"]
    assert not Picture.objects.exists()


def test_a_banner_takes_its_picture_and_keeps_it_through_an_error(desk, columns):
    values = {"title": "安全生产月", "picture": photo(), "url": "javascript:alert(1)", "position": 1, "is_shown": "on"}
    page = desk.post(f"{ROOT}banner/add/", values).content.decode()
    assert "链接写作" in page
    kept = re.search(r'name="picture-kept" value="(\d+)"', page)[1]
    values |= {"url": "/topics/anquan/", "picture-kept": kept}
    values.pop("picture")
    assert desk.post(f"{ROOT}banner/add/", values).status_code == 302
    banner = Banner.objects.get()
    assert (str(banner.picture.pk), banner.picture.alt) == (kept, "安全生产月")


def test_what_is_no_address_of_a_site_is_said(desk):
    values = {"name": "省协会", "url": "javascript:alert(1)", "position": 1, "is_shown": "on"}
    assert "网址写作 https://www.example.com 的样子。" in words_of(desk.post(f"{ROOT}sitelink/add/", values))
    assert desk.post(f"{ROOT}sitelink/add/", values | {"url": "www.example.com"}).status_code == 302
    assert SiteLink.objects.get().url == "https://www.example.com"


def test_a_cover_may_go_and_a_banner_has_one(desk, columns):
    assert "请选择图片。" in desk.post(f"{ROOT}banner/add/", {"title": "横幅", "position": 1}).content.decode()
    values = {"title": "质量月", "slug": "zhiliang", "position": 1, "is_shown": "on"}
    desk.post(f"{ROOT}topic/add/", values | {"cover": photo()})
    topic = Topic.objects.get()
    assert topic.cover is not None
    address = f"{ROOT}topic/{topic.pk}/change/"
    desk.post(address, values | {"cover-kept": topic.cover_id, "cover-clear": "on", "_read": read_of(desk, address)})
    topic.refresh_from_db()
    assert topic.cover is None


def test_what_is_disclosed_opens_its_file_and_hiding_closes_it(desk, columns, client):
    values = {"kind": "charter", "title": "章程", "published_on": "2026-01-05", "is_shown": "on", "body": ""}
    assert "请写正文，或上传文件。" in desk.post(f"{ROOT}disclosure/add/", values).content.decode()
    desk.post(f"{ROOT}disclosure/add/", values | {"file": SimpleUploadedFile("章程.pdf", PDF)})
    row = Disclosure.objects.get()
    assert b"".join(client.get(row.document.get_absolute_url()).streaming_content) == PDF
    address = f"{ROOT}disclosure/{row.pk}/change/"
    values.pop("is_shown")
    assert desk.post(address, values | {"_read": read_of(desk, address)}).status_code == 302
    assert Document.objects.get().audience == Audience.STAFF


def test_an_issue_of_the_journal_is_a_pdf(desk, columns):
    values = {
        "title": "建筑业",
        "year": 2026,
        "number": 1,
        "published_on": "2026-03-01",
        "is_shown": "on",
        "summary": "",
    }
    page = desk.post(
        f"{ROOT}journalissue/add/", values | {"file": SimpleUploadedFile("一.csv", b"a,b")}
    ).content.decode()
    assert "不是 PDF" in page
    desk.post(
        f"{ROOT}journalissue/add/", values | {"file": SimpleUploadedFile("一.pdf", PDF), "cover": photo(600, 800)}
    )
    issue = JournalIssue.objects.get()
    assert (issue.document.audience, issue.published_on) == (Audience.PUBLIC, date(2026, 3, 1))
    assert issue.cover is not None
    again = desk.post(f"{ROOT}journalissue/add/", values | {"file": SimpleUploadedFile("二.pdf", PDF)})
    assert "这一期已经有了。" in again.content.decode()
    assert 'value="2"' in desk.get(f"{ROOT}journalissue/add/").content.decode()


def test_words_are_pasted_as_lines(desk, columns):
    lines = "某某市住建局 → 某某市住房和城乡建设局（机构改革）\n李明\t黎明\n国家级\n"
    desk.post(f"{ROOT}wordrule/paste/", {"kind": "wrong", "lines": lines})
    found = {rule.word: (rule.instead, rule.note) for rule in WordRule.objects.all()}
    assert found == {
        "某某市住建局": ("某某市住房和城乡建设局", "机构改革"), "李明": ("黎明", ""), "国家级": ("", ""),
    }  # fmt: skip
    page = desk.post(f"{ROOT}wordrule/paste/", {"kind": "wrong", "lines": "李明 → 黎鸣\n→ 什么"}).content.decode()
    assert "第 2 行" in page
    assert "李明 → 黎鸣" in page
    assert WordRule.objects.get(word="李明").instead == "黎明"


def test_the_library_of_pictures(desk, writer, columns):
    desk.post(f"{ROOT}picture/add/", {"file": photo(), "alt": "会议现场", "credit": "李摄影"})
    picture = Picture.objects.get()
    assert (picture.alt, picture.uploaded_by) == ("会议现场", writer)
    assert "会议现场" in words_of(desk.get(f"{ROOT}picture/?q=现场"))
    broken = desk.post(
        f"{ROOT}picture/add/", {"file": SimpleUploadedFile("a.jpg", b"\xff\xd8\xff\xe0x"), "alt": "坏图"}
    )
    assert "坏图" in broken.content.decode()
    assert Picture.objects.count() == 1
    address = f"{ROOT}picture/{picture.pk}/change/"
    desk.post(address, {"alt": "理事会现场", "credit": "", "_read": read_of(desk, address)})
    picture.refresh_from_db()
    assert picture.alt == "理事会现场"


def test_the_later_of_two_on_a_page_reads_a_sentence_and_not_the_whole_text(desk, client_of):
    values = {"title": "章程", "slug": "zhangcheng", "body": f"<p>{'第一条' * 80}</p>", "position": 1, "is_shown": "on"}
    desk.post(f"{ROOT}sitepage/add/", values)
    address = f"{ROOT}sitepage/{SitePage.objects.get().pk}/change/"
    colleague, values["_read"] = client_of("秘书处"), read_of(desk, address)
    colleague.post(address, values | {"title": "协会章程", "body": f"<p>{'第二条' * 80}</p>"})
    page = words_of(desk.post(address, values | {"title": "我的标题"}))
    assert "标题：章程 → 协会章程" in page
    assert "正文：内容较长，不在这里列出" in page
    assert SitePage.objects.get().title == "协会章程"
    values |= {"title": "协会章程", "body": "<p>短的一段。</p>", "_read": read_of(desk, address)}
    desk.post(address, values)
    assert re.search(r"第二\w* → 短的一段。", words_of(desk.get(address)))  # what happened, in words and not in tags
