"""Pictures with captions that a firm puts in order: [{"uid", "caption"}] of a contribution and of a showcase page."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet

from association.documents.library import drop as drop_upload

from .models import Picture
from .pictures import drop, take_picture

LONGEST_CAPTION = 60


def take_in(uploads: Iterable, *, by) -> tuple[list[dict], list[str]]:
    """Kept uploads (documents) as pictures without a caption, and a sentence on each that is none; the uploads go.

    One after the other, outside of any long transaction: to make a picture anew takes about a second.
    """
    rows, refused = [], []
    for document in uploads:
        try:
            with document.as_file() as file:
                picture = take_picture(file, by=by)
            rows.append({"uid": str(picture.uid), "caption": ""})
        except ValidationError as problem:
            refused.append(f"{document.label}：{problem.messages[0]}")
        drop_upload(document)
    return rows, refused


def drop_uploads(uploads: Iterable):
    for document in uploads:
        drop_upload(document)


def is_uid(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def usable(uids: Iterable[str], *, by, files: QuerySet) -> dict[str, Picture]:
    """{uid: picture} of those that the person brought or that stand in `files` already; others are no matter of theirs."""
    rows = Picture.objects.filter(uid__in=list(uids)).filter(Q(uploaded_by=by) | Q(pk__in=files.values("pk")))
    return {str(picture.uid): picture for picture in rows}


def checked(rows: Sequence[dict], *, by, files: QuerySet, most: int) -> list[dict]:
    """The rows as they are kept. Raises ValidationError where there are too many, or a caption is too long."""
    known = usable((row["uid"] for row in rows), by=by, files=files)
    found = [{"uid": row["uid"], "caption": " ".join(row["caption"].split())} for row in rows if row["uid"] in known]
    if len(found) > most:
        raise ValidationError(
            f"最多 {most} 张图片，现在有 {len(found)} 张，请勾选「删除」去掉 {len(found) - most} 张。"
        )
    for number, row in enumerate(found, 1):
        if len(row["caption"]) > LONGEST_CAPTION:
            raise ValidationError(
                f"第 {number} 张图片的说明有 {len(row['caption'])} 个字，请写在 {LONGEST_CAPTION} 个字以内。"
            )
    return found


def put(relation, uids: Iterable[str]) -> list[Picture]:
    """Let `relation` hold just these pictures. Gives those that it held before, for drop_unused()."""
    before = {picture.pk: picture for picture in relation.all()}
    relation.set(Picture.objects.filter(uid__in=list(uids)))
    kept = set(relation.values_list("pk", flat=True))
    return [picture for pk, picture in before.items() if pk not in kept]


def drop_unused(pictures: Iterable[Picture]):
    for picture in pictures:
        drop(picture)


def without_caption(rows: Sequence[dict]) -> list[int]:
    """The numbers, from 1, of the pictures that bear no caption yet."""
    return [number for number, row in enumerate(rows, 1) if not row["caption"]]


def with_addresses(rows: Sequence[dict], name: str = "960.webp") -> list[dict]:
    """The rows with the address of one of each picture's files; no query."""
    return [row | {"url": f"/pictures/{row['uid']}/{name}"} for row in rows]
