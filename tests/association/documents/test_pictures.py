"""Photos lose place and time, keep their pixels and their orientation."""

from io import BytesIO

import pillow_heif
import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import ExifTags, Image, PngImagePlugin

from association.documents import pictures
from association.documents.filetypes import HEIC, JPEG, PNG, WEBP, detect

PLACE = b"N29.3570 E113.1290"


def _exif(orientation=6):
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    exif[ExifTags.Base.Make] = "PhoneMaker"
    gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
    gps[ExifTags.GPS.GPSLatitudeRef] = "N"
    gps[ExifTags.GPS.GPSLatitude] = (29.0, 21.0, 25.2)
    gps[ExifTags.GPS.GPSAreaInformation] = PLACE
    return exif


def _photo(form, **options):
    picture = Image.effect_mandelbrot((97, 61), (-2, -1, 1, 1), 60).convert("RGB")
    out = BytesIO()
    picture.save(out, form, exif=options.pop("exif", _exif()), **options)
    return out.getvalue()


def _cleaned(content, kind):
    return pictures.clean(SimpleUploadedFile("x", content), kind)


@pytest.mark.parametrize(
    ("form", "kind", "options"),
    [
        ("JPEG", JPEG, {"quality": 90}),
        ("JPEG", JPEG, {"quality": 90, "progressive": True, "comment": PLACE}),
        ("PNG", PNG, {}),
        ("WEBP", WEBP, {"lossless": True}),
        ("WEBP", WEBP, {"quality": 80, "xmp": b"<x:xmpmeta>" + PLACE + b"</x:xmpmeta>"}),
    ],
)
def test_place_goes_pixels_and_orientation_stay(form, kind, options):
    content = _photo(form, **options)
    assert PLACE in content
    cleaned, found = _cleaned(content, kind)
    assert found is kind
    assert PLACE not in cleaned
    assert b"PhoneMaker" not in cleaned
    before, after = Image.open(BytesIO(content)), Image.open(BytesIO(cleaned))
    assert after.tobytes() == before.tobytes()
    assert dict(after.getexif()) == {ExifTags.Base.Orientation: 6}
    assert not after.getexif().get_ifd(ExifTags.IFD.GPSInfo)


def test_text_chunks_of_a_png_go():
    info = PngImagePlugin.PngInfo()
    info.add_text("Location", PLACE.decode())
    info.add_itxt("XML:com.adobe.xmp", PLACE.decode())
    content = _photo("PNG", pnginfo=info, exif=Image.Exif())
    assert PLACE in content
    assert PLACE not in _cleaned(content, PNG)[0]


def test_what_a_phone_hangs_behind_the_photo_goes():
    """Motion photos carry a film with its place behind the end of the JPEG."""
    content = _photo("JPEG") + b"\0\0\0\x18ftypmp42" + PLACE
    assert PLACE not in _cleaned(content, JPEG)[0]


def test_heic_becomes_a_jpeg_that_stands_upright():
    out = BytesIO()
    pillow_heif.from_pillow(Image.new("RGB", (80, 40), "navy")).save(out, exif=_exif(orientation=1).tobytes())
    content = out.getvalue()
    assert detect(BytesIO(content)) is HEIC
    cleaned, kind = _cleaned(content, HEIC)
    assert kind is JPEG
    picture = Image.open(BytesIO(cleaned))
    assert (picture.format, picture.size) == ("JPEG", (80, 40))
    assert not picture.getexif()
    assert PLACE not in cleaned


def test_a_bomb_is_refused_before_it_is_unpacked():
    content = bytearray(_photo("PNG", exif=Image.Exif()))
    from zlib import crc32

    content[16:24] = (60_000).to_bytes(4) + (60_000).to_bytes(4)
    content[29:33] = crc32(content[12:29]).to_bytes(4)
    with pytest.raises(ValidationError, match="像素太多"):
        _cleaned(bytes(content), PNG)


@pytest.mark.parametrize(("form", "kind"), [("JPEG", JPEG), ("PNG", PNG), ("WEBP", WEBP)])
def test_a_picture_cut_off_is_refused(form, kind):
    content = _photo(form)
    with pytest.raises(ValidationError, match="损坏"):
        _cleaned(content[: len(content) * 2 // 3], kind)
