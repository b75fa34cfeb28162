"""The page of a job: progress, result, and when the asking ends."""

import pytest

from association.jobs.models import Job

POLL = {"X-Poll": "1"}


@pytest.fixture
def job(staff):
    owner = staff("综合处", name="王经办")

    def make(**fields):
        values = {"kind": "x", "title": "测算 2020 年度", "once_key": "x", "owner": owner, "audience": "in_charge"}
        return Job.objects.create(**(values | fields))

    make.owner = owner
    return make


def _text(response, status=200) -> str:
    assert response.status_code == status
    return response.content.decode()


def test_a_running_job_shows_its_progress_and_asks_again(association, job, client_of):
    row = job(state="running", done=30, total=120, phase="计算得分")
    client = client_of(job.owner)
    page = _text(client.get(f"/admin/jobs/{row.uid}/"))
    for words in ("测算 2020 年度", "进行中：计算得分", 'value="25"', "30 / 120", f'hx-get="/admin/jobs/{row.uid}/"'):
        assert words in page
    part = _text(client.get(f"/admin/jobs/{row.uid}/", headers=POLL))
    assert "<html" not in part
    assert 'value="25"' in part


def test_a_finished_job_shows_its_result_and_the_asking_ends(association, job, client_of):
    row = job(state="done", back_url="/admin/x/", result={"企业": 255, "batch": 7})
    client = client_of(job.owner)
    part = _text(client.get(f"/admin/jobs/{row.uid}/", headers=POLL), 286)
    assert "hx-get" not in part
    assert "<dd>255</dd>" in part
    assert "batch" not in part
    assert 'href="/admin/x/"' in part


def test_a_page_that_shows_more_than_the_job_is_read_anew_at_its_end(association, job, client_of):
    row, client = job(state="running", done=1, total=2), client_of(job.owner)
    url = f"/admin/jobs/{row.uid}/?reload=1"
    answer = client.get(url, headers=POLL)
    assert f'hx-get="{url}"' in answer.content.decode()  # goes on asking in the same way
    assert "HX-Refresh" not in answer.headers
    Job.objects.filter(pk=row.pk).update(state="done")
    assert client.get(url, headers=POLL).headers["HX-Refresh"] == "true"
    assert "HX-Refresh" not in client.get(f"/admin/jobs/{row.uid}/", headers=POLL).headers


def test_a_failed_job_says_why(association, job, client_of):
    row = job(state="failed", error="文件里没有表头，请核对。")
    assert "文件里没有表头，请核对。" in _text(client_of(job.owner).get(f"/admin/jobs/{row.uid}/"))


def test_a_job_that_waits_for_a_worker_that_is_not_there_says_so(association, job, client_of):
    row = job()
    assert "后台任务没有运行" in _text(client_of(job.owner).get(f"/admin/jobs/{row.uid}/"))


def test_only_its_owner_sees_a_job_that_is_theirs_alone(association, job, client_of, firm_user):
    row = job()
    url = f"/admin/jobs/{row.uid}/"
    for who in (client_of("秘书长"), client_of(firm_user())):
        assert who.get(url).status_code == 404
        assert who.get(url, headers=POLL).status_code == 404


def test_the_list_leads_to_the_page(association, job, client_of):
    row = job()
    client = client_of(job.owner)
    assert f"/admin/jobs/{row.uid}/" in _text(client.get("/admin/jobs/job/"))
    assert client.get(f"/admin/jobs/job/{row.pk}/change/").headers["Location"] == f"/admin/jobs/{row.uid}/"
    assert row.title not in _text(client_of("编辑").get("/admin/jobs/job/"))


@pytest.mark.parametrize(("role", "leads"), [("秘书长", True), ("系统管理员", False)])
def test_the_result_leads_only_those_on_who_may_open_it(association, job, client_of, role, leads):
    row = job(state="done", back_url="/admin/x/", audience="staff")
    assert ('href="/admin/x/"' in _text(client_of(role).get(f"/admin/jobs/{row.uid}/"))) == leads
