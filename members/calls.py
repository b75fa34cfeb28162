"""记一笔来电: a call or visit is written down, what was promised becomes a to-do of that day, and is answered."""

from datetime import datetime, time
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from association.core.enums import Audience
from association.inbox.actions import close_todos, keep_todo
from association.inbox.models import Whose
from association.parties.models import Party
from association.timeline.actions import record

from .models import CallNote

FIELDS = ("way", "caller", "phone", "topic", "content", "follow_up_on", "audience")
_CLOSES_AT = time(17)


def _needs(user, action: str):
    if not user.has_perm(f"members.{action}_callnote"):
        raise PermissionDenied("您没有记录来电来访的权限。")


def todo_key(note: CallNote) -> str:
    return f"call:{note.pk}"


def _keep_promise(note: CallNote):
    """The to-do of whom wrote it down, due at the end of the promised day."""
    if note.follow_up_on is None or note.answered_at:
        close_todos(once_keys=[todo_key(note)])
        return
    due = timezone.make_aware(datetime.combine(note.follow_up_on, _CLOSES_AT))
    who = note.party.name if note.party else note.caller
    keep_todo(
        note, kind="call", label="约定回复", title=f"{who}：{note.topic}" if who else note.topic,
        url=note.get_absolute_url(), once_key=todo_key(note), whose=Whose.OFFICE, user=note.by, party=note.party,
        due_at=due,
    )  # fmt: skip


@transaction.atomic
def note_call(*, party: Party | None, by, topic: str, once: UUID | None = None, **values) -> CallNote:
    """Write a call or visit down; `values` of FIELDS. `once` makes two clicks one note.

    Raises PermissionDenied, ValidationError (a day of answer that is over).
    """
    _needs(by, "add")
    if once and (known := CallNote.objects.filter(uid=once, by=by).first()):
        return known
    _check_day(values.get("follow_up_on"))
    note = CallNote(party=party, by=by, topic=topic, **values, **({"uid": once} if once else {}))
    note.full_clean(exclude=["uid"])
    try:
        with transaction.atomic():
            note.save()
    except IntegrityError:  # the other one of two clicks at once
        if known := CallNote.objects.filter(uid=once, by=by).first():
            return known
        raise
    record(
        note,
        "call.noted",
        f"{by.name}记录{note.get_way_display()}「{topic}」",
        by=by,
        party=party,
        audience=note.audience,
    )
    _keep_promise(note)
    return note


def _check_day(day):
    if day and day < timezone.localdate():
        raise ValidationError({"follow_up_on": "约定回复日期不能早于今天，请核对。"})


@transaction.atomic
def change_call(note: CallNote, *, by, **values) -> CallNote:
    """Correct what was written down; the to-do follows the day."""
    _needs(by, "change")
    [locked] = CallNote.objects.select_for_update(of=("self",)).select_related("party", "by").filter(pk=note.pk)
    changed = [name for name in FIELDS if name in values and getattr(locked, name) != values[name]]
    if not changed:
        return locked
    if "follow_up_on" in changed:
        _check_day(values["follow_up_on"])
    old = {name: getattr(locked, name) for name in changed}
    for name in changed:
        setattr(locked, name, values[name])
    locked.full_clean(exclude=["uid"])
    locked.save()
    labels = "、".join(str(CallNote._meta.get_field(name).verbose_name) for name in changed)
    shown = {name: [str(old[name] or ""), str(values[name] or "")] for name in changed}
    seen_by = Audience.STAFF if Audience.STAFF in (locked.audience, old.get("audience")) else locked.audience
    record(
        locked, "call.changed", f"{by.name}修改来电记录「{locked.topic}」的{labels}", by=by, party=locked.party,
        audience=seen_by, changes=shown,
    )  # fmt: skip
    _keep_promise(locked)
    return locked


@transaction.atomic
def answer_call(note: CallNote, *, by, words: str = "") -> CallNote:
    """What was promised was kept: the to-do goes. Raises PermissionDenied, ValidationError (answered already)."""
    _needs(by, "change")
    [locked] = CallNote.objects.select_for_update(of=("self",)).select_related("party", "by").filter(pk=note.pk)
    if locked.answered_at:
        raise ValidationError(f"这一条已经在 {timezone.localtime(locked.answered_at):%Y-%m-%d %H:%M} 回复过。")
    if words.strip():
        locked.content = f"{locked.content}\n{timezone.localdate():%Y-%m-%d} {by.name}回复：{words.strip()}".strip()
    _close([locked], f"{by.name}回复「{locked.topic}」", by=by, note=words)
    return locked


@transaction.atomic
def close_calls(notes: QuerySet, sentence: str) -> int:
    """Nobody has to answer them any more: what was waited for came about by itself. Returns how many."""
    waiting = notes.filter(follow_up_on__isnull=False, answered_at=None).select_related("party")
    found = list(waiting.select_for_update(of=("self",)))
    _close(found, sentence, by=None)
    return len(found)


def _close(notes: list[CallNote], sentence: str, *, by, note: str = ""):
    for one in notes:
        one.answered_at = timezone.now()
        one.save()
        record(one, "call.answered", sentence, by=by, party=one.party, audience=one.audience, note=note)
    close_todos(once_keys=[todo_key(one) for one in notes])
