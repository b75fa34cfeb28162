"""Take an import back (撤销导入): rows unchanged since go back, rows changed or used since stay and are listed with why.

What a row did is its kind's to undo (ImportKind.give_back); here are the job and what most kinds need.
"""

from collections.abc import Sequence

from django.db import models, transaction
from django.db.models import F
from django.utils import timezone

from association.accounts.rules import name_of
from association.core.stamp import raise_stamp
from association.jobs.registry import worker
from association.timeline.actions import record

from .kinds import ImportKind, V, kind_named
from .models import ImportBatch, ImportRow

SLICE = 200
CHANGED_SINCE = "导入以后又改过"
GONE = "已经不在了"
_WRITTEN = (V.CREATED, V.UPDATED, V.WAITING)


@worker("exchange.undo")
def undo(job):
    """Give a batch back slice by slice, last row first; what is done is marked on the row, so it goes on after a kill."""
    batch = ImportBatch.objects.select_related("document").get(pk=job.args["batch"])
    if batch.state != ImportBatch.State.UNDOING:
        return {"batch": batch.pk}
    kind, total = kind_named(batch.kind), batch.rows.filter(verdict__in=_WRITTEN).count()
    done = batch.rows.filter(undone=True).count()
    while True:
        with transaction.atomic():
            # what a broken-off undo left unasked; those that stay were asked once
            rows = batch.rows.filter(verdict__in=_WRITTEN, undone=False, kept="").order_by("-id")[:SLICE]
            rows = list(rows)
            _give_back(kind, batch, rows, by=job.owner)
            done += len(rows)
            job.keep(done=done)
        if not rows:
            break
        yield done, total, "撤销"
    with transaction.atomic():
        kind.given_back(batch, by=job.owner)
        gone, kept = _close(batch, by=job.owner)
    return {"已撤销": f"{gone} 行", "保留": f"{kept} 行"}


def _give_back(kind: ImportKind, batch: ImportBatch, rows: Sequence[ImportRow], *, by):
    if not rows:
        return
    stays = kind.give_back(rows, batch=batch, by=by)
    for row in rows:
        row.kept = stays.get(row.pk, "")[:120]
        row.undone = not row.kept
    ImportRow.objects.bulk_update(rows, ["kept", "undone"], batch_size=SLICE)


def _close(batch: ImportBatch, *, by) -> tuple[int, int]:
    """The batch is taken back; where every row had to stay, it is what it was."""
    gone, kept = batch.rows.filter(undone=True).count(), batch.rows.exclude(kept="").count()
    locked = ImportBatch.objects.select_for_update(of=("self",)).select_related("document").get(pk=batch.pk)
    if gone or not kept:
        locked.state, locked.undone_at, locked.undone_by = ImportBatch.State.UNDONE, timezone.now(), by
    else:
        locked.state = ImportBatch.State.APPLIED if locked.applied_at else ImportBatch.State.BROKEN
    locked.save()
    name = name_of(by)
    record(
        locked, "import.undone",
        f"{name}撤销导入{locked.label}《{locked.document.label}》：{gone} 行已撤销，{kept} 行保留", by=by,
        note=locked.undo_reason,
    )  # fmt: skip
    raise_stamp()
    return gone, kept


# -- For kinds --------------------------------------------------------------------------------------------------------


def subjects_of(rows: Sequence[ImportRow], model: type[models.Model], *related: str) -> dict[int, models.Model]:
    """The rows of `model` that these import rows wrote, locked, by key."""
    keys = {row.subject_id for row in rows if row.subject_type == model._meta.label_lower}
    found = model._base_manager.select_for_update(of=("self",)).select_related(*related).filter(pk__in=keys)
    return {thing.pk: thing for thing in found}


def written_later(rows: Sequence[ImportRow], batch: ImportBatch) -> set[tuple[str, int]]:
    """(type, key) of the subjects that a later import, not taken back since, has written again."""
    keys = {row.subject_id for row in rows}
    later = ImportRow.objects.filter(
        batch_id__gt=batch.pk, verdict__in=_WRITTEN, undone=False, subject_id__in=keys,
        batch__state__in=(
            ImportBatch.State.APPLYING, ImportBatch.State.BROKEN, ImportBatch.State.APPLIED, ImportBatch.State.UNDOING,
        ),
    )  # fmt: skip
    return set(later.values_list("subject_type", "subject_id"))


def rejoin(pairs: Sequence[tuple[ImportRow, models.Model]], batch: ImportBatch):
    """An earlier import that had written these rows last has done so again, now that they are what it left."""
    now = {thing.pk: (row, thing) for row, thing in pairs}
    label = pairs[0][1]._meta.label_lower if pairs else ""
    earlier = ImportRow.objects.filter(batch_id__lt=batch.pk, subject_type=label, subject_id__in=now, undone=False)
    again = []
    for before in earlier:
        row, thing = now[before.subject_id]
        if before.after_version == row.after_version - 1:
            before.after_version = thing.version
            again.append(before)
    ImportRow.objects.bulk_update(again, ["after_version"], batch_size=SLICE)


def set_back(thing: models.Model, before: dict, names: Sequence[str]) -> list[str]:
    """Put the old values of those of `names` that an import row changed back onto an object; the names that it has."""
    told = [name for name in names if name in before]
    for name in told:
        field = thing._meta.get_field(name)
        value = before[name]
        setattr(thing, field.attname, _value(field, value) if isinstance(value, str) else value)
    return told


def _value(field, text: str):
    if isinstance(field, models.BooleanField):
        return text == "True"
    if isinstance(field, models.ForeignKey):
        return int(text)
    return field.to_python(text)


def users_of(model: type[models.Model], keys: Sequence[int], *, leave: Sequence[type[models.Model]]) -> dict[int, str]:
    """{key: what uses it, in Chinese} for rows of `model` that any other table names, but for those in `leave`."""
    used: dict[int, str] = {}
    for relation in model._meta.get_fields(include_hidden=True):
        if not (relation.auto_created and not relation.concrete and (relation.one_to_many or relation.one_to_one)):
            continue
        other = relation.related_model
        if other in leave or hasattr(other, "history_object"):  # row history outlives its row
            continue
        name = relation.field.name
        found = other._base_manager.filter(**{f"{name}__in": keys}).order_by().values_list(name, flat=True).distinct()
        for key in found:
            used.setdefault(key, str(other._meta.verbose_name))
    return used


def bump(model: type[models.Model], keys: Sequence[int], **values) -> int:
    """One UPDATE that raises the version."""
    return model._base_manager.filter(pk__in=keys).update(version=F("version") + 1, **values)
