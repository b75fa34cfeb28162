"""Celery tasks: delegate; may run twice."""

from celery import shared_task

from . import actions


@shared_task(name="documents.sweep")
def sweep():
    actions.sweep()
