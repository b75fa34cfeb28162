"""The clocks of members: what takes effect on a day."""

from celery import shared_task

from . import changes


@shared_task(name="members.changes")
def apply_changes():
    changes.apply_due()
