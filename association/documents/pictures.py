"""Photos without the place and time they were taken (EXIF, XMP, IPTC), the picture itself untouched where it can be.

JPEG, PNG and WebP lose their metadata parts byte by byte, nothing is encoded anew; of EXIF only the orientation stays.
HEIC, which no browser of an office shows, becomes a JPEG.
"""

import struct
import warnings
from io import BytesIO
from zlib import crc32

import pillow_heif
from django.core.exceptions import ValidationError
from PIL import Image, ImageOps

from .filetypes import HEIC, JPEG, PNG, WEBP, FileType

MOST_PIXELS = 80_000_000
ORIENTATION = 0x0112
_SOI, _EOI, _SOS, _APP0, _APP1, _APP2, _APP14, _COM = 0xD8, 0xD9, 0xDA, 0xE0, 0xE1, 0xE2, 0xEE, 0xFE
_PNG_DROPPED = {b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"tIME"}
_DAMAGED = "图片已损坏或不完整，打不开，请重新拍照或另存后再上传。"

PILLOW = {JPEG: "JPEG", PNG: "PNG", WEBP: "WEBP", HEIC: "HEIF"}

pillow_heif.register_heif_opener()


def clean(file, kind: FileType) -> tuple[bytes, FileType]:
    """The picture in an open file without metadata, and its type (JPEG for HEIC).

    Raises ValidationError for a damaged picture and for one of more than MOST_PIXELS (a decompression bomb, or a
    photo that serves nobody).
    """
    file.seek(0)
    content = file.read()
    orientation = _checked(content, kind)
    try:
        if kind is HEIC:
            return _heic_to_jpeg(content), JPEG
        stripped = {JPEG: _strip_jpeg, PNG: _strip_png, WEBP: _strip_webp}[kind](content, orientation)
    except (struct.error, IndexError, ValueError, OSError, SyntaxError):
        raise ValidationError(_DAMAGED, code="damaged") from None
    return stripped, kind


def check(file, kind: FileType):
    """Open the picture as far as tells whether it is whole and of a bearable size. Raises ValidationError."""
    file.seek(0)
    _checked(file.read(), kind)
    file.seek(0)


def _checked(content: bytes, kind: FileType) -> int:
    """The orientation (1-8) of a picture that can be opened and is not too large."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(BytesIO(content), formats=[PILLOW[kind]])
        if picture.width * picture.height > MOST_PIXELS:
            raise Image.DecompressionBombError
        orientation = _EXIF_OF[kind](content, picture).get(ORIENTATION, 1)
        picture.verify()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise ValidationError("图片的像素太多，请用手机相机的普通模式重拍，或缩小后再上传。", code="bomb") from None
    except Exception:  # Pillow's readers raise whatever a broken file leads them to
        raise ValidationError(_DAMAGED, code="damaged") from None
    return orientation if orientation in range(1, 9) else 1


def _heic_to_jpeg(content: bytes) -> bytes:
    picture = ImageOps.exif_transpose(Image.open(BytesIO(content), formats=["HEIF"]))
    profile, out = picture.info.get("icc_profile"), BytesIO()
    picture.convert("RGB").save(out, "JPEG", quality=92, icc_profile=profile, exif=b"")
    return out.getvalue()


def _exif(orientation: int) -> bytes:
    """The smallest TIFF block that says how to turn the picture."""
    return b"MM\0*\0\0\0\x08" + struct.pack(">HHHIHHI", 1, ORIENTATION, 3, 1, orientation, 0, 0)


# -- JPEG: a chain of segments, then the scans ----------------------------------------------------------------------


def _strip_jpeg(content: bytes, orientation: int) -> bytes:
    out = bytearray(b"\xff\xd8")
    place, turned = 2, orientation == 1
    while True:
        while content[place] == 0xFF and content[place + 1] == 0xFF:  # fill bytes
            place += 1
        if content[place] != 0xFF:
            raise ValueError("no marker")
        marker = content[place + 1]
        if marker == _EOI:  # what follows (second pictures, motion photos with their place) is left behind
            return bytes(out + b"\xff\xd9")
        (length,) = struct.unpack_from(">H", content, place + 2)
        end = place + 2 + length
        if marker == _SOS:
            end = _end_of_scan(content, end)
        if not turned and marker != _APP0:
            block = b"Exif\0\0" + _exif(orientation)
            out += struct.pack(">BBH", 0xFF, _APP1, len(block) + 2) + block
            turned = True
        if _keeps_segment(marker, content[place + 4 : place + 18]):
            out += content[place:end]
        place = end


def _keeps_segment(marker: int, begin: bytes) -> bool:
    if marker == _APP2:
        return begin.startswith(b"ICC_PROFILE\0")
    if _APP0 <= marker <= 0xEF:
        return marker in (_APP0, _APP14)
    return marker != _COM


def _end_of_scan(content: bytes, place: int) -> int:
    """Where the next real marker stands after the coded data that begin at `place`."""
    while True:
        place = content.index(b"\xff", place)
        following = content[place + 1]
        if following != 0 and not 0xD0 <= following <= 0xD7 and following != 0xFF:
            return place
        place += 1 if following == 0xFF else 2


# -- PNG and WebP: a list of chunks -------------------------------------------------------------------------------


def _strip_png(content: bytes, orientation: int) -> bytes:
    out, place = bytearray(content[:8]), 8
    while True:
        length, name = struct.unpack_from(">I4s", content, place)
        end = place + 12 + length
        if end > len(content):
            raise ValueError("cut off")
        if name not in _PNG_DROPPED:
            out += content[place:end]
        if name == b"IHDR" and orientation != 1:
            block = b"eXIf" + _exif(orientation)
            out += struct.pack(">I", len(block) - 4) + block + struct.pack(">I", crc32(block))
        if name == b"IEND":
            return bytes(out)
        place = end


def _png_exif(content: bytes, _picture) -> Image.Exif:
    """The EXIF of a PNG, without unpacking the picture as Pillow would."""
    exif, place = Image.Exif(), 8
    while place + 8 <= len(content):
        length, name = struct.unpack_from(">I4s", content, place)
        if name == b"eXIf":
            exif.load(content[place + 8 : place + 8 + length])
        place += 12 + length
    return exif


def _strip_webp(content: bytes, orientation: int) -> bytes:
    (size,) = struct.unpack_from("<I", content, 4)
    stop = 8 + size
    if stop > len(content):
        raise ValueError("cut off")
    out, place = bytearray(b"WEBP"), 12
    while place + 8 <= stop:
        name, length = struct.unpack_from("<4sI", content, place)
        end = place + 8 + length + length % 2
        part = bytearray(content[place:end])
        if name == b"VP8X":
            part[8] &= ~0x0C  # neither EXIF nor XMP …
            part[8] |= 0x08 if orientation != 1 else 0  # … but how to turn it
        if name not in (b"EXIF", b"XMP "):
            out += part
        place = end
    if orientation != 1:
        block = _exif(orientation)
        out += b"EXIF" + struct.pack("<I", len(block)) + block
    return b"RIFF" + struct.pack("<I", len(out)) + bytes(out)


_EXIF_OF = {
    JPEG: lambda _content, picture: picture.getexif(),
    WEBP: lambda _content, picture: picture.getexif(),
    PNG: _png_exif,
    HEIC: lambda _content, _picture: Image.Exif(),  # turned when it is read
}
