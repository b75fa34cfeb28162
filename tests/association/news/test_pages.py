"""Articles as readers open them: the page, its column, the feeds; gone when they are taken down."""

import json
import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from association.news.actions import attach, pin
from association.news.models import Column, Publication, SiteLink, SitePage, Topic
from association.news.pictures import take_picture
from association.workflow.actions import perform
from tests.pages import words_of

from .conftest import BODY, photo


def titles(response) -> list[str]:
    found = re.findall(r'class="(?:rows|news-card)-title"[^>]*>(.*?)</a>', response.content.decode(), re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", "", title).split()) for title in found]


def test_an_article_is_read_in_its_column(signed, client):
    found = signed(title="关于召开年度会员大会的通知", author="宣传部")
    response = client.get(found.publication.get_public_url())
    page = words_of(response)
    assert response.status_code == 200
    for said in (
        "首页",
        "通知公告",
        "关于召开年度会员大会的通知",
        "作者：宣传部",
        "二十家企业参加",
        f"{timezone.localdate()}",
    ):
        assert said in page
    assert titles(client.get("/news/tongzhi/")) == ["关于召开年度会员大会的通知"]
    assert titles(client.get("/news/dongtai/")) == []


def test_a_column_shows_what_stands_below_it(signed, client):
    signed(title="市级的一份文件", column="shi", issued_by="某某市住建局", document_number="某建发〔2026〕12 号",
           issued_on=timezone.localdate(), effect="in_force")  # fmt: skip
    above, own = client.get("/news/zhengce/"), client.get("/news/shi/")
    assert titles(above) == titles(own) == ["市级的一份文件"]
    page = words_of(above)
    assert "现行有效" in page
    assert "某建发〔2026〕12 号" in page
    assert "市级政策" in page  # the tab


def test_a_closed_column_is_not_there(signed, columns, client):
    found = signed()
    columns["tongzhi"].is_shown = False
    columns["tongzhi"].save()
    for address in ("/news/tongzhi/", found.publication.get_public_url(), "/news/tongzhi/rss.xml"):
        assert client.get(address).status_code == 404
    assert "通知公告" not in client.get("/about/").content.decode()


def test_a_repealed_document_says_so(signed, client):
    found = signed(title="旧的市级文件", column="shi", issued_by="市住建局", issued_on=timezone.localdate(), effect="repealed",
                   document_number="某建发〔2019〕3 号")  # fmt: skip
    response = client.get(found.publication.get_public_url())
    assert "已废止" in words_of(response)
    assert "document-gone" in response.content.decode()


def test_what_is_pinned_stands_on_top_and_once(signed, writer, client):
    first, second = signed(title="先发的一条通知"), signed(title="后发的一条通知")
    pin(first.publication, until=timezone.localdate() + timedelta(days=3), by=writer)
    response = client.get("/news/tongzhi/")
    assert titles(response) == ["置顶 先发的一条通知", "后发的一条通知"]
    pin(first.publication, until=None, by=writer)
    assert titles(Client().get("/news/tongzhi/")) == [second.title, first.title]


def test_attachments_are_offered_with_type_and_size(article, writer, reviewer, client):
    found = article()
    attach(found, SimpleUploadedFile("回执.txt", b"name,seal\n" * 300), by=writer, label="参会回执")
    for move, by in (("submit", writer), ("review", reviewer), ("proofread", reviewer), ("publish", reviewer)):
        perform(found, move, by=by)
    page = client.get(found.publication.get_public_url()).content.decode()
    address = re.search(r"/files/[0-9a-f-]+/download/", page)[0]
    assert "参会回执" in page
    assert re.search(r"文本，2\.9.KB", page)
    assert b"".join(client.get(address).streaming_content).startswith(b"name,seal")


def test_pictures_come_in_sizes_and_nothing_of_a_bad_body_runs(signed, writer, client):
    picture = take_picture(photo(), by=writer, alt="会场")
    found = signed(body=f'{BODY}<figure><img src="{picture.url("960.webp")}" alt="大会现场"></figure>', cover=picture)
    hostile = '<script>alert(1)</script><p onclick="x()">正文<img src=x onerror=alert(1)></p><table><tr><td>1</td></tr></table>'
    Publication.objects.filter(pk=found.publication.pk).update(body=found.body + hostile)
    page = client.get(found.publication.get_public_url()).content.decode()
    tag = re.search(r"<img[^>]+大会现场[^>]*>", page)[0]
    for part in ("480.webp 480w", "960.webp 960w", 'width="1600"', 'height="900"'):
        assert part in tag
    body = page.split('article-body">')[1].split("</article>")[0]
    assert not re.search(r"<script|onclick|onerror", body)
    assert '<div class="table-scroll"' in body
    assert f'property="og:image" content="http://testserver/pictures/{picture.uid}/share.jpg"' in page


def test_machines_read_what_the_page_is(signed, client):
    found = signed(title='引号"与</script>的标题')
    page = client.get(found.publication.get_public_url()).content.decode()
    data = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', page)[1])
    assert (data["@type"], data["headline"]) == ("NewsArticle", found.title)
    address = f"http://testserver{found.publication.get_public_url()}"
    assert f'<link rel="canonical" href="{address}">' in page
    assert client.get("/share.jpg")["Content-Type"] == "image/jpeg"


def test_neighbours_are_those_of_the_column(signed, client):
    first, other, second, third = (
        signed(title=f"第{word}条消息", column=column)
        for word, column in (("一", "tongzhi"), ("二", "dongtai"), ("三", "tongzhi"), ("四", "tongzhi"))
    )
    page = words_of(client.get(second.publication.get_public_url()))
    assert f"上一篇 {third.title}" in page
    assert f"下一篇 {first.title}" in page
    assert other.title not in page


def test_a_topic_gathers_articles_of_all_columns(article, writer, reviewer, client):
    topic = Topic.objects.create(title="质量月", slug="zhiliangyue", intro="九月是质量月。")
    for column in ("tongzhi", "dongtai"):
        found = article(title=f"质量月活动在{column}", column=column, topics=[topic])
        for move, by in (("submit", writer), ("review", reviewer), ("proofread", reviewer), ("publish", reviewer)):
            perform(found, move, by=by)
    response = client.get("/topics/zhiliangyue/")
    assert len(titles(response)) == 2
    assert "九月是质量月。" in words_of(response)
    assert "质量月" in words_of(client.get("/topics/"))
    assert client.get("/topics/other/").status_code == 404


def test_pages_and_links_stand_around_every_page(client, association):
    SitePage.objects.create(title="协会章程", slug="zhangcheng", body="<h2>第一章 总则</h2><p>第一条 本会名称。</p>")
    SitePage.objects.create(title="未公开", slug="hidden", is_shown=False)
    SiteLink.objects.create(name="市住建局", url="https://zjj.example.gov.cn/", group="主管部门")
    page = client.get("/pages/zhangcheng/")
    assert "第一条 本会名称。" in words_of(page)
    assert 'href="https://zjj.example.gov.cn/"' in page.content.decode()
    assert "协会章程" in words_of(client.get("/about/"))
    assert client.get("/pages/hidden/").status_code == 404


@pytest.fixture
def many(columns, writer):
    """10,050 articles in a column."""
    from association.news.models import Article

    start = timezone.now() - timedelta(days=400)
    articles = Article.objects.bulk_create(
        Article(title=f"第 {n} 条", column=columns["tongzhi"], state="published", editor=writer) for n in range(10_050)
    )
    Publication.objects.bulk_create(
        Publication(article=one, title=one.title, body=BODY, column=one.column, uid=one.uid,
                    published_at=start + timedelta(minutes=n))
        for n, one in enumerate(articles)
    )  # fmt: skip


def test_a_long_column_is_read_in_few_queries(many, signed, client, django_assert_max_num_queries):
    signed(title="今天的通知")
    client.get("/about/")  # the association's row is kept
    for address, most in (("/news/tongzhi/", 5), ("/news/tongzhi/?page=500", 5)):
        with django_assert_max_num_queries(most):
            response = client.get(address)
        assert len(titles(response)) == 20
    assert "第 10049 条" in titles(client.get("/news/tongzhi/"))
    assert titles(client.get("/news/tongzhi/?page=503"))[-1] == "第 0 条"
    assert client.get("/news/tongzhi/?page=504").status_code == 404
    middle = Publication.objects.get(title="第 5000 条")
    with django_assert_max_num_queries(5):
        page = words_of(client.get(middle.get_public_url()))
    assert "上一篇 第 5001 条 下一篇 第 4999 条" in page


def test_the_menu_keeps_the_order_that_staff_chose(columns, client, association):
    Column.objects.filter(slug="xiazai").update(position=1)
    page = client.get("/about/").content.decode()
    assert page.index(">下载<") < page.index(">通知公告<")


def test_the_words_about_the_association_are_a_page_that_staff_write(association):
    association.introduction = "简介原文。"
    association.save()
    assert "简介原文。" in Client().get("/about/").content.decode()
    SitePage.objects.create(title="协会简介", slug="about", body="<p>我们做<strong>什么</strong>。</p>")
    page = Client().get("/about/").content.decode()
    assert "<p>我们做<strong>什么</strong>。</p>" in page
    assert "简介原文。" not in page
    assert page.count(">协会简介<") == 1
    assert Client().get("/pages/about/").url == "/about/"
