"""What waits because a day has come."""

from celery import shared_task

from . import calendar


@shared_task(name="inbox.calendar")
def watch_calendar():
    calendar.watch()
