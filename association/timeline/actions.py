"""record() beside each action, and log_access() beside each download, export and unmasked view."""

from allauth.account.adapter import get_adapter
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from association.accounts.rules import name_of
from association.core.enums import Audience

from .models import AccessLog, Event


def label_of(subject) -> str:
    return subject._meta.label_lower


def build(
    subject, verb, sentence, *, by, party=None, audience=Audience.STAFF, note="", happened_on=None, channel="",
    changes=None, signature="",
) -> Event:  # fmt: skip
    """An unsaved Event, for set-based writers. `by` may be None for what a clock did."""
    hidden = getattr(subject, "SENSITIVE", ())
    return Event(
        subject_type=label_of(subject),
        subject_id=subject.pk,
        party=party,
        audience=audience,
        verb=verb,
        sentence=sentence[:500],
        note=note,
        happened_on=happened_on or timezone.localdate(),
        actor=by,
        actor_name=signature or name_of(by),
        channel=channel,
        changes={key: value for key, value in (changes or {}).items() if key not in hidden},
    )


def record(subject, verb, sentence, **kwargs) -> Event:
    """Append one line to a record's history, in the caller's transaction."""
    event = build(subject, verb, sentence, **kwargs)
    event.save(force_insert=True)
    return event


def events_of(subject):
    return Event.objects.filter(subject_type=label_of(subject), subject_id=subject.pk)


def log_access(action, what, *, by, subject=None, rows=None, request=None) -> AccessLog:
    """Remember who took what. `rows` is the number of records in an export; `by` is None for nobody we know."""
    return AccessLog.objects.create(
        user=by,
        user_name=by.name if by else "",
        action=action,
        what=what[:200],
        subject_type=label_of(subject) if subject is not None else "",
        subject_id=subject.pk if subject is not None else None,
        rows=rows,
        address=_address(request) if request is not None else None,
    )


def _address(request) -> str | None:
    """The reader's own address, not that of the proxy in front of us (ALLAUTH_TRUSTED_PROXY_COUNT)."""
    try:
        return get_adapter(request).get_client_ip(request).strip()
    except PermissionDenied:  # none is known: a socket, no proxy's header
        return None
