"""The working days (工作日历) of the coming year are asked for in time: without them clocks refuse to start."""

from datetime import datetime, time

from django.utils import timezone

from association.accounts.roles import Right
from association.core.calendar import on_years_written
from association.core.models import Association, CalendarYear

from .actions import keep_todo
from .models import Todo, Whose

KIND = "calendar"
PUBLISHED_FROM = 11  # the State Council settles a year's holidays in the November before
ASKED = (Right.SETTINGS, Right.PUBLICITY)  # who may enter a year: a to-do for each


@on_years_written
def answered():
    """What asks for a year goes once it is entered, not ten minutes later."""
    if Todo.objects.open().filter(kind=KIND).exists():
        watch()


def watch():
    """A to-do for each of ASKED while this year, or from November on the next, is not entered. Run every ten minutes."""
    today = timezone.localdate()
    wanted = {today.year, today.year + (today.month >= PUBLISHED_FROM)}
    missing = sorted(wanted - set(CalendarYear.objects.values_list("year", flat=True)))
    first = missing[0] if missing else today.year
    due = timezone.make_aware(datetime.combine(today.replace(year=first - 1, month=12, day=31), time(17)))
    for right in ASKED:
        keep_todo(
            Association.current(), kind=KIND, label="录入工作日历", count=len(missing), right=right, due_at=due,
            title=f"{'、'.join(map(str, missing))} 年的放假和调休安排还没有录入，跨到这一年的期限算不出来",
            url=f"/admin/core/calendaryear/add/?year={first}", once_key=f"calendar:{right}", whose=Whose.OFFICE,
        )  # fmt: skip
