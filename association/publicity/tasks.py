"""The clock of publicity, every minute."""

from celery import shared_task

from . import actions


@shared_task(name="publicity.clock")
def clock():
    actions.end_due()
