"""A person's own messages: list, mark read, go where they lead."""

import pytest

from association.outbox import actions
from association.outbox.models import Message
from tests.pages import is_login


def _send(user, number=1, **fields):
    (row,) = actions.send(to_user=user, subject=f"第 {number} 条", body="正文", once_key=f"m{number}", **fields)
    return row


def test_the_list_is_ones_own(person, client_of):
    user, other = person(), person()
    _send(user)
    _send(other, 2)
    page = client_of(user).get("/desk/messages/").content.decode()
    assert "第 1 条" in page
    assert "第 2 条" not in page
    assert "有 1 条未读" in page


def test_the_list_without_messages_says_what_will_come(person, client_of):
    assert "这里会收到通知" in client_of(person()).get("/desk/messages/").content.decode()


@pytest.mark.parametrize(
    ("url", "target"), [("/desk/", "/desk/"), ("", "/desk/messages/"), ("//evil.example", "/desk/messages/")]
)
def test_opening_one_marks_it_and_leads_on(person, client_of, url, target):
    user = person()
    message = _send(user, url=url)
    response = client_of(user).post(f"/desk/messages/{message.uid}/")
    assert (response.status_code, response["Location"]) == (302, target)
    assert actions.unread_count(user) == 0


def test_anothers_message_is_not_there(person, client_of):
    message = _send(person())
    assert client_of(person()).post(f"/desk/messages/{message.uid}/").status_code == 404
    assert Message.objects.get(pk=message.pk).read_at is None


def test_all_at_once(person, client_of):
    user = person()
    _send(user)
    _send(user, 2)
    client_of(user).post("/desk/messages/read/")
    assert actions.unread_count(user) == 0


def test_the_number_of_queries_does_not_grow(person, client_of, django_assert_max_num_queries):
    user = person()
    client = client_of(user)
    _send(user)
    client.get("/desk/messages/")
    with django_assert_max_num_queries(10) as one:
        client.get("/desk/messages/")
    _send(user, 2)
    _send(user, 3)
    with django_assert_max_num_queries(len(one)):
        client.get("/desk/messages/")


def test_staff_have_their_messages_too(client_of, staff):
    user = staff("综合处")
    _send(user)
    page = client_of(user).get("/desk/messages/").content.decode()
    assert "第 1 条" in page
    assert 'href="/admin/"' in page


def test_closed_to_everyone_else(client, association):
    assert is_login(client.get("/desk/messages/"))
