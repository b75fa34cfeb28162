"""What the workbench does by scripts, in a real browser: tick all, the bulk page, the file button, a job's progress."""

import os

import pytest
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from association.jobs.models import Job
from tests.workflow_factories import FACTORIES, People

# Playwright keeps a loop in this thread, also while the database of the suite is made and emptied
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def workbench(chromium, live_server, association, staff, firm_party):
    """(page, address, people) of somebody of the office who is logged in; the console stays silent."""
    people = People(staff("综合处", name="王经办"), staff("秘书长", name="李秘书长"), firm_party)
    session = SessionStore()
    session[SESSION_KEY] = str(people.clerk.pk)
    session[BACKEND_SESSION_KEY] = "association.accounts.backends.PortalBackend"
    session[HASH_SESSION_KEY] = people.clerk.get_session_auth_hash()
    session.create()
    context = chromium.new_context(locale="zh-CN")
    context.add_cookies([{"name": "sessionid", "value": session.session_key, "url": live_server.url}])
    page, complaints = context.new_page(), []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page, live_server.url, people
    context.close()
    assert complaints == []


def test_tick_all_and_the_bulk_page(workbench):
    page, base, people = workbench
    for _ in range(3):
        FACTORIES["rating"].make("submitted", people)
    page.goto(f"{base}/admin/evaluations/rating/")
    page.check("#action-toggle")
    assert page.locator("input.action-select:checked").count() == 3
    page.select_option("select[name=action]", "move_accept")
    page.click(".bulk button[name=index]")
    page.wait_for_load_state()
    assert "将办理 3 件" in page.content()
    page.click("text=受理 3 件")
    page.wait_for_load_state()
    assert "已办理「受理」3 件" in page.content()


def test_a_chosen_file_is_named(workbench, tmp_path):
    page, base, people = workbench
    case = FACTORIES["rating"].make("draft", people)
    scan = tmp_path / "申报表.pdf"
    scan.write_bytes(b"%PDF-1.4\n")
    page.goto(f"{base}/admin/evaluations/rating/{case.pk}/move/submit/")
    page.set_input_files("input[name=scan]", scan)
    assert "申报表.pdf" in page.locator(".file-pick").inner_text()


def test_a_job_shows_its_progress_until_it_is_over(workbench):
    page, base, people = workbench
    job = Job.objects.create(
        kind="x", title="测算", once_key="x", owner=people.clerk, audience="in_charge", state="running", done=1, total=4
    )
    page.goto(f"{base}/admin/jobs/{job.uid}/")
    Job.objects.filter(pk=job.pk).update(done=2)
    page.wait_for_selector("progress[value='50']", timeout=8000)
    Job.objects.filter(pk=job.pk).update(state="done", result={"企业": 4}, back_url="/admin/")
    page.wait_for_selector("text=查看结果", timeout=8000)
