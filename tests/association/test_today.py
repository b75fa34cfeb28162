"""今日一页, the first page of the workbench."""

from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from association.core.models import CalendarYear
from association.inbox.actions import keep_todo
from association.jobs import heartbeat
from association.jobs.models import Job
from association.jobs.tasks import sweep
from association.timeline.actions import record


def _wait(party, number=1, **more):
    values = {"kind": "rating:submitted", "label": "受理申报", "whose": "office", "right": "rating"} | more
    keep_todo(party, title=f"{party.name}的申报", url="/admin/x/", once_key=f"t{number}", party=party, **values)


def _text(response) -> str:
    assert response.status_code == 200
    return response.content.decode()


def test_what_waits_is_shown_with_whose_move_and_days_left(association, firm_party, client_of):
    party = firm_party("宏大建设有限公司")
    _wait(party, due_at=timezone.now() + timedelta(days=10))
    record(party, "x", "王某登记了宏大建设有限公司", by=None, party=party)
    page = _text(client_of("综合处").get("/admin/"))
    for words in ("今日一页", "宏大建设有限公司的申报", "轮到协会（办理信用评价）", "个工作日", "王某登记了宏大建设"):
        assert words in page


def test_a_missing_calendar_year_does_not_break_the_page(association, firm_party, client_of):
    CalendarYear.objects.all().delete()
    _wait(firm_party("宏大建设有限公司"), due_at=timezone.now() + timedelta(days=10))
    page = _text(client_of("综合处").get("/admin/"))
    assert "宏大建设有限公司的申报" in page
    assert "个工作日" not in page


def test_tabs(association, firm_party, client_of):
    _wait(firm_party("轮到我有限公司"))
    _wait(firm_party("等企业有限公司"), 2, whose="party", right="", kind="p", label="补正")
    _wait(firm_party("逾期的有限公司"), 3, due_at=timezone.now() - timedelta(days=1))
    client = client_of("综合处")
    mine, every, late = (_text(client.get("/admin/", {"show": tab})) for tab in ("mine", "all", "late"))
    titles = [f"{name}有限公司的申报" for name in ("轮到我", "等企业", "逾期的")]
    assert [title in mine for title in titles] == [True, False, True]
    assert [title in every for title in titles] == [True, True, True]
    assert [title in late for title in titles] == [False, False, True]
    assert "没有逾期的事情" in _text(client_of("编辑").get("/admin/", {"show": "late"}))


def test_the_page_takes_the_same_queries_for_one_and_many(association, firm_party, client_of):
    client = client_of("综合处")
    _wait(firm_party())
    client.get("/admin/")
    with CaptureQueriesContext(connection) as one:
        client.get("/admin/")
    for number in range(2, 12):
        _wait(firm_party(), number, kind=f"k{number % 3}")
    with CaptureQueriesContext(connection) as many:
        client.get("/admin/")
    assert len(many) == len(one)


def test_the_lamp_follows_the_workers_heartbeat(association, client_of, monkeypatch):
    client = client_of("秘书处")
    assert "后台任务停止" in _text(client.get("/admin/"))
    sweep()
    assert "后台任务正常" in _text(client.get("/admin/"))
    monkeypatch.setattr(heartbeat, "LONGEST_SILENCE", -1)
    assert "后台任务停止" in _text(client.get("/admin/"))
    Job.objects.create(kind="x", title="很长的任务", once_key="x", state=Job.State.RUNNING)
    assert "后台任务正常" in _text(client.get("/admin/"))


def test_the_list_of_todos_opens_with_what_is_open(association, firm_party, client_of):
    _wait(firm_party("还没办有限公司"))
    _wait(firm_party("已办好有限公司"), 2)
    _wait(firm_party("已办好有限公司二"), 2, count=0)
    client = client_of("综合处")
    assert "已办好" not in _text(client.get("/admin/inbox/todo/"))
    assert "还没办" not in _text(client.get("/admin/inbox/todo/", {"done": "1"}))
    assert "已办好" in _text(client.get("/admin/inbox/todo/", {"done": "all"}))
    assert "还没办" in _text(client.get("/admin/inbox/todo/", {"kind": "rating:submitted"}))


def test_a_superuser_without_any_role_reads_it_too(association, client, django_user_model):
    user = django_user_model.objects.create_superuser("13900000099", "x", name="测")
    client.force_login(user, backend="association.accounts.backends.PortalBackend")
    assert "工作人员" in _text(client.get("/admin/"))
