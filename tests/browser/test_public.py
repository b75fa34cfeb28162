"""The public site with articles in it, in Chromium: each page by day and by night, on the smallest phone, by keyboard."""

import os
from urllib.parse import urlsplit

import pytest
from django.utils import timezone

from association.core.stamp import raise_stamp
from association.news.actions import attach
from association.news.models import Banner, Disclosure, SiteLink, SitePage, Topic
from association.news.pictures import take_picture
from association.workflow.actions import perform
from tests.association.news.conftest import BODY, article, columns, photo, reviewer, signed, writer  # noqa: F401 - fixtures

from .test_gallery import AXE, lost, sideways

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright keeps a loop in this thread
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TABLE = (
    "<table><thead><tr>"
    + "<th>一个不短的表头</th>" * 7
    + "</tr></thead><tbody><tr>"
    + "<td>12</td>" * 7
    + "</tr></tbody></table>"
)
SHOT = '<figure><img src="{}" alt="现场"><figcaption>听讲解</figcaption></figure>'
HEAVIEST = 120 * 1024  # bytes of a page as it is sent, without its pictures


@pytest.fixture
def pages(article, signed, columns, writer, reviewer, association):  # noqa: F811
    """Addresses of a small site with something of everything."""
    cover, today = take_picture(photo(), by=writer, alt="观摩现场"), timezone.localdate()
    topic = Topic.objects.create(title="质量月", slug="zhiliangyue", intro="九月是质量月。", cover=cover)
    full = article(title="协会组织观摩质量月示范工程", column="dongtai", cover=cover, topics=[topic], author="宣传部",
                   body=f"{BODY}<h2>一、看现场</h2>{SHOT.format(cover.url('960.webp'))}{TABLE}")  # fmt: skip
    attach(full, photo(name="照片.jpg"), by=writer, label="现场照片")
    for move, by in (("submit", writer), ("review", reviewer), ("proofread", reviewer), ("publish", reviewer)):
        perform(full, move, by=by)
    law = signed(title="关于加强质量管理的通知", column="shi", issued_by="市住建局", issued_on=today, effect="repealed",
                 document_number="某建发〔2026〕1 号")  # fmt: skip
    signed(title="关于召开年度会员大会的通知")
    SitePage.objects.create(title="协会章程", slug="zhangcheng", body="<h2>第一章</h2><p>第一条</p>")
    SiteLink.objects.create(name="市住建局", url="https://zjj.example.gov.cn/", group="主管部门")
    Banner.objects.create(title="质量月", picture=cover, url="/topics/zhiliangyue/")
    Disclosure.objects.create(kind="report", title="年度工作报告", year=2025, published_on=today, body="<p>全文。</p>")
    raise_stamp()
    articles = [one.publication.get_public_url() for one in (full, law)]
    return ["/", *articles, "/news/dongtai/", "/news/zhengce/", "/news/xiazai/", "/topics/", "/topics/zhiliangyue/",
            "/pages/zhangcheng/", "/disclosure/", "/journal/", "/lookup/", "/accessibility/", "/about/", "/council/", "/firms/",
            "/publicity/", "/nothing-here/"]  # fmt: skip


@pytest.fixture
def opened(chromium):
    contexts = []

    def opener(**options):
        contexts.append(chromium.new_context(locale="zh-CN", bypass_csp=False, **options))
        return contexts[-1].new_page()

    yield opener
    for context in contexts:
        context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_any_page(pages, chromium, live_server, scheme):
    axe, found = (AXE / "axe.min.js").read_text("utf-8"), {}
    context = chromium.new_context(locale="zh-CN", color_scheme=scheme, bypass_csp=True)
    page = context.new_page()
    for address in pages:
        page.goto(live_server.url + address)
        broken = page.evaluate(f"{axe};axe.run(document, {{resultTypes: ['violations']}})")["violations"]
        if broken or page.locator("h1").count() != 1:
            found[address] = [f"{v['id']}: {v['nodes'][0]['target']}" for v in broken]
    context.close()
    assert found == {}


def test_the_policy_is_kept_no_other_host_is_asked_and_pages_are_light(pages, opened, live_server):
    page, complaints, weights = opened(), [], {}
    page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    page.on("request", lambda asked: None if asked.url.startswith(live_server.url) else complaints.append(asked.url))
    page.on("requestfailed", lambda asked: complaints.append(asked.url) if lost(asked) else None)
    for address in pages[:-1]:  # the last is a 404, which the console names
        sizes = []
        page.on(
            "requestfinished",
            lambda done, sizes=sizes: sizes.append((done.resource_type, done.sizes()["responseBodySize"])),
        )
        page.goto(live_server.url + address)
        page.wait_for_load_state("networkidle")
        weights[address] = sum(size for kind, size in sizes[:40] if kind == "document")
    assert complaints == []
    assert {address: weight for address, weight in weights.items() if weight > HEAVIEST} == {}


def test_the_smallest_phone_and_double_size_lose_nothing(pages, opened, live_server):
    """320 px is a desk of 1280 px at four times the size; 640 px at twice."""
    over = {}
    for width in (320, 640):
        page = opened(viewport={"width": width, "height": 640})
        for address in pages:
            page.goto(live_server.url + address)
            if sideways(page) > 0:
                over[width, address] = sideways(page)
    assert over == {}


def test_the_keyboard_alone_reaches_every_link_and_field(pages, opened, live_server):
    page = opened(viewport={"width": 1280, "height": 800})
    wanted = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']"
    shown = (
        f'[...document.querySelectorAll("{wanted}")].filter(e => e.tabIndex >= 0 && e.checkVisibility() && !e.disabled)'
    )
    for address in pages[:3]:
        page.goto(live_server.url + address)
        count, reached = page.evaluate(f"{shown}.length"), set()
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        for _ in range(count + 2):
            reached.add(page.evaluate(f"{shown}.indexOf(document.activeElement)"))
            page.keyboard.press("Tab")
        assert set(range(count)) - reached == set(), address


def test_the_menu_opens_and_closes_by_keyboard_also_on_a_phone(pages, opened, live_server):
    page = opened(viewport={"width": 390, "height": 844})
    page.goto(f"{live_server.url}/about/")
    link = page.locator("#site-nav").get_by_role("link", name="通知公告")
    assert not link.is_visible()
    page.get_by_role("button", name="菜单").focus()
    page.keyboard.press("Enter")
    link.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/news/tongzhi/")
    assert urlsplit(page.url).path == "/news/tongzhi/"
    page.get_by_role("button", name="菜单").focus()
    page.keyboard.press("Enter")
    page.locator(".nav-more summary").focus()
    page.keyboard.press("Enter")
    assert page.get_by_role("link", name="会刊").is_visible()
    page.keyboard.press("Escape")
    assert not page.get_by_role("link", name="会刊").is_visible()


def test_an_article_prints_as_a_clean_sheet(pages, opened, live_server):
    page = opened()
    page.goto(live_server.url + pages[1])
    page.emulate_media(media="print")
    assert page.locator(".print-address").inner_text() == live_server.url + pages[1]
    for gone in (".site-head", ".site-foot", ".article-after", ".crumbs"):
        assert not page.locator(gone).first.is_visible()
