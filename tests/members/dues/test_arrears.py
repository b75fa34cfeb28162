"""欠缴会费: who owes what, the most first; calls and promises; telephones masked; prints, Excel, notices."""

import datetime as dt
import io
import re
from decimal import Decimal

import pytest
from django.utils import timezone
from python_calamine import CalamineWorkbook

from association.inbox.models import Todo
from association.timeline.models import AccessLog
from members import standing
from members.models import CallNote, DuesPromise, Membership
from tests.parallel import at_once

URL = "/admin/members/duespromise/arrears/"
TODAY = timezone.localdate()


@pytest.fixture
def owing(firm, bill, pay):
    """Three that owe (9,000 of two years, 5,000, 500), one that has paid."""
    big = firm("某市宏达建筑有限公司", is_member=True, district="东区", contact_name="李经理").party
    middle = firm("某市永兴路桥有限公司", is_member=True, district="西区").party
    small = firm("某市金鼎市政有限公司", is_member=True, district="西区").party
    done = firm("某市已缴建筑有限公司", is_member=True).party
    bill(big, 4000, year=2020)
    for party, amount, label in (
        (big, 5000, "理事单位"), (middle, 5000, "理事单位"), (small, 2000, "会员单位"), (done, 2000, "会员单位")
    ):  # fmt: skip
        bill(party, amount, label=label)
    pay(small, 1500)
    pay(done, 2000)
    return {"big": big, "middle": middle, "small": small, "done": done}


def listed(client, **asked) -> list[tuple[str, Decimal]]:
    return [(row.party.name, row.owed.total) for row, *_ in client.get(URL, asked).context["rows"]]


def test_the_most_owed_comes_first_and_filters_narrow(till, owing):
    big, middle, small = (owing[name].name for name in ("big", "middle", "small"))
    assert listed(till) == [(big, 9000), (middle, 5000), (small, 500)]
    assert listed(till, order="name") == sorted(listed(till), key=lambda row: [big, small, middle].index(row[0]))
    assert listed(till, year="2020") == [(big, 9000)]  # with all that it owes
    assert listed(till, post="理事单位") == [(big, 9000), (middle, 5000)]
    assert listed(till, district="西区", order="oldest") == [(middle, 5000), (small, 500)]
    assert listed(till, q="jdsz") == [(small, 500)]
    assert listed(till, year="x", called="x", order="x", p="99", post="没有") == []
    assert till.get(URL).context["total"] == 14500


def test_who_left_still_owes_and_is_marked(till, owing, clerk):
    row = Membership.objects.get(party=owing["small"])
    standing.end(row, ending="left", ended_on=TODAY, by=clerk)
    assert "已不是会员" in till.get(URL).content.decode()


# -- Calls and promises -----------------------------------------------------------------------------------------------


def _call(client, party, **values):
    form = client.get(f"{URL}{party.pk}/").context["form"]
    data = {name: form[name].value() for name in form.fields if form[name].value() not in (None, False)}
    return client.post(f"{URL}{party.pk}/", data | values)


def test_a_call_with_a_promise_is_written_down_and_comes_back_on_its_day(till, treasurer, owing):
    day = TODAY + dt.timedelta(days=5)
    answer = _call(till, owing["big"], caller="李经理", content="等工程款", promised_on=f"{day}", amount="4000")
    assert answer.status_code == 302
    promise = DuesPromise.objects.get()
    assert (promise.amount, promise.promised_on, promise.bill.dues_year.year) == (4000, day, 2020)
    assert promise.call.content == f"承诺 {day} 前缴 4,000 元；等工程款"
    assert Todo.objects.open().get(kind="call").user == treasurer
    assert listed(till, called="promised") == [(owing["big"].name, 9000)]
    assert len(listed(till, called="never")) == 2
    DuesPromise.objects.update(promised_on=TODAY - dt.timedelta(days=1))
    assert listed(till, called="broken") == [(owing["big"].name, 9000)]
    assert "等工程款" in till.get(f"{URL}{owing['big'].pk}/").content.decode()
    assert "等工程款" in till.get("/admin/members/duespromise/").content.decode()


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, "请写几个字"),
        ({"content": "x", "amount": "100"}, "请填写承诺在哪一天缴"),
        ({"content": "x", "promised_on": f"{TODAY}", "amount": "9000.01"}, "不超过尚欠的 9,000 元"),
        ({"content": "x", "promised_on": f"{TODAY}", "amount": "0"}, "应大于 0"),
        ({"content": "x", "promised_on": f"{TODAY - dt.timedelta(days=1)}"}, "不能早于今天"),
        ({"content": "x", "promised_on": "下周"}, "请填写日期"),
        ({"content": "x", "promised_on": f"{TODAY}", "amount": "五千"}, "请填写金额"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_typed_is_lost(values, words, till, owing):
    answer = _call(till, owing["big"], caller="李经理" if values else "", **values)
    assert answer.status_code == 422
    shown = answer.content.decode()
    assert words in shown
    assert not values or "李经理" in shown
    assert not CallNote.objects.exists()


def test_a_call_after_it_was_paid_is_not_taken(till, owing, pay):
    pay(owing["big"], 9000)
    form = till.get(f"{URL}{owing['big'].pk}/")
    assert not form.context["may_call"]
    assert "已经缴清" in _call(till, owing["big"], content="x").content.decode()


def test_after_a_call_the_list_is_filtered_as_before(till, owing):
    [page] = re.findall(
        rf'href="({URL}{owing["small"].pk}/[^"]*)"', till.get(f"{URL}?district=西区&order=name").content.decode()
    )
    page = page.replace("&amp;", "&")
    assert "district=%E8%A5%BF%E5%8C%BA" in page
    assert till.post(page, {"way": "out", "content": "再说"}).url == f"{URL}?{page.partition('?')[2]}"


@pytest.mark.django_db(transaction=True)
def test_two_clicks_are_one_call(till, owing):
    page = till.get(f"{URL}{owing['big'].pk}/").context["form"]
    data = {"way": "out", "content": "没有人接", "once": f"{page['once'].value()}"}
    answers = at_once(*[lambda: till.post(f"{URL}{owing['big'].pk}/", data)] * 2)
    assert [answer.status_code for answer in answers] == [302, 302]
    assert (CallNote.objects.count(), DuesPromise.objects.count()) == (1, 1)


def test_who_only_reads_writes_no_call(owing, client_of):
    client = client_of("监事")
    assert client.post(f"{URL}{owing['big'].pk}/", {"way": "out", "content": "x"}).status_code == 403
    assert "记一笔通话" not in client.get(f"{URL}{owing['big'].pk}/").content.decode()


# -- Telephones, paper, Excel -----------------------------------------------------------------------------------------


def test_telephones_are_masked_until_asked_for(till, owing, client_of):
    page = till.get(URL).content.decode()
    assert "李经理" in page
    assert not re.search(r"1380000\d{4}", page.split("<main", 1)[-1])
    till.post(URL)
    assert re.search(r"1380000\d{4}", till.get(URL).content.decode())
    assert AccessLog.objects.get(action="unmasked").rows == 3
    reader = client_of("监事")
    assert reader.post(URL).status_code == 403
    assert not re.search(r"1380000\d{4}", reader.get(f"{URL}print/").content.decode())


def test_the_list_is_printed_and_goes_out(till, owing):
    shown = till.get(f"{URL}print/?district=西区").content.decode()
    assert owing["middle"].name in shown
    assert owing["big"].name not in shown
    assert "范围：西区；共 2 家，尚欠 5,500.00 元" in shown
    answer = till.get(f"{URL}export/")
    table = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert table[2][:2] == ["序号", "单位名称"]
    assert table[3][1] == owing["big"].name
    assert table[3][6:8] == ["2020、2021 年", 9000]
    assert set(AccessLog.objects.values_list("action", flat=True)) == {"print", "export"}


def test_a_notice_for_each_that_is_ticked_or_listed(till, owing, account):
    ticked = till.post(f"{URL}notices/", {"party": [owing["big"].pk, owing["done"].pk]}).content.decode()
    assert ticked.count("催缴会费通知</h2>") == 1  # who has paid gets none
    assert '合计尚欠 <b class="figures">9,000.00</b>' in ticked
    assert "4300123456789" in ticked
    assert till.post(f"{URL}notices/", {"district": "西区"}).content.decode().count("催缴会费通知</h2>") == 2
    assert till.get(f"{URL}notices/?q=没有").status_code == 302


def test_as_many_queries_for_one_as_for_three(till, owing, firm, bill, django_assert_max_num_queries):
    counts = []
    for asked in ("?year=2020", ""):
        till.get(f"{URL}{asked}")
        with django_assert_max_num_queries(25) as seen:
            till.get(f"{URL}{asked}")
        counts.append(len(seen))
    assert counts[0] == counts[1]
