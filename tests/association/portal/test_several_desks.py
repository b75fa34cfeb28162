"""Who acts for several firms follows a link to one of them, wherever they sit."""

import pytest
from django.utils import timezone

from association.inbox.models import Todo
from association.parties.actions import give_seat
from association.workflow.actions import perform
from members import joining


@pytest.fixture
def asked(association, staff, firm_party, firm_user):
    """(a firm's application to join, a person who acts for it and for another firm)."""
    mine, other = firm_party("乙建设有限公司"), firm_party("甲建设有限公司")
    values = {"contact_name": "王经理", "contact_phone": "13800009999", "business": "施工"}
    application = joining.enter(
        party=mine, by=staff("秘书处"), channel="paper", received_on=timezone.localdate(), values=values
    )
    user = firm_user(mine)
    give_seat(user=user, party=other, by=None)
    return application.case, user


def test_a_link_to_another_of_ones_firms_leads_to_its_desk(asked, client_of):
    case, user = asked
    client = client_of(user)
    assert "甲建设有限公司" in client.get("/desk/membership/").content.decode()
    page = client.get(case.desk_url)
    assert page.status_code == 200
    assert case.number in page.content.decode()
    assert "乙建设有限公司" in client.get("/desk/membership/").content.decode()


def test_a_strangers_link_leads_nowhere_and_one_stays_where_one_is(asked, client_of, firm_user, firm_party):
    case, _user = asked
    stranger = firm_user(firm_party("丙建设有限公司"))
    give_seat(user=stranger, party=firm_party("丁建设有限公司"), by=None)
    client = client_of(stranger)
    before = client.get("/desk/membership/").content
    assert client.get(case.desk_url).status_code == 404
    assert ("丁建设有限公司" in client.get("/desk/membership/").content.decode()) == (
        "丁建设有限公司" in before.decode()
    )


def test_a_todo_of_a_party_leads_it_to_the_desk_and_staff_to_the_office_s_page(asked, client_of, staff):
    case, user = asked
    perform(case, "return", by=staff("秘书处"), note="请补充材料")
    todo = Todo.objects.open().get(subject_id=case.pk)
    assert (todo.url, todo.desk_url) == (case.get_absolute_url(), f"/desk/membership/{case.uid}/")
    client = client_of(user)
    client.get(case.desk_url)
    assert f'href="{todo.desk_url}">去办理' in client.get("/desk/").content.decode()
    assert todo.url in client_of(staff("秘书处")).get("/admin/?show=all").content.decode()
