"""Contributions (投稿) from the desk to the site, through the pages that firm and staff use."""

import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from python_calamine import CalamineWorkbook

from association.news.models import Article, Contribution, Picture, Publication
from association.outbox.models import Message
from association.workflow.actions import perform
from members import points, standing
from members.models import PointEntry
from tests.association.news.conftest import photo
from tests.pages import words_of

TEXT = "六月三日，项目部组织全体人员开展应急演练，四十二人参加。\n\n〔图1〕\n\n演练以后，安全总监作了点评，大家对照预案找出三处不足。"


@pytest.fixture
def start(desk):
    """start(): the address of a new draft on the firm's desk."""
    return lambda: desk.post("/desk/contributions/new/", {"start": "1"})["Location"]


@pytest.fixture
def write(desk, start):
    """write(**fields): a draft with these words and pictures; gives its address and the answer."""

    def fill(url="", client=desk, **fields):
        url = url or start()
        page = client.get(url).content.decode()
        read = re.search(r'name="read" value="([^"]*)"', page)
        values = {"title": "项目部开展应急演练", "text": TEXT, "author": "李通讯", "is_own": "on"} | fields
        return url, client.post(url, values | {"read": read[1] if read else ""})

    return fill


@pytest.fixture
def captioned(write):
    """captioned(url): the draft's pictures bear captions, as the page sends them."""

    def fill(url, **fields):
        uids = [row["uid"] for row in Contribution.objects.get(case__uid=url.split("/")[-2]).pictures]
        return write(url, picture=uids, **{f"caption-{uid}": f"演练现场 {n}" for n, uid in enumerate(uids, 1)} | fields)

    return fill


@pytest.fixture
def sent(write, captioned, desk):
    """sent(): a contribution with two pictures that was handed in."""

    def make(**fields):
        url, _ = write(uploads=[photo(name="一.jpg"), photo(colour="olive", name="二.jpg")], **fields)
        captioned(url, **fields)
        answer = desk.post(f"{url}submit/", {})
        assert answer.status_code == 302
        return Contribution.objects.get(case__uid=url.split("/")[-2])

    return make


def _move(client, row, name, **data):
    today = {"happened_on": f"{timezone.localdate():%Y-%m-%d}"}
    return client.post(f"/admin/news/contribution/{row.pk}/move/{name}/", today | {"note": ""} | data)


def test_a_text_with_pictures_is_accepted_published_and_the_firm_hears_of_it(
    sent, desk, head, party, writer, reviewer, columns, client_of
):
    standing.join(party=party, joined_on=timezone.localdate(), by=reviewer)
    points.load_rules()
    row = sent()
    page = words_of(client_of(writer).get(f"/admin/news/contribution/{row.pk}/change/"))
    assert "项目部组织全体人员" in page
    assert "已声明原创" in page

    answer = _move(client_of(writer), row, "accept", column=columns["dongtai"].pk)
    assert answer.status_code == 302
    article = Article.objects.get()
    assert (article.column, article.source, article.author) == (columns["dongtai"], party.name, "李通讯")
    assert article.source_kind == "member"
    page = client_of(writer).get(answer["Location"]).content.decode()
    assert re.search(rf'class="btn btn-primary" href="{article.get_absolute_url()}"[^>]*>打开稿件', page)
    first, second = article.body.index("演练现场 1"), article.body.index("演练现场 2")
    assert article.body.index("四十二人") < first < article.body.index("安全总监") < second
    assert [picture.alt for picture in article.pictures.order_by("pk")] == ["演练现场 1", "演练现场 2"]
    assert str(article.cover.uid) == row.pictures[0]["uid"]
    assert "正在编审" in words_of(desk.get(row.case.desk_url))

    for by, name in ((writer, "submit"), (reviewer, "review"), (reviewer, "proofread"), (reviewer, "publish")):
        perform(article, name, by=by)
    page = desk.get(row.case.desk_url)
    assert Publication.objects.get().get_public_url() in page.content.decode()
    assert Message.objects.filter(user=head, subject="投稿：已发布").exists()
    assert PointEntry.objects.get().rule.key == "article"
    perform(article, "take_down", by=reviewer, note="有误")
    assert "没有在网站上显示" in words_of(desk.get(row.case.desk_url))


def test_what_is_missing_is_said_before_it_is_handed_in(write, desk):
    url, answer = write(title="", text="短", is_own="", uploads=[photo()])
    assert answer.status_code == 302  # a draft may be anything
    for fields, said in (
        ({}, "标题"),
        ({"title": "开展应急演练"}, "正文至少写"),
        ({"title": "开展应急演练", "text": TEXT}, "第 1 张图片还没有写说明"),
    ):
        uids = [row["uid"] for row in Contribution.objects.get().pictures]
        write(url, **{"title": "", "text": "短", "is_own": "", "picture": uids} | fields)
        assert said in words_of(desk.get(url))
        assert said in words_of(desk.post(f"{url}submit/", {}))
    assert Contribution.objects.get().case.state == "draft"


def test_nothing_is_lost_where_a_field_is_wrong(write, desk):
    url, answer = write(title="很" * 81, uploads=[photo(name="一.jpg")])
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "最多 80 个字" in words_of(answer)
    assert "四十二人参加" in page
    uid = str(Picture.objects.get().uid)
    assert f'name="picture" value="{uid}"' in page
    write(url, picture=[uid], **{f"caption-{uid}": "演练"})
    assert Contribution.objects.get().pictures == [{"uid": uid, "caption": "演练"}]


@pytest.mark.parametrize(
    ("upload", "said"),
    [
        (SimpleUploadedFile("稿子.docx", b"PK\x03\x04 nothing"), "稿子.docx"),
        (SimpleUploadedFile("表.csv", "一,二\n".encode()), "这不是图片"),
        (SimpleUploadedFile("图.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>"), "图.svg"),
        (SimpleUploadedFile("坏.jpg", b"\xff\xd8\xff\xe0" + b"0" * 400), "损坏"),
        (photo(60, 60, name="小.jpg"), "60×60"),
    ],
    ids=["docx", "csv", "svg", "broken", "tiny"],
)
def test_what_is_no_picture_is_said_and_the_others_stay(write, upload, said):
    _url, answer = write(uploads=[photo(name="好.jpg"), upload])
    assert answer.status_code == 422
    assert said in words_of(answer)
    assert Picture.objects.count() == 1
    assert str(Picture.objects.get().uid) in answer.content.decode()


def test_pictures_are_put_in_order_and_removed_with_their_files(write):
    url, _ = write(uploads=[photo(name=f"{n}.jpg", colour=colour) for n, colour in enumerate(("red", "green", "blue"))])
    first, second, third = [row["uid"] for row in Contribution.objects.get().pictures]
    write(url, picture=[first, second, third], **{f"place-{third}": "1", f"place-{first}": "2", f"gone-{second}": "1"})
    assert [row["uid"] for row in Contribution.objects.get().pictures] == [third, first]
    assert not Picture.objects.filter(uid=second).exists()


def test_another_persons_picture_is_not_taken_in(write, writer):
    from association.news.pictures import take_picture

    foreign = take_picture(photo(), by=writer)
    write(picture=[str(foreign.uid), "nothing", "0"])
    assert Contribution.objects.get().pictures == []


def test_too_many_pictures_are_said_and_none_is_taken_for_nothing(write):
    _url, answer = write(uploads=[photo(200, 200, name=f"{n}.jpg", colour=(n, 0, 0)) for n in range(11)])
    assert answer.status_code == 422
    assert "最多 9 张图片" in words_of(answer)
    assert Picture.objects.count() == 9


def test_the_later_of_two_colleagues_reads_what_changed(write, desk, desk_of, party, start):
    url = start()
    page = desk.get(url).content.decode()
    read = re.search(r'name="read" value="([^"]*)"', page)[1]
    colleague = desk_of(party, name="赵同事")
    write(url, client=colleague, title="同事写的标题")
    answer = desk.post(url, {"title": "我写的标题", "text": TEXT, "author": "我", "read": read})
    assert answer.status_code == 422
    assert "赵同事" in words_of(answer)
    assert Contribution.objects.get().title == "同事写的标题"


def test_a_returned_text_is_mended_and_handed_in_again(sent, desk, client_of, writer, captioned, columns):
    row = sent()
    _move(client_of(writer), row, "return", note="请补时间和人数")
    page = words_of(desk.get(row.case.desk_url))
    assert "请补时间和人数" in page
    assert "请修改" in page
    captioned(row.case.desk_url, title="补好时间和人数的演练")
    assert desk.post(f"{row.case.desk_url}submit/", {}).status_code == 302
    row.case.refresh_from_db()
    assert row.case.state == "submitted"


def test_a_declined_text_says_why_and_thanks(sent, desk, head, client_of, writer):
    row = sent()
    answer = _move(client_of(writer), row, "decline", note="")
    assert answer.status_code == 422  # the reason is asked for
    _move(client_of(writer), row, "decline", note="与上月的一篇内容相近")
    assert "与上月的一篇内容相近" in words_of(desk.get(row.case.desk_url))
    assert "感谢来稿" in Message.objects.get(user=head).body


def test_an_acceptance_can_be_taken_back_until_somebody_worked_on_the_article(
    sent, client_of, writer, reviewer, columns
):
    from association.news.actions import save_article

    row, client = sent(), client_of(writer)
    _move(client, row, "accept", column=columns["dongtai"].pk)
    assert client.post(f"/admin/news/contribution/{row.pk}/move/-undo/", {"note": "点错了"}).status_code == 302
    assert not Article.objects.exists()
    _move(client, row, "accept", column=columns["tongzhi"].pk)
    article = Article.objects.get()
    save_article(article, by=writer, title="改过的标题")
    perform(article, "submit", by=writer)
    assert "请先在稿件里退稿" in words_of(_move(client, row, "let_go", note="不用了"))
    perform(article, "return", by=reviewer, note="不用了")
    _move(client, row, "let_go", note="不用了")
    row.refresh_from_db()
    assert (row.article, row.case.state) == (None, "submitted")
    assert Article.objects.get().title == "改过的标题"  # what somebody worked on stays


def test_hostile_words_are_text(sent, client_of, writer, columns):
    row = sent(text='<script>alert(1)</script><img src="https://evil.example/x.png" onerror=1>' + "正文" * 20)
    _move(client_of(writer), row, "accept", column=columns["dongtai"].pk)
    body = Article.objects.get().body
    assert "<script" not in body
    assert "&lt;script&gt;" in body
    assert body.count("<img") == 2


def test_the_pictures_are_the_firms_and_the_staffs(sent, desk_of, party, firm_party, client, client_of, writer):
    row = sent()
    address = f"/pictures/{row.pictures[0]['uid']}/480.webp"
    assert desk_of(party).get(address).status_code == 200  # a colleague who uploaded nothing
    assert client_of(writer).get(address).status_code == 200
    assert desk_of(firm_party()).get(address).status_code == 404
    assert client.get(address).status_code == 404


def test_a_reader_reads_and_another_firm_finds_nothing(sent, desk_of, party, firm_party):
    row = sent()
    from association.parties.models import Seat

    reader = desk_of(party, right=Seat.Kind.READER)
    assert reader.get(row.case.desk_url).status_code == 200
    assert reader.post("/desk/contributions/new/", {"start": "1"}).status_code == 403
    assert desk_of(firm_party()).get(row.case.desk_url).status_code == 404


def test_a_double_click_starts_one_draft(start):
    assert start() == start()
    assert Contribution.objects.count() == 1


def test_firms_are_counted_by_year_and_exported(sent, client_of, writer, columns, party, association):
    sent(title="第一篇演练报道")
    row = sent(title="第二篇演练报道")
    _move(client_of(writer), row, "accept", column=columns["dongtai"].pk)
    client = client_of(writer)  # who sees contributions, but no other cases
    year = timezone.localdate().year
    page = words_of(client.get("/admin/news/contribution/year/"))
    assert f"{year} 年投稿统计" in page
    assert re.search(rf"{party.name}\s*2\s*1\s*0\s*0\s*1", page)
    answer = client.get(f"/admin/news/contribution/year/export/?year={year}")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert [1, party.name, party.number, 2, 1, 0, 0, 1] in [row[:8] for row in rows]
    assert "2 篇" in words_of(client_of("秘书处").get(f"/admin/members/firm/{party.pk}/change/"))
