"""Staff see what went out and have it sent again."""

from association.outbox import actions
from association.outbox.models import Message


def test_the_address_is_masked_and_a_failed_message_goes_again(person, client_of, settings):
    settings.SMS_BACKEND = "tests.phone.take"
    (row,) = actions.send(
        to_user=person("张某", mobile="13700001234"), subject="通知", body="正文", once_key="a", channels=("sms",)
    )
    Message.objects.filter(pk=row.pk).update(state="failed")
    client = client_of("系统管理员")
    assert "通知" in client.get("/admin/outbox/message/").content.decode()
    assert "13700001234" not in client.get(f"/admin/outbox/message/{row.pk}/change/").content.decode()
    client.post("/admin/outbox/message/", {"action": "send_again", "_selected_action": [row.pk]})
    assert Message.objects.get(pk=row.pk).state == "waiting"


def test_readers_have_no_button(person, client_of):
    (row,) = actions.send(to_user=person(), subject="通知", body="", once_key="a")
    client = client_of("监事")
    assert "重新发送" not in client.get("/admin/outbox/message/").content.decode()
    assert row.state == "sent"
