"""Open, refresh and close what waits."""

from django.utils import timezone

from association.timeline.actions import label_of

from .models import Todo


def keep_todo(subject, *, kind, label, title, url, once_key, count=1, **fields) -> Todo | None:
    """One open Todo per `once_key`, brought up to date; closed when `count` is 0.

    Fields as on Todo: whose, right, user, party, audience, due_at, group_url.
    """
    found = Todo.objects.filter(once_key=once_key, done_at=None).first()
    if not count:
        if found:
            close_todos(once_keys=[once_key])
        return None
    values = {"kind": kind, "label": label, "title": title[:200], "url": url, "count": count, **fields}
    if found is None:
        return Todo.objects.create(once_key=once_key, subject_type=label_of(subject), subject_id=subject.pk, **values)
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
