"""Journeys through the pages: a firm joins from its desk to the letter, a paper application, leaving and return, lapse."""

import datetime as dt

import pytest
from django.utils import timezone

from association.cases.materials import missing_of
from association.cases.models import Material, Slot
from association.outbox.models import Message
from association.parties.models import Party, Seat
from association.publicity.actions import end_due
from association.publicity.models import PublicityList
from members import joining, standing
from members.models import Firm, LeavingRequest, Membership, MembershipApplication, MembershipRules
from tests.files import pdf

ADMIN = "/admin/members/membership/"
APPLICATIONS = "/admin/members/membershipapplication/"
START = {"start": "on"}
FILLED = {"contact_name": "钱经理", "contact_phone": "13900001111", "business": "房屋建筑施工", "staff_count": "120",
          "introduction": "成立于 2010 年。", "wished_post": ""}  # fmt: skip


@pytest.fixture
def today():
    return timezone.localdate()


def page(client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, answer.get("Location", answer.status_code)
    return answer.content.decode()


def sent(client, url: str, data=None, **kwargs):
    """A POST that goes through; the page it leads to."""
    answer = client.post(url, data or {}, follow=True, **kwargs)
    assert answer.status_code == 200
    assert answer.redirect_chain, answer.content.decode()[-4000:]
    return answer.content.decode()


def saved(client, url: str, **values):
    """The application's form as it is shown, with these values."""
    form = client.get(url).context["form"]
    shown = {name: form[name].value() for name in form.fields}
    return client.post(url, {k: v for k, v in (shown | values).items() if v is not None})


def hand_in(client, application, name: str):
    slot = Slot.objects.get(kind="membership", part=application.get_kind_display(), name=name)
    url = f"/desk/materials/{application.case.uid}/{slot.uid}/"
    return sent(client, url, {"files": pdf(f"{name}.pdf", name)})


def find_fine(application, by):
    for row in Material.objects.filter(case=application.case):
        row.verdict = Material.Verdict.FINE
        row.save()


def move(client, application, name: str, **data):
    url = f"{APPLICATIONS}{application.pk}/move/{name}/"
    form = client.get(url).context["form"]
    values = {"happened_on": timezone.localdate(), "seen_version": form["seen_version"].value(), "note": ""}
    return sent(client, url, values | data)


# -- A firm joins from its desk ---------------------------------------------------------------------------------------


def test_a_firm_joins_from_its_desk_to_the_letter(firm, desk_of, office, client_of, clerk, today):
    party = firm("甲建设有限公司").party
    mine = desk_of(party)
    assert "申请入会" in page(mine, "/desk/membership/")
    sent(mine, "/desk/membership/apply/", START)
    application = MembershipApplication.objects.get()
    url = f"/desk/membership/{application.case.uid}/"
    sent(mine, "/desk/membership/apply/", START)
    assert MembershipApplication.objects.count() == 1, "one application at a time"

    assert "请先填写" in mine.post(f"{url}submit/", {"note": ""}).content.decode()
    assert saved(mine, url, **FILLED).status_code == 302
    text = mine.post(f"{url}submit/", {"note": ""}).content.decode()
    assert "还缺材料：入会申请表、营业执照" in text
    hand_in(mine, application, "入会申请表")
    hand_in(mine, application, "营业执照")
    assert "已提交入会申请" in sent(mine, f"{url}submit/", {"note": ""})
    assert "等待受理" in page(mine, url)

    text = move(office, application, "accept")
    assert "已办理「受理」" in text
    text = office.get(f"{APPLICATIONS}{application.pk}/move/propose/", follow=True).content.decode()
    assert "还有 2 份材料没有审核" in text
    find_fine(application, clerk)
    move(office, application, "propose", body="第三届理事会第二次会议", meeting_on=today - dt.timedelta(days=3))
    leader = client_of("秘书长")
    move(leader, application, "conclude")

    row = Membership.objects.get()
    assert (row.joined_on, row.number, row.body) == (today - dt.timedelta(days=3), "HY0001", "第三届理事会第二次会议")
    mine_now = Firm.objects.get(party=party)
    assert (mine_now.is_member, mine_now.member_number) == (True, "HY0001")
    assert "已批准入会" in Message.objects.filter(party=party).order_by("-pk").first().subject
    assert "HY0001" in page(mine, "/desk/membership/")
    letter = page(mine, f"/desk/membership/letter/{row.uid}/")
    assert "同意吸收你单位为某某市建筑业协会单位会员，会员编号 HY0001" in letter
    assert "甲建设有限公司：" in letter
    assert "HY0001" in page(office, f"{ADMIN}{row.pk}/letter/")


def test_two_people_at_one_desk_do_not_overwrite_each_other(firm, desk_of):
    party = firm().party
    one, two = desk_of(party, name="张某"), desk_of(party, name="李某")
    sent(one, "/desk/membership/apply/", START)
    url = f"/desk/membership/{MembershipApplication.objects.get().case.uid}/"
    form = two.get(url).context["form"]
    opened = {name: form[name].value() or "" for name in form.fields}
    saved(one, url, **FILLED)
    answer = two.post(url, opened | {"business": "市政工程"})
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "张某填写" in text
    assert "市政工程" in text, "what was typed is still there"
    assert MembershipApplication.objects.get().business == "房屋建筑施工"


def test_with_publicity_it_joins_on_the_day_of_the_announcement(firm, office, client_of, clerk, today):
    MembershipRules(publicity_days=3, warn_days=[30]).save()
    party, other = firm("乙建设有限公司").party, firm("丁建设有限公司").party
    values = {"contact_name": "孙某", "contact_phone": "13800000000", "business": "装饰"}
    back = today - dt.timedelta(days=25)
    for one in (other, party):
        application = joining.enter(
            by=clerk, channel="paper", received_on=today - dt.timedelta(days=30), party=one, values=values
        )
        Slot.objects.update(is_required=False)
        move(office, application, "accept", happened_on=back, note="补录")
        move(office, application, "propose", happened_on=back, note="补录", body="理事会", meeting_on=back)
    leader = client_of("秘书长")
    answer = leader.get(f"{APPLICATIONS}{application.pk}/move/conclude/", follow=True).content.decode()
    assert "须公示 3 个工作日" in answer
    assert "生成公示名单" in page(office, APPLICATIONS)
    sent(office, f"{APPLICATIONS}publicity/")
    publicity = PublicityList.objects.get(kind="membership")
    lines = {(line.name, line.result) for line in publicity.lines.all()}
    assert lines == {("乙建设有限公司", "单位会员"), ("丁建设有限公司", "单位会员")}
    url = f"/admin/publicity/publicitylist/{publicity.pk}/move/publicise/"
    form = office.get(url).context["form"]
    day = today - dt.timedelta(days=20)
    sent(office, url, {"happened_on": day, "note": "补录", "seen_version": form["seen_version"].value()})
    application.case.refresh_from_db()
    assert application.case.state == "publicised"
    end_due()
    url = f"/admin/publicity/publicitylist/{publicity.pk}/move/announce/"
    page_of = leader.get(url).context
    values = {
        name: field.value() or "" for name, field in ((n, page_of["own_form"][n]) for n in page_of["own_form"].fields)
    }
    sent(leader, url, values | {"happened_on": today, "seen_version": page_of["form"]["seen_version"].value()})
    assert {row.joined_on for row in Membership.objects.all()} == {today}
    assert len({row.number for row in Membership.objects.all()}) == 2
    assert Firm.objects.get(party=party).is_member


# -- On paper ---------------------------------------------------------------------------------------------------------


def paper(**values) -> dict:
    filled = {f"a-{name}": value for name, value in FILLED.items()}
    return {"channel": "paper", "received_on": timezone.localdate().isoformat(), **filled} | values


def test_a_paper_application_is_typed_in_by_staff(firm, office, desk_of, today):
    party = firm("丙建设有限公司").party
    url = f"{APPLICATIONS}enter/"
    answer = office.post(url, paper(unit="没有这一家", scan=pdf("表.pdf")))
    assert "企业档案里没有找到这一家" in answer.content.decode()
    assert "表.pdf" in answer.content.decode(), "the scan is kept"
    token = answer.context["forms"][0][1]
    answer = office.post(url, paper(unit="丙建设有限公司", **{"a-business": ""}))
    assert answer.context["forms"][1][1].errors == {"business": ["请填写主营业务。"]}
    text = sent(office, url, paper(unit="丙建设有限公司", **kept(token)))
    assert "已代录「丙建设有限公司 申请入会」" in text
    application = MembershipApplication.objects.get()
    assert (application.case.state, application.case.party, application.business) == (
        "submitted",
        party,
        "房屋建筑施工",
    )
    step = application.case.membership_application and application.case
    assert "纸质代录" in page(office, f"{APPLICATIONS}{step.pk}/change/")
    assert "等待受理" in page(desk_of(party), f"/desk/membership/{application.case.uid}/")
    assert {slot.name for slot in missing_of(application.case)} == {"营业执照"}, "the form is not scanned twice"
    assert "已在办理" in office.post(url, paper(unit="丙建设有限公司")).content.decode()


def kept(form) -> dict:
    """The hidden values by which a form holds on to a file, as the page has them."""
    import re

    html = str(form["scan"])
    return dict(re.findall(r'name="([^"]+)"[^>]*value="([^"]+)"', html))


def test_a_person_is_typed_in_and_becomes_a_member(office, client_of, today):
    sent(office, f"{APPLICATIONS}enter/", paper(person_name="周某某"))
    application = MembershipApplication.objects.get()
    assert (application.case.party.kind, application.kind) == (Party.Kind.PERSON, "person")
    Slot.objects.update(is_required=False)
    move(office, application, "accept")
    move(office, application, "propose", body="理事会", meeting_on=today)
    move(client_of("秘书长"), application, "conclude")
    row = Membership.objects.get()
    assert (row.kind, row.party.name) == ("person", "周某某")
    assert "周某某" in page(office, ADMIN)
    assert "同意吸收您为" in page(office, f"{ADMIN}{row.pk}/letter/")


def test_a_person_without_a_firm_applies_from_the_desk(association, person, client_of):
    user = person("吴某某")
    client = client_of(user)
    assert "以您个人的名义（吴某某）" in page(client, "/desk/membership/join/")
    text = sent(client, "/desk/membership/join/", START)
    assert "个人简介" in text
    assert "职工人数" not in text
    seat = Seat.objects.get(user=user)
    assert seat.party.kind == Party.Kind.PERSON
    assert client.get("/desk/membership/join/")["Location"] == "/desk/membership/"
    assert "企业档案" not in page(client, "/desk/membership/")


# -- Leaving and return -----------------------------------------------------------------------------------------------


def test_a_member_leaves_and_returns_with_its_number(firm, desk_of, office, clerk, today):
    party = firm().party
    row = standing.join(party=party, joined_on=dt.date(2020, 1, 1), by=clerk)
    mine = desk_of(party)
    text = sent(mine, "/desk/membership/leave/", {"reason": "业务转型"})
    assert "退会申请已提交" in text
    asked = LeavingRequest.objects.get()
    assert Firm.objects.get(party=party).is_member, "a member until the office wrote it down"
    assert "会员已申请退会" in page(office, f"{ADMIN}{row.pk}/change/")
    url = f"/admin/members/leavingrequest/{asked.pk}/move/conclude/"
    form = office.get(url).context["form"]
    day = today - dt.timedelta(days=1)
    sent(office, url, {"happened_on": today, "seen_version": form["seen_version"].value(), "ended_on": day})
    row.refresh_from_db()
    assert (row.ended_on, row.ending, row.end_note) == (day, "left", "业务转型")
    assert (Firm.objects.get(party=party).is_member, Firm.objects.get(party=party).member_number) == (False, "")
    assert "自愿退会" in page(mine, "/desk/membership/")

    refused = office.post(f"{ADMIN}enrol/", {"unit": party.name, "joined_on": "1019-03-01", "number": ""})
    assert "年份不对" in refused.content.decode()
    text = sent(office, f"{ADMIN}enrol/", {"unit": party.name, "joined_on": today, "number": "", "note": "重新入会"})
    assert f"编号 {row.number}" in text
    assert Membership.objects.count() == 2
    assert Firm.objects.get(party=party).member_number == row.number


def test_staff_write_down_a_request_to_leave(firm, office, clerk, today):
    row = standing.join(party=firm().party, joined_on=dt.date(2020, 1, 1), by=clerk)
    text = sent(office, f"{ADMIN}{row.pk}/do/leaving/", {"channel": "phone", "received_on": today, "reason": "停业"})
    assert "已代录退会申请" in text
    assert LeavingRequest.objects.get().case.state == "submitted"


# -- Lapse ------------------------------------------------------------------------------------------------------------


def test_nothing_lapses_before_somebody_has_seen_the_list_and_said_so(firm, office, clerk, today):
    names = ("静默建设有限公司", "活跃建设有限公司", "新入建设有限公司", "静默二建设有限公司")
    silent, lively, fresh, second = (firm(name).party for name in names)
    for party in (silent, lively, second):
        standing.join(party=party, joined_on=today - dt.timedelta(days=1200), by=clerk)
    standing.join(party=fresh, joined_on=today, by=clerk)
    from members.models import PointEntry, PointRule

    rule = PointRule.objects.create(name="参加会议", key="meeting", points=1)
    PointEntry.objects.create(party=lively, rule=rule, year=today.year, happened_on=today, points=1, source_key="x")
    url = f"{ADMIN}lapse/"
    text = page(office, url)
    assert "静默建设有限公司" in text
    assert "活跃建设有限公司" not in text
    assert "新入建设有限公司" not in text
    row = Membership.objects.get(party=silent)
    shown = office.post(url, {"member": [row.pk]}).content.decode()
    assert "下面 1 名的会籍终止" in shown
    row.refresh_from_db()
    assert row.ended_on is None, "the preview does nothing"
    refused = office.post(url, {"member": [row.pk], "confirmed": "yes", "ended_on": today, "body": ""})
    assert "请填写决定机构" in refused.content.decode()
    both = [row.pk, Membership.objects.get(party=second).pk]
    text = sent(
        office, url, {"member": both, "confirmed": "yes", "ended_on": today, "body": "理事会", "meeting_on": today}
    )
    assert "已登记 2 名会员自动退会" in text
    row.refresh_from_db()
    assert (row.ending, row.end_body) == ("lapsed", "理事会")
    assert not Firm.objects.get(party=silent).is_member
    assert Firm.objects.get(party=lively).is_member


def test_a_seat_that_reads_moves_nothing(firm, desk_of, clerk):
    party = firm().party
    client = desk_of(party, right=Seat.Kind.READER)
    assert "申请入会要填写" not in page(client, "/desk/membership/")
    assert client.post("/desk/membership/apply/").status_code == 403
    standing.join(party=party, joined_on=dt.date(2020, 1, 1), by=clerk)
    assert client.post("/desk/membership/leave/", {"reason": ""}).status_code == 403
    assert not LeavingRequest.objects.exists()
