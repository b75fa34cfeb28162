"""Messages leave after the commit, once, and what did not leave says why."""

from datetime import timedelta
from threading import Thread

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.utils import timezone

from association.outbox import actions
from association.outbox.models import Message
from association.parties.actions import give_seat
from tests import phone
from tests.worker import wait_until

SITE, EMAIL, SMS = Message.Channel.SITE, Message.Channel.EMAIL, Message.Channel.SMS


@pytest.fixture(autouse=True)
def _post(settings):
    settings.EMAIL_CONFIGURED = True
    settings.SMS_BACKEND = "tests.phone.take"
    phone.INBOX.clear()


@pytest.fixture
def reader(person):
    user = person("张某", mobile="13700001234")
    user.email = "zhang@example.org"
    user.save()
    return user


def _send(user=None, *, key="k1", channels=(SITE, EMAIL, SMS), **fields):
    return actions.send(
        to_user=user, subject="公示已发布", body="请在 5 月 8 日前查看。", once_key=key, channels=channels, **fields
    )


def test_one_row_a_channel_and_each_is_handed_over_once(reader):
    rows = _send(reader)
    assert {row.channel: row.state for row in rows} == {SITE: "sent", EMAIL: "waiting", SMS: "waiting"}
    for _twice in range(2):
        for row in rows:
            actions.deliver(row.pk)
    assert [(m.to, m.subject, m.body) for m in mail.outbox] == [
        (["zhang@example.org"], "公示已发布", "请在 5 月 8 日前查看。")
    ]
    assert mail.outbox[0].extra_headers["Auto-Submitted"] == "auto-generated"
    assert phone.INBOX == [("13700001234", "公示已发布：请在 5 月 8 日前查看。")]
    assert set(Message.objects.values_list("state", flat=True)) == {"sent"}


def test_the_same_key_again_is_the_same_message(reader):
    first = _send(reader)
    again = _send(reader)
    assert [row.pk for row in first] == [row.pk for row in again]


def test_a_party_is_everyone_who_acts_for_it(firm_party, person):
    party, one, two, gone = firm_party(), person("甲"), person("乙"), person("丙")
    for user in (one, two, gone):
        give_seat(user=user, party=party, by=None)
    gone.is_active = False
    gone.save()
    rows = _send(party=party, channels=(SITE,))
    assert [row.user for row in rows] == [one, two]
    assert {row.party for row in rows} == {party}


def test_a_bare_address_takes_one_channel(db):
    (row,) = _send(address="a@example.org", channels=(EMAIL,))
    actions.deliver(row.pk)
    assert mail.outbox[0].to == ["a@example.org"]
    with pytest.raises(ValueError, match="one channel"):
        _send(address="a@example.org", channels=(SITE,))


@pytest.mark.parametrize(
    ("channel", "setting", "off", "reason"),
    [
        (EMAIL, "EMAIL_CONFIGURED", False, "没有配置邮件服务器"),
        (SMS, "SMS_BACKEND", "", "没有配置短信服务"),
    ],
)
def test_what_is_not_configured_is_kept_with_the_reason(reader, settings, channel, setting, off, reason):
    setattr(settings, setting, off)
    (row,) = _send(reader, channels=(channel,))
    assert row.state == "skipped"
    assert row.error.startswith(reason)


def test_without_an_address_nothing_is_sent(person):
    (row,) = _send(person(), channels=(EMAIL,))
    assert (row.state, row.error) == ("skipped", "收件人没有登记地址，没有发送。")


@pytest.mark.django_db(transaction=True)
def test_only_inside_a_transaction(reader):
    with pytest.raises(RuntimeError, match="transaction"):
        _send(reader)
    assert not Message.objects.exists()


def test_nothing_leaves_for_work_that_is_rolled_back(reader, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks, transaction.atomic():
        _send(reader)
        transaction.set_rollback(True)
    assert callbacks == []
    assert not Message.objects.exists()


def test_a_failure_is_tried_again_later_and_given_up_in_the_end(reader, settings, time_machine):
    settings.SMS_BACKEND = "tests.phone.out_of_order"
    time_machine.move_to("2026-03-02T09:00:00+08:00", tick=False)
    (row,) = _send(reader, channels=(SMS,))
    waits = []
    while (row := actions.deliver(row.pk)).state == "waiting":
        assert actions.deliver(row.pk) is None  # not before its time
        waits.append(row.next_try_at - timezone.now())
        time_machine.move_to(row.next_try_at, tick=False)
    assert waits == actions.BACKOFF
    assert (row.state, row.tries) == ("failed", 6)
    assert row.error == "多次发送没有成功：provider is away"


def test_the_sweep_finds_what_a_lost_task_left_and_what_is_due(reader, time_machine):
    time_machine.move_to("2026-03-02T09:00:00+08:00", tick=False)
    (row,) = _send(reader, channels=(SMS,))
    assert actions.sweep() == 0  # its own task is on the way
    time_machine.shift(timedelta(minutes=2))
    assert actions.sweep() == 1
    actions.deliver(row.pk)
    assert actions.sweep() == 0


def test_a_process_killed_while_sending_does_not_send_twice(reader, time_machine):
    time_machine.move_to("2026-03-02T09:00:00+08:00", tick=False)
    (row,) = _send(reader, channels=(SMS,))
    assert actions.claim(row.pk)  # and then the power goes
    time_machine.shift(timedelta(minutes=11))
    assert actions.sweep() == 1
    assert actions.deliver(row.pk) is None
    row.refresh_from_db()
    assert row.state == "failed"
    assert "可能已经送达" in row.error
    assert phone.INBOX == []


def test_staff_send_again_what_failed(reader, staff):
    (row,) = _send(reader, channels=(SMS,))
    Message.objects.filter(pk=row.pk).update(state="failed")
    row.refresh_from_db()
    with pytest.raises(PermissionDenied):
        actions.send_again(row, by=staff("秘书处"))
    admin = staff("系统管理员")
    actions.send_again(row, by=admin)
    assert actions.deliver(row.pk).state == "sent"
    with pytest.raises(ValidationError, match="只有发送失败"):
        actions.send_again(Message.objects.get(pk=row.pk), by=admin)


def test_the_days_limit_of_sms_protects_the_budget(reader, settings):
    settings.SMS_DAILY_LIMIT = 1
    first, second = _send(reader, channels=(SMS,)), _send(reader, channels=(SMS,), key="k2")
    assert actions.deliver(first[0].pk).state == "sent"
    refused = actions.deliver(second[0].pk)
    assert (refused.state, refused.error) == ("failed", "对方没有接收：今天的短信已达 1 条上限")
    assert len(phone.INBOX) == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_hand_a_message_over_once(reader):
    with transaction.atomic():
        (row,) = _send(reader, channels=(SMS,))

    def work():
        actions.deliver(row.pk)
        connection.close()

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(phone.INBOX) == 1


@pytest.mark.worker
def test_a_real_worker_sends_after_the_commit(real_worker, reader, tmp_path):
    received = tmp_path / "phone.txt"
    real_worker.environment |= {"SMS_BACKEND": "tests.phone.write_down", "PHONE_FILE": str(received)}
    real_worker.start()
    with transaction.atomic():
        (row,) = _send(reader, channels=(SMS,))
    wait_until(lambda: Message.objects.get(pk=row.pk).state == "sent")
    assert received.read_text() == "13700001234 公示已发布：请在 5 月 8 日前查看。\n"


def test_who_acts_for_three_firms_gets_one_message_that_names_all(firm_party, firm_user, person, association):
    firms = [firm_party(f"{name}建筑公司") for name in "甲乙丙"]
    three, one = person("三家"), firm_user(firms[0])
    for party in firms:
        give_seat(user=three, party=party, by=None)
    for _twice in range(2):
        with transaction.atomic():
            actions.send_to_parties(firms, subject="年报", body="请填报。", once_key="report:2026")
    message = Message.objects.get(user=three)
    assert (message.subject, message.party) == ("年报（3 家单位）", None)
    assert message.body == "请填报。\n涉及您办理的 3 家单位：甲建筑公司、乙建筑公司、丙建筑公司。"
    single = Message.objects.get(user=one)
    assert (single.subject, single.body, single.party) == ("年报", "请填报。", firms[0])


def test_each_firm_has_its_own_line(firm_party, person, association):
    firms = [firm_party(f"{name}建筑公司") for name in "甲乙"]
    clerk = person()
    for party in firms:
        give_seat(user=clerk, party=party, by=None)
    with transaction.atomic():
        actions.send_to_parties(
            {firms[0]: "营业执照 5 月 1 日到期", firms[1]: "资质 6 月 1 日到期"},
            subject="证照到期",
            body="",
            once_key="x",
        )
    assert Message.objects.get(user=clerk).body == (
        "涉及您办理的 2 家单位：\n甲建筑公司：营业执照 5 月 1 日到期\n乙建筑公司：资质 6 月 1 日到期"
    )
