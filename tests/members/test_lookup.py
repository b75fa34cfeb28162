"""一屏查企业: by every key to one card; 记一笔来电 and what was promised."""

import datetime as dt

import pytest
from django.utils import timezone

from association.core.enums import Audience
from association.inbox.models import Todo
from association.parties.actions import give_seat
from association.timeline.models import AccessLog, Event
from association.workflow.actions import OnBehalf
from members import actions, calls, changes
from members.models import CallNote, Membership, Person, Post, Qualification, Tenure
from tests.codes import firm_code

URL = "/admin/members/firm/lookup/"


def found(client, term):
    """The name on the card, or the names to choose from."""
    answer = client.get(URL, {"q": term})
    assert answer.status_code == 200
    firm = answer.context["firm"]
    return firm.party.name if firm else [one.party.name for one in answer.context["firms"]]


@pytest.fixture
def wanted(firm, clerk, person):
    row = firm("旧名建筑有限公司", code=firm_code(1), contact_phone="13900001234")
    actions.rename(row, name="宏达建筑有限公司", by=clerk)
    actions.change_firm(row, by=clerk, short_name="宏远", legal_representative="张老三", contact_name="李四")
    actions.add_part(Person(firm=row, role="safety", name="周安", phone="15900000001"), by=clerk)
    give_seat(user=person(mobile="13711112222"), party=row.party, by=None)
    Membership.objects.create(party=row.party, number="HY0007", joined_on=dt.date(2016, 3, 1))
    post = Post.objects.get_or_create(name="副会长")[0]
    Tenure.objects.create(
        post=post, party=row.party, person_name="张三", person_phone="13655556666", starts_on=dt.date(2020, 1, 1)
    )
    firm("另一家市政有限公司", code=firm_code(2222))
    row.refresh_from_db()
    return row


@pytest.mark.parametrize(
    "term",
    [
        "宏达建筑有限公司", "宏达建筑（有限公司", "旧名建筑有限公司", "宏远", "HDJZ", "hdjz", "13900001234", "139 0000 1234",
        "15900000001", "13711112222", "13655556666", firm_code(1), firm_code(1).lower(), "HY0007", "宏达", firm_code(1)[-6:],
    ],
)  # fmt: skip
def test_each_key_gives_the_one_card(term, office, wanted):
    if "（" in term:
        term = term.replace("（", "")
    assert found(office, term) == "宏达建筑有限公司"


def test_an_exact_name_is_the_card_though_others_contain_it(office, wanted, firm):
    firm("宏达建筑有限公司第一分公司", code="", kind="branch")
    assert found(office, "宏达建筑有限公司") == "宏达建筑有限公司"
    assert sorted(found(office, "宏达")) == ["宏达建筑有限公司", "宏达建筑有限公司第一分公司"]


def test_what_nobody_has_and_nothing_at_all(office, wanted):
    assert found(office, "没有的") == []
    assert "没有找到「没有的」" in office.get(URL, {"q": "没有的"}).content.decode()
    assert office.get(URL).status_code == 200
    for chosen in ("0", "x", "9" * 30):
        assert office.get(URL, {"firm": chosen}).context["firm"] is None


def test_the_card_can_be_read_aloud(office, wanted, clerk):
    soon = timezone.localdate() + dt.timedelta(days=10)
    actions.add_part(Qualification(firm=wanted, name="建筑工程施工总承包三级", ends_on=soon), by=clerk)
    came = OnBehalf(channel="paper", received_on=timezone.localdate())
    changes.propose(wanted, by=clerk, wanted={"address": "新路 1 号"}, once_key="c", on_behalf=came)
    card = office.get(URL, {"q": "宏远"}).context["card"]
    assert card.spoken == (
        "宏达建筑有限公司：是单位会员，2016-03-01 起，编号 HY0007；副会长张三；"
        f"建筑工程施工总承包三级 {soon:%Y-%m-%d} 到期；资料变更待核对。"
    )
    assert [line.label for line in card.lines] == ["会员", "职务", "到期", "在办"]
    assert "轮到协会" in card.lines[-1].text


def test_telephones_are_masked_until_asked_for_and_that_is_remembered(office, wanted, clerk):
    page = office.get(URL, {"q": "宏远"}).content.decode()
    assert "139****1234" in page
    assert "13900001234" not in page
    answer = office.post(f"{URL}?firm={wanted.pk}")
    assert answer.status_code == 302
    assert 'href="tel:13900001234"' in office.get(answer["Location"]).content.decode()
    assert AccessLog.objects.filter(user=clerk, action="unmasked", subject_id=wanted.pk).count() == 1


def test_who_may_not_see_persons_may_not_ask_for_them(client_of, staff, wanted):
    user = next(staff(name) for name in ("监事", "名誉会长", "编辑"))
    client = client_of(user)
    assert "显示完整电话" not in client.get(URL, {"q": "宏远"}).content.decode()
    assert client.post(f"{URL}?firm={wanted.pk}").status_code == 403


@pytest.mark.parametrize("rows", [1, 30])
def test_the_card_takes_under_fifteen_queries(rows, office, wanted, clerk):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    for at in range(rows):
        calls.note_call(party=wanted.party, by=clerk, topic=f"第 {at} 次")
        actions.add_part(Qualification(firm=wanted, name=f"资质 {at}", ends_on=timezone.localdate()), by=clerk)
        actions.add_part(Person(firm=wanted, role="contact", name=f"人{at}"), by=clerk)
    office.get(URL, {"q": "宏远"})
    with CaptureQueriesContext(connection) as caught:
        assert office.get(URL, {"q": "宏远"}).context["firm"] == wanted
    assert len(caught) < 15, len(caught)


# -- 记一笔来电 ----------------------------------------------------------------------------------------------


def call(client, firm, **values):
    page = client.get(URL, {"firm": firm.pk})
    data = {"way": "in", "topic": "问会费", "once": page.context["form"]["once"].value()} | values
    return client.post(f"/admin/members/firm/{firm.pk}/call/", data)


def test_a_call_is_noted_on_the_card_and_becomes_a_todo_of_its_day(office, wanted, clerk):
    day = timezone.localdate() + dt.timedelta(days=3)
    answer = call(office, wanted, caller="李四", phone="13900001234", content="要发票", follow_up_on=str(day))
    assert answer["Location"].endswith(f"?firm={wanted.pk}&noted=1")
    page = office.get(answer["Location"]).content.decode()
    assert "已记下" in page
    assert "来电：问会费" in page
    todo = Todo.objects.open().get(kind="call")
    assert (todo.user, timezone.localtime(todo.due_at).date(), todo.party) == (clerk, day, wanted.party)
    note = CallNote.objects.get()
    assert todo.url == note.get_absolute_url()
    answer = office.post(f"{note.get_absolute_url()[:-7]}answer/", {"words": "已开票"})
    assert answer.status_code == 302
    note.refresh_from_db()
    assert note.answered_at
    assert note.content.endswith("赵秘书回复：已开票")
    assert not Todo.objects.open().filter(kind="call").exists()
    office.post(f"{note.get_absolute_url()[:-7]}answer/", {"words": "再回复"})
    note.refresh_from_db()
    assert "再回复" not in note.content


def test_two_clicks_are_one_note_and_bad_input_loses_nothing(office, wanted):
    page = office.get(URL, {"firm": wanted.pk})
    data = {"way": "in", "topic": "", "content": "说了很多", "once": page.context["form"]["once"].value()}
    answer = office.post(f"/admin/members/firm/{wanted.pk}/call/", data)
    assert answer.status_code == 422
    assert "请用几个字写明事由" in answer.content.decode()
    assert "说了很多" in answer.content.decode()
    over = {"topic": "问会费", "follow_up_on": "2020-01-01"}
    assert "不能早于今天" in office.post(f"/admin/members/firm/{wanted.pk}/call/", data | over).content.decode()
    for _ in range(2):
        assert office.post(f"/admin/members/firm/{wanted.pk}/call/", data | {"topic": "问会费"}).status_code == 302
    assert CallNote.objects.count() == 1


def test_the_telephones_are_shown_while_a_call_is_written_down(office, wanted):
    typed = {"way": "visit", "topic": "问会费", "content": "说了很多", "inside": "on", "follow_up_on": "2099-01-01"}
    page = office.post(f"{URL}?firm={wanted.pk}", typed)
    assert page.status_code == 200
    assert 'href="tel:13900001234"' in page.content.decode()
    form = page.context["form"]
    assert {name: form[name].value() for name in typed} == typed
    assert not CallNote.objects.exists()


def test_the_firm_reads_its_calls_but_not_those_kept_inside(office, wanted, client_of, firm_user):
    call(office, wanted)
    call(office, wanted, topic="态度不好", inside="on")
    page = client_of(firm_user(wanted.party)).get("/desk/firm/").content.decode()
    assert "来电：问会费" in page
    assert "态度不好" not in page
    assert set(CallNote.objects.values_list("audience", flat=True)) == {Audience.PARTY, Audience.STAFF}


def test_the_day_of_an_answer_is_moved_in_the_workbench(office, wanted, clerk):
    day = timezone.localdate() + dt.timedelta(days=3)
    note = calls.note_call(party=wanted.party, by=clerk, topic="问会费", phone="13900001234", follow_up_on=day)
    page = office.get(note.get_absolute_url())
    assert "13900001234" not in page.content.decode()
    data = {name: page.context["adminform"].form[name].value() or "" for name in page.context["adminform"].form.fields}
    data |= {"_read": page.context["read_token"], "follow_up_on": str(day + dt.timedelta(days=4))}
    answer = office.post(note.get_absolute_url(), data)
    assert answer.status_code == 302, answer.context["errors"]
    assert timezone.localtime(Todo.objects.open().get(kind="call").due_at).date() == day + dt.timedelta(days=4)
    note.refresh_from_db()
    assert note.phone == "13900001234"
    assert "13900001234" not in str(list(Event.objects.values_list("sentence", "note", "changes")))


def test_a_call_of_nobody_on_file(office, association):
    data = {"way": "in", "topic": "问入会", "caller": "王五", "audience": "staff", "content": "还没有建档"}
    answer = office.post("/admin/members/callnote/add/", data | {"party_name": "没有的公司"})
    assert "档案里没有这家企业" in answer.content.decode()
    assert office.post("/admin/members/callnote/add/", data | {"party_name": ""}).status_code == 302
    assert CallNote.objects.get().party is None


def test_the_first_page_has_the_box(office, client_of, association):
    assert 'id="lookup-q"' in office.get("/admin/").content.decode()
    assert 'id="lookup-q"' not in client_of("编辑").get("/admin/").content.decode()
