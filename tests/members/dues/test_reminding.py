"""催缴: seen before it is sent, once for a bill and step, one message a person, paper where nobody has an account."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from association.inbox.models import Todo
from association.outbox.models import Message
from association.parties.actions import give_seat
from association.timeline.models import Event
from members.dues import arrears, bills, reminding
from members.models import DuesReminder, DuesRules, DuesYear
from members.tasks import look_at_arrears
from tests.parallel import at_once

URL = "/admin/members/duesreminder/send/"
TODAY = timezone.localdate()


@pytest.fixture
def owing(firm, firm_user, bill, account):
    """Two with an account and one without; the second step has come 40 days after the last day to pay."""
    year, due_on = TODAY.year, TODAY - dt.timedelta(days=40)
    found = {}
    for name, amount in (("甲", 5000), ("乙", 2000), ("丙", 2000)):
        found[name] = firm(f"某市{name}建筑有限公司", is_member=True).party
        bill(found[name], amount, year=year, due_on=due_on)
    for name in "甲乙":
        firm_user(found[name], name=f"{name}经办")
    return found


def step() -> reminding.Step:
    return reminding.step_now(DuesYear.objects.get(), DuesRules.current())


def keys(*parties) -> list[int]:
    return [party.dues_bills.get().pk for party in parties]


def test_the_page_shows_whom_what_and_how_before_anything_is_sent(till, owing):
    page = till.get(URL)
    shown = page.content.decode()
    counts = "共 3 家：2 家有账号，发站内消息；1 家没有账号"
    for words in (f"{TODAY.year} 年会费第 2 次催缴", "账号 4300123456789", counts, "尚欠 5,000 元", "书面"):
        assert words in shown
    assert [one.bill.party.name for one, ticked in page.context["rows"] if ticked] == [
        owing[name].name for name in "丙甲乙"
    ]
    assert not Message.objects.exists()


def test_a_reminder_goes_out_once(till, owing, treasurer):
    data = {"text": "请尽快缴纳。", "way": "message", "bill": keys(*owing.values())}
    answer = till.post(URL, data, follow=True).content.decode()
    assert "第 2 次催缴：2 家" in answer
    assert "1 家没有发出" in answer
    assert sorted(Message.objects.values_list("user__name", flat=True)) == ["乙经办", "甲经办"]
    message = Message.objects.get(user__name="甲经办")
    assert "请尽快缴纳。" in message.body
    assert f"{TODAY.year} 年应缴 5,000 元，尚欠 5,000 元" in message.body
    assert (message.party, message.url) == (owing["甲"], "/desk/dues/")
    till.post(URL, data)
    assert Message.objects.count() == 2
    assert Event.objects.filter(verb="dues.reminded", audience="party").count() == 2
    assert [one.bill.party.name for one, _ in till.get(URL).context["rows"]] == [owing["丙"].name]
    till.post(URL, data | {"way": "sheet"})
    assert DuesReminder.objects.get(way="sheet").bill.party == owing["丙"]
    assert "都发过了" in till.get(URL).content.decode()
    assert (
        "请尽快缴纳"
        in till.get(f"/admin/members/duesreminder/{DuesReminder.objects.first().pk}/change/").content.decode()
    )


def test_who_acts_for_two_gets_one_message_also_in_two_goes(till, owing, treasurer):
    user = owing["甲"].seats.get().user
    give_seat(user=user, party=owing["丙"], by=None)
    reminding.remind(step(), keys(owing["甲"], owing["丙"]), text="x", by=treasurer)
    assert Message.objects.get(user=user).body.count("尚欠") == 2
    give_seat(user=user, party=owing["乙"], by=None)
    reminding.remind(step(), keys(*owing.values()), text="x", by=treasurer)
    assert Message.objects.filter(user=user).count() == 2  # the second is about the one that was left


def test_who_paid_or_promised_meanwhile(till, owing, pay, treasurer):
    day = TODAY + dt.timedelta(days=3)
    arrears.note_dues_call(owing["乙"], by=treasurer, content="下周缴", promised_on=day, audience="staff")
    rows = till.get(URL).context["rows"]
    assert [ticked for _, ticked in rows] == [True, True, False]  # 丙, 甲, 乙
    pay(owing["甲"], 5000, on=TODAY)
    answer = till.post(URL, {"text": "x", "way": "message", "bill": keys(owing["甲"])}, follow=True)
    assert "刚才已经缴清" in answer.content.decode()
    assert not DuesReminder.objects.exists()


@pytest.mark.parametrize(
    ("values", "words"), [({"text": " "}, "请填写催缴的正文"), ({"bill": []}, "请先勾选"), ({"way": "x"}, "催缴")]
)
def test_what_is_missing_is_said(values, words, till, owing):
    answer = till.post(URL, {"text": "改过的正文", "way": "message", "bill": keys(owing["甲"])} | values)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert "text" in values or "改过的正文" in answer.content.decode()
    assert not Message.objects.exists()


def test_a_step_comes_on_its_day(till, bill, firm, account):
    bill(firm(is_member=True).party, year=TODAY.year, due_on=TODAY)
    assert "还没到催缴的时候" in till.get(URL).content.decode()
    DuesYear.objects.update(due_on=TODAY - dt.timedelta(days=7))
    assert "第 1 次催缴" in till.get(URL).content.decode()
    DuesRules.objects.update(reminder_days=["x", None])
    assert "还没有写催缴的步骤" in till.get(URL).content.decode()


def test_only_the_treasurer_sends_and_only_the_step_that_is_on(owing, staff, treasurer, client_of):
    assert client_of("秘书处").get(URL).status_code == 403
    with pytest.raises(PermissionDenied):
        reminding.remind(step(), keys(owing["甲"]), text="x", by=staff("秘书处"))
    first = reminding.steps_of(DuesYear.objects.get(), DuesRules.current())[0]
    with pytest.raises(ValidationError, match="现在不能发"):
        reminding.remind(first, keys(owing["甲"]), text="x", by=treasurer)


def test_a_void_bill_is_not_reminded_of(till, owing, treasurer):
    bills.void_bill(owing["甲"].dues_bills.get(), reason="已退会", by=treasurer)
    assert len(till.get(URL).context["rows"]) == 2


@pytest.mark.django_db(transaction=True)
def test_of_two_that_send_at_once_one_wins(owing, treasurer):
    wanted = keys(*owing.values())
    results = at_once(*[lambda: len(reminding.remind(step(), wanted, text="x", by=treasurer))] * 3)
    assert sorted(results) == [0, 0, 2]
    assert (DuesReminder.objects.count(), Message.objects.count()) == (2, 2)


def test_the_ticked_notices_are_printed(till, owing):
    page = till.post("/admin/members/duespromise/arrears/notices/", {"text": "x", "bill": keys(owing["甲"])})
    assert page.content.decode().count("催缴会费通知</h2>") == 1
    assert till.post("/admin/members/duespromise/arrears/notices/", {"text": "x"}).status_code == 302


def test_as_many_queries_for_one_as_for_three(till, owing, pay, django_assert_max_num_queries):
    counts = []
    for names in ("", "乙丙"):
        for name in names:
            pay(owing[name], 2000, on=TODAY)
        till.get(URL)
        with django_assert_max_num_queries(22) as seen:
            till.get(URL)
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_the_inbox_says_that_a_step_has_come(till, owing, treasurer, pay):
    look_at_arrears()
    todo = Todo.objects.open().get(kind="dues-remind")
    assert todo.title == f"{TODAY.year} 年会费第 2 次催缴：3 家"
    assert todo.title in till.get("/admin/").content.decode()
    reminding.remind(step(), keys(owing["甲"]), text="x", by=treasurer)
    assert Todo.objects.open().get(kind="dues-remind").title.endswith("：2 家")
    for name in "甲乙丙":
        pay(owing[name], 5000, on=TODAY)
    look_at_arrears()
    assert not Todo.objects.open().filter(kind="dues-remind").exists()


def test_a_promise_that_was_kept_waits_for_nobody(owing, treasurer, pay):
    for name in "乙丙":
        day = TODAY + dt.timedelta(days=3)
        arrears.note_dues_call(owing[name], by=treasurer, content="下周缴", promised_on=day, audience="staff")
    pay(owing["乙"], 2000, on=TODAY)
    look_at_arrears()
    look_at_arrears()
    assert [todo.party for todo in Todo.objects.open().filter(kind="call")] == [owing["丙"]]
    assert Event.objects.get(verb="call.answered").sentence == "会费已缴清，不用再联系"
