"""The clocks of members: what takes effect on a day."""

from celery import shared_task

from . import changes, duplicates, terms_watch
from .dues import arrears, reminding


@shared_task(name="members.changes")
def apply_changes():
    changes.apply_due()


@shared_task(name="members.terms")
def warn_of_ends():
    terms_watch.warn()


@shared_task(name="members.duplicates")
def find_duplicates():
    duplicates.start_search(by=None)


@shared_task(name="members.dues")
def look_at_arrears():
    arrears.close_kept()
    reminding.refresh_todos()
