"""Celery tasks: take an id, fetch again, delegate; may run twice."""

from celery import shared_task

from . import actions, heartbeat


@shared_task(name="jobs.work")
def work(pk: int):
    actions.run(pk, polite=True)


@shared_task(name="jobs.sweep")
def sweep():
    heartbeat.beat()
    actions.sweep()
