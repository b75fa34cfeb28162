"""Pictures in the association's own colour: beside a link (分享图) to a page that has none, and on a browser's tab. Pure."""

from functools import lru_cache
from html import escape
from io import BytesIO
from math import sin

from PIL import Image, ImageDraw

from .theme import BLACK, HEX, WHITE, mix, parse, readable, written

SIZE = (1200, 630)
LAKE = "#0f4c5c"
SHADES = ((0.10, 300, 0.9), (0.05, 390, 1.7), (0.0, 470, 2.6))  # of each ridge: lighter, how far down, how many waves


ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" rx="14" fill="{fill}"/>'
    '<text x="32" y="33" fill="#fff" font-size="{size}" font-weight="700" text-anchor="middle" dominant-baseline="central"'
    " font-family=\"'Songti SC','Noto Serif CJK SC','SimSun',serif\">{letter}</text></svg>"
)


def share_jpeg(colours) -> bytes:
    return _drawn(_lake(colours))


def icon_svg(letter: str, colours) -> str:
    """The mark of the page's head, for a tab; a letter or two (标识字)."""
    fill = written(readable(parse(_lake(colours)), WHITE, towards=BLACK))
    return ICON.format(fill=fill, size=40 if len(letter) < 2 else 26, letter=escape(letter))


def _lake(colours) -> str:
    wanted = colours.get("lake", "") if isinstance(colours, dict) else ""
    return wanted if isinstance(wanted, str) and HEX.fullmatch(wanted) else LAKE


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
