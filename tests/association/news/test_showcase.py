"""A member's own page (会员风采): written on the desk, approved by staff, read by everyone."""

import re

import pytest
from django.utils import timezone

from association.core.enums import Channel
from association.news.models import Picture, Showcase
from association.outbox.models import Message
from association.parties.models import Seat
from evaluations.models import Rating
from members import standing
from members.models import Firm
from members.terms import load_posts
from tests.association.news.conftest import photo
from tests.pages import words_of

ABOUT = "公司成立于二〇〇三年，承建房屋建筑和市政工程，项目遍布全市各县区。"
HOME, LIST = "/desk/showcase/", "/showcase/"


@pytest.fixture
def member(party, reviewer):
    """The firm of `desk` is a member."""
    return standing.join(party=party, joined_on=timezone.localdate().replace(month=1, day=1), by=reviewer)


@pytest.fixture
def write(desk, member):
    """write(**fields): what the firm's page says, begun where it is not; gives the answer."""

    def fill(client=desk, **fields):
        page = client.get(HOME).content.decode()
        if 'name="read"' not in page:
            client.post(HOME, {"start": "1"})
            page = client.get(HOME).content.decode()
        read = re.search(r'name="read" value="([^"]*)"', page)[1]
        row = Showcase.objects.first()
        values = {"slogan": "匠心筑家", "introduction": ABOUT, "contact_phone": "0700-7654321", "read": read}
        values |= {"project-TOTAL_FORMS": "2", "project-INITIAL_FORMS": "0"}
        values["picture"] = [one["uid"] for one in row.draft["pictures"]]
        values |= {f"caption-{uid}": f"工地 {n}" for n, uid in enumerate(values["picture"], 1)}
        return client.post(HOME, values | fields)

    return fill


@pytest.fixture
def submitted(write, desk):
    """submitted(): the page with one picture, handed in."""

    def make(**fields):
        if not Showcase.objects.exists() or not Showcase.objects.get().draft["pictures"]:
            write(uploads=[photo()])
        assert write(**fields).status_code == 302
        assert desk.post(f"{HOME}submit/", {}).status_code == 302
        return Showcase.objects.get()

    return make


@pytest.fixture
def office(client_of, reviewer):
    return client_of(reviewer)


def _move(client, row, name, note=""):
    day = f"{timezone.localdate():%Y-%m-%d}"
    return client.post(f"/admin/news/showcase/{row.pk}/move/{name}/", {"happened_on": day, "note": note})


@pytest.fixture
def shown(submitted, office):
    def make(**fields):
        row = submitted(**fields)
        assert _move(office, row, "approve").status_code == 302
        row.refresh_from_db()
        return row

    return make


@pytest.mark.django_db(transaction=True)  # a kept page goes on commit
def test_what_was_approved_is_shown_and_an_edit_waits(shown, submitted, write, client, office, head):
    row = shown()
    page = words_of(client.get(row.get_public_url()))
    assert "匠心筑家" in page
    assert "承建房屋建筑" in page
    assert "0700-7654321" in page
    assert "匠心筑家" in words_of(client.get(LIST))
    assert Message.objects.filter(user=head, subject="会员风采：已审核通过并公开").exists()

    assert write(slogan="新的口号").status_code == 302
    assert "匠心筑家" in words_of(client.get(row.get_public_url()))
    submitted(slogan="新的口号")
    page = words_of(office.get(f"/admin/news/showcase/{row.pk}/change/"))
    assert "匠心筑家" in page
    assert "新的口号" in page
    assert "新的口号" not in words_of(client.get(row.get_public_url()))
    _move(office, row, "approve")
    assert "新的口号" in words_of(client.get(row.get_public_url()))


def test_a_draft_is_nobodys_but_the_firms_and_the_staffs(write, client, desk_of, party, firm_party, office):
    write(uploads=[photo()])
    row = Showcase.objects.get()
    assert client.get(row.get_public_url()).status_code == 404
    assert "匠心筑家" not in words_of(client.get(LIST))
    address = f"/pictures/{row.draft['pictures'][0]['uid']}/480.webp"
    assert client.get(address).status_code == 404
    assert desk_of(firm_party()).get(address).status_code == 404
    assert desk_of(party).get(address).status_code == 200
    assert office.get(address).status_code == 200


def test_pictures_are_public_while_the_page_is(shown, client, desk, write):
    row = shown()
    address = f"/pictures/{row.shown['pictures'][0]['uid']}/480.webp"
    assert client.get(address).status_code == 200
    desk.post(f"{HOME}hide/", {"hidden": "1"})
    assert client.get(address).status_code == 404


@pytest.mark.django_db(transaction=True)  # a kept page goes on commit
def test_the_firm_stops_showing_it_at_once_and_shows_it_again(shown, client, desk, desk_of, party):
    row = shown()
    assert client.get(row.get_public_url()).status_code == 200
    assert client.get(LIST).status_code == 200
    assert desk_of(party, right=Seat.Kind.READER).post(f"{HOME}hide/", {"hidden": "1"}).status_code == 403
    desk.post(f"{HOME}hide/", {"hidden": "1"})
    assert client.get(row.get_public_url()).status_code == 404
    assert "匠心筑家" not in words_of(client.get(LIST))
    assert "您选择了不展示" in words_of(desk.get(HOME))
    desk.post(f"{HOME}hide/", {"hidden": "0"})
    assert client.get(row.get_public_url()).status_code == 200


@pytest.mark.django_db(transaction=True)  # a kept page goes on commit
def test_who_leaves_is_shown_no_more(shown, client, member, reviewer):
    row = shown()
    assert client.get(row.get_public_url()).status_code == 200
    standing.end(member, ending="left", ended_on=timezone.localdate(), by=reviewer)
    assert client.get(row.get_public_url()).status_code == 404
    assert "匠心筑家" not in words_of(client.get(LIST))


def test_who_is_no_member_cannot_begin(desk):
    desk.post(HOME, {"start": "1"})
    assert not Showcase.objects.exists()
    assert "入会以后" in words_of(desk.get(HOME))


def test_a_returned_page_says_why_and_is_mended(submitted, desk, office):
    row = submitted()
    assert _move(office, row, "return").status_code == 422
    _move(office, row, "return", note="请换一张清楚的照片")
    assert "请换一张清楚的照片" in words_of(desk.get(HOME))
    submitted(slogan="换好了照片")
    row.refresh_from_db()
    assert row.state == "submitted"


def test_what_is_handed_in_cannot_be_changed_but_taken_back(submitted, desk, write):
    row = submitted()
    assert "撤回修改" in words_of(desk.get(HOME))
    desk.post(HOME, {"slogan": "偷偷改"})
    row.refresh_from_db()
    assert row.draft["slogan"] == "匠心筑家"
    desk.post(f"{HOME}take_back/", {})
    assert write(slogan="改过的口号").status_code == 302
    row.refresh_from_db()
    assert (row.state, row.draft["slogan"]) == ("draft", "改过的口号")


@pytest.mark.django_db(transaction=True)  # a kept page goes on commit
def test_staff_take_a_page_down(shown, client, office, desk):
    row = shown()
    assert client.get(row.get_public_url()).status_code == 200
    _move(office, row, "take_down", note="照片涉及他人")
    assert client.get(row.get_public_url()).status_code == 404
    assert "照片涉及他人" in words_of(desk.get(HOME))


def test_what_is_missing_is_said_before_it_is_handed_in(write, desk):
    write(introduction="短")
    assert "单位介绍至少写" in words_of(desk.post(f"{HOME}submit/", {}))
    write()
    assert "至少上传一张图片" in words_of(desk.post(f"{HOME}submit/", {}))
    write(uploads=[photo()])
    assert "第 1 张图片还没有写说明" in words_of(desk.post(f"{HOME}submit/", {}))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"slogan": "长" * 41}, "最多 40 个字"),
        ({"website": "http://[bad"}, "网址写作"),
        ({"website": "javascript://alert(1)"}, "网址写作"),
        ({"project-0-name": "一号楼", "project-0-year": "去年"}, "年份写作"),
        ({"project-0-place": "东区"}, "请写项目名称"),
    ],
)
def test_bad_input_is_one_sentence_and_nothing_is_lost(write, fields, said):
    answer = write(uploads=[photo()], **fields)
    assert answer.status_code == 422
    assert said in words_of(answer)
    page = answer.content.decode()
    assert ABOUT in page
    assert str(Picture.objects.get().uid) in page


def test_projects_stand_with_their_picture(shown, write, client):
    write(uploads=[photo(), photo(colour="olive", name="二.jpg")])
    second = Showcase.objects.get().draft["pictures"][1]["uid"]
    row = shown(
        **{
            "project-0-name": "人民医院综合楼", "project-0-place": "东区", "project-0-year": "2024",
            "project-0-scale": "3.2 万平方米", "project-0-picture": second,
        }
    )  # fmt: skip
    page = client.get(row.get_public_url())
    assert "人民医院综合楼 东区 2024 年 3.2 万平方米" in words_of(page)
    assert page.content.decode().count(f"{second}/960.webp") == 1  # with its project, not among the others as well


def test_grades_stand_by_themselves(shown, client, party, reviewer):
    from association.cases.actions import open_case
    from evaluations.actions import load_scheme, open_round
    from evaluations.scheme_file import read_scheme

    row = shown()
    scheme, _ = load_scheme(read_scheme("evaluations/data/scheme_2020.json"), by=None)
    round_, _ = open_round(year=2020, by=None, scheme=scheme)
    case = open_case(
        "rating", party=party, title="评价", by=reviewer, at="draft", once_key="r", round_key=round_.round_key
    )
    Rating.objects.create(
        case=case,
        round=round_,
        party=party,
        name=party.name,
        grade="AAA",
        grade_on=timezone.localdate(),
        grade_number="1 号",
    )
    assert "2020 年度信用评价 AAA 级" in words_of(client.get(row.get_public_url()))


def test_the_grid_is_narrowed(shown, client, party):
    shown()
    load_posts()
    Firm.objects.filter(party=party).update(district="东区", main_qualification="建筑工程施工总承包二级")
    for query, there in (
        ({"district": "东区"}, True),
        ({"district": "西区"}, False),
        ({"letter": "h"}, True),
        ({"letter": "Z"}, False),
        ({"qualification": "建筑工程施工总承包二级"}, True),
        ({"qualification": "无"}, False),
        ({"post": "会员单位"}, True),
        ({"post": "会长单位"}, False),
    ):
        assert (party.name in words_of(client.get(LIST, query))) == there, query
    assert "请选一个字母" in words_of(client.get(LIST, {"letter": "宏"}))


def test_pages_take_few_queries_however_many_there_are(
    shown, client, firm_party, reviewer, django_assert_max_num_queries
):
    row = shown()
    for n in range(20):
        other = firm_party(f"第{n}会员建筑公司")
        standing.join(party=other, joined_on=timezone.localdate(), by=reviewer)
        Showcase.objects.create(party=other, state="shown", shown=row.shown)
    with django_assert_max_num_queries(8):
        client.get(LIST, {"district": ""})
    with django_assert_max_num_queries(4):
        client.get(row.get_public_url())


def test_the_directory_leads_there(shown, client, party):
    row = shown()
    assert row.get_public_url() in client.get(f"/firms/{party.firm.uid}/").content.decode()


def test_two_colleagues_do_not_overwrite_each_other(write, desk, desk_of, party):
    write()
    stale = re.search(r'name="read" value="([^"]*)"', desk.get(HOME).content.decode())[1]
    write(client=desk_of(party, name="赵同事"), slogan="同事写的")
    answer = write(slogan="我写的", read=stale)
    assert answer.status_code == 422
    assert "赵同事" in words_of(answer)
    assert Showcase.objects.get().draft["slogan"] == "同事写的"


def test_staff_hand_it_in_for_a_firm_that_asks_by_telephone(write, office):
    write(uploads=[photo()])
    write()
    row = Showcase.objects.get()
    came = {"channel": Channel.PAPER, "received_on": f"{timezone.localdate():%Y-%m-%d}", "note": ""}
    assert office.post(f"/admin/news/showcase/{row.pk}/move/submit/", came).status_code == 302
    row.refresh_from_db()
    assert row.state == "submitted"
