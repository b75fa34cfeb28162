"""Celery tasks: delegate; may run twice."""

from celery import shared_task

from . import actions, library


@shared_task(name="documents.sweep")
def sweep():
    library.sweep_loose()
    actions.sweep()
