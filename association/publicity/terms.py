"""How long a list stands and when a step is due, by the working-day table.

民法典 201, 203: the first day is not counted, the term ends at closing time of the last working day.
"""

import datetime as dt

from django.utils import timezone

from association.core.models import add_working_days
from association.core.workdays import YearMissing

from .models import PUBLIC_STATES, ListState

CLOSING = dt.time(17, 0)


def closing_of(day: dt.date) -> dt.datetime:
    """17:00:00 of that day, local time: the last second that counts."""
    return timezone.make_aware(dt.datetime.combine(day, CLOSING))


def end_of_term(starts_on: dt.date, working_days: int) -> dt.datetime:
    """The last instant of a publicity of so many working days: 2021-04-28 and 5 give 2021-05-08 17:00:00.

    Raises YearMissing where the working-day table does not reach.
    """
    return closing_of(add_working_days(starts_on, working_days))


def due_after(day: dt.date, working_days: int) -> dt.datetime | None:
    """When something is due that people have so many working days for; None where the table does not reach.

    Unlike a publicity's end nothing legal hangs on it, so a missing year must not keep an objection from being stored.
    """
    try:
        return closing_of(add_working_days(day, working_days))
    except YearMissing:
        return None


def why_not_register(publicity, received_at: dt.datetime) -> str:
    """Why no objection of that moment can be written down, as one sentence; "" when it can."""
    if publicity.state not in PUBLIC_STATES:
        return f"名单现在是「{ListState(publicity.state).label}」，不在公示，不能登记异议。"
    if received_at > timezone.now():
        return "收到时间不能晚于现在。"
    if timezone.localdate(received_at) < publicity.starts_on:
        return f"公示从 {publicity.starts_on:%Y-%m-%d} 开始，收到时间不能更早，请核对。"
    return ""


def is_over(ends_at: dt.datetime, moment: dt.datetime) -> bool:
    """Whether `moment` comes after the end, told to the second: 17:00:00 still counts, 17:00:01 does not."""
    return moment.replace(microsecond=0) > ends_at
