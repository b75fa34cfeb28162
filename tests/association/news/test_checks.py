"""What is found before an article goes out, and what stops it."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from association.news.actions import attach, save_article
from association.news.checks import problems_of
from association.news.models import WordRule
from association.workflow.actions import MoveRefused, perform

from .conftest import BODY


def sentences(article) -> list[str]:
    return [problem.sentence for problem in problems_of(article)]


def test_a_plain_article_has_nothing_against_it(article):
    assert sentences(article()) == []


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"title": "通知"}, "标题只有 2 个字"),
        ({"body": "<p></p>"}, "正文是空的"),
        ({"source_kind": "reprint"}, "没有写来源"),
        ({"source_kind": "reprint", "source": "省厅网站"}, "没有写原文日期"),
        ({"column": "shi"}, "政策文件还没有写发文机关、成文日期、效力"),
        ({"column": "xiazai"}, "「下载」是下载栏目，请添加附件"),
        ({"body": f'{BODY}<p><a href="/articles/00000000-0000-0000-0000-000000000000/">见此</a></p>'}, "打不开"),
        ({"body": f'{BODY}<p><a href="/nowhere/at/all/">见此</a></p>'}, "站内链接 /nowhere/at/all/ 打不开"),
        ({"body": f'{BODY}<p><a href="/news/meiyou/">见此</a></p>'}, "打不开"),
        ({"body": f'{BODY}<p><a href="http://testserver/news/meiyou/">见此</a></p>'}, "打不开"),
        ({"body": f'{BODY}<p><a href="/admin/news/article/1/change/">见此</a></p>'}, "是工作台的地址"),
    ],
)
def test_what_stops(article, writer, values, said):
    found = article(**values)
    assert said in sentences(found)[0]
    with pytest.raises(MoveRefused) as refused:
        perform(found, "submit", by=writer)
    assert said in refused.value.messages[0]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"title": "关于" + "很" * 30 + "长的通知"}, "标题有 36 个字"),
        (
            {"body": f'{BODY}<p><img src="/pictures/00000000-0000-0000-0000-000000000000/960.webp"></p>'},
            "1 张图片没有写说明",
        ),
        ({"column": "dongtai"}, "这篇还没有封面"),
        ({"title": "关于放假的通知", "body": f"<p><strong>关于放假的通知</strong></p>{BODY}"}, "又写了一遍标题"),
    ],
)
def test_what_is_only_said(article, writer, values, said):
    found = article(**values)
    assert any(said in sentence for sentence in sentences(found))
    perform(found, "submit", by=writer)


def test_words_of_the_office(article):
    WordRule.objects.create(word="岳阳市住建局", kind="wrong", instead="岳阳市住房和城乡建设局")
    WordRule.objects.create(word="国家级", kind="careful", note="广告法")
    WordRule.objects.create(word="最佳", kind="forbidden", note="广告法")
    WordRule.objects.create(word="会员", kind="forbidden", is_active=False)
    found = article(body=f"{BODY}<p>岳阳市<strong>住建局</strong>到会，国家级项目，最佳单位。</p>")
    assert sentences(found) == [
        "出现禁用词「最佳」1 次（广告法），请改写。",
        "请再看一下「国家级」，出现 1 次（广告法）。",
        "「岳阳市住建局」应为「岳阳市住房和城乡建设局」，出现 1 次。",
    ]


def test_a_short_name_within_its_full_name_is_no_mistake(article):
    WordRule.objects.create(word="建设协会", kind="wrong", instead="城乡建设协会")
    assert sentences(article(body=f"{BODY}<p>城乡建设协会主办。</p>")) == []


def test_links_to_what_stands_are_fine(article):
    body = f'{BODY}<p><a href="/firms/?q=%E6%B9%98">名录</a> <a href="https://x.cn/">外</a> <a href="http://testserver">本站</a></p>'
    assert sentences(article(body=body)) == []


def test_a_link_to_a_file_that_readers_cannot_open_is_said(article, writer):
    found = article()
    file = attach(found, SimpleUploadedFile("回执.csv", b"a"), by=writer)
    body = f'{BODY}<p><a href="{file.document.get_absolute_url()}">回执</a></p>'
    assert sentences(article(body=body)) == [f"站内链接 {file.document.get_absolute_url()} 打不开，请改正或删去。"]
    save_article(found, by=writer, body=body)
    assert sentences(found) == []  # it goes out with the article
