"""The portal as `make run` serves it, walked in Chromium by each kind of user along its own links.

Every page at a desk's width and a phone's: answered, titled, within its width, nothing on the console, no request to
another host, no serious finding of axe.
"""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections import deque
from pathlib import Path
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest

from tests.worker import wait_until

from .test_gallery import AXE, SIZES, lost, sideways

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
PAGES = 40  # a role
NOT_FOLLOWED = re.compile(
    r"logout|delete|jsi18n|/static/|export|download|/files/|\.(xlsx|csv|pdf|json|png|jpg|svg|txt)$"
)
WALKERS = {
    "visitor": "",
    "rating": "13900000006",
    "leader": "13900000003",
    "system": "13900000011",
    "firm": "13900000021",
}


@pytest.fixture(scope="module")
def portal(tmp_path_factory):
    """(address, password of the demonstration accounts) of a portal of its own, embedded."""
    folder = tmp_path_factory.mktemp("portal")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    kept = {key: value for key, value in os.environ.items() if key in ("PATH", "HOME", "LANG")}
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "runall", "--port", str(port), "--demo", "yueyang"],
            cwd=ROOT,
            env=kept | {"VAR_DIR": str(folder)},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_until(lambda: "Ctrl-C" in (folder / "log").read_text() or process.poll() is not None, 180)
        assert process.poll() is None, (folder / "log").read_text()
        yield f"http://127.0.0.1:{port}", json.loads((folder / "demo-accounts.json").read_text())["password"]
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(20)


def shape(url: str) -> str:
    """One page of each kind: numbers, ids and values of a query make no new kind."""
    parts = urlsplit(url)
    path = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d+", "N", parts.path)
    return f"{path}?{'&'.join(sorted(re.findall(r'([^&=]+)=', parts.query)))}"


def login(page, base: str, mobile: str, password: str):
    page.goto(f"{base}/accounts/login/")
    page.locator("input[name=login]").fill(mobile)
    page.locator("input[type=password]").first.fill(password)
    page.locator("input[type=password]").first.press("Enter")
    page.wait_for_load_state()
    assert page.locator("input[type=password]").count() == 0, f"{mobile} could not log in"


def findings(page, url: str, axe: str) -> list[str]:
    """What is wrong with one page."""
    page.set_viewport_size(SIZES["wide"])
    answer = page.goto(url)
    if answer.status != 200:
        return [f"answered {answer.status}"]
    if "html" not in answer.headers["content-type"]:
        return []  # a feed: no page
    found = [] if page.title().strip() and page.locator("h1").count() == 1 else ["no title, or not one h1"]
    broken = page.evaluate(f"{axe};axe.run(document, {{resultTypes: ['violations']}})")["violations"]
    found += [f"{v['id']}: {v['nodes'][0]['target']}" for v in broken if v["impact"] in ("serious", "critical")]
    page.set_viewport_size(SIZES["phone"])
    if sideways(page) > 1:
        found.append(f"{sideways(page)} px too wide for a phone")
    return found


@pytest.mark.parametrize("walker", WALKERS)
def test_each_kind_of_user_walks_the_portal_without_stumbling(portal, chromium, walker):
    base, password = portal
    axe, wrong, complaints = (AXE / "axe.min.js").read_text("utf-8"), {}, []
    context = chromium.new_context(locale="zh-CN", timezone_id="Asia/Shanghai", bypass_csp=True)
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("requestfailed", lambda request: complaints.append(request.url) if lost(request) else None)
    page.on(
        "request", lambda request: None if request.url.startswith((base, "data:")) else complaints.append(request.url)
    )
    if WALKERS[walker]:
        login(page, base, WALKERS[walker], password)
    waiting, seen = deque([f"{base}/", f"{base}/desk/", f"{base}/admin/"] if WALKERS[walker] else [f"{base}/"]), set()
    while waiting and len(seen) < PAGES:
        url = urldefrag(waiting.popleft())[0]
        if urlsplit(url).netloc != urlsplit(base).netloc or NOT_FOLLOWED.search(url) or shape(url) in seen:
            continue
        if walker == "firm" and urlsplit(url).path.startswith("/admin/"):
            continue  # closed to firms, proved in tests of the admin
        seen.add(shape(url))
        if broken := findings(page, url, axe):
            wrong[url.removeprefix(base)] = broken
        links = page.eval_on_selector_all("a[href]", "links => links.map(link => link.href)")
        waiting.extend(urljoin(url, link) for link in links)
    context.close()
    assert len(seen) > 3
    assert wrong == {}
    assert complaints == []
