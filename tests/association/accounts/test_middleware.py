"""Staff sessions end when nobody works; polling is no work."""

from datetime import timedelta

import pytest

from association.accounts.middleware import is_poll
from tests.pages import is_login


@pytest.fixture
def at_work(client_of, time_machine):
    time_machine.move_to("2026-03-02T09:00:00+08:00", tick=False)

    def make(who="秘书处"):
        client = client_of(who)
        assert client.get("/accounts/").status_code == 200

        def later(minutes=0, seconds=0):
            time_machine.shift(timedelta(minutes=minutes, seconds=seconds))

        return client, later

    return make


def test_thirty_idle_minutes_end_it_and_the_login_says_why(at_work):
    client, later = at_work()
    later(31)
    response = client.get("/accounts/sessions/?x=1")
    assert response["Location"] == "/accounts/login/?ended=idle&next=%2Faccounts%2Fsessions%2F%3Fx%3D1"
    page = client.get(response["Location"]).content.decode()
    assert "较长时间没有操作" in page
    assert is_login(client.get("/accounts/"))


def test_whoever_works_stays(at_work):
    client, later = at_work()
    for _ in range(4):
        later(29, 50)
        assert client.get("/accounts/").status_code == 200


@pytest.mark.parametrize("headers", [{"X-Poll": "1"}, {"HX-Request": "true", "HX-Trigger": "job-12ab"}])
def test_a_page_that_asks_by_itself_does_not_keep_it_alive(at_work, headers):
    client, later = at_work()
    for _ in range(6):
        later(5)
        assert client.get("/accounts/", headers=headers).status_code == 200
    later(1)
    response = client.get("/accounts/", headers=headers | {"Referer": "http://testserver/admin/jobs/job/1/"})
    assert response.status_code in (200, 302)
    assert is_login(client.get("/accounts/"))


def test_a_part_of_a_page_leads_the_whole_page_to_the_login(at_work):
    client, later = at_work()
    later(31)
    response = client.get(
        "/accounts/", headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/admin/?p=2"}
    )
    assert response["HX-Redirect"] == "/accounts/login/?ended=idle&next=%2Fadmin%2F%3Fp%3D2"


def test_a_form_sent_too_late_leads_back_to_its_page(at_work):
    client, later = at_work()
    later(31)
    response = client.post("/accounts/contact/", {}, headers={"Referer": "http://testserver/accounts/contact/"})
    assert response["Location"] == "/accounts/login/?ended=idle&next=%2Faccounts%2Fcontact%2F"
    client, later = at_work()
    later(31)
    response = client.post("/accounts/contact/", {}, headers={"Referer": "https://evil.example/"})
    assert response["Location"] == "/accounts/login/?ended=idle"


def test_firms_are_not_timed(at_work, firm_user):
    client, later = at_work(firm_user())
    later(60)
    assert client.get("/accounts/").status_code == 200


def test_sending_a_form_is_never_a_poll(rf):
    assert not is_poll(rf.post("/", headers={"X-Poll": "1"}))
    assert not is_poll(rf.get("/", headers={"HX-Request": "true", "HX-Trigger": "search"}))
