"""The search of the site through its front door: articles, notices, firms, disclosure, journal, pages; and odd questions."""

import re
from datetime import date, timedelta

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone
from django.utils.html import escape

from association.core.enums import Audience
from association.documents.actions import store
from association.news import search
from association.news.models import Article, Disclosure, JournalIssue, Publication, SitePage
from association.parties.actions import rename_party
from association.publicity.actions import prepare_list
from association.workflow.actions import perform
from members.merging import merge
from tests.pages import words_of


def ask(q="", **values):
    """The page as somebody sees it who comes anew."""
    return Client().get("/search/", ({"q": q} if q else {}) | values, follow=True)


def finds(response) -> list[str]:
    """The titles in their order, firms first, as they are read."""
    shown = response.content.decode().partition('class="find-')[2].partition('class="pager"')[0].partition("<footer")[0]
    return [re.sub("<[^>]+>", "", title) for title in re.findall(r'<(?:h2|li)><a href="[^"]*">(.*?)</a>', shown)]


@pytest.fixture
def listed(association, staff):
    clerk = staff("综合处")
    found = prepare_list(
        kind="sample", round_key="sample", title="优质工程名单公示", issuer="某协", working_days=5, objection_phone="1",
        objection_address="某路", basis="依据评选办法第八条", lines=[(None, None, "甲公司", "东区", "优")], by=clerk,
    )  # fmt: skip
    perform(found, "publicise", by=clerk)
    return found


def test_the_empty_page_says_what_can_be_looked_for(db):
    page = words_of(ask())
    assert "想查什么" in page
    assert "两三个字" in page
    assert 'content="noindex"' in ask().content.decode()


def test_all_kinds_on_one_page_each_behind_its_tab(signed, listed, firm_party):
    firm_party("优质工程建设有限公司", in_directory=True)
    Disclosure.objects.create(kind="report", title="优质工程评选年度报告", year=2025, published_on=date(2026, 1, 5))
    SitePage.objects.create(title="评选办法", slug="pingxuan", body="<p>优质<strong>工程</strong>每年评选一次。</p>")
    signed(title="优质工程评选开始申报")
    page = ask("优质工程")
    assert finds(page) == [
        "优质工程建设有限公司", "优质工程名单公示", "优质工程评选年度报告", "优质工程评选开始申报", "评选办法",
    ]  # fmt: skip
    assert "文章 1 公示公告 1 信息公开 2 企业名录 1" in words_of(page)
    assert finds(ask("优质工程", kind="articles")) == ["优质工程评选开始申报"]
    assert finds(ask("优质工程", kind="notices")) == ["优质工程名单公示"]
    assert finds(ask("优质工程", kind="pages")) == ["优质工程评选年度报告", "评选办法"]
    assert finds(ask("优质工程", kind="pages", year=2025)) == ["优质工程评选年度报告"]
    assert finds(ask("优质工程", column="tongzhi")) == ["优质工程评选开始申报"]


def test_what_was_found_is_marked_and_nothing_of_the_text_is_code(signed):
    signed(
        title="<script>alert(1)</script>安全生产",
        body="<p>请各单位重视安全生产 &lt;img src=x onerror=alert(1)&gt; 工作，逐级落实责任。</p>",
    )
    page = ask("安全生产 <script>").content.decode()
    assert "&lt;script&gt;" in page or "&lt;<mark>script</mark>&gt;" in page
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert page.count("<mark>安全生产</mark>") == 2


def test_a_policy_is_found_by_its_number_and_a_form_by_the_name_of_its_file(signed):
    found = signed(title="转发建筑市场管理办法", document_number="某建发〔2026〕12 号")
    page = ask("某建发[2026]12")
    assert finds(page) == ["转发建筑市场管理办法"]
    assert "<mark>某建发〔2026〕12</mark> 号" in page.content.decode()
    Publication.objects.filter(article=found).update(files=[{"label": "信用评价申报表.docx"}], version=99)
    search.mend()
    assert "附件：<mark>信用评价</mark>申报表.docx" in ask("信用评价").content.decode()


def test_firms_by_names_now_and_before_also_after_a_rename_and_a_merger(firm_party, staff):
    clerk = staff("综合处")
    party, other = firm_party("垚淼建设有限公司"), firm_party("昶晟市政工程有限公司")
    assert finds(ask("垚淼")) == ["垚淼建设有限公司"]
    rename_party(party, name="鸿运建设集团有限公司", by=clerk)
    assert finds(ask("垚淼")) == finds(ask("鸿运建设")) == ["鸿运建设集团有限公司"]
    merge(merged=party.firm, into=other.firm, by=clerk, reason="吸收合并")
    assert finds(ask("鸿运建设")) == ["昶晟市政工程有限公司"]  # the one that goes on, by the name of the other


def test_a_list_not_begun_or_withdrawn_is_not_found(listed, staff):
    assert finds(ask("名单公示")) == ["优质工程名单公示"]
    assert finds(ask("第八条")) == ["优质工程名单公示"]
    perform(listed, "withdraw", by=staff("秘书长"), note="有误")
    assert finds(ask("名单公示")) == []


def test_the_journal_by_title_and_contents(db, staff):
    document = store(
        ContentFile(b"%PDF-1.4 x", name="a.pdf"), owner_party=None, by=staff("编辑"), audience=Audience.PUBLIC
    )
    JournalIssue.objects.create(
        title="建筑业通讯",
        year=2025,
        number=3,
        published_on=date(2025, 9, 1),
        summary="装配式建筑专辑",
        document=document,
    )
    JournalIssue.objects.create(
        title="建筑业通讯", year=2025, number=4, published_on=date(2025, 12, 1), document=document, is_shown=False
    )
    assert finds(ask("装配式")) == finds(ask("建筑业通讯")) == ["《建筑业通讯》2025 年第 3 期"]


def test_taken_down_it_is_gone_also_from_the_page_kept_for_all(signed, reviewer, django_capture_on_commit_callbacks):
    found, client = signed(title="停电的通知"), Client()
    assert finds(client.get("/search/?q=停电")) == ["停电的通知"]
    with django_capture_on_commit_callbacks(execute=True):
        perform(found, "take_down", by=reviewer, note="有误")
    assert "没有找到" in words_of(client.get("/search/?q=停电"))


def test_a_kept_page_ends_when_an_article_does(signed):
    signed(title="停电的通知", take_down_at=timezone.now() + timedelta(minutes=2))
    client = Client()
    assert finds(client.get("/search/?q=停电")) == ["停电的通知"]
    with time_machine.travel(timezone.now() + timedelta(minutes=2, seconds=1), tick=False):
        assert finds(client.get("/search/?q=停电")) == []


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"q": "，。！"}, "只有标点符号"),
        ({"q": "长" * 61}, "请输入不超过 60 个字"),
        ({"q": "a\0b"}, "请只输入文字"),
        ({"q": "安全", "column": "meiyou"}, "没有这个栏目"),
        ({"q": "安全", "year": "二零"}, "年份写作 2026 的样子"),
        ({"q": "安全", "year": "99999"}, "年份写作 2026 的样子"),
        ({"q": "没有的词语"}, "没有找到"),
        ({"q": "\"' OR 1=1 -- *:^()"}, "没有找到"),
        ({"q": "<b>"}, "没有找到"),
        ({"q": "%"}, "只有标点符号"),
    ],
)
def test_odd_questions_get_one_sentence_and_keep_what_was_typed(signed, values, said):
    signed()
    response = ask(**values)
    assert response.status_code == 200
    assert said in words_of(response)
    if "\0" not in values["q"]:
        assert f'value="{escape(values["q"])}"' in response.content.decode()


@pytest.mark.parametrize(
    "values", [{"kind": "secret"}, {"page": "0"}, {"page": "2"}, {"page": "x"}, {"page": "101"}, {"page": "999999"}]
)
def test_addresses_that_no_link_ever_said(signed, values):
    signed()
    assert ask("通知", **values).status_code == 404
    assert ask(page="2").status_code == 404


@pytest.fixture
def many(columns):
    """250 articles that all have one word."""
    now, rows = timezone.now(), []
    articles = Article.objects.bulk_create(
        Article(column=columns["tongzhi"], title=f"第{n}号安全通报", state="published") for n in range(250)
    )
    for number, article in enumerate(articles):
        moment = now - timedelta(hours=number)
        rows.append(Publication(article=article, column_id=article.column_id, title=article.title, published_at=moment))
    search.put(*Publication.objects.bulk_create(rows))


def test_of_very_many_it_says_so_and_each_can_still_be_reached(many, django_assert_max_num_queries):
    with django_assert_max_num_queries(22):
        first = ask("安全通报")
    assert "共 200+ 条" in words_of(first)
    assert "再加一个词" in words_of(first)
    assert finds(first)[0] == "第0号安全通报"
    seen = [title for number in range(1, 14) for title in finds(ask("安全通报", page=number) if number > 1 else first)]
    assert seen == [f"第{n}号安全通报" for n in range(250)]
    assert "共 250 条" in words_of(ask("安全通报", page=13))
    assert ask("安全通报", page=14).status_code == 404
