"""Posts at the desk of the firms: who acts for several is asked once; a firm asks that another person holds its post."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from association.inbox.models import Todo
from association.outbox.models import Message
from association.parties.actions import give_seat
from association.parties.models import Seat
from association.workflow.actions import perform, undo_last
from members import changes, standing, term_changes, terms
from members.models import ChangeProposal, Post, Tenure, TermChange


@pytest.fixture
def members(firm, clerk):
    """Three firms that are members."""
    rows = [firm(name).party for name in ("甲建设有限公司", "乙建设有限公司", "丙建设有限公司")]
    for party in rows:
        standing.join(party=party, joined_on=date(2018, 1, 1), by=clerk)
    return rows


# -- The units are asked ----------------------------------------------------------------------------------------------


def asked(term, members, clerk) -> TermChange:
    """A list with a line for each of the units, which are asked."""
    today = timezone.localdate()
    change = term_changes.create_change(
        term=term, kind="adjustment", title="届中调整名单", body="第二次理事会", meeting_on=today, takes_effect_on=today,
        once_key="t", by=clerk,
    )  # fmt: skip
    for party in members:
        post = Post.objects.get(name="理事")
        term_changes.add_line(change, by=clerk, unit_name=party.name, post=post, person_name="张三")
    perform(change, "ask", by=clerk)
    return change


def test_who_acts_for_three_units_gets_one_message_that_names_them(term, members, clerk, firm, firm_user, client_of):
    user = firm_user(firm("子建筑有限公司").party)
    for party in members:
        give_seat(user=user, party=party, by=None)
    asked(term, members, clerk)
    message = Message.objects.get(user=user)
    assert message.subject == "请核对任职资料（3 家单位）"
    assert all(party.name in message.body for party in members)
    client = client_of(user)
    client.post("/desk/switch/", {"seat": Seat.objects.get(party__name="子建筑有限公司").uid})
    page = client.get(message.url)  # the firm at whose desk one sits is on no list: one is led to the first that is
    [line] = page.context["lines"]
    others = "、".join(party.name for party in members if party != line.party)
    assert f"您办理的{others}也要核对" in page.content.decode()
    data = {"line": line.pk, f"line{line.pk}-person_name": "张三", f"line{line.pk}-seen_version": line.version}
    client.post("/desk/switch/", {"seat": Seat.objects.get(user=user, party=members[1]).uid})  # in another window
    assert client.post(message.url, data).status_code == 302
    line.refresh_from_db()
    assert line.answer == "confirmed"


def test_who_acts_for_one_unit_reads_of_that_one_only(term, members, clerk, firm_user, client_of):
    user = firm_user(members[1])
    asked(term, members, clerk)
    message = Message.objects.get(user=user)
    assert (message.subject, message.party) == ("请核对任职资料", members[1])
    page = client_of(user).get(message.url).content.decode()
    assert "也要核对" not in page
    assert "甲建设有限公司" not in page


# -- Another person holds the post (换人) -----------------------------------------------------------------------------

ASK = "/desk/firm/change/"


@pytest.fixture
def held(term, members, clerk) -> Tenure:
    return terms.appoint(
        post=Post.objects.get(name="理事"), party=members[0], person_name="张三", person_title="董事长",
        person_phone="13812345678", starts_on=date(2019, 6, 1), by=clerk,
    )  # fmt: skip


@pytest.fixture
def own(client_of, firm_user, held):
    client = client_of(firm_user(held.party))
    client.user = Seat.objects.get(party=held.party).user
    return client


def letter():
    return SimpleUploadedFile("来函.pdf", b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n", "application/pdf")


def typed(client, url=ASK, **values) -> dict:
    """The form as the page shows it, with what is typed in."""
    form = client.get(url).context["form"]
    shown = {name: form[name].value() for name in form.fields if name != "licence"}
    return {name: value for name, value in shown.items() if value is not None} | values


def who(party) -> list[tuple]:
    rows = Tenure.objects.standing().filter(party=party).order_by("pk")
    return list(rows.values_list("person_name", "person_phone", "ended_on"))


def accept(office, proposal, **values):
    url = f"/admin/members/changeproposal/{proposal.pk}/move/accept/"
    page = office.get(url)
    data = {name: page.context["form"][name].value() for name in ("happened_on", "seen_version")}
    data |= {name: page.context["own_form"][name].value() for name in ("seen", "takes_effect_on")}
    return office.post(url, {name: str(value) for name, value in data.items()} | values, follow=True)


def test_a_firm_asks_that_another_person_holds_its_post(own, office, held, clerk):
    day = timezone.localdate() - timedelta(days=2)
    assert f"{ASK}?post={held.pk}#id_post" in own.get("/desk/firm/").content.decode()
    data = typed(own, f"{ASK}?post={held.pk}", takes_effect_on=f"{day}")
    assert data["post"] == str(held.pk)
    assert "请填写接任人的姓名" in own.post(ASK, data).content.decode()
    data |= {"post_person_name": "李四", "post_person_phone": "139 0000 0001"}
    assert "换人，请上传盖了公章的来函" in own.post(ASK, data).content.decode()
    assert own.post(ASK, data | {"licence": letter()}).status_code == 302

    proposal = ChangeProposal.objects.get()
    assert proposal.case.title == "甲建设有限公司 变更理事任职人"
    assert Todo.objects.open().filter(title__contains="变更理事任职人", right="members").exists()
    page = office.get(f"/admin/members/changeproposal/{proposal.pk}/change/").content.decode()
    for expected in ("理事：任职人", "张三", "李四", "来函.pdf", "139****0001"):
        assert expected in page
    accept(office, proposal)
    assert who(held.party) == [("张三", "13812345678", day), ("李四", "13900000001", None)]
    assert "理事：李四" in own.get("/desk/firm/").content.decode()
    assert Message.objects.filter(user=own.user, subject="资料变更：已写入企业档案").count() == 1

    undo_last(proposal.case, by=clerk, reason="看错了")
    assert who(held.party) == [("张三", "13812345678", None)]


def test_two_posts_change_hands_by_one_letter(own, office, held, clerk):
    other = terms.appoint(post=Post.objects.get(name="监事"), party=held.party, starts_on=date(2020, 1, 1), by=clerk)
    names = {"post": held.pk, "post_person_name": "李四", "post2": other.pk, "post2_person_name": "王五"}
    assert own.post(ASK, typed(own, licence=letter(), **names)).status_code == 302
    proposal = ChangeProposal.objects.get()
    assert proposal.case.title == "甲建设有限公司 变更理事任职人、监事任职人"
    accept(office, proposal)
    assert [row[0] for row in who(held.party)] == [
        "张三",
        "王五",
        "李四",
    ]  # 监事 was held by nobody: the row is completed
    undo_last(proposal.case, by=clerk, reason="看错了")
    assert [row[0] for row in who(held.party)] == ["张三", ""]


def test_the_person_changes_on_a_later_day_by_the_clock(own, office, held):
    day = timezone.localdate() + timedelta(days=3)
    own.post(ASK, typed(own, post=held.pk, post_person_name="李四", takes_effect_on=f"{day}", licence=letter()))
    proposal = ChangeProposal.objects.get()
    accept(office, proposal)
    assert changes.apply_due() == 0
    assert [row[0] for row in who(held.party)] == ["张三"]
    ChangeProposal.objects.update(takes_effect_on=timezone.localdate())
    assert changes.apply_due() == 1
    assert who(held.party)[1] == ("李四", "", None)


def test_a_request_is_returned_with_a_reason_and_put_in_again(own, office, held):
    own.post(ASK, typed(own, post=held.pk, post_person_name="李四", licence=letter()))
    proposal = ChangeProposal.objects.get()
    url = f"/admin/members/changeproposal/{proposal.pk}/move/return/"
    today = f"{timezone.localdate()}"
    office.post(url, {"happened_on": today, "note": "来函没有盖章", "seen_version": proposal.case.version})
    page = f"/desk/firm/changes/{proposal.case.uid}/"
    assert "来函没有盖章" in own.get(page).content.decode()
    again = typed(own, f"{page}edit/")
    assert (again["post"], again["post_person_name"]) == (str(held.pk), "李四")
    assert own.post(f"{page}edit/", again | {"post_person_name": "王五", "licence": letter()}).status_code == 302
    accept(office, proposal)
    assert [row[0] for row in who(held.party)] == ["张三", "王五"]


def test_only_the_telephone_of_the_same_person_is_put_right(own, office, held):
    own.post(ASK, typed(own, post=held.pk, post_person_name="张三", post_person_phone="13900000002"))
    accept(office, ChangeProposal.objects.get())
    assert who(held.party) == [("张三", "13900000002", None)]


def test_somebody_replaced_the_person_meanwhile(own, office, held, clerk):
    own.post(ASK, typed(own, post=held.pk, post_person_name="李四", licence=letter()))
    today = timezone.localdate()
    terms.replace_person(held, person_name="赵六", on=today, reason="单位来电", by=clerk)
    proposal = ChangeProposal.objects.get()
    assert "档案另有修改" in accept(office, proposal).content.decode()
    accept(office, proposal, confirmed="on")
    assert [row[0] for row in who(held.party)] == ["张三", "赵六", "李四"]


def test_the_day_is_not_before_the_person_began_and_no_post_is_no_field(own, client_of, firm_user, firm, held):
    data = typed(own, post=held.pk, post_person_name="李四", licence=letter(), takes_effect_on="2019-01-01")
    assert "换人不能早于这一天" in own.post(ASK, data).content.decode()
    other = client_of(firm_user(firm("丁建设有限公司").party))
    assert "换人的职务" not in other.get(ASK).content.decode()


def test_staff_enter_it_from_a_letter(office, held):
    url = f"/admin/members/firm/{held.party_id}/propose/"
    data = typed(office, url, post=held.pk, post_person_name="李四", channel="letter", licence=letter())
    data["received_on"] = f"{timezone.localdate()}"
    assert office.post(url, data).status_code == 302
    proposal = ChangeProposal.objects.get()
    assert proposal.licence.party == held.party
    accept(office, proposal)
    assert [row[0] for row in who(held.party)] == ["张三", "李四"]
