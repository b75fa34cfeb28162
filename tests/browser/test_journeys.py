"""What people come for, from the first page to the end, in Chromium at a desk's width and on a phone.

On every page of a journey: within its width, nothing on the console, nothing from another host, no finding of axe.
"""

import os
import re

import pytest
from playwright.sync_api import expect

from association.core.stamp import raise_stamp
from tests.association.conftest import rated, year  # noqa: F401 - fixtures
from tests.conftest import PASSWORD

from .test_gallery import AXE, SIZES, lost, sideways

# Playwright keeps a loop in this thread, also while the database of the suite is made and emptied
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SERIOUS = ("serious", "critical")


class Walk:
    """A page of Chromium that is looked at after each step."""

    def __init__(self, page, base):
        self.page, self.base, self.complaints = page, base, []
        self.axe = (AXE / "axe.min.js").read_text("utf-8")
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("requestfailed", lambda request: self.complaints.append(request.url) if lost(request) else None)
        page.on("request", lambda request: None if request.url.startswith((base, "data:")) else self._left(request))

    def _said(self, message):
        if message.type == "error" and "status of 422" not in message.text:  # 422: a form with something to mend
            self.complaints.append(message.text)

    def _left(self, request):
        self.complaints.append(request.url)

    def open(self, path):
        self.page.goto(self.base + path)
        self.look()

    def look(self):
        """What a careful reader would see on this page."""
        self.page.wait_for_load_state()
        broken = self.page.evaluate(f"{self.axe};axe.run(document, {{resultTypes: ['violations']}})")["violations"]
        found = [f"{v['id']}: {v['nodes'][0]['target']}" for v in broken if v["impact"] in SERIOUS]
        assert (self.page.url, found, sideways(self.page) > 0) == (self.page.url, [], False)
        expect(self.page.locator("h1")).to_have_count(1)

    def click(self, role, name):
        self.page.get_by_role(role, name=name).first.click()
        self.look()


@pytest.fixture(params=SIZES)
def walk(request, chromium, live_server):
    context = chromium.new_context(locale="zh-CN", viewport=SIZES[request.param], bypass_csp=True)
    walk = Walk(context.new_page(), live_server.url)
    yield walk
    context.close()
    assert walk.complaints == []


def test_a_visitor_looks_a_firm_up(walk, rated, year):  # noqa: F811
    parties = rated(宏达=90, 远山=70)
    year.issue({parties["宏达"]: "AAA", parties["远山"]: "AA"})
    raise_stamp()
    walk.open("/")
    expect(walk.page.get_by_text("2020 年度 AAA 级企业")).to_be_visible()
    walk.page.get_by_label("查企业").fill("宏达")
    walk.page.get_by_label("查企业").press("Enter")
    walk.page.wait_for_url("**/firms/?q=*")
    walk.look()
    expect(walk.page.locator(".firm-name")).to_have_text(["宏达建设有限公司"])
    walk.click("link", "宏达建设有限公司")
    expect(walk.page.locator(".grade-big")).to_have_text("AAA")
    expect(walk.page.get_by_text("某建发〔2021〕9 号").first).to_be_visible()
    walk.open("/firms/?q=没有这家企业")
    walk.click("link", "看全部企业")
    expect(walk.page.locator(".firm-name")).to_have_count(2)


def test_a_visitor_searches_a_published_list(walk, rated, year):  # noqa: F811
    rated(宏达=90, 远山=70, 长河=60)
    publicity = year.publicise()
    walk.open("/")
    walk.click("link", publicity.title)
    expect(walk.page.locator("tbody tr")).to_have_count(3)
    expect(walk.page.get_by_text(re.compile("还剩 5 个工作日"))).to_be_visible()
    expect(walk.page.get_by_role("link", name="0700-1234567").first).to_be_visible()
    walk.page.get_by_label("在名单中查找").fill("远山")
    walk.click("button", "查找")
    expect(walk.page.locator("tbody tr")).to_have_count(1)
    expect(walk.page.locator("tbody")).to_contain_text("远山建设有限公司")
    walk.page.get_by_label("在名单中查找").fill("没有")
    walk.click("button", "查找")
    walk.click("link", "看全部名单")
    expect(walk.page.locator("tbody tr")).to_have_count(3)
    walk.open(f"{publicity.get_public_url()}print/")
    expect(walk.page.locator("tbody tr")).to_have_count(3)
    walk.click("link", "返回公示")


def test_a_firm_reads_its_score_sheet_and_confirms(walk, rated, year, firm_user):  # noqa: F811
    party = rated(宏达=85)["宏达"]
    year.penalty(party, text="安全防护不到位")
    year.score({party: 85})
    year.switch("sheets_open")
    year.ask(party)
    user = firm_user(party)
    walk.open("/desk/")
    walk.page.get_by_label("手机号").fill(user.mobile)
    walk.page.locator("input[name=password]").fill(PASSWORD)
    walk.page.locator("input[name=password]").press("Enter")
    walk.page.wait_for_url("**/desk/")
    walk.look()
    walk.click("link", "去办理")
    expect(walk.page.get_by_text("安全防护不到位")).to_be_visible()
    expect(walk.page.get_by_text(re.compile("起评 4 分，扣 1 分，得 3 分"))).to_be_visible()
    walk.page.locator("summary", has_text="看每一次调查").click()
    expect(walk.page.get_by_text("问卷", exact=True).last).to_be_visible()
    walk.click("link", "提出异议")
    walk.click("button", "提出异议")
    expect(walk.page.locator("#form-errors")).to_be_focused()
    walk.click("link", "取消")
    walk.click("link", "确认无异议")
    walk.click("button", "确认无异议")
    expect(walk.page.get_by_text("已确认无异议")).to_be_visible()
    expect(walk.page.get_by_text(re.compile("轮到协会"))).to_be_visible()
    walk.open("/desk/firm/")
    walk.click("button", "显示完整信息")
    expect(walk.page.get_by_text("13912345678")).to_be_visible()
    for path in ("/desk/", "/desk/ratings/", "/desk/documents/", "/desk/messages/"):
        walk.open(path)
