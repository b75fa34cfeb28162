"""The clock of the newsroom."""

from celery import shared_task

from . import actions, pictures


@shared_task(name="news.clock")
def clock():
    actions.run_clock()


@shared_task(name="news.sweep")
def sweep():
    pictures.sweep()
