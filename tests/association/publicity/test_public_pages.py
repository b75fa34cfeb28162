"""What a visitor, and the task of the clock, make of it all: nothing confidential gets out."""

import re

import pytest

from association.publicity.actions import end_due, register_objection
from association.publicity.models import Announcement
from association.publicity.tasks import clock
from association.workflow.actions import perform

SECRETS = ("赵某某", "13912345678", "处罚没有计入", "异议处理中", "不予公告", "异议不成立", "异议成立", "异议〔")


@pytest.fixture
def with_objections(publicised, clerk):
    """A list of four: one line held, one dropped, one cleared, one nobody minds."""
    publicity = publicised(firms=4)
    values = {
        "came": "call",
        "content": "有一项处罚没有计入",
        "objector": "赵某某",
        "contact": "13912345678",
        "by": clerk,
    }
    objections = [register_objection(line=publicity.lines.get(position=n), **values) for n in (1, 2, 3)]
    perform(objections[1], "uphold", by=clerk, outcome="查实：处罚没有计入")
    perform(objections[2], "dismiss", by=clerk, outcome="查否")
    return publicity


def _open(client, url) -> str:
    page = client.get(url)
    assert page.status_code == 200
    text = page.content.decode()
    for secret in SECRETS:
        assert secret not in text, secret
    return text


def test_the_page_of_a_list_tells_nothing_of_objections(with_objections, client):
    publicity = with_objections
    for url in ("/", "/publicity/", publicity.get_public_url(), f"{publicity.get_public_url()}print/"):
        _open(client, url)
    text = _open(client, publicity.get_public_url())
    assert [f"甲{n}建设有限公司" in text for n in range(1, 5)] == [True] * 4
    assert "5 月 8 日（周六）17:00" in text


def test_the_page_of_an_announcement_has_only_its_own_lines(with_objections, client, leader, travel):
    travel("2021-05-10 09:00")
    end_due()
    perform(with_objections, "announce", by=leader)
    address = Announcement.objects.get().get_public_url()
    text = _open(client, address)
    assert [f"甲{n}建设有限公司" in text for n in range(1, 5)] == [False, False, True, True]
    for page in (text, _open(client, f"{address}print/")):  # it counts afresh: what is held back leaves no gap
        assert re.findall(r'<td class="nr">(\d+)</td>', page) == ["1", "2"]
    assert re.findall(r'<td class="nr">(\d+)</td>', _open(client, f"{address}?q=甲4")) == ["2"]


def test_drafts_and_withdrawn_lists_have_no_page(draft, clerk, client):
    publicity = draft()
    assert client.get(publicity.get_public_url()).status_code == 404
    perform(publicity, "publicise", by=clerk)
    assert client.get(publicity.get_public_url()).status_code == 200
    perform(publicity, "withdraw", by=clerk, note="有误")
    assert publicity.title not in client.get("/publicity/").content.decode()


def test_the_minutes_task_ends_what_is_over(publicised, travel):
    publicity = publicised()
    travel("2021-05-08 17:00:00")
    clock()
    publicity.refresh_from_db()
    assert publicity.state == "publicised"
    travel("2021-05-08 17:00:30")
    clock()
    publicity.refresh_from_db()
    assert publicity.state == "ended"
