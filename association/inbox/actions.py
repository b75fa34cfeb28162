"""Open, refresh and close what waits."""

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from association.timeline.actions import label_of

from .models import Todo


@transaction.atomic
def keep_todo(subject, *, kind, label, title, url, once_key, count=1, **fields) -> Todo | None:
    """One open Todo per `once_key`, brought up to date; closed when `count` is 0.

    Fields as on Todo: whose, right, user, party, audience, due_at, group_url. Two that keep the same one at once wait for
    each other: imports and decisions all share the line of the rows that wait.
    """
    if not count:
        close_todos(once_keys=[once_key])
        return None
    values = {"kind": kind, "label": label, "title": title[:200], "url": url, "count": count, **fields}
    locked = Todo.objects.select_for_update().filter(once_key=once_key, done_at=None)
    found = locked.first()
    if found is None:
        new = Todo(once_key=once_key, subject_type=label_of(subject), subject_id=subject.pk, **values)
        try:
            with transaction.atomic():
                new.save()
        except IntegrityError:  # somebody opened it this moment
            found = locked.get()
        else:
            return new
    if any(getattr(found, name) != value for name, value in values.items()):
        for name, value in values.items():
            setattr(found, name, value)
        found.save()
    return found


def close_todos(*, once_keys=None, subject=None) -> int:
    """Close by key, or all of a subject. Returns how many."""
    rows = Todo.objects.open()
    if once_keys is not None:
        rows = rows.filter(once_key__in=once_keys)
    if subject is not None:
        rows = rows.filter(subject_type=label_of(subject), subject_id=subject.pk)
    return rows.update(done_at=timezone.now())


def pass_on(*, party, user, to=None) -> int:
    """What waits for a person by name in a party's matters waits for another (`to`), or for the party. Returns how many."""
    rows = Todo.objects.open().filter(party=party, user=user)
    return rows.update(user=to, version=F("version") + 1)
