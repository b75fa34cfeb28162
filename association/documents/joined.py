"""Several photos become one PDF: a page each, A4, upright, without where and when they were taken."""

import logging
import tempfile
from collections.abc import Iterator
from io import BytesIO

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from PIL import Image, ImageOps

from . import pictures
from .filetypes import FileType, detect

log = logging.getLogger(__name__)
MOST_PHOTOS = 30
_A4 = (8.27, 11.69)  # inches
_QUALITIES = ((200, 80), (150, 70), (110, 60))  # dots an inch and JPEG quality, until it fits the upload limit
_MARGIN = 0.02  # of the page's width


def is_photo(upload) -> bool:
    """Whether an upload is a picture, by its content."""
    try:
        return detect(upload, getattr(upload, "name", "") or "").is_picture
    except ValidationError:
        return False


def join(photos: list, name: str) -> ContentFile:
    """The photos (open files or uploads, in this order) as one PDF of at most UPLOAD_LIMIT_BYTES, named `name`.pdf.

    Raises ValidationError for more than MOST_PHOTOS, for a photo that cannot be opened (says which), and where not even
    the coarsest pages fit.
    """
    steps = join_slowly(photos, name)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


def join_slowly(photos: list, name: str) -> Iterator[int]:
    """join() for a job: yields the number of pages done after each page; returns the PDF."""
    if len(photos) > MOST_PHOTOS:
        raise ValidationError(f"一次最多把 {MOST_PHOTOS} 张照片合成一个 PDF，请分几次上传。", code="many")
    for dots, quality in _QUALITIES:
        with tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR) as file:
            size = 0
            for number, photo in enumerate(photos, start=1):
                page = _page(photo, number, dots)
                file.seek(0)
                page.save(file, "PDF", append=number > 1, resolution=dots, quality=quality, title=name)
                size = file.seek(0, 2)
                yield number
                if size > settings.UPLOAD_LIMIT_BYTES:
                    break
            if size <= settings.UPLOAD_LIMIT_BYTES:
                file.seek(0)
                return ContentFile(file.read(), name=f"{name}.pdf")
    raise ValidationError("照片太多，合成的 PDF 超过上限，请分成几份上传。", code="large")


def _page(photo, number: int, dots: int) -> Image.Image:
    """One A4 page, upright or lying as the photo is, with the photo as large as it goes."""
    label = getattr(photo, "name", "") or f"第 {number} 张"
    try:
        kind = detect(photo, label)
        pictures.check(photo, kind)
    except ValidationError as problem:
        raise ValidationError(f"{label}：{problem.messages[0]}", code="photo") from None
    try:
        return _laid_out(_opened(photo, kind, dots), dots)
    except Exception:  # Pillow's readers raise whatever a broken file leads them to
        log.warning("a photo could not be laid out", exc_info=True)
        raise ValidationError(f"{label}：图片已损坏或不完整，打不开，请重新拍照后再上传。", code="damaged") from None


def _opened(photo, kind: FileType, dots: int) -> Image.Image:
    photo.seek(0)
    picture = Image.open(BytesIO(photo.read()), formats=[pictures.PILLOW[kind]])
    longest = int(_A4[1] * dots)
    picture.draft("RGB", (longest, longest))  # a JPEG is read no larger than needed
    picture = ImageOps.exif_transpose(picture)
    if picture.mode in ("RGBA", "LA", "P", "PA"):
        picture = picture.convert("RGBA")
        paper = Image.new("RGB", picture.size, "white")
        paper.paste(picture, mask=picture.getchannel("A"))
        return paper
    return picture.convert("RGB")


def _laid_out(picture: Image.Image, dots: int) -> Image.Image:
    width, height = (round(side * dots) for side in _A4)
    if picture.width > picture.height:
        width, height = height, width
    margin = round(width * _MARGIN)
    picture = ImageOps.contain(picture, (width - 2 * margin, height - 2 * margin), Image.Resampling.LANCZOS)
    page = Image.new("RGB", (width, height), "white")
    page.paste(picture, ((width - picture.width) // 2, (height - picture.height) // 2))
    return page
