"""Firms through the admin: list, search, new, change, names, accounts, print, export."""

import datetime as dt
import io
import re

import pytest
from django.test import Client
from django.utils import timezone
from python_calamine import CalamineWorkbook

from association.accounts.models import User
from association.parties.models import Party, PartyName, Seat
from association.timeline.models import AccessLog, Event
from members import actions
from members.models import Firm, Person, Qualification
from tests.codes import firm_code

from .conftest import form_of

LIST = "/admin/members/firm/"


def listed(client: Client, query: str = "") -> list[str]:
    """The names on the first page of the list."""
    answer = client.get(f"{LIST}{query}")
    assert answer.status_code == 200
    return [firm.party.name for firm in answer.context["cl"].result_list]


def page_of(firm: Firm, name: str = "") -> str:
    return f"{LIST}{firm.pk}/{name or 'change'}/"


def new_firm(**changes) -> dict:
    values = {
        "name": "金鼎建筑工程有限公司", "code": firm_code(77), "kind": "firm", "district": "东区",
        "main_qualification": "建筑工程施工总承包三级", "contact_phone": "13800000077", "registered_capital": "2000",
    }  # fmt: skip
    return values | changes


# -- List, search ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "term", ["宏达", "HD", "hdjz", firm_code(1)[-6:], firm_code(1), "13900001234", "139", "宏远", "旧名", "宏 达"]
)
def test_a_firm_is_found_by_every_name_it_has(term, office, firm, clerk):
    wanted = firm("旧名建筑有限公司", code=firm_code(1), contact_phone="13900001234")
    actions.rename(wanted, name="宏达建筑有限公司", by=clerk)
    actions.change_firm(wanted, short_name="宏远", by=clerk)
    firm("另一家市政有限公司", code=firm_code(2222))
    assert listed(office, f"?q={term}") == ["宏达建筑有限公司"]


def test_a_firm_is_found_by_the_telephone_of_one_of_its_people(office, firm, clerk):
    wanted = firm()
    firm()
    actions.add_part(Person(firm=wanted, role="safety", name="周某某", phone="15900000001"), by=clerk)
    assert listed(office, "?q=159 0000 0001") == [wanted.party.name]


def test_what_nobody_has_is_said_so(office, firm):
    firm()
    assert "没有符合条件的企业" in office.get(f"{LIST}?q=没有的").content.decode()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("district=东区", {"甲"}), ("member=1", {"乙"}), ("group=三级", {"甲"}), ("kind=branch", {"丙"}),
        ("term=expired", {"甲"}), ("term=expiring", {"乙"}), ("district=nowhere", {"甲", "乙", "丙"}),
    ],
)  # fmt: skip
def test_filters(query, expected, office, firm, clerk):
    today = timezone.localdate()
    one = firm("甲", main_qualification="建筑工程施工总承包三级")
    two = firm("乙", district="西区", is_member=True)
    firm("丙", district="西区", kind=Party.Kind.BRANCH, code="")
    actions.add_part(Qualification(firm=one, name="旧资质", ends_on=today - dt.timedelta(days=1)), by=clerk)
    actions.add_part(Qualification(firm=two, name="新资质", ends_on=today + dt.timedelta(days=30)), by=clerk)
    assert set(listed(office, f"?{query}")) == expected


def test_telephones_are_masked_in_the_list(office, firm):
    firm(contact_phone="13812345678")
    text = office.get(LIST).content.decode()
    assert "138****5678" in text
    assert "13812345678" not in text


def test_the_list_takes_as_many_queries_for_three_as_for_one(office, firm):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def queries():
        with CaptureQueriesContext(connection) as caught:
            office.get(LIST)
        return len(caught)

    firm()
    queries()
    one = queries()
    firm()
    firm()
    assert queries() == one


# -- New -------------------------------------------------------------------------------------------


def test_a_new_firm(office, clerk):
    answer = office.post(f"{LIST}add/", new_firm())
    assert answer.status_code == 302, re.findall(r"errorlist.*?</ul>", answer.content.decode(), re.S)
    firm = Firm.objects.get()
    assert (firm.party.name, firm.party.code, firm.qualification_group) == (
        "金鼎建筑工程有限公司",
        firm_code(77),
        "三级",
    )
    assert firm.party.names.get().kind == PartyName.Kind.CURRENT
    assert Event.objects.filter(subject_type="parties.party", actor=clerk).count() == 1
    assert firm.history.get().history_user == clerk


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"code": firm_code(77)[:-1]}, "17"),
        (
            {"code": firm_code(77)[:-1] + ("1" if firm_code(77)[-1] != "1" else "2")},
            "统一社会信用代码第 18 位不对，请核对营业执照",
        ),
        ({"code": firm_code(77)[:9] + "I" + firm_code(77)[10:]}, "数字 1"),
        ({"code": ""}, "只有尚未取得代码的分公司可以不填"),
        ({"contact_phone": "12345"}, "不是有效的电话号码"),
        ({"parent_name": "没有的公司"}, "没有这家总公司"),
        ({"name": ""}, "请填写企业名称"),
    ],
)
def test_what_is_wrong_stands_at_the_field_and_nothing_is_lost(changes, sentence, office):
    answer = office.post(f"{LIST}add/", new_firm(**changes))
    text = answer.content.decode()
    assert answer.status_code == 200
    assert sentence in text
    assert 'value="2000"' in text
    assert Firm.objects.count() == 0


def test_a_code_on_file_names_the_firm(office, firm):
    firm("老企业有限公司", code=firm_code(77))
    text = office.post(f"{LIST}add/", new_firm(name="完全两样市政公司")).content.decode()
    assert "是「老企业有限公司」" in text


def test_a_similar_name_asks_for_a_second_look(office, firm):
    firm("金鼎建设工程有限公司")
    text = office.post(f"{LIST}add/", new_firm()).content.decode()
    assert "名称相近的企业：「金鼎建设工程有限公司」" in text
    assert Firm.objects.count() == 1
    assert office.post(f"{LIST}add/", new_firm(confirm_similar="on")).status_code == 302
    assert Firm.objects.count() == 2


def test_a_branch_without_a_code_gets_a_temporary_number_and_its_parent(office, firm):
    parent = firm("大华建设集团有限公司")
    changes = {"name": "大华建设集团有限公司东区分公司", "code": "", "kind": "branch", "parent_name": parent.party.code}
    assert office.post(f"{LIST}add/", new_firm(**changes, confirm_similar="on")).status_code == 302
    branch = Party.objects.get(kind="branch")
    assert branch.temporary_number.startswith("LS")
    assert branch.parent == parent.party
    assert branch.name in office.get(page_of(parent)).content.decode()


# -- Change ----------------------------------------------------------------------------------------


def test_a_change_keeps_the_old_value_and_who(office, firm, clerk):
    one = firm(district="东区")
    data = form_of(office, page_of(one)) | {"district": "西区", "main_qualification": "施工劳务不分等级"}
    answer = office.post(page_of(one), data)
    assert answer.status_code == 302, re.findall(r"errorlist.*?</ul>", answer.content.decode(), re.S)
    one.refresh_from_db()
    assert (one.district, one.qualification_group) == ("西区", "劳务")
    event = Event.objects.get(verb="firm.changed")
    assert event.changes["district"] == ["东区", "西区"]
    assert "赵秘书修改" in event.sentence
    assert one.history.latest().history_user == clerk


def test_nothing_changed_leaves_no_line(office, firm):
    one = firm()
    before = one.version
    assert office.post(page_of(one), form_of(office, page_of(one))).status_code == 302
    one.refresh_from_db()
    assert one.version == before
    assert not Event.objects.filter(verb="firm.changed").exists()


def test_two_people_at_once_the_later_sees_what_changed(office, firm, clerk):
    one = firm()
    data = form_of(office, page_of(one)) | {"address": "甲路 1 号"}
    actions.change_firm(one, by=clerk, address="乙路 2 号")
    text = office.post(page_of(one), data).content.decode()
    assert "这条记录被修改过" in text
    assert "甲路 1 号" in text
    one.refresh_from_db()
    assert one.address == "乙路 2 号"


def test_qualifications_and_people_in_the_firms_form(office, firm):
    one = firm()
    rows = {
        "qualifications-TOTAL_FORMS": "1", "qualifications-0-name": "市政公用工程施工总承包二级", "qualifications-0-standard": "2014",
        "qualifications-0-ends_on": "2030-01-01", "people-TOTAL_FORMS": "1", "people-0-role": "safety", "people-0-name": "周某某",
    }  # fmt: skip
    assert office.post(page_of(one), form_of(office, page_of(one)) | rows).status_code == 302
    assert one.qualifications.get().ends_on == dt.date(2030, 1, 1)
    assert one.people.get().name == "周某某"
    assert set(Event.objects.filter(verb__startswith="firm.").values_list("verb", flat=True)) == {
        "firm.qualification-added", "firm.person-added",
    }  # fmt: skip
    data = form_of(office, page_of(one)) | {"qualifications-0-number": "D243000001", "people-0-DELETE": "on"}
    assert office.post(page_of(one), data).status_code == 302
    assert one.qualifications.get().number == "D243000001"
    assert not one.people.exists()


def test_a_term_that_ends_before_it_begins(office, firm):
    one = firm()
    rows = {
        "qualifications-TOTAL_FORMS": "1", "qualifications-0-name": "资质", "qualifications-0-standard": "2014",
        "qualifications-0-starts_on": "2030-01-01", "qualifications-0-ends_on": "2020-01-01",
    }  # fmt: skip
    answer = office.post(page_of(one), form_of(office, page_of(one)) | rows)
    assert "有效期至不能早于发证日期" in answer.content.decode()
    assert not one.qualifications.exists()


def test_an_expired_qualification_stands_out(office, firm, clerk):
    one = firm()
    actions.add_part(Qualification(firm=one, name="旧资质", ends_on=dt.date(2020, 1, 1)), by=clerk)
    assert "已过期" in office.get(page_of(one)).content.decode()


def test_telephones_show_in_full_only_on_request_and_leave_a_line(office, firm, clerk):
    one = firm(contact_phone="13812345678")
    assert "13812345678" not in office.get(page_of(one)).content.decode()
    office.post(f"{LIST}{one.pk}/unmask/")
    assert "13812345678" in office.get(page_of(one)).content.decode()
    assert AccessLog.objects.get(action="unmasked").user == clerk


@pytest.mark.parametrize("role", ["会长", "监事", "财务处"])
def test_readers_change_nothing(role, client_of, firm):
    one = firm()
    reader = client_of(role)
    assert reader.get(page_of(one)).status_code == 200
    assert reader.post(page_of(one), {"district": "西区"}).status_code == 403
    for name in ("rename", "code", "name", "account"):
        assert reader.get(page_of(one, name)).status_code == 403
    assert reader.get(f"{LIST}add/").status_code == 403


# -- Names, code, accounts -------------------------------------------------------------------------


def test_a_firm_is_renamed_with_a_date(office, firm):
    one = firm("旧名建筑有限公司")
    assert office.post(page_of(one, "rename"), {"name": "新名建筑有限公司", "on": "2021-03-01"}).status_code == 302
    names = {row.kind: row for row in one.party.names.all()}
    assert names["current"].name == "新名建筑有限公司"
    assert (names["former"].name, names["former"].ends_on) == ("旧名建筑有限公司", dt.date(2021, 2, 28))
    text = office.get(page_of(one)).content.decode()
    assert "旧名建筑有限公司" in text
    assert "2021-02-28" in text


def test_a_new_name_may_not_lie_in_the_future(office, firm):
    one = firm()
    text = office.post(page_of(one, "rename"), {"name": "新名有限公司", "on": "2099-01-01"}).content.decode()
    assert "变更日期不能晚于今天" in text
    assert "新名有限公司" in text


def test_a_branch_gets_its_code(office, firm):
    one = firm("东区分公司", kind=Party.Kind.BRANCH, code="")
    wrong = office.post(page_of(one, "code"), {"code": "123"}).content.decode()
    assert "18" in wrong
    assert office.post(page_of(one, "code"), {"code": firm_code(88).lower()}).status_code == 302
    assert Party.objects.get(pk=one.pk).code == firm_code(88)


def test_a_former_name_is_added_and_removed(office, firm):
    one = firm()
    assert office.post(page_of(one, "name"), {"name": "更早的名称", "kind": "former"}).status_code == 302
    row = one.party.names.get(kind="former")
    assert listed(office, "?q=更早") == [one.party.name]
    assert "登记过了" in office.post(page_of(one, "name"), {"name": "更早的名称", "kind": "alias"}).content.decode()
    assert office.post(page_of(one, f"name/{row.pk}/remove")).status_code == 302
    assert listed(office, "?q=更早") == []


def test_an_account_is_opened_and_ended(office, firm):
    one = firm()
    answer = office.post(page_of(one, "account"), {"name": "陈某某", "mobile": "13700009999", "right": "admin"})
    assert answer.status_code == 302
    seat = Seat.objects.get(party=one.party)
    assert seat.user.name == "陈某某"
    assert answer["Location"] == f"/admin/accounts/user/{seat.user_id}/change/"
    other = office.post(page_of(one, "account"), {"name": "别人", "mobile": "13700009999", "right": "admin"})
    assert "陈某某" in other.content.decode()
    assert User.objects.filter(mobile="13700009999").count() == 1
    assert office.post(page_of(one, f"account/{seat.pk}/end")).status_code == 302
    assert Seat.objects.filter(party=one.party, ends_on=None).count() == 0


# -- Print, export ---------------------------------------------------------------------------------


def sheet(content: bytes) -> list[list]:
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()


def test_the_roster_to_print(office, firm):
    firm("甲建筑有限公司")
    firm("乙建筑有限公司", district="西区")
    text = office.get(f"{LIST}print/?district=西区").content.decode()
    assert "乙建筑有限公司" in text
    assert "甲建筑有限公司" not in text
    assert "县市区：西区" in text
    assert AccessLog.objects.get(action="print").rows == 1


def test_the_roster_of_a_reader_is_masked(client_of, firm):
    firm(contact_phone="13812345678")
    text = client_of("监事").get(f"{LIST}print/").content.decode()
    assert "138****5678" in text
    assert "13812345678" not in text


def test_the_export_says_what_it_holds(office, firm, clerk):
    firm("=甲建筑有限公司", contact_phone="13812345678")
    firm("乙建筑有限公司", district="西区")
    answer = office.get(f"{LIST}export/?district=东区")
    rows = sheet(answer.content)
    assert "企业名册" in rows[0][0]
    assert all(words in rows[1][0] for words in ("县市区：东区", "共 1 行", "赵秘书"))
    assert rows[2][:3] == ["序号", "企业名称", "统一社会信用代码"]
    assert rows[3][:3] == [1, "=甲建筑有限公司", firm_code(1)]
    assert "13812345678" in rows[3]
    log = AccessLog.objects.get(action="export")
    assert (log.rows, log.user) == (1, clerk)
    assert "县市区：东区" in log.what


def test_what_a_reader_exports_is_masked_and_remembered(client_of, firm):
    firm(contact_phone="13812345678")
    rows = sheet(client_of("监事").get(f"{LIST}export/").content)
    assert "138****5678" in rows[3]
    assert "13812345678" not in str(rows)
    assert "个人信息已部分隐去" in rows[1][0]
    assert AccessLog.objects.get(action="export").rows == 1


def test_a_long_list_goes_out_as_a_job_for_its_owner_alone(office, clerk, client_of, firm, monkeypatch):
    from association.documents.models import Document
    from association.exchange import exports
    from association.jobs import actions as jobs
    from association.jobs.models import Job

    monkeypatch.setattr(exports, "DIRECT", 1)
    firm()
    firm()
    answer = office.get(f"{LIST}export/")
    job = Job.objects.get(kind="exchange.export")
    assert answer["Location"] == f"/admin/jobs/{job.uid}/"
    assert office.get(f"{LIST}export/")["Location"] == answer["Location"]
    assert jobs.run(job.pk).state == Job.State.DONE
    document = Document.objects.get(kind="export")
    assert document.audience == "in_charge"
    content = b"".join(office.get(f"/files/{document.uid}/download/").streaming_content)
    assert len(sheet(content)) == 5
    assert client_of("秘书处").get(f"/files/{document.uid}/download/").status_code == 404
    assert AccessLog.objects.get(action="export").rows == 2
