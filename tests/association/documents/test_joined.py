"""Photos joined into one PDF: A4, upright, without their place, of a bounded size, damaged ones named."""

import re
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from association.documents.filetypes import PDF, detect
from association.documents.joined import MOST_PHOTOS, join


def photo(form="JPEG", size=(400, 300), colour="red", name="照片.jpg", **options):
    out = BytesIO()
    Image.new("RGB", size, colour).save(out, form, **options)
    return SimpleUploadedFile(name, out.getvalue())


def pages_of(pdf) -> set[tuple[int, int]]:
    """Width and height of the pages in points."""
    found = re.findall(rb"/MediaBox \[ 0 0 ([\d.]+) ([\d.]+) \]", pdf.read())
    pdf.seek(0)
    return {(round(float(width)), round(float(height))) for width, height in found}


def pictures_in(pdf) -> list[Image.Image]:
    content = pdf.read()
    pdf.seek(0)
    found = re.findall(rb"/DCTDecode.*?stream\r?\n(.*?)endstream", content, re.DOTALL)
    return [Image.open(BytesIO(one)).convert("RGB") for one in found]


def test_each_photo_is_an_a4_page_upright_or_lying(db):
    pdf = join([photo(size=(400, 300)), photo("PNG", (300, 400), name="a.png")], "合同")
    assert detect(pdf, pdf.name) is PDF
    assert pdf.name == "合同.pdf"
    assert pages_of(pdf) == {(842, 595), (595, 842)}
    assert len(pictures_in(pdf)) == 2


def test_heic_and_transparent_pictures_are_taken(db):
    clear = BytesIO()
    Image.new("RGBA", (40, 60), (0, 0, 0, 0)).save(clear, "PNG")
    pdf = join([photo("HEIF", name="a.heic"), SimpleUploadedFile("b.png", clear.getvalue())], "照片")
    red, white = pictures_in(pdf)
    assert red.getpixel((red.width // 2, red.height // 2))[0] > 200
    assert white.getpixel((white.width // 2, white.height // 2)) == (255, 255, 255)


def test_a_turned_photo_stands_upright_and_says_nothing_of_its_place(db):
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif.get_ifd(0x8825)[2] = (28.0, 41.0, 0.0)
    pdf = join([photo(size=(400, 300), exif=exif)], "照片")
    assert pages_of(pdf) == {(595, 842)}
    assert b"Exif" not in pdf.read()


def test_the_pdf_stays_below_the_upload_limit(db, settings):
    noise = Image.effect_noise((1600, 1200), 80).convert("RGB")
    out = BytesIO()
    noise.save(out, "JPEG", quality=90)
    photos = [SimpleUploadedFile(f"{n}.jpg", out.getvalue()) for n in range(2)]
    settings.UPLOAD_LIMIT_BYTES = 1_500_000
    assert len(join(photos, "照片")) <= 1_500_000
    settings.UPLOAD_LIMIT_BYTES = 50_000
    with pytest.raises(ValidationError, match="请分成几份上传"):
        join(photos, "照片")


def test_a_damaged_photo_is_named(db):
    whole = photo().read()
    with pytest.raises(ValidationError, match=r"坏\.jpg：图片已损坏"):
        join([photo(), SimpleUploadedFile("坏.jpg", whole[: len(whole) // 3])], "照片")


def test_too_many_photos_are_asked_for_in_parts(db):
    with pytest.raises(ValidationError, match=f"最多把 {MOST_PHOTOS} 张"):
        join([photo()] * (MOST_PHOTOS + 1), "照片")
