"""Photos that become one PDF of a slot, where that takes longer than a page may."""

from django.core.exceptions import PermissionDenied, ValidationError

from association.documents.joined import join_slowly
from association.documents.library import drop
from association.documents.models import Document
from association.jobs.actions import Refused
from association.jobs.registry import worker

from . import materials
from .models import Case, Slot

JOIN = "materials.join"


@worker(JOIN)
def join_photos(job):
    """args: {"case", "slot", "documents": loose photos in order}. Begun anew after a kill: nothing is kept before the end.

    Photos that cannot be joined are handed in one by one, so that nothing is lost.
    """
    photos = list(Document.objects.loose().filter(pk__in=job.args["documents"]).order_by("pk"))
    case, slot = Case.objects.get(pk=job.args["case"]), Slot.objects.get(pk=job.args["slot"])
    if not photos:  # done before the worker was killed
        return {"页": 0}
    files = [photo.as_file() for photo in photos]
    try:
        steps = join_slowly(files, slot.name)
        while True:
            try:
                yield next(steps), len(photos), "正在合成 PDF"
            except StopIteration as end:
                handed = {"uploads": [end.value]}
                break
            except ValidationError:
                handed = {"documents": photos}
                break
    finally:
        for file in files:
            file.close()
    try:
        materials.hand_in(case=case, slot=slot, by=job.owner, **handed)
    except PermissionDenied as problem:
        raise Refused(str(problem)) from None
    for photo in photos:
        drop(photo)
    return {"页": len(photos)}
