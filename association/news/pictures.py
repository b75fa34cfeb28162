"""Pictures taken in: read by Pillow, made anew in the site's sizes (WebP) and as a JPEG for link previews.

Nothing of the upload itself is kept: no place and time of a photo, no script in an SVG, no bomb in a PNG.
"""

import logging
import shutil
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import transaction
from django.utils import timezone
from PIL import Image, ImageOps

from association.accounts.rules import name_of
from association.documents.actions import check as check_file
from association.documents.kept import NO_PHOTO
from association.documents.library import is_used
from association.documents.pictures import PILLOW
from association.documents.pictures import check as check_picture
from association.timeline.actions import record

from .images import WIDTHS
from .models import Picture

log = logging.getLogger(__name__)
ROOT = "pictures"
ORPHAN_AGE = timedelta(days=1)  # a row may come as late as its transaction ends
SHARE, SHARE_SIZE = "share.jpg", (1200, 630)  # what messengers draw beside a link
FILES = (*(f"{width}.webp" for width in WIDTHS), SHARE)
SMALLEST = 120  # pixels; less is an icon or a tracking dot that came along with a paste


@dataclass(frozen=True)
class Box:
    """A part of a picture, in fractions of its width and height (0 to 1)."""

    x: float
    y: float
    width: float
    height: float

    def __post_init__(self):
        inside = 0 <= self.x < 1 and 0 <= self.y < 1 and self.width > 0 and self.height > 0
        if not (inside and self.x + self.width <= 1.001 and self.y + self.height <= 1.001):
            raise ValidationError("裁剪的范围超出了图片，请重新框选。", code="box")


def take_picture(upload, *, by, alt: str = "", credit: str = "") -> Picture:
    """Keep an uploaded picture. Raises ValidationError with one Chinese sentence where it is none, or too large."""
    try:
        kind = check_file(upload)
    except ValidationError as problem:
        if problem.code != "type":
            raise
        raise ValidationError(NO_PHOTO, code="type") from None  # not all that a file may be otherwise
    if not kind.is_picture:
        raise ValidationError(f"这是{kind.name}，不是图片，请选 JPG、PNG、WebP 或 HEIC 图片。", code="type")
    check_picture(upload, kind)
    upload.seek(0)
    try:
        image = ImageOps.exif_transpose(Image.open(upload, formats=[PILLOW[kind]]))
        image.load()
    except Exception:  # Pillow's readers raise whatever a broken file leads them to
        raise ValidationError("图片已损坏或不完整，打不开，请另存后再上传。", code="damaged") from None
    if min(image.size) < SMALLEST:
        raise ValidationError(
            f"图片只有 {image.width}×{image.height} 像素，放到网页上看不清，请用原图（短边至少 {SMALLEST} 像素）。",
            code="small",
        )
    return _keep(image, by=by, alt=alt, credit=credit)


def crop(picture: Picture, box: Box, *, by, alt: str | None = None) -> Picture:
    """A part of a picture as a picture of its own (封面裁剪); what it shows is said anew, or as of the whole."""
    with default_storage.open(f"{picture.folder}/{WIDTHS[-1]}.webp") as file:
        image = Image.open(file, formats=["WEBP"])
        image.load()
    left, top = round(box.x * image.width), round(box.y * image.height)
    right = min(image.width, left + max(1, round(box.width * image.width)))
    bottom = min(image.height, top + max(1, round(box.height * image.height)))
    if min(right - left, bottom - top) < SMALLEST:
        raise ValidationError("框选的范围太小，放大后看不清，请选大一些。", code="small")
    part = image.crop((left, top, right, bottom))
    return _keep(part, by=by, alt=picture.alt if alt is None else alt, credit=picture.credit, cropped_from=picture)


def _keep(image: Image.Image, *, by, **fields) -> Picture:
    folder, image = f"{ROOT}/{timezone.localdate():%Y/%m}/{uuid4().hex}", _flat(image)
    largest = _at_most(image, WIDTHS[-1])
    written = []
    try:
        for width in WIDTHS:
            written.append(_write(f"{folder}/{width}.webp", _at_most(largest, width), "WEBP", quality=80, method=4))
        share = ImageOps.fit(largest, SHARE_SIZE)
        written.append(_write(f"{folder}/{SHARE}", share, "JPEG", quality=82, progressive=True))
        with transaction.atomic():
            picture = Picture.objects.create(
                folder=folder, width=largest.width, height=largest.height, uploaded_by=by, **fields
            )
            record(picture, "picture.stored", f"{name_of(by)}上传图片「{picture}」", by=by)
    except BaseException:
        for path in written:
            default_storage.delete(path)
        raise
    return picture


def _flat(image: Image.Image) -> Image.Image:
    """Without transparency: on white, as it looks on paper."""
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        clear = image.convert("RGBA")
        white = Image.new("RGB", clear.size, "white")
        white.paste(clear, mask=clear.getchannel("A"))
        return white
    return image.convert("RGB")


def _at_most(image: Image.Image, width: int) -> Image.Image:
    if image.width <= width:
        return image
    return image.resize((width, max(1, round(image.height * width / image.width))), Image.Resampling.LANCZOS)


def _write(path: str, image: Image.Image, encoding: str, **options) -> str:
    out = BytesIO()
    image.save(out, encoding, **options)
    return default_storage.save(path, ContentFile(out.getvalue()))


@transaction.atomic
def drop(picture: Picture) -> bool:
    """Remove a picture that nothing shows any more, row and files; False where something names it."""
    row = Picture.objects.select_for_update().filter(pk=picture.pk).first()
    if row is None or is_used(row):
        return False
    row.delete()
    transaction.on_commit(lambda: _remove_files(row.folder))
    return True


def _remove_files(folder: str):
    for name in FILES:
        default_storage.delete(f"{folder}/{name}")


def sweep() -> int:
    """Remove folders that a killed process left without a row. Looks only at the months that can hold young ones."""
    if not isinstance(default_storage, FileSystemStorage):
        return 0
    now, removed = timezone.now(), 0
    for month in {f"{ROOT}/{now - timedelta(days=days):%Y/%m}" for days in (0, 3, 31)}:
        place = Path(default_storage.path(month))
        old = {path.name: path for path in place.iterdir()} if place.is_dir() else {}
        known = Picture.objects.filter(folder__startswith=f"{month}/").values_list("folder", flat=True)
        for name in old.keys() - {folder.rpartition("/")[2] for folder in known}:
            if old[name].stat().st_mtime < (now - ORPHAN_AGE).timestamp():
                log.warning("removing %s/%s, which no picture names", month, name)
                shutil.rmtree(old[name], ignore_errors=True)
                removed += 1
    return removed
