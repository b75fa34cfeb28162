"""A firm's data change by proposal: through the firm's own pages, the office's pages, on paper, by the clock."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from association.cases.models import Case
from association.documents.kept import token_of
from association.inbox.models import Todo
from association.outbox.models import Message
from association.parties.models import PartyName, Seat
from association.timeline.models import AccessLog, Event
from association.workflow.actions import MoveRefused, OnBehalf, perform, undo_last
from members import actions, changes
from members.models import ChangeProposal, Firm, Qualification

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def today():
    return timezone.localdate()


@pytest.fixture
def wanted(firm):
    return firm(
        "旧名建筑有限公司",
        address="老路 1 号",
        legal_representative="张老三",
        contact_phone="13812345678",
        district="东区",
    )


@pytest.fixture
def own(client_of, firm_user, wanted):
    """A client of the firm's own administrator; .user is that person."""
    user = firm_user(wanted.party)
    client = client_of(user)
    client.user = user
    return client


def form_of(client, url="/desk/firm/change/") -> dict:
    """The form as the page shows it, as a browser would send it back."""
    form = client.get(url).context["form"]
    found = {name: form[name].value() for name in form.fields if name != "licence"}
    return {name: value for name, value in found.items() if value is not None}


def ask(client, url="/desk/firm/change/", **values):
    return client.post(url, form_of(client, url) | values)


def page_of(proposal, name="") -> str:
    return f"/desk/firm/changes/{proposal.case.uid}/{name}"


def admin_page(proposal, name="change/") -> str:
    return f"/admin/members/changeproposal/{proposal.pk}/{name}"


def accept(office, proposal, **values):
    page = office.get(admin_page(proposal, "move/accept/"))
    form, own = page.context["form"], page.context["own_form"]
    data = {"happened_on": str(today()), "seen_version": form["seen_version"].value(), "seen": own["seen"].value()}
    return office.post(admin_page(proposal, "move/accept/"), data | {"takes_effect_on": str(today())} | values)


def proposed(by, firm, **values) -> ChangeProposal:
    came = OnBehalf(channel="paper", received_on=today())
    return changes.propose(
        firm, by=by, wanted=values or {"address": "新路 2 号"}, once_key=str(firm.pk), on_behalf=came
    )


# -- The journey: change the name --------------------------------------------------------------------------


def test_a_firm_changes_its_name_with_the_new_licence(own, office, wanted):
    answer = ask(own, name="新名建设有限公司", address="老路 1 号")
    assert answer.status_code == 422
    assert "变更名称，请上传新的营业执照" in answer.content.decode()
    licence = SimpleUploadedFile("执照.pdf", PDF, content_type="application/pdf")
    answer = ask(own, name="新名建设有限公司", licence=licence, takes_effect_on=str(today() - timedelta(days=3)))
    proposal = ChangeProposal.objects.get()
    assert answer["Location"] == page_of(proposal)
    assert proposal.values == {"name": ["旧名建筑有限公司", "新名建设有限公司"]}
    assert "协会核对中" in own.get("/desk/").content.decode()
    page = office.get(admin_page(proposal)).content.decode()
    assert "旧名建筑有限公司" in page
    assert '<mark class="changed">新名建设有限公司</mark>' in page
    assert accept(office, proposal, takes_effect_on=str(proposal.takes_effect_on)).status_code == 302
    wanted.party.refresh_from_db()
    assert wanted.party.name == "新名建设有限公司"
    former = wanted.party.names.get(kind=PartyName.Kind.FORMER)
    assert (former.name, former.ends_on) == ("旧名建筑有限公司", today() - timedelta(days=4))
    assert "已生效" in own.get(page_of(proposal)).content.decode()
    assert Message.objects.filter(user=own.user, subject="资料变更：已写入企业档案").count() == 1
    assert not Todo.objects.open().filter(subject_id=proposal.pk, subject_type="cases.case").exists()


def test_the_licence_survives_another_fields_mistake(own, wanted):
    licence = SimpleUploadedFile("执照.pdf", PDF, content_type="application/pdf")
    answer = ask(own, name="新名建设有限公司", contact_phone="12", licence=licence)
    assert answer.status_code == 422
    form = answer.context["form"]
    assert "已上传" in answer.content.decode()
    data = {name: form[name].value() for name in form.fields if name != "licence"}
    data |= {"contact_phone": "13900000009", "licence-kept": [token_of(one) for one in form["licence"].value()]}
    data = {name: value for name, value in data.items() if value is not None}
    assert own.post("/desk/firm/change/", data).status_code == 302
    assert ChangeProposal.objects.get().licence.label == "执照.pdf"


def test_returned_corrected_and_accepted(own, office, wanted):
    ask(own, address="新路 2 号", short_name="旧名")
    proposal = ChangeProposal.objects.get()
    office.post(
        admin_page(proposal, "move/return/"),
        {"happened_on": str(today()), "note": "请写明门牌号", "seen_version": proposal.case.version},
    )
    page = own.get(page_of(proposal)).content.decode()
    assert "轮到您：补正资料变更" in page
    assert "请写明门牌号" in page
    edit = form_of(own, page_of(proposal, "edit/"))
    assert (edit["address"], edit["short_name"]) == ("新路 2 号", "旧名")
    assert own.post(page_of(proposal, "edit/"), edit | {"address": "新路 2 号 301"}).status_code == 302
    assert accept(office, proposal).status_code == 302
    wanted.refresh_from_db()
    wanted.party.refresh_from_db()
    assert (wanted.address, wanted.party.short_name) == ("新路 2 号 301", "旧名")


def test_only_what_was_changed_is_proposed_and_nothing_is_no_proposal(own):
    answer = ask(own)
    assert "没有需要变更的项目" in answer.content.decode()
    assert not ChangeProposal.objects.exists()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"takes_effect_on": "0202-01-05"}, "年份不对：202 年"),
        ({"registered_capital": "99999999999999"}, "这个数额太大"),
        ({"registered_capital": "1.23456"}, "最多写四位小数"),
    ],
)
def test_a_slip_of_the_hand_is_one_sentence_and_what_was_typed_stays(own, typed, said):
    page = ask(own, address="新路 9 号", **typed)
    assert (page.status_code, said in page.content.decode()) == (422, True)
    assert page.context["form"]["address"].value() == "新路 9 号"
    assert not ChangeProposal.objects.exists()


def test_two_clicks_are_one_proposal_and_a_second_one_waits(own):
    data = form_of(own) | {"address": "新路 2 号"}
    assert own.post("/desk/firm/change/", data)["Location"] == own.post("/desk/firm/change/", data)["Location"]
    assert ChangeProposal.objects.count() == 1
    answer = own.post("/desk/firm/change/", data | {"once": "00000000-0000-4000-8000-000000000001"})
    assert "有一件资料变更正在办理" in answer.content.decode()
    assert own.get("/desk/firm/change/")["Location"] == page_of(ChangeProposal.objects.get())


def test_the_firm_withdraws(own, wanted):
    ask(own, address="新路 2 号")
    proposal = ChangeProposal.objects.get()
    version = proposal.case.version
    assert own.post(page_of(proposal, "withdraw/"), {"seen_version": version}).status_code == 302
    assert Case.objects.get().state == "withdrawn"
    assert own.get("/desk/firm/change/").status_code == 200


def test_a_certificate_is_renewed_and_another_added(own, office, wanted, clerk):
    old = actions.add_part(
        Qualification(firm=wanted, name="建筑工程施工总承包三级", number="D1", ends_on=today()), by=clerk
    )
    ask(own, certificate=str(old.pk), certificate_ends_on=str(today() + timedelta(days=1800)))
    proposal = ChangeProposal.objects.get()
    assert list(proposal.values) == [f"certificate:{old.pk}:ends_on"]
    accept(office, proposal)
    old.refresh_from_db()
    assert (old.number, old.ends_on) == ("D1", today() + timedelta(days=1800))
    ask(own, certificate="new", certificate_name="市政公用工程施工总承包三级", certificate_number="D2")
    second = ChangeProposal.objects.get(case__state="submitted")
    accept(office, second)
    assert wanted.qualifications.get(number="D2").name == "市政公用工程施工总承包三级"
    undo_last(second.case, by=_actor(second), reason="录错")
    assert not wanted.qualifications.filter(number="D2").exists()


def test_several_certificates_go_in_one_request_and_back(own, office, wanted, clerk):
    old = actions.add_part(Qualification(firm=wanted, name="建筑工程施工总承包三级", number="D1"), by=clerk)
    new = {"certificate2": "new", "certificate2_name": "市政公用工程施工总承包三级", "certificate2_number": "D2"}
    more = {"certificate3": "new", "certificate3_name": "钢结构工程专业承包三级", "certificate3_number": "D3"}
    first = {"certificate": str(old.pk), "certificate_number": "D9"}
    twice = ask(own, **first, certificate2=str(old.pk), certificate3="new")
    assert "这一项上面已经选过了" in twice.content.decode()
    assert "请填写资质类别及等级" in twice.content.decode()
    assert ask(own, **first, **new, **more).status_code == 302
    proposal = ChangeProposal.objects.get()
    assert proposal.case.title == "旧名建筑有限公司 变更资质证书"
    perform(proposal.case, "return", by=clerk, note="请补全")
    again = form_of(own, page_of(proposal, "edit/"))
    assert [again[name] for name in ("certificate_number", "certificate2_number", "certificate3_number")] == [
        "D9", "D2", "D3",
    ]  # fmt: skip
    assert own.post(page_of(proposal, "edit/"), again).status_code == 302
    accept(office, proposal)
    assert set(wanted.qualifications.values_list("number", flat=True)) == {"D9", "D2", "D3"}
    undo_last(proposal.case, by=clerk, reason="录错")
    assert list(wanted.qualifications.values_list("number", flat=True)) == ["D1"]


def _actor(proposal):
    from association.workflow.models import Step

    return Step.objects.of(proposal.case).last().actor


# -- What others did meanwhile -----------------------------------------------------------------------------


def test_staff_see_what_was_changed_meanwhile_before_they_accept(office, wanted, clerk):
    proposal = proposed(clerk, wanted)
    actions.change_firm(wanted, by=clerk, address="别的路 9 号")
    page = office.get(admin_page(proposal)).content.decode()
    assert "另有修改" in page
    assert "别的路 9 号" in page
    answer = accept(office, proposal)
    assert "企业提出以后档案另有修改" in answer.content.decode()
    assert accept(office, proposal, confirmed="on").status_code == 302
    wanted.refresh_from_db()
    assert wanted.address == "新路 2 号"


def test_a_change_while_the_page_is_open_is_shown_first(office, wanted, clerk):
    proposal = proposed(clerk, wanted)
    page = office.get(admin_page(proposal, "move/accept/"))
    seen = page.context["own_form"]["seen"].value()
    actions.change_firm(wanted, by=clerk, address="别的路 9 号")
    answer = accept(office, proposal, seen=seen, confirmed="on")
    assert "企业档案刚刚被修改过" in answer.content.decode()
    assert "别的路 9 号" in answer.content.decode()
    again = answer.context["own_form"]["seen"].value()
    assert accept(office, proposal, seen=again, confirmed="on").status_code == 302


def test_a_later_day_is_kept_by_the_clock(office, wanted, clerk):
    proposal = proposed(clerk, wanted)
    accept(office, proposal, takes_effect_on=str(today() + timedelta(days=2)))
    assert changes.apply_due() == 0
    wanted.refresh_from_db()
    assert wanted.address == "老路 1 号"
    with pytest.raises(MoveRefused, match="生效日期是"):
        perform(Case.objects.get(), "apply", by=clerk)
    ChangeProposal.objects.update(takes_effect_on=today())
    assert changes.apply_due() == 1
    assert changes.apply_due() == 0
    wanted.refresh_from_db()
    assert wanted.address == "新路 2 号"
    assert Event.objects.filter(verb="firm.changed", actor=None, note__contains=proposal.case.number).count() == 1


def test_the_clock_overwrites_nothing_that_somebody_changed_since(office, wanted, clerk):
    proposal = proposed(clerk, wanted)
    accept(office, proposal, takes_effect_on=str(today() + timedelta(days=2)))
    actions.change_firm(wanted, by=clerk, address="别的路 9 号")
    ChangeProposal.objects.update(takes_effect_on=today())
    assert changes.apply_due() == 0
    todo = Todo.objects.open().get(subject_id=proposal.pk, subject_type="cases.case")
    assert "受理以后档案另有修改" in todo.title
    perform(Case.objects.get(), "apply", by=clerk)
    wanted.refresh_from_db()
    assert wanted.address == "新路 2 号"
    assert not Todo.objects.open().filter(pk=todo.pk).exists()


def test_what_was_written_is_taken_back_until_somebody_changed_it(office, wanted, clerk):
    proposal = proposed(clerk, wanted, name="新名建设有限公司", address="新路 2 号")
    accept(office, proposal)
    undo_last(proposal.case, by=clerk, reason="看错了")
    wanted.refresh_from_db()
    wanted.party.refresh_from_db()
    assert (wanted.party.name, wanted.address) == ("旧名建筑有限公司", "老路 1 号")
    assert not wanted.party.names.exclude(kind="current").exists()
    assert changes.apply_due() == 0  # it waits without a day
    perform(proposal.case, "apply", by=clerk)
    actions.change_firm(Firm.objects.get(pk=wanted.pk), by=clerk, address="别的路 9 号")
    with pytest.raises(MoveRefused, match="地址后来又修改过"):
        undo_last(proposal.case, by=clerk, reason="看错了")


def test_what_the_firm_did_not_touch_is_not_put_back_to_what_its_page_showed(own, wanted, clerk):
    page = own.get("/desk/firm/change/").content.decode()
    data = dict(re.findall(r'<input type="hidden" name="(initial-[a-z_]+)" value="([^"]*)"', page)) | form_of(own)
    assert data["initial-address"] == data["address"] == "老路 1 号"
    actions.change_firm(wanted, by=clerk, address="别的路 9 号")
    assert own.post("/desk/firm/change/", data | {"short_name": "旧名"}).status_code == 302
    assert ChangeProposal.objects.get().values == {"short_name": ["", "旧名"]}


def test_what_was_withdrawn_comes_back_only_where_nothing_new_is_asked(own, wanted):
    ask(own, address="新路 2 号")
    first = ChangeProposal.objects.get()
    own.post(page_of(first, "withdraw/"), {"seen_version": first.case.version})
    ask(own, address="新路 3 号")
    answer = own.post(page_of(first, "undo/"), {"note": "点错了"})
    assert "后来又申请了变更" in answer.content.decode()
    second = ChangeProposal.objects.get(case__state="submitted")
    own.post(page_of(second, "withdraw/"), {"seen_version": second.case.version})
    assert own.post(page_of(first, "undo/"), {"note": "点错了"}).status_code == 302
    first.case.refresh_from_db()
    assert first.case.state == "submitted"


# -- On paper, and who may not -----------------------------------------------------------------------------


def test_staff_type_in_a_paper_and_the_firm_goes_on_from_there(office, own, wanted):
    url = f"/admin/members/firm/{wanted.pk}/propose/"
    data = form_of(office, url)
    assert "contact_phone" not in data  # masked: left empty it stays as it is
    answer = office.post(url, data | {"address": "新路 2 号", "channel": "paper", "received_on": str(today())})
    proposal = ChangeProposal.objects.get()
    assert answer["Location"] == admin_page(proposal)
    assert list(proposal.values) == ["address"]
    page = own.get(page_of(proposal)).content.decode()
    assert "代录（纸质）" in page
    assert own.post(page_of(proposal, "withdraw/"), {"seen_version": proposal.case.version}).status_code == 302


def test_staff_put_a_returned_one_in_again_for_the_firm(office, wanted, clerk):
    proposal = proposed(clerk, wanted)
    perform(proposal.case, "return", by=clerk, note="不清")
    url = admin_page(proposal, "again/")
    data = form_of(office, url) | {"address": "新路 3 号", "channel": "phone", "received_on": str(today())}
    assert office.post(url, data).status_code == 302
    proposal.refresh_from_db()
    assert (proposal.case.state, proposal.values["address"][1]) == ("submitted", "新路 3 号")


def test_a_reader_asks_for_nothing_and_a_stranger_finds_nothing(own, desk_of, firm, wanted):
    ask(own, address="新路 2 号")
    proposal = ChangeProposal.objects.get()
    client = desk_of(wanted.party, right=Seat.Kind.READER)
    assert client.get(page_of(proposal)).status_code == 200
    assert client.get("/desk/firm/change/").status_code == 403
    assert client.post(page_of(proposal, "withdraw/"), {}).status_code == 403
    assert "申请变更资料</a>" not in client.get("/desk/firm/").content.decode()
    stranger = desk_of(firm().party)
    for name in ("", "edit/", "withdraw/", "undo/"):
        assert stranger.get(page_of(proposal, name)).status_code == 404


def test_telephones_are_masked_for_staff_until_asked_for(office, wanted, clerk):
    proposal = proposed(clerk, wanted, contact_phone="13987654321")
    assert "13987654321" not in office.get(admin_page(proposal)).content.decode()
    office.post(admin_page(proposal, "unmask/"))
    assert "13987654321" in office.get(admin_page(proposal)).content.decode()
    assert AccessLog.objects.filter(action="unmasked", user=clerk).exists()
    assert "13987654321" not in str(list(Event.objects.values_list("sentence", "note", "changes")))


def test_the_firm_reads_what_the_office_changed_but_not_its_remark(own, wanted, clerk):
    actions.change_firm(wanted, by=clerk, address="新路 2 号", remark="常来电话")
    seen = Event.objects.visible_to(own.user).filter(verb="firm.changed").values_list("sentence", flat=True)
    assert [text.rpartition("的")[2] for text in seen] == ["地址"]


def test_the_list_takes_as_many_queries_for_three_as_for_one(office, firm, clerk):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def count():
        with CaptureQueriesContext(connection) as caught:
            assert office.get("/admin/members/changeproposal/").status_code == 200
        return len(caught)

    proposed(clerk, firm())
    count()
    one = count()
    for _ in range(2):
        proposed(clerk, firm())
    assert count() == one
