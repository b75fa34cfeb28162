"""The door to the SMS provider: settings.SMS_BACKEND, a callable(mobile, text), under a daily limit."""

from django.conf import settings
from django.core.cache import cache
from django.utils import timezone
from django.utils.module_loading import import_string


class Refused(Exception):
    """The message must not be sent, now or later; a provider's callable may raise it, too."""


def hand_over(mobile: str, text: str):
    """Send one SMS. Raises Refused past the day's limit, (nobody burns the budget), and what the provider does."""
    key = f"outbox.sms.{timezone.localdate():%Y%m%d}"
    cache.add(key, 0, 2 * 24 * 3600)
    if cache.incr(key) > settings.SMS_DAILY_LIMIT:
        raise Refused(f"今天的短信已达 {settings.SMS_DAILY_LIMIT} 条上限")
    import_string(settings.SMS_BACKEND)(mobile, text)
