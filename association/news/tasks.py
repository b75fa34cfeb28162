"""The clock of the newsroom."""

from celery import shared_task

from . import actions, pictures, search


@shared_task(name="news.clock")
def clock():
    actions.run_clock()


@shared_task(name="news.sweep")
def sweep():
    pictures.sweep()


@shared_task(name="news.mend_search")
def mend_search():
    search.mend()
