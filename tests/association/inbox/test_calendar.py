"""The coming year's working days are asked for from November on, and no longer once they are entered."""

import pytest

from association.core.models import CalendarYear
from association.inbox.models import Todo
from association.inbox.tasks import watch_calendar

OCTOBER, NOVEMBER = "2026-10-31T12:00+08:00", "2026-11-01T00:10+08:00"


@pytest.fixture
def asked(association, client_of, staff):
    """asked("秘书处"): whether the first page asks that role for the calendar of 2027."""
    clients = {role: client_of(staff(role)) for role in ("秘书处", "系统管理员", "编辑")}
    return lambda role: "2027 年的放假和调休安排还没有录入" in clients[role].get("/admin/").content.decode()


def test_asked_for_in_november_of_who_can_enter_it(asked, time_machine):
    time_machine.move_to(OCTOBER)
    watch_calendar()
    assert not Todo.objects.exists()
    time_machine.move_to(NOVEMBER)
    watch_calendar()
    watch_calendar()
    assert Todo.objects.open().count() == 2
    assert [asked("秘书处"), asked("系统管理员"), asked("编辑")] == [True, True, False]


def test_entered_by_the_office_where_the_to_do_leads(asked, client_of, staff, time_machine):
    time_machine.move_to(NOVEMBER)
    watch_calendar()
    client = client_of(staff("秘书处", name="李秘书"))
    url = Todo.objects.get(right="publicity").url
    assert 'value="2027"' in client.get(url).content.decode()
    values = {"year": "2027", "source": "某办发明电〔2026〕7 号", "off": "1-1 至 1-3 元旦", "worked": "1-9 元旦调休"}
    assert client.post(url, values).status_code == 302
    assert CalendarYear.objects.get(year=2027).days.count() == 2
    assert not Todo.objects.open().exists()
    assert not asked("秘书处")
