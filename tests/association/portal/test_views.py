"""The desk as a firm, its clerk with a reader's seat, a stranger, an expert and staff find it."""

import re
from datetime import timedelta

from django.core.files.base import ContentFile
from django.db import transaction
from django.test import Client
from django.utils import timezone

from association.core.enums import Audience
from association.documents.actions import store
from association.inbox.models import Todo
from association.outbox.actions import send
from association.parties.actions import add_name, end_seat
from association.parties.models import Seat
from association.timeline.models import AccessLog, Event
from members.models import Person, Qualification
from tests.pages import is_login, words_of

from .conftest import page_of

# -- Who comes to the desk -------------------------------------------------------------------------


def test_a_visitor_gets_the_login_whether_a_page_exists_or_not(client, association):
    for address in ("/desk/", "/desk/firm/", "/desk/nothing/", "/desk/ratings/00000000-0000-4000-8000-000000000000/"):
        assert is_login(client.get(address))


def test_staff_are_shown_the_way_to_the_workbench(client_of, association):
    client = client_of("秘书处")
    page = client.get("/desk/")
    assert 'href="/admin/"' in page.content.decode()
    assert "您是协会工作人员" in words_of(page)
    for address in ("/desk/firm/", "/desk/ratings/", "/desk/documents/"):
        assert client.get(address).status_code == 404


def test_who_acts_for_nobody_reads_how_to_get_on(client_of, person, association):
    page = words_of(client_of(person("何专")).get("/desk/"))
    assert "账号还没有关联单位" in page
    assert "评审专家" in page
    assert association.phone in page


def test_a_desk_is_never_kept_by_the_browser(desk_of, firm_party, association):
    response = desk_of(firm_party()).get("/desk/")
    assert "no-store" in response["Cache-Control"]
    assert "private" in response["Cache-Control"]


# -- What waits ------------------------------------------------------------------------------------


def test_an_empty_desk_says_what_will_come(desk_of, firm_party, association):
    client = desk_of(firm_party("甲建设有限公司"))
    assert "现在没有要您办理的事项" in words_of(client.get("/desk/"))
    assert "还没有参加过信用评价" in words_of(client.get("/desk/ratings/"))
    assert "证照库还是空的" in words_of(client.get("/desk/documents/"))


def test_what_waits_for_the_firm_stands_first_with_its_day(desk_of, asked, year):
    mine, other = asked
    client = desk_of(mine)
    page = client.get("/desk/")
    assert "轮到您：核对得分" in words_of(page)
    assert "前办理" in words_of(page)
    assert f'btn-primary" href="{page_of(year, mine)}">去办理' in page.content.decode()
    assert "/admin/" not in page.content.decode()
    assert re.search(r'badge-count">1<', page.content.decode())
    assert "请核对得分" in words_of(page)
    assert other.name not in page.content.decode()
    assert "轮到您" not in words_of(desk_of(other).get("/desk/"))


def test_news_and_public_lists_of_the_firm_are_on_its_desk(desk_of, asked, year):
    _, other = asked
    client = desk_of(other)
    with transaction.atomic():
        send(to_user=client.user, channels=["site"], subject="请核对", body="详情见评分表", once_key="a")
    publicity = year.publicise()
    page = client.get("/desk/")
    assert "请核对" in words_of(page)
    assert publicity.get_public_url() in page.content.decode()
    assert re.search(r'badge-count">1<', page.content.decode())


# -- Several seats ---------------------------------------------------------------------------------


def test_one_person_for_two_firms_chooses_whose_desk_it_is(desk_of, asked, year):
    mine, other = asked
    client = desk_of(mine, other)
    seats = {seat.party_id: seat for seat in Seat.objects.filter(user=client.user)}
    for party, stranger in ((mine, other), (other, mine)):
        page = client.post("/desk/switch/", {"seat": seats[party.pk].uid}, follow=True)
        assert f"现在为「{party.name}」办理" in words_of(page)
        assert client.get(page_of(year, party)).status_code == 200
        assert client.get("/desk/").context["desk"].party == party.name
        assert client.post(f"{page_of(year, stranger)}undo/", {}).status_code == 404


def test_a_seat_that_is_not_ones_own_is_refused(desk_of, firm_party, association):
    client, other = desk_of(firm_party()), desk_of(firm_party())
    foreign = Seat.objects.get(user=other.user)
    for value in (foreign.uid, "nonsense", ""):
        assert client.post("/desk/switch/", {"seat": value}).status_code == 404
    assert client.get("/desk/switch/").status_code == 405


def test_an_ended_seat_closes_the_desk_at_once(desk_of, asked, year, staff):
    mine, _ = asked
    client = desk_of(mine)
    seat = Seat.objects.get(user=client.user)
    Seat.objects.filter(pk=seat.pk).update(starts_on=timezone.localdate() - timedelta(days=9))
    seat.refresh_from_db()
    end_seat(seat, by=staff("秘书处"))
    assert client.get(page_of(year, mine)).status_code == 404
    assert client.post(page_of(year, mine, "confirm/"), {}).status_code == 404
    assert "账号还没有关联单位" in words_of(client.get("/desk/"))


# -- File and documents ----------------------------------------------------------------------------


def test_the_firms_file_is_masked_until_asked_for_and_that_is_remembered(desk_of, firm_party, staff, association):
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
    client = desk_of(party)
    page = client.get("/desk/firm/")
    for shown in (party.code, "李**", "139****5678", "王**", "曾用名 乙建筑公司", "已过期 2020-12-31", "证书编号 D3-1"):
        assert shown in words_of(page)
    for hidden in ("13912345678", "李四海", "内部备注"):
        assert hidden not in page.content.decode()
    assert AccessLog.objects.count() == 0
    page = client.post("/desk/firm/").content.decode()
    assert "13912345678" in page
    assert "李四海" in page
    assert "内部备注" not in page
    assert AccessLog.objects.get().action == AccessLog.Action.UNMASKED


def test_documents_are_the_firms_own(desk_of, firm_party, staff, association):
    mine, other = firm_party(), firm_party()
    office = staff("秘书处")
    kept = {
        (party, audience): store(
            ContentFile(b"name,grade\n" + str((party.pk, audience)).encode(), name=f"{party.pk}-{audience}.csv"),
            owner_party=party, by=office, audience=audience,
        )
        for party in (mine, other) for audience in (Audience.PARTY, Audience.STAFF)
    }  # fmt: skip
    client = desk_of(mine)
    page = client.get("/desk/documents/")
    assert [str(document.uid) in page.content.decode() for document in kept.values()] == [True, False, False, False]
    assert b"grade" in b"".join(client.get(f"/files/{kept[mine, Audience.PARTY].uid}/download/").streaming_content)
    assert client.get(f"/files/{kept[other, Audience.PARTY].uid}/download/").status_code == 404


# -- Queries ---------------------------------------------------------------------------------------


def test_as_many_queries_for_one_row_as_for_three(desk_of, asked, year, django_assert_max_num_queries):
    mine, _ = asked
    counts = {}
    for turn in range(2):
        client = desk_of(mine)
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


def test_two_people_of_one_firm_have_a_desk_each(desk_of, asked):
    mine, _ = asked
    one, other = desk_of(mine), desk_of(mine)
    assert words_of(one.get("/desk/")) == words_of(other.get("/desk/"))
    assert one.user.name in one.get("/desk/").content.decode()
    assert other.user.name not in one.get("/desk/").content.decode()
    assert is_login(Client().get("/desk/"))
