"""The desk as a firm, its clerk with a reader's seat, a stranger, an expert and staff find it."""

import re
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.db import transaction
from django.test import Client
from django.utils import timezone

from association.core.enums import Audience
from association.documents.actions import store
from association.inbox.models import Todo
from association.outbox.actions import send
from association.parties.actions import add_name, end_seat, give_seat
from association.parties.models import Seat
from association.timeline.models import AccessLog, Event
from association.workflow.actions import perform
from members.models import Person, Qualification
from tests.pages import is_login


def text_of(response) -> str:
    """What a reader sees between head and foot."""
    page = re.sub(r"(?s)^.*?<main|<footer.*$|<svg.*?</svg>|<script.*?</script>", " ", response.content.decode())
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


@pytest.fixture
def desk(client_of, firm_user):
    """desk(party): a client of somebody with the administrator's seat there; .user is that person."""

    def make(*parties, right=Seat.Kind.ADMIN):
        user = firm_user(parties[0])
        for party in parties:
            give_seat(user=user, party=party, by=None, right=right)
        client = client_of(user)
        client.user = user
        return client

    return make


@pytest.fixture
def asked(rated, year):
    """A firm that is asked to check its score, beside one that is not: (firm's party, other's party)."""
    parties = rated(甲=85, 乙=70)
    year.switch("sheets_open")
    year.ask(parties["甲"])
    return parties["甲"], parties["乙"]


def page_of(year, party, name="") -> str:
    return f"/desk/ratings/{year.case(party).uid}/{name}"


# -- Who comes to the desk -------------------------------------------------------------------------


def test_a_visitor_gets_the_login_whether_a_page_exists_or_not(client, association):
    for address in ("/desk/", "/desk/firm/", "/desk/nothing/", "/desk/ratings/00000000-0000-4000-8000-000000000000/"):
        assert is_login(client.get(address))


def test_staff_are_shown_the_way_to_the_workbench(client_of, association):
    client = client_of("秘书处")
    page = client.get("/desk/")
    assert 'href="/admin/"' in page.content.decode()
    assert "您是协会工作人员" in text_of(page)
    for address in ("/desk/firm/", "/desk/ratings/", "/desk/documents/"):
        assert client.get(address).status_code == 404


def test_who_acts_for_nobody_reads_how_to_get_on(client_of, person, association):
    page = text_of(client_of(person("何专")).get("/desk/"))
    assert "账号还没有关联单位" in page
    assert "评审专家" in page
    assert association.phone in page


def test_a_desk_is_never_kept_by_the_browser(desk, firm_party, association):
    response = desk(firm_party()).get("/desk/")
    assert "no-store" in response["Cache-Control"]
    assert "private" in response["Cache-Control"]


# -- What waits ------------------------------------------------------------------------------------


def test_an_empty_desk_says_what_will_come(desk, firm_party, association):
    client = desk(firm_party("甲建设有限公司"))
    assert "现在没有要您办理的事项" in text_of(client.get("/desk/"))
    assert "还没有参加过信用评价" in text_of(client.get("/desk/ratings/"))
    assert "证照库还是空的" in text_of(client.get("/desk/documents/"))


def test_what_waits_for_the_firm_stands_first_with_its_day(desk, asked, year):
    mine, other = asked
    client = desk(mine)
    page = client.get("/desk/")
    assert "轮到您：核对得分" in text_of(page)
    assert "前办理" in text_of(page)
    assert f'btn-primary" href="{page_of(year, mine)}">去办理' in page.content.decode()
    assert "/admin/" not in page.content.decode()
    assert re.search(r'badge-count">1<', page.content.decode())
    assert "请核对得分" in text_of(page)
    assert other.name not in page.content.decode()
    assert "轮到您" not in text_of(desk(other).get("/desk/"))


def test_news_and_public_lists_of_the_firm_are_on_its_desk(desk, asked, year):
    _, other = asked
    client = desk(other)
    with transaction.atomic():
        send(to_user=client.user, channels=["site"], subject="请核对", body="详情见评分表", once_key="a")
    publicity = year.publicise()
    page = client.get("/desk/")
    assert "请核对" in text_of(page)
    assert publicity.get_public_url() in page.content.decode()
    assert re.search(r'badge-count">1<', page.content.decode())


# -- The score sheet -------------------------------------------------------------------------------


def test_a_sheet_opens_step_by_step(desk, rated, year):
    party = rated(甲=85)["甲"]
    year.penalty(party)
    client, address = desk(party), page_of(year, party)
    assert "评分表还没有开放" in text_of(client.get(address))
    assert "安全防护不到位" not in client.get(address).content.decode()

    year.switch("sheets_open")
    page = text_of(client.get(address))
    assert "协会评分" in page
    assert "行业自律" in page
    for hidden in ("主管部门 ", "总分 ", "测算等级 A"):
        assert hidden not in page.replace("由主管部门公布", "")

    year.switch("grades_open")
    page = text_of(client.get(address))
    assert "总分 93 / 100" in page
    assert "测算等级 AAA" in page

    year.switch("sheets_open", "grades_open", on=False)
    year.issue({party: "AA"})
    page = text_of(client.get(address))
    assert "AAA" not in page
    rows = text_of(client.get("/desk/ratings/"))
    assert "AA 信用等级" in rows
    assert "某建发〔2021〕9 号" in rows


def test_another_firms_sheet_is_not_there(desk, asked, year):
    mine, other = asked
    client = desk(other)
    for name in ("", "confirm/", "object/", "undo/"):
        assert client.get(page_of(year, mine, name)).status_code == 404
        assert client.post(page_of(year, mine, name)).status_code in (404, 405)
    assert year.case(mine).state == "checking"


def test_what_happened_is_told_in_order_and_what_staff_say_among_themselves_is_not(desk, asked, year):
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
    page = text_of(desk(mine).get(page_of(year, mine)))
    assert "请企业核对" in page
    assert page.index("办理经过") < page.rindex("请企业核对")
    assert "内部说明" not in page


# -- The party's own moves -------------------------------------------------------------------------


def version_on(page) -> str:
    return re.search(r'name="seen_version" value="(\d+)"', page.content.decode())[1]


def test_the_firm_confirms_and_it_is_the_offices_turn(desk, asked, year):
    mine, _ = asked
    client = desk(mine)
    page = client.get(page_of(year, mine, "confirm/"))
    assert "确认无异议" in text_of(page)
    done = client.post(page_of(year, mine, "confirm/"), {"seen_version": version_on(page)}, follow=True)
    assert year.case(mine).state == "proposed"
    assert "已确认无异议" in text_of(done)
    assert "轮到协会" in text_of(done)
    assert not Todo.objects.open().filter(party=mine, whose="party").exists()
    assert "现在没有要您办理的事项" in text_of(client.get("/desk/"))


def test_a_second_click_is_the_first(desk, asked, year):
    mine, _ = asked
    client = desk(mine)
    seen = {"seen_version": version_on(client.get(page_of(year, mine, "confirm/")))}
    for _ in range(2):
        response = client.post(page_of(year, mine, "confirm/"), seen)
        assert response.status_code == 302
    assert Event.objects.filter(subject_id=year.case(mine).pk, verb="rating.confirm").count() == 1


def test_who_confirms_late_is_told_what_it_is_now(desk, asked, year):
    mine, _ = asked
    first, second = desk(mine), desk(mine)
    seen = {"seen_version": version_on(second.get(page_of(year, mine, "object/"))), "note": "有一条不对"}
    first.post(page_of(year, mine, "confirm/"), {})
    response = second.post(page_of(year, mine, "object/"), seen)
    assert response.status_code == 422
    assert "有一条不对" in response.content.decode()
    assert year.case(mine).state == "proposed"
    assert "现在不能提出异议" in text_of(second.get(page_of(year, mine, "object/"), follow=True))


def test_objecting_needs_words_and_keeps_them(desk, asked, year):
    mine, _ = asked
    client, address = desk(mine), page_of(year, mine, "object/")
    response = client.post(address, {"note": "  "})
    assert response.status_code == 422
    assert "请写明提出异议的原因" in text_of(response)
    long = client.post(address, {"note": "长" * 2001})
    assert "最多 2000 个字" in text_of(long)
    assert "长" * 2001 in long.content.decode()
    client.post(address, {"note": "住建的记录已经修复"})
    assert year.case(mine).state == "scoring"
    assert "住建的记录已经修复" in text_of(client.get(page_of(year, mine)))


def test_a_readers_seat_sees_and_does_not_move(desk, asked, year):
    mine, _ = asked
    client = desk(mine, right=Seat.Kind.READER)
    page = client.get(page_of(year, mine))
    assert "协会评分" in text_of(page)
    assert "您的席位只能查看" in text_of(page)
    assert "confirm/" not in page.content.decode()
    for method in (client.get, client.post):
        assert method(page_of(year, mine, "confirm/")).status_code == 403
    assert year.case(mine).state == "checking"


def test_only_the_partys_own_moves_have_a_page(desk, asked, year):
    mine, _ = asked
    client = desk(mine)
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


def test_the_firm_takes_its_own_step_back_until_the_office_acted(desk, asked, year):
    mine, _ = asked
    client, undo = desk(mine), page_of(year, mine, "undo/")
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


def test_while_publicised_the_desk_shows_list_and_end(desk, rated, year):
    party = rated(甲=85)["甲"]
    publicity = year.publicise()
    page = desk(party).get(page_of(year, party))
    assert "名单正在公示" in text_of(page)
    assert "截止" in text_of(page)
    assert "前办理" not in text_of(page)
    assert publicity.get_public_url() in page.content.decode()


def test_what_is_over_says_so(desk, asked, year):
    mine, _ = asked
    client = desk(mine)
    client.post(page_of(year, mine, "withdraw/"), {"note": "不再参加"})
    page = client.get(page_of(year, mine))
    assert "本次评价已办结（已撤回申报）" in text_of(page)
    assert 'aria-current="step"' not in page.content.decode()


# -- Several seats ---------------------------------------------------------------------------------


def test_one_person_for_two_firms_chooses_whose_desk_it_is(desk, asked, year):
    mine, other = asked
    client = desk(mine, other)
    seats = {seat.party_id: seat for seat in Seat.objects.filter(user=client.user)}
    for party, stranger in ((mine, other), (other, mine)):
        page = client.post("/desk/switch/", {"seat": seats[party.pk].uid}, follow=True)
        assert f"现在为「{party.name}」办理" in text_of(page)
        assert client.get(page_of(year, party)).status_code == 200
        assert client.get(page_of(year, stranger)).status_code == 404


def test_a_seat_that_is_not_ones_own_is_refused(desk, firm_party, association):
    client, other = desk(firm_party()), desk(firm_party())
    foreign = Seat.objects.get(user=other.user)
    for value in (foreign.uid, "nonsense", ""):
        assert client.post("/desk/switch/", {"seat": value}).status_code == 404
    assert client.get("/desk/switch/").status_code == 405


def test_an_ended_seat_closes_the_desk_at_once(desk, asked, year, staff):
    mine, _ = asked
    client = desk(mine)
    seat = Seat.objects.get(user=client.user)
    Seat.objects.filter(pk=seat.pk).update(starts_on=timezone.localdate() - timedelta(days=9))
    seat.refresh_from_db()
    end_seat(seat, by=staff("秘书处"))
    assert client.get(page_of(year, mine)).status_code == 404
    assert client.post(page_of(year, mine, "confirm/"), {}).status_code == 404
    assert "账号还没有关联单位" in text_of(client.get("/desk/"))


# -- File and documents ----------------------------------------------------------------------------


def test_the_firms_file_is_masked_until_asked_for_and_that_is_remembered(desk, firm_party, staff, association):
    party = firm_party(
        "甲建设有限公司",
        legal_representative="李四海",
        contact_name="张三",
        contact_phone="13912345678",
        remark="内部备注",
    )
    Person.objects.create(firm=party.firm, role="safety", name="王小二", phone="13812340000")
    Qualification.objects.create(firm=party.firm, name="建筑工程施工总承包二级", ends_on="2020-12-31", number="D3-1")
    add_name(party, name="乙建筑公司", by=staff("秘书处"))
    client = desk(party)
    page = client.get("/desk/firm/")
    for shown in (party.code, "李**", "139****5678", "王**", "曾用名 乙建筑公司", "已过期 2020-12-31", "证书编号 D3-1"):
        assert shown in text_of(page)
    for hidden in ("13912345678", "李四海", "内部备注"):
        assert hidden not in page.content.decode()
    assert AccessLog.objects.count() == 0
    page = client.post("/desk/firm/").content.decode()
    assert "13912345678" in page
    assert "李四海" in page
    assert "内部备注" not in page
    assert AccessLog.objects.get().action == AccessLog.Action.UNMASKED


def test_documents_are_the_firms_own(desk, firm_party, staff, association):
    mine, other = firm_party(), firm_party()
    office = staff("秘书处")
    kept = {
        (party, audience): store(
            ContentFile(b"name,grade\n" + str((party.pk, audience)).encode(), name=f"{party.pk}-{audience}.csv"),
            owner_party=party, by=office, audience=audience,
        )
        for party in (mine, other) for audience in (Audience.PARTY, Audience.STAFF)
    }  # fmt: skip
    client = desk(mine)
    page = client.get("/desk/documents/")
    assert [str(document.uid) in page.content.decode() for document in kept.values()] == [True, False, False, False]
    assert b"grade" in b"".join(client.get(f"/files/{kept[mine, Audience.PARTY].uid}/download/").streaming_content)
    assert client.get(f"/files/{kept[other, Audience.PARTY].uid}/download/").status_code == 404


# -- Queries ---------------------------------------------------------------------------------------


def test_as_many_queries_for_one_row_as_for_three(desk, asked, year, django_assert_max_num_queries):
    mine, _ = asked
    counts = {}
    for turn in range(2):
        client = desk(mine)
        for address, most in (("/desk/", 16), ("/desk/ratings/", 12), (page_of(year, mine), 34)):
            client.get(address)
            with django_assert_max_num_queries(most) as seen:
                assert client.get(address).status_code == 200
            counts.setdefault(address, []).append(len(seen))
        _more_of_everything(mine, turn)
    assert all(one == three for one, three in counts.values()), counts


def _more_of_everything(party, turn):
    case = party.cases.get()
    for number in range(2):
        Event.objects.create(
            subject_type="cases.case",
            subject_id=case.pk,
            party=party,
            audience=Audience.PARTY,
            verb="x",
            sentence=f"{number}",
        )
        Todo.objects.create(
            kind="x", label="补充", title=f"第 {number} 件", url="/desk/", whose="party", party=party,
            audience=Audience.PARTY, subject_type="x", subject_id=number, once_key=f"{turn}-{number}",
        )  # fmt: skip


def test_two_people_of_one_firm_have_a_desk_each(desk, asked):
    mine, _ = asked
    one, other = desk(mine), desk(mine)
    assert text_of(one.get("/desk/")) == text_of(other.get("/desk/"))
    assert one.user.name in one.get("/desk/").content.decode()
    assert other.user.name not in one.get("/desk/").content.decode()
    assert is_login(Client().get("/desk/"))
