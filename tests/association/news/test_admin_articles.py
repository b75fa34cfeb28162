"""The desk of an article through its pages: the form, what a colleague saved meanwhile, files, remarks, signatures."""

import re

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.timezone import localdate

from association.inbox.queries import chosen
from association.news.actions import add_remark, attach, save_article
from association.news.models import Article, Publication
from association.workflow.actions import perform
from tests.pages import words_of

from .conftest import BODY

LIST = "/admin/news/article/"


def page_of(article, name="change") -> str:
    return f"{LIST}{article.pk}/{name}/"


def typed(article=None, **values) -> dict:
    """What a browser would send of an article's form."""
    found = {"title": "关于召开会员大会的通知", "body": BODY, "source_kind": "own", "summary": ""}
    if article is not None:
        found |= {"title": article.title, "column": article.column_id}
    return found | {"attachments-TOTAL_FORMS": 0, "attachments-INITIAL_FORMS": 0} | values


def read_of(client, article) -> str:
    """The version of the row as the form showed it."""
    return re.search(r'name="_read" value="([^"]+)"', client.get(page_of(article)).content.decode())[1]


def test_a_new_article_is_a_clean_first_revision(columns, writer, client_of):
    body = '<p style="color:red">各会员单位要<script>x</script>认真落实。</p>'
    answer = client_of(writer).post(LIST + "add/", typed(column=columns["tongzhi"].pk, body=body))
    assert answer.status_code == 302
    article = Article.objects.get()
    assert (article.body, article.editor) == ("<p>各会员单位要认真落实。</p>", writer)
    assert article.revisions.count() == 1


def test_a_form_with_an_error_keeps_what_was_typed(columns, writer, client_of):
    answer = client_of(writer).post(
        LIST + "add/", typed(column="", body="<p>写了很久的正文</p>", source_url="不是网址")
    )
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "请选择栏目。" in page
    assert "原文网址写作 https://" in page
    assert "写了很久的正文" in page
    assert not Article.objects.exists()


def test_the_later_of_two_sees_what_the_colleague_changed(article, writer, reviewer, client_of):
    found, client = article(), client_of(writer)
    seen = read_of(client, found)
    save_article(found, by=reviewer, title="同事改的标题")
    mine = typed(found, title="我改的标题", _read=seen)
    page = client.post(page_of(found), mine).content.decode()
    assert "修改稿件：标题（第 2 稿）" in page
    assert "我改的标题" in page
    assert "看同事改了什么" in page
    compared = words_of(client.get(page_of(found, "revisions") + "?last=1"))
    assert "同事改的" in compared
    found.refresh_from_db()
    assert found.title == "同事改的标题"


def test_a_save_that_changes_nothing_disturbs_nobody_and_another_column_is_told(
    article, columns, writer, reviewer, client_of
):
    found, client = article(), client_of(writer)
    seen = read_of(client, found)
    save_article(found, by=reviewer, title=found.title, column=found.column, topics=[])
    assert client.post(page_of(found), typed(found, title="我改的标题", _read=seen)).status_code == 302
    seen = read_of(client, found)
    save_article(found, by=reviewer, column=columns["shi"])
    said = words_of(client.post(page_of(found), typed(found, title="再改的标题", _read=seen)))
    assert "孙主任改动栏目" in said


def test_the_check_stands_on_the_desk_and_before_a_signature(article, writer, client_of):
    found = article(source_kind="reprint", title="转载一篇很好的经验")
    client = client_of(writer)
    assert "转载的文章没有写来源，请填写来源。" in words_of(client.get(page_of(found)))
    save_article(found, by=writer, source="省厅网站", source_on="2026-01-05")
    page = words_of(client.get(page_of(found, "move/submit")))
    found.refresh_from_db()
    assert "请看一下 转载的文章没有写原文网址" in page
    client.post(page_of(found, "move/submit"), {"seen_version": found.version, "happened_on": localdate()})
    assert Article.objects.get().state == "review"


def test_who_waits_for_what_stands_in_the_inbox_and_leads_to_the_desk(signed, writer, reviewer, client_of):
    found = signed("submit")
    todo = chosen(reviewer, "mine").get()
    assert todo.url == page_of(found)
    assert not chosen(writer, "mine").exists()
    page = words_of(client_of(reviewer).get(todo.url))
    assert "轮到协会：审核内容" in page
    assert "编 钱编辑" in page


def test_only_who_signs_next_may_change_the_words(signed, writer, reviewer, client_of):
    found = signed("submit")
    page = client_of(writer).get(page_of(found)).content.decode()
    assert "由办理这一步的人修改" in page
    assert 'name="title"' not in page
    assert "二十家企业参加" in page
    assert client_of(writer).post(page_of(found), typed(found, title="改")).status_code == 403
    assert 'name="title"' in client_of(reviewer).get(page_of(found)).content.decode()


def test_files_come_with_the_form_and_are_named_sorted_removed(article, writer, client_of):
    found, client = article(), client_of(writer)
    files = [SimpleUploadedFile(name, name.encode()) for name in ("回执.csv", "议程.csv")]
    client.post(page_of(found), typed(found, new_files=files))
    first, second = found.attachments.all()
    assert (str(first), str(second)) == ("回执.csv", "议程.csv")
    rows = {
        "attachments-TOTAL_FORMS": 2, "attachments-INITIAL_FORMS": 2,
        "attachments-0-id": first.pk, "attachments-0-article": found.pk, "attachments-0-DELETE": "on",
        "attachments-0-position": first.position, "attachments-0-label": "",
        "attachments-1-id": second.pk, "attachments-1-article": found.pk,
        "attachments-1-position": 5, "attachments-1-label": "会议议程",
    }  # fmt: skip
    assert client.post(page_of(found), typed(found, **rows)).status_code == 302
    (left,) = found.attachments.all()
    assert (str(left), left.position) == ("会议议程", 5)


def test_what_is_no_file_for_the_site_is_said_and_the_text_stays(article, writer, client_of):
    found, client = article(), client_of(writer)
    bad = SimpleUploadedFile("病毒.exe", b"MZ\x90\x00")
    page = client.post(page_of(found), typed(found, title="改过的标题还在", new_files=bad)).content.decode()
    assert "病毒.exe" in page
    assert "改过的标题还在" in page
    assert not found.attachments.exists()


def test_stored_html_that_is_bad_can_be_opened_previewed_and_mended(article, writer, client_of):
    found, client = article(), client_of(writer)
    bad = '<p onclick="x()">正文<script>alert(1)</script><iframe src="//evil"></iframe><table><tr><td>没有关的表</p>'
    Article.objects.filter(pk=found.pk).update(body=bad)
    for name in ("change", "preview", "revisions", "wechat"):
        page = client.get(page_of(found, name))
        assert page.status_code == 200
        assert "alert(1)" not in page.content.decode()
        assert "evil" not in page.content.decode()
    assert client.post(page_of(found), typed(found)).status_code == 302
    found.refresh_from_db()
    assert found.body == BODY


def test_a_draft_can_be_thrown_away_and_what_was_signed_cannot(article, signed, writer, client_of):
    draft, sent, client = article(), signed("submit", title="已经送审的稿件"), client_of(writer)
    assert client.post(page_of(draft, "delete"), {"post": "yes"}).status_code == 302
    assert client.post(page_of(sent, "delete"), {"post": "yes"}).status_code == 403
    assert list(Article.objects.all()) == [sent]


def test_the_list_finds_by_column_state_year_and_person(article, signed, writer, reviewer, client_of):
    draft = article("只有草稿的一篇", column="shi", issued_by="市局")
    out = signed("publish", title="已经发布的一篇")
    Publication.objects.update(reads=1234)

    def listed(user, query):
        page = client_of(user).get(LIST + query)
        return {row.pk for row in page.context["cl"].result_list}

    assert listed(writer, "") == {draft.pk, out.pk}
    assert listed(writer, f"?column={draft.column.parent_id}") == {draft.pk}
    assert listed(writer, "?state=published") == {out.pk}
    assert listed(writer, f"?year={out.publication.published_at.year}") == {out.pk}
    assert listed(writer, "?mine=turn") == {draft.pk}
    assert listed(reviewer, "?mine=mine") == set()
    assert listed(writer, "?q=草稿") == {draft.pk}
    assert "1234" in words_of(client_of(writer).get(LIST))


def test_the_list_takes_the_same_queries_for_one_row_and_many(signed, writer, client_of, django_assert_max_num_queries):
    client = client_of(writer)
    for number in range(4):
        signed("publish", title=f"第 {number} 篇文章的标题")
    client.get(LIST)
    with django_assert_max_num_queries(14):
        client.get(LIST)


def test_a_remark_is_written_and_ticked_off(article, writer, reviewer, client_of):
    found = article()
    client_of(reviewer).post(page_of(found, "remark"), {"text": "日期请核对"})
    remark = found.remarks.get()
    assert "日期请核对" in words_of(client_of(writer).get(page_of(found)))
    client_of(writer).post(page_of(found, f"remark/{remark.pk}/done"))
    assert "钱编辑已处理" in words_of(client_of(writer).get(page_of(found)))
    empty = client_of(writer).post(page_of(found, "remark"), {"text": " "}, headers={"HX-Request": "true"})
    assert "请写批注的内容。" in empty.content.decode()


def test_a_published_article_is_pinned_until_a_day(signed, writer, client_of):
    found, client = signed("publish"), client_of(writer)
    late = client.post(page_of(found, "pin"), {"pinned_until": "2020-01-01"})
    assert "置顶的日期已经过去" in late.content.decode()
    client.post(page_of(found, "pin"), {"pinned_until": "2099-01-01"})
    assert Publication.objects.get().pinned_until.year == 2099
    client.post(page_of(found, "pin"), {"pinned_until": ""})
    assert Publication.objects.get().pinned_until is None


def test_a_return_shows_with_its_reason_and_old_files_stay(article, writer, reviewer, client_of):
    found = article()
    attach(found, SimpleUploadedFile("回执.csv", b"a"), by=writer)
    add_remark(found, by=writer, text="附件待换")
    perform(found, "submit", by=writer)
    found.refresh_from_db()
    client_of(reviewer).post(
        page_of(found, "move/return"), {"note": "人名写错", "seen_version": found.version, "happened_on": localdate()}
    )
    page = words_of(client_of(writer).get(page_of(found)))
    # above the text, not among what happened before
    assert re.search("孙主任 [0-9 :-]+ 退稿： ?人名写错 发布前检查", page)
    assert "还有 1 条批注没有处理" in page
    assert "还没有签名" in page
    assert "回执.csv" in page
