"""Celery tasks: take ids, delegate; may run twice."""

import logging

from celery import shared_task

from . import actions, sms

log = logging.getLogger(__name__)


@shared_task(name="outbox.deliver")
def deliver(pks: list[int]):
    for pk in pks:
        actions.deliver(pk)


@shared_task(name="outbox.sweep")
def sweep():
    actions.sweep()


@shared_task(name="outbox.code")
def send_code(mobile: str, text: str):
    """A login code: not kept in a row, not retried (it is void within minutes). Without a number: nothing to do."""
    if not mobile:
        return
    try:
        sms.hand_over(mobile, text)
    except Exception:  # whatever a provider's client raises; the person asks for another code
        log.exception("a login code was not sent")
