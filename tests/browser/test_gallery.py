"""The look, measured in Chromium on every page of the gallery: contrast and names (axe), width, policy, no scripts.

The pages are drawn by gallery.py in a process of its own, because it sets Django up without the portal's settings.
"""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from . import gallery

pytestmark = pytest.mark.browser

HERE = Path(__file__).resolve().parent
AXE = HERE / "vendor/axe-core-4.14.1"
SIZES = {"wide": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """(base address, names of the pages), served with the portal's Content-Security-Policy."""
    folder = tmp_path_factory.mktemp("gallery")
    drawn = subprocess.run(
        [sys.executable, str(HERE / "gallery.py"), str(folder)], capture_output=True, text=True, check=True
    )
    server = gallery.server(folder)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", drawn.stdout.split()
    server.shutdown()
    server.server_close()


@pytest.fixture
def opened(chromium):
    """opened(**options) -> (page, complaints): complaints are console errors and requests that failed or left."""
    contexts = []

    def opener(**options):
        context = chromium.new_context(locale="zh-CN", **options)
        contexts.append(context)
        page, complaints = context.new_page(), []
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("requestfailed", lambda request: complaints.append(request.url) if lost(request) else None)
        page.on("request", lambda request: complaints.append(request.url) if "127.0.0.1" not in request.url else None)
        return page, complaints

    yield opener
    for context in contexts:
        context.close()


def lost(request):
    """A request that found nothing; one that the next page cut off is none."""
    return request.failure != "net::ERR_ABORTED"


def sideways(page):
    return page.evaluate("document.documentElement.scrollWidth - window.innerWidth")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_no_page_breaks_a_rule_of_access_or_leaves_its_width(site, opened, size, scheme):
    base, names = site
    axe = (AXE / "axe.min.js").read_text("utf-8")
    page, complaints = opened(viewport=SIZES[size], color_scheme=scheme, bypass_csp=True)
    found = {}
    for name in names:
        page.goto(f"{base}/{name}.html")
        heads = page.locator("h1").count()  # first: after two seconds the gallery's running job asks for its progress
        result = page.evaluate(f"{axe};axe.run(document, {{resultTypes: ['violations']}})")
        broken = [f"{v['id']}: {v['nodes'][0]['target']}" for v in result["violations"]]
        if sideways(page) > 0:
            broken.append(f"{sideways(page)} px too wide")
        if heads != 1:
            broken.append(f"{heads} h1")
        if broken:
            found[name] = broken
    assert found == {}
    assert complaints == []


def test_the_smallest_phone_never_scrolls_sideways(site, opened):
    base, names = site
    page, _ = opened(viewport={"width": 320, "height": 568})
    over = {}
    for name in names:
        page.goto(f"{base}/{name}.html")
        over[name] = sideways(page)
    assert [name for name in names if over[name] > 0] == []


def test_the_strict_policy_is_never_hit(site, opened):
    base, names = site
    page, complaints = opened(viewport=SIZES["wide"])
    titles = {}
    for name in names:
        page.goto(f"{base}/{name}.html")
        titles.setdefault(page.title(), []).append(name.partition("-")[0])
    assert complaints == []
    assert {title: set(pages) for title, pages in titles.items() if len(set(pages)) > 1} == {}


def test_without_scripts_everything_can_be_reached(site, opened):
    base, _ = site
    page, _ = opened(viewport=SIZES["phone"], java_script_enabled=False)
    page.goto(f"{base}/home.html")
    assert page.get_by_role("link", name="企业名录").first.is_visible()
    assert not page.get_by_role("button", name="菜单").is_visible()
    page.goto(f"{base}/publicity.html")
    assert page.locator("#share").is_visible()
    assert not page.get_by_role("button", name="复制到微信群").is_visible()
    page.goto(f"{base}/score-sheet.html")
    assert page.get_by_role("link", name="企业档案").is_visible()
    page.locator("summary", has_text="看每一次调查").click()
    assert page.get_by_text("问卷", exact=True).first.is_visible()


def test_the_menu_of_a_phone_opens_and_closes(site, opened):
    base, _ = site
    page, _ = opened(viewport=SIZES["phone"])
    page.goto(f"{base}/home.html")
    button, entry = page.get_by_role("button", name="菜单"), page.locator("#site-nav a", has_text="企业名录")
    assert not entry.is_visible()
    button.click()
    assert entry.is_visible()
    assert button.get_attribute("aria-expanded") == "true"
    page.keyboard.press("Escape")
    assert not entry.is_visible()


def test_copying_hands_over_the_whole_text_and_says_so(site, opened):
    base, _ = site
    page, _ = opened(viewport=SIZES["phone"], permissions=["clipboard-read", "clipboard-write"])
    page.goto(f"{base}/publicity.html")
    page.get_by_role("button", name="复制到微信群").click()
    page.get_by_text("已复制").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == page.locator("#share").input_value()


def test_copying_works_in_a_browser_without_the_clipboard_interface(site, opened):
    base, _ = site
    page, _ = opened(viewport=SIZES["phone"])
    page.add_init_script("Object.defineProperty(Navigator.prototype, 'clipboard', {value: undefined})")
    page.goto(f"{base}/publicity.html")
    page.get_by_role("button", name="复制到微信群").click()
    page.get_by_text("已复制").wait_for()


def test_leaving_a_changed_form_asks_first_and_sending_it_does_not(site, opened):
    base, _ = site
    page, _ = opened(viewport=SIZES["wide"])
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.goto(f"{base}/gallery.html")
    page.goto(f"{base}/home.html")
    assert asked == []
    page.goto(f"{base}/gallery.html")
    page.get_by_label("补充说明").fill("资料已齐")
    page.goto(f"{base}/home.html")
    assert asked == ["beforeunload"]
    page.goto(f"{base}/gallery.html")
    page.get_by_label("补充说明").fill("资料已齐")
    page.get_by_role("button", name="提交申报").last.click()
    page.wait_for_load_state()
    assert asked == ["beforeunload"]


def test_a_file_over_the_limit_is_named_before_it_is_sent(site, opened, tmp_path):
    base, _ = site
    large = tmp_path / "营业执照.pdf"
    large.write_bytes(b"0" * (21 * 1024 * 1024))
    page, _ = opened(viewport=SIZES["phone"])
    page.goto(f"{base}/gallery.html")
    page.locator("input[type=file]").set_input_files(large)
    assert "“营业执照.pdf”有 21.0 MB，超过 20.0 MB 的上限" in page.locator("[data-files]").inner_text()


def test_the_summary_of_errors_takes_the_focus_and_leads_to_the_field(site, opened):
    base, _ = site
    page, _ = opened(viewport=SIZES["phone"])
    page.goto(f"{base}/gallery.html")
    assert page.evaluate("document.activeElement.id") == "form-errors"
    page.get_by_role("link", name="统一社会信用代码第 18 位不对").click()
    assert page.evaluate("document.querySelector(':target').name") == "code"
    described = page.locator("[name=code]").get_attribute("aria-describedby").split()
    assert [page.locator(f"#{ident}").count() for ident in described] == [1, 1]


def test_paper_has_the_sheet_and_nothing_of_the_site(site, opened):
    base, _ = site
    page, _ = opened(viewport=SIZES["wide"])
    page.goto(f"{base}/score-sheet.html")
    page.emulate_media(media="print", color_scheme="dark")
    hidden = [".site-head", ".site-foot", ".desk-menu", ".page-head-actions", ".turn .btn"]
    assert [part for part in hidden if page.locator(part).first.is_visible()] == []
    assert page.locator(".sheet").is_visible()
    ink = "getComputedStyle(document.querySelector('h1')).color"
    shown = page.evaluate(f"getComputedStyle(document.body).backgroundColor + {ink}")
    assert shown == "rgb(255, 255, 255)rgb(0, 0, 0)"
