"""A firm's rating on its desk: the score sheet as far as it is open, and the moves that the firm makes itself."""

import re

from association.core.enums import Audience
from association.inbox.models import Todo
from association.parties.actions import give_seat
from association.parties.models import Seat
from association.timeline.models import Event
from association.workflow.actions import perform
from tests.pages import words_of

from .conftest import page_of

# -- The score sheet -------------------------------------------------------------------------------


def test_a_sheet_opens_step_by_step(desk_of, rated, year):
    party = rated(甲=85)["甲"]
    year.penalty(party)
    client, address = desk_of(party), page_of(year, party)
    assert "评分表还没有开放" in words_of(client.get(address))
    assert "安全防护不到位" not in client.get(address).content.decode()

    year.switch("sheets_open")
    page = words_of(client.get(address))
    assert "协会评分" in page
    assert "行业自律" in page
    for hidden in ("主管部门 ", "总分 ", "测算等级 A"):
        assert hidden not in page.replace("由主管部门公布", "")

    year.switch("grades_open")
    page = words_of(client.get(address))
    assert "总分 93 / 100" in page
    assert "测算等级 AAA" in page

    year.switch("sheets_open", "grades_open", on=False)
    year.issue({party: "AA"})
    page = words_of(client.get(address))
    assert "AAA" not in page
    rows = words_of(client.get("/desk/ratings/"))
    assert "AA 信用等级" in rows
    assert "某建发〔2021〕9 号" in rows


def test_another_firms_sheet_is_not_there(desk_of, asked, year):
    mine, other = asked
    client = desk_of(other)
    for name in ("", "confirm/", "object/", "undo/"):
        assert client.get(page_of(year, mine, name)).status_code == 404
        assert client.post(page_of(year, mine, name)).status_code in (404, 405)
    assert year.case(mine).state == "checking"


def test_what_happened_is_told_in_order_and_what_staff_say_among_themselves_is_not(desk_of, asked, year):
    mine, _ = asked
    case = year.case(mine)
    Event.objects.create(
        subject_type="cases.case",
        subject_id=case.pk,
        party=mine,
        audience=Audience.STAFF,
        verb="x",
        sentence="内部说明",
    )
    page = words_of(desk_of(mine).get(page_of(year, mine)))
    assert "请企业核对" in page
    assert page.index("办理经过") < page.rindex("请企业核对")
    assert "内部说明" not in page


# -- The party's own moves -------------------------------------------------------------------------


def version_on(page) -> str:
    return re.search(r'name="seen_version" value="(\d+)"', page.content.decode())[1]


def test_the_firm_confirms_and_it_is_the_offices_turn(desk_of, asked, year):
    mine, _ = asked
    client = desk_of(mine)
    page = client.get(page_of(year, mine, "confirm/"))
    assert "确认无异议" in words_of(page)
    done = client.post(page_of(year, mine, "confirm/"), {"seen_version": version_on(page)}, follow=True)
    assert year.case(mine).state == "proposed"
    assert "已确认无异议" in words_of(done)
    assert "轮到协会" in words_of(done)
    assert not Todo.objects.open().filter(party=mine, whose="party").exists()
    assert "现在没有要您办理的事项" in words_of(client.get("/desk/"))


def test_a_second_click_is_the_first(desk_of, asked, year):
    mine, _ = asked
    client = desk_of(mine)
    seen = {"seen_version": version_on(client.get(page_of(year, mine, "confirm/")))}
    for _ in range(2):
        response = client.post(page_of(year, mine, "confirm/"), seen)
        assert response.status_code == 302
    assert Event.objects.filter(subject_id=year.case(mine).pk, verb="rating.confirm").count() == 1


def test_who_confirms_late_is_told_what_it_is_now(desk_of, asked, year):
    mine, _ = asked
    first, second = desk_of(mine), desk_of(mine)
    seen = {"seen_version": version_on(second.get(page_of(year, mine, "object/"))), "note": "有一条不对"}
    first.post(page_of(year, mine, "confirm/"), {})
    response = second.post(page_of(year, mine, "object/"), seen)
    assert response.status_code == 422
    assert "有一条不对" in response.content.decode()
    assert year.case(mine).state == "proposed"
    assert "现在不能提出异议" in words_of(second.get(page_of(year, mine, "object/"), follow=True))


def test_objecting_needs_words_and_keeps_them(desk_of, asked, year):
    mine, _ = asked
    client, address = desk_of(mine), page_of(year, mine, "object/")
    response = client.post(address, {"note": "  "})
    assert response.status_code == 422
    assert "请写明提出异议的原因" in words_of(response)
    long = client.post(address, {"note": "长" * 2001})
    assert "最多 2000 个字" in words_of(long)
    assert "长" * 2001 in long.content.decode()
    client.post(address, {"note": "住建的记录已经修复"})
    assert year.case(mine).state == "scoring"
    assert "住建的记录已经修复" in words_of(client.get(page_of(year, mine)))


def test_a_readers_seat_sees_and_does_not_move(desk_of, asked, year):
    mine, _ = asked
    client = desk_of(mine, right=Seat.Kind.READER)
    page = client.get(page_of(year, mine))
    assert "协会评分" in words_of(page)
    assert "您的席位只能查看" in words_of(page)
    assert "confirm/" not in page.content.decode()
    for method in (client.get, client.post):
        assert method(page_of(year, mine, "confirm/")).status_code == 403
    assert year.case(mine).state == "checking"


def test_only_the_partys_own_moves_have_a_page(desk_of, asked, year):
    mine, _ = asked
    client = desk_of(mine)
    for name in ("propose/", "publicise/", "ask/", "accept/", "nonsense/"):
        assert client.get(page_of(year, mine, name)).status_code == 404
        assert client.post(page_of(year, mine, name), {"note": "x"}).status_code == 404


def test_staff_with_a_seat_do_not_enter_on_behalf_from_the_desk(staff, client_of, asked, year):
    """A reader's seat of one who may rate: the desk acts by the seat."""
    mine, _ = asked
    give_seat(user=year.clerk, party=mine, by=None, right=Seat.Kind.READER)
    client = client_of(year.clerk)
    assert client.post(page_of(year, mine, "confirm/"), {}).status_code == 403
    assert year.case(mine).state == "checking"


def test_the_firm_takes_its_own_step_back_until_the_office_acted(desk_of, asked, year):
    mine, _ = asked
    client, undo = desk_of(mine), page_of(year, mine, "undo/")
    client.post(page_of(year, mine, "confirm/"), {})
    assert f'href="{undo}">撤回「确认无异议」<' in client.get(page_of(year, mine)).content.decode()
    assert client.post(undo, {"note": ""}).status_code == 422
    client.post(undo, {"note": "按错了"})
    assert year.case(mine).state == "checking"
    client.post(page_of(year, mine, "confirm/"), {})
    perform(year.case(mine), "reopen", by=year.clerk, note="重新核对")
    assert undo not in client.get(page_of(year, mine)).content.decode()
    client.post(undo, {"note": "按错了"})
    assert year.case(mine).state == "scoring"


def test_while_publicised_the_desk_shows_list_and_end(desk_of, rated, year):
    party = rated(甲=85)["甲"]
    publicity = year.publicise()
    page = desk_of(party).get(page_of(year, party))
    assert "名单正在公示" in words_of(page)
    assert "截止" in words_of(page)
    assert "前办理" not in words_of(page)
    assert publicity.get_public_url() in page.content.decode()


def test_what_is_over_says_so(desk_of, asked, year):
    mine, _ = asked
    client = desk_of(mine)
    client.post(page_of(year, mine, "withdraw/"), {"note": "不再参加"})
    page = client.get(page_of(year, mine))
    assert "本次评价已办结（已撤回申报）" in words_of(page)
    assert 'aria-current="step"' not in page.content.decode()
