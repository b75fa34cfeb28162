"""The pages around an article: revisions compared and restored, preview, cover, and the record of what went out."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.utils import timezone
from openpyxl import load_workbook

from association.news.actions import attach, save_article
from association.news.models import Picture, Publication
from association.news.pictures import take_picture
from tests.pages import words_of

from .conftest import BODY, photo
from .test_admin_articles import LIST, page_of


@pytest.fixture
def desk(writer, client_of):
    return client_of(writer)


# -- Revisions -------------------------------------------------------------------------------------------------------


def test_two_revisions_show_what_went_and_what_came(article, writer, desk):
    found = article(body="<p>第一段没有动。</p><p>定于 5 月 8 日召开会员大会，会期一天。</p><p>请准时参加。</p>")
    body = "<p>第一段没有动。</p><p>定于 5 月 18 日召开会员大会，会期半天。</p><p>另行通知地点。</p><p>请准时参加。</p>"
    save_article(found, by=writer, body=body, source_kind="reprint", title="关于召开大会的通知")
    page = desk.get(page_of(found, "revisions")).content.decode()
    assert "<del>8</del><ins>18</ins>" in page
    assert "会期<del>一</del><ins>半</ins>天" in page
    assert "<ins>另行通知地点。</ins>" in page
    assert "<del>本会</del><ins>转载</ins>" in page
    assert "<p>第一段没有动。" in page


def test_long_texts_show_only_what_is_near_a_change(article, writer, desk):
    lines = [f"<p>第 {number} 段的内容。</p>" for number in range(30)]
    found = article(body="".join(lines))
    save_article(found, by=writer, body="".join([*lines[:-1], "<p>完全不同的结尾在这里。</p>"]))
    page = words_of(desk.get(page_of(found, "revisions")))
    assert "中间 27 段没有变" in page
    assert "第 12 段" not in page


def test_a_change_of_form_alone_and_of_a_picture_is_said(article, writer, desk):
    found = article()
    save_article(found, by=writer, body=BODY.replace("二十家", "<strong>二十家</strong>"))
    assert "只改了格式" in words_of(desk.get(page_of(found, "revisions")))
    picture = take_picture(photo(), by=writer)
    save_article(
        found, by=writer, body=f'{BODY}<figure class="image"><img src="{picture.url("960.webp")}" alt="合影"></figure>'
    )
    assert "<ins>［图片：合影］</ins>" in desk.get(page_of(found, "revisions")).content.decode()


def test_an_earlier_revision_comes_back_and_nothing_is_lost(article, writer, desk):
    found = article("原来的标题在这里")
    save_article(found, by=writer, title="改坏了的标题在这里")
    assert "可以再换回来" in words_of(desk.get(page_of(found, "revisions/1/restore")))
    desk.post(page_of(found, "revisions/1/restore"))
    found.refresh_from_db()
    assert found.title == "原来的标题在这里"
    page = words_of(desk.get(page_of(found, "revisions")))
    assert "第 3 稿" in page
    assert "恢复自第 1 稿" in page
    assert desk.get(page_of(found, "revisions") + "?a=3&b=2").status_code == 200
    assert desk.get(page_of(found, "revisions") + "?a=x&b=99").status_code == 200
    assert desk.post(page_of(found, "revisions/99/restore")).status_code == 404


def test_nothing_is_restored_into_what_is_out(signed, desk):
    found = signed("publish")
    assert desk.post(page_of(found, "revisions/1/restore")).status_code == 403


# -- Preview ---------------------------------------------------------------------------------------------------------


def test_a_preview_is_the_sites_page_with_a_band(article, writer, desk, client, client_of):
    found = article(column="shi", document_number="某建发〔2026〕12 号", issued_by="市住建局")
    attach(found, photo(name="附图.jpg"), by=writer)
    answer = desk.get(page_of(found, "preview"))
    page = answer.content.decode()
    assert "预览，尚未发布" in page
    assert "某建发〔2026〕12 号" in page
    assert "附图.jpg" in page
    assert "政策法规" in page
    assert "frame-ancestors 'self'" in answer["Content-Security-Policy"]
    assert "unsafe-inline" not in answer["Content-Security-Policy"]
    assert page_of(found, "preview") in desk.get(page_of(found, "preview/phone")).content.decode()
    assert not Publication.objects.exists()
    assert "尚未发布" not in client.get(page_of(found, "preview")).content.decode()
    assert client_of("财务处").get(page_of(found, "preview")).status_code == 200


def test_a_preview_of_what_is_out_does_not_say_that_it_is_not(signed, desk):
    page = desk.get(page_of(signed("publish"), "preview")).content.decode()
    assert "和已发布的一样" in page
    assert "尚未发布" not in page


# -- Cover -----------------------------------------------------------------------------------------------------------


def test_a_cover_is_cut_from_a_picture_of_the_text(article, writer, desk):
    picture = take_picture(photo(1600, 1200), by=writer, alt="现场")
    found = article(body=f'{BODY}<figure class="image"><img src="{picture.url("960.webp")}" alt="现场"></figure>')
    page = desk.get(page_of(found, "cover")).content.decode()
    assert f'value="{picture.pk}" checked' in page
    answer = desk.post(page_of(found, "cover"), {"picture": picture.pk})
    assert answer["Location"] == page_of(found, f"cover/{picture.pk}")
    assert desk.get(answer["Location"]).status_code == 200
    assert 'name="alt" value="现场"' in desk.get(answer["Location"]).content.decode()
    desk.post(answer["Location"], {"size": 50, "left": 0, "top": 100, "alt": "代表在现场观摩"})
    found.refresh_from_db()
    assert (found.cover.width, found.cover.height) == (800, 450)
    assert (found.cover.cropped_from, found.cover.alt) == (picture, "代表在现场观摩")
    desk.post(page_of(found, "cover"), {"remove": "1"})
    found.refresh_from_db()
    assert found.cover is None


def test_a_cover_is_uploaded(article, desk):
    found = article()
    answer = desk.post(page_of(found, "cover"), {"upload": photo(1000, 1400)})
    picture = Picture.objects.get()
    assert answer["Location"].endswith(f"/cover/{picture.pk}/")
    desk.post(answer["Location"], {"size": 100, "left": 50, "top": 50})
    found.refresh_from_db()
    assert (found.cover.width, found.cover.height) == (1000, 562)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"size": 3, "left": 0, "top": 0}, "框选的范围太小"),
        ({"size": "", "left": 0, "top": 0}, "大小"),
        ({"size": 100, "left": 0, "top": 0, "alt": "长" * 130}, "最多 120 个字，现在有 130 个"),
    ],
)
def test_what_is_no_cover_is_said(article, writer, desk, values, said):
    found, picture = article(), take_picture(photo(), by=writer)
    answer = desk.post(page_of(found, f"cover/{picture.pk}"), values)
    assert answer.status_code == 422
    assert said in words_of(answer)


def test_no_picture_chosen_is_said(article, desk):
    answer = desk.post(page_of(article(), "cover"), {"picture": "99"})
    assert answer.status_code == 422


# -- What went out ---------------------------------------------------------------------------------------------------


def test_the_record_says_who_signed_when_and_goes_to_excel(signed, desk):
    signed("publish", title="六十天以内的一篇")
    signed("publish", title="很久以前的一篇", happened_on=timezone.localdate() - timedelta(days=100))
    page = words_of(desk.get("/admin/news/publication/"))
    assert "编 钱编辑；审 孙主任；校 孙主任；发 孙主任" in page
    answer = desk.get("/admin/news/publication/export/?period=60")
    book = load_workbook(BytesIO(answer.content))
    rows = [[cell.value for cell in row] for row in book.active.iter_rows()]
    heads = next(row for row in rows if "标题" in row)
    (only,) = rows[rows.index(heads) + 1 :]
    said = dict(zip(heads, only, strict=True))
    assert said["标题"] == "六十天以内的一篇"
    assert (said["编"], said["发"]) == ("钱编辑", "孙主任")
    assert said["网址"] == Publication.objects.get(title="六十天以内的一篇").get_public_url()


def test_the_record_is_not_changed_by_hand(signed, desk):
    publication = signed("publish").publication
    assert desk.get(f"/admin/news/publication/{publication.pk}/change/").status_code == 200
    assert desk.post(f"/admin/news/publication/{publication.pk}/change/", {"title": "改"}).status_code == 403
    assert desk.get(LIST).status_code == 200
