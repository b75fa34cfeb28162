"""The admin's base classes through their pages."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from association.core import paginator
from association.core.models import Base, StaleVersion
from association.timeline.actions import events_of
from association.timeline.models import AccessLog
from members.models import Firm, Person
from tests.pages import is_login

from .admin_site import FirmAdmin

pytestmark = pytest.mark.urls("tests.association.core.admin_site")
LIST = "/admin/members/firm/"


@pytest.fixture
def firm(association, firm_party):
    def make(**fields):
        values = {"district": "东区", "contact_phone": "13812345678", "contact_name": "李四", "remark": "内部话"}
        return firm_party(**(values | fields)).firm

    return make


@pytest.fixture
def clerk(client_of):
    """Somebody who keeps the firms and may see personal data."""
    return client_of("秘书处")


def _text(response) -> str:
    assert response.status_code == 200
    return response.content.decode()


def _form(page: str) -> dict:
    """What a browser would send back: the named inputs of the page's main form."""
    body = page[page.index('id="firm_form"') :]
    found = {}
    for tag in re.findall(r"<input[^>]*>", body):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and 'type="submit"' not in tag and 'type="checkbox"' not in tag:
            found[name[1]] = value[1] if value else ""
    return found


def _change(firm) -> str:
    return f"{LIST}{firm.pk}/change/"


# -- Lists ------------------------------------------------------------------------------------------------


def test_a_list_takes_the_same_queries_for_one_row_and_three(firm, clerk):
    firm()
    clerk.get(LIST)
    with CaptureQueriesContext(connection) as one:
        clerk.get(LIST)
    firm(), firm()
    with CaptureQueriesContext(connection) as three:
        page = _text(clerk.get(LIST))
    assert len(three) == len(one)
    assert page.count("<tr>") == 4


def test_cells_are_typed_masked_and_escaped(firm, clerk):
    firm(name="<b>某</b>建设有限公司", registered_capital="2000.5000")
    page = _text(clerk.get(LIST))
    assert "138****5678" in page
    assert "13812345678" not in page
    assert "&lt;b&gt;某&lt;/b&gt;建设有限公司" in page
    assert ">2,000.5</td>" in page


def test_the_search_is_the_models_own(firm, clerk):
    firm(name="宏大建设有限公司"), firm(name="兴业劳务有限公司")
    page = _text(clerk.get(LIST, {"q": " 宏大 "}))
    assert "宏大建设" in page
    assert "兴业劳务" not in page
    assert "没有符合条件的企业" in _text(clerk.get(LIST, {"q": "没有的"}))


def test_a_filter_is_a_link_and_an_empty_list_says_what_will_be_there(clerk, firm, association):
    assert "还没有企业" in _text(clerk.get(LIST))
    firm(district="东区"), firm(district="西区")
    page = _text(clerk.get(LIST, {"district": "西区"}))
    assert page.count("<tr>") == 2
    assert "县市区：西区" in page
    assert "清除条件" in page


def test_pages_reach_the_end(firm, clerk, monkeypatch):
    monkeypatch.setattr(FirmAdmin, "list_per_page", 2)
    monkeypatch.setattr(paginator, "BOUND", 4)
    firms = [firm() for _ in range(7)]
    first = _text(clerk.get(LIST))
    assert "共 4+ 条" in first
    assert "?p=last" in first
    last = _text(clerk.get(LIST, {"p": "last"}))
    assert str(firms[0]) in last
    assert last.count("<tr>") == 2
    assert "共 7 条" in last
    assert clerk.get(LIST, {"p": "99"}).status_code == 302


def test_autocomplete_offers_what_the_person_may_see(firm, clerk, client_of):
    name = str(firm())
    asked = {"app_label": "parties", "model_name": "partyname", "field_name": "party", "term": name}
    assert [row["text"] for row in clerk.get("/admin/autocomplete/", asked).json()["results"]] == [name]
    assert client_of("编辑").get("/admin/autocomplete/", asked).status_code == 403
    assert client_of("编辑").get(LIST).status_code == 403


# -- Sensitive fields ----------------------------------------------------------------------------------------


def test_sensitive_fields_are_masked_until_asked_for_and_that_is_logged(firm, clerk):
    one, other = firm(), firm()
    Person.objects.create(firm=one, role="safety", name="赵某", phone="13955556666")
    page = _text(clerk.get(_change(one)))
    assert "13812345678" not in page
    assert "13955556666" not in page
    assert "内部话" not in page
    assert "138****5678" in page
    assert clerk.get(f"{LIST}{one.pk}/unmask/").status_code == 405
    clerk.post(f"{LIST}{one.pk}/unmask/")
    page = _text(clerk.get(_change(one)))
    assert 'value="13812345678"' in page
    assert "13955556666" in page
    assert "13812345678" not in _text(clerk.get(_change(other)))
    log = AccessLog.objects.get()
    assert (log.action, log.subject_id, log.user_name) == ("unmasked", one.pk, "秘书处1")


def test_without_the_right_there_is_no_button_and_no_way(firm, client_of):
    row, reader = firm(), client_of("监事")
    assert "显示完整信息" not in _text(reader.get(_change(row)))
    assert reader.post(f"{LIST}{row.pk}/unmask/").status_code == 403
    assert not AccessLog.objects.exists()


def test_masked_fields_cannot_be_written_past_the_mask(firm, clerk):
    row = firm()
    form = _form(_text(clerk.get(_change(row))))
    assert clerk.post(_change(row), form | {"contact_phone": "1", "remark": "改"}).status_code == 302
    row.refresh_from_db()
    assert (row.contact_phone, row.remark) == ("13812345678", "内部话")


# -- Edits -----------------------------------------------------------------------------------------------------


def test_an_edit_leaves_old_and_new_values_but_not_the_sensitive_ones(firm, clerk):
    row = firm()
    clerk.post(f"{LIST}{row.pk}/unmask/")
    form = _form(_text(clerk.get(_change(row))))
    data = form | {"district": "西区", "contact_phone": "13911112222", "remark": "内部话"}
    assert clerk.post(_change(row), data).status_code == 302
    event = events_of(row).first()
    assert event.sentence == "秘书处1修改了县市区、联系电话"
    assert event.changes == {"district": ["东区", "西区"]}
    page = _text(clerk.get(_change(row)))
    assert "县市区：东区 → 西区" in page
    history = _text(clerk.get(f"{LIST}{row.pk}/history/"))
    assert "秘书处1修改了县市区、联系电话" in history
    assert "东区 → 西区" in history


def test_rows_of_inlines_are_named_in_the_sentence(firm, clerk):
    row = firm()
    form = _form(_text(clerk.get(_change(row))))
    data = form | {
        "people-TOTAL_FORMS": "1", "people-0-role": "safety", "people-0-name": "赵某", "people-0-phone": "13955556666",
        "people-0-firm": str(row.pk), "people-0-id": "",
    }  # fmt: skip
    assert clerk.post(_change(row), data).status_code == 302
    assert events_of(row).first().sentence == "秘书处1新增企业人员「赵某」"


def test_a_stale_form_says_who_changed_what_and_keeps_what_was_typed(firm, clerk, client_of, staff):
    row, other = firm(), client_of(staff("综合处", name="张某"))
    mine, theirs = _form(_text(clerk.get(_change(row)))), _form(_text(other.get(_change(row))))
    assert other.post(_change(row), theirs | {"district": "西区"}).status_code == 302
    answer = clerk.post(_change(row), mine | {"contact_name": "王五"})
    page = _text(answer)
    assert "张某修改了县市区（县市区：东区 → 西区）" in page
    assert 'value="王五"' in page
    row.refresh_from_db()
    assert (row.district, row.contact_name) == ("西区", "李四")
    again = _form(page)
    assert clerk.post(_change(row), again | {"district": "西区"}).status_code == 302
    row.refresh_from_db()
    assert (row.district, row.contact_name) == ("西区", "王五")


def test_a_save_between_check_and_write_is_checked_again(firm, clerk, monkeypatch):
    row = firm()
    form = _form(_text(clerk.get(_change(row))))
    save, raced = Base.save, []

    def racing(self, *args, **kwargs):
        if isinstance(self, Firm) and not raced:
            raced.append(1)
            raise StaleVersion(self)
        return save(self, *args, **kwargs)

    monkeypatch.setattr(Base, "save", racing)
    assert clerk.post(_change(row), form | {"district": "西区"}).status_code == 302
    row.refresh_from_db()
    assert (raced, row.district) == ([1], "西区")


# -- Who may ---------------------------------------------------------------------------------------------------


def test_rows_stay_unless_the_admin_says_otherwise(firm, clerk, staff, client_of):
    row = firm()
    assert clerk.post(f"{LIST}{row.pk}/delete/", {"post": "yes"}).status_code == 403
    boss = staff("秘书处")
    boss.is_superuser = True
    boss.save()
    assert client_of(boss).post(f"{LIST}{row.pk}/delete/", {"post": "yes"}).status_code == 403
    assert Firm.objects.filter(pk=row.pk).exists()


def test_a_page_of_ours_asks_for_its_right(firm, client_of):
    url = f"{LIST}{firm().pk}/sheet/"
    assert client_of("秘书长").get(url).status_code == 200
    assert client_of("监事").get(url).status_code == 403


def test_read_only_rows_are_looked_at(firm, client_of, staff):
    boss = staff("秘书处")
    boss.is_superuser = True
    boss.save()
    client, row = client_of(boss), firm()
    url = f"/admin/parties/party/{row.pk}/change/"
    assert 'name="name"' not in _text(client.get(url))
    assert client.post(url, {"name": "改"}).status_code == 403
    assert client.get("/admin/parties/party/add/").status_code == 403


def test_an_address_that_is_none_leads_back_with_a_sentence(association, clerk):
    answer = clerk.get(f"{LIST}999/change/", follow=True)
    assert "找不到这条企业" in _text(answer)


def test_anonymous_and_strangers(firm, firm_user, client_of):
    row = firm()
    for url in (LIST, _change(row), f"{LIST}999/change/", "/admin/nothing/", f"{LIST}{row.pk}/unmask/", "/admin/"):
        assert is_login(Client().get(url))
        assert client_of(firm_user()).get(url).status_code == 404
