"""Small files as people upload them."""

from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image


def pdf(name="营业执照.pdf", mark="1") -> SimpleUploadedFile:
    """Another `mark` makes another file."""
    return SimpleUploadedFile(name, f"%PDF-1.7\n% {mark}\ntrailer<<>>\n%%EOF".encode(), "application/pdf")


def photo(name="照片.jpg", colour="red", size=(80, 60), **options) -> SimpleUploadedFile:
    out = BytesIO()
    Image.new("RGB", size, colour).save(out, "JPEG", **options)
    return SimpleUploadedFile(name, out.getvalue())
