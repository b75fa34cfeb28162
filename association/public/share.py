"""The picture beside a link (分享图) of a page that has none: lake and hills in the association's own colour. Pure."""

from functools import lru_cache
from io import BytesIO
from math import sin

from PIL import Image, ImageDraw

from .theme import BLACK, HEX, WHITE, mix, parse

SIZE = (1200, 630)
LAKE = "#0f4c5c"
SHADES = ((0.10, 300, 0.9), (0.05, 390, 1.7), (0.0, 470, 2.6))  # of each ridge: lighter, how far down, how many waves


def share_jpeg(colours) -> bytes:
    wanted = colours.get("lake", "") if isinstance(colours, dict) else ""
    return _drawn(wanted if isinstance(wanted, str) and HEX.fullmatch(wanted) else LAKE)


@lru_cache(maxsize=4)
def _drawn(colour: str) -> bytes:
    lake = parse(colour)
    image = Image.new("RGB", SIZE)
    draw = ImageDraw.Draw(image)
    for y in range(SIZE[1]):
        draw.line([(0, y), (SIZE[0], y)], fill=mix(mix(lake, WHITE, 0.22), lake, y / SIZE[1]))
    for lighter, top, waves in SHADES:
        ridge = [(x, top + 42 * sin(x / SIZE[0] * 6.28 * waves + top)) for x in range(0, SIZE[0] + 8, 8)]
        draw.polygon([(0, SIZE[1]), *ridge, (SIZE[0], SIZE[1])], fill=mix(mix(lake, BLACK, 0.18), WHITE, lighter))
    draw.ellipse([(900, 96), (1020, 216)], fill=mix(lake, WHITE, 0.72))
    out = BytesIO()
    image.save(out, "JPEG", quality=85, progressive=True)
    return out.getvalue()
