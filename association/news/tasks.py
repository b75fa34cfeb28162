"""The clock of the newsroom."""

from celery import shared_task

from . import actions


@shared_task(name="news.clock")
def clock():
    actions.run_clock()
