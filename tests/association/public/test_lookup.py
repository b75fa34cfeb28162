"""查询: a firm, and how far a matter has come, to who knows its number and the unit's code."""

import pytest

from tests.pages import words_of


@pytest.fixture
def case(rated, year):
    found = year.case(rated(宏达=85)["宏达"])
    assert found.number
    return found


def asked(client, number, code):
    return client.post("/lookup/progress/", {"number": number, "code": code})


def test_who_knows_both_reads_state_and_day_and_nothing_more(client, case):
    response = asked(client, "信用评价(2021)1号", f" {case.party.code.lower()} ")
    page = words_of(response)
    assert response.status_code == 200
    assert "2021 年" in page
    assert case.number in page
    assert case.party.name not in page
    assert 'content="noindex"' in response.content.decode()
    assert "no-store" in response["Cache-Control"]


def test_a_wrong_number_and_a_wrong_code_are_answered_alike(client, case):
    other_code, other_number = (
        asked(client, case.number, "91430600MA4L000X0B"),
        asked(client, "无此号", case.party.code),
    )
    said = [words_of(one).split("统一社会信用代码，两项")[0] for one in (other_code, other_number)]
    assert all("没有查到。请核对办件编号" in one for one in said)
    assert other_code.status_code == other_number.status_code == 200


def test_what_is_missing_is_said_at_its_field_and_the_rest_is_kept(client, case):
    response = asked(client, case.number, "")
    assert response.status_code == 422
    assert "请填写单位的统一社会信用代码" in words_of(response)
    assert f'value="{case.number}"' in response.content.decode()


def test_trying_is_slowed_down(client, case):
    answers = [asked(client, case.number, "91430600MA4L000X0B").status_code for _ in range(22)]
    assert answers[0] == 200
    assert answers[-1] == 429
    assert "查得太频繁" in words_of(asked(client, case.number, case.party.code))


def test_the_page_leads_to_firms_too(client, case):
    page = client.get("/lookup/").content.decode()
    assert 'action="/firms/"' in page
    assert 'action="/lookup/progress/"' in page
