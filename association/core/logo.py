"""The association's emblem (标志): what is uploaded is made anew as a small PNG, nothing else of it is kept."""

from io import BytesIO
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from PIL import Image, ImageOps

from .stamp import raise_stamp

FOLDER = "logo"
SIDE = 256  # pixels; the largest place that shows it takes 44, on the sharpest screens three for one
SMALLEST = 64
MOST_BYTES = 5 * 2**20
MOST_PIXELS = 40_000_000


def take_logo(upload) -> str:
    """Where it is kept in the storage. Raises ValidationError with one Chinese sentence."""
    if upload.size > MOST_BYTES:
        raise ValidationError(f"图片超过 {MOST_BYTES // 2**20} MB，请缩小后再上传。", code="large")
    image = _opened(upload)
    if min(image.size) < SMALLEST:
        raise ValidationError(f"图片太小，短边至少 {SMALLEST} 像素，请用清楚一些的原图。", code="small")
    small = ImageOps.contain(image.convert("RGBA"), (SIDE, SIDE), Image.Resampling.LANCZOS)
    out = BytesIO()
    small.save(out, "PNG", optimize=True)
    return default_storage.save(f"{FOLDER}/{uuid4().hex}.png", ContentFile(out.getvalue()))


@transaction.atomic
def put_logo(association, path: str):
    """The emblem from now on; "" for none. The file of the one before goes."""
    before, association.logo = association.logo, path
    association.save()
    raise_stamp()
    if before:
        transaction.on_commit(lambda: default_storage.delete(before))


def _opened(upload) -> Image.Image:
    try:
        image = Image.open(upload, formats=["PNG", "JPEG", "WEBP"])
        if image.width * image.height > MOST_PIXELS:
            raise ValidationError("图片的像素太多，请缩小后再上传。", code="bomb")
        return ImageOps.exif_transpose(image)
    except ValidationError:
        raise
    except Exception:  # Pillow's readers raise whatever a broken file leads them to
        raise ValidationError("这个文件打不开，请选 PNG、JPG 或 WebP 图片。", code="type") from None
