"""Pictures of the demonstration, drawn and not photographed: sky, hills, what is built, water that mirrors it, grain.

A picture is named by its scene and a seed (`tower-2`); the same name is the same picture. No font, no file, no network.
"""

import io
import math
import random
from functools import lru_cache

from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter

from . import scenes
from .scenes import Rgb, Sheet, mix

WIDE, TALL = (1600, 900), (1080, 1440)
FINE = 2  # drawn larger and made smaller, so that no edge is jagged
PALETTES = {  # sky above, sky below, what stands far, what stands near, light
    "dawn": ("#c9d8dc", "#f6ddc4", "#8fa9b0", "#2f4d57", "#fff3d9"),
    "day": ("#a9cdd8", "#eef3ec", "#86a9ae", "#1f5361", "#ffffff"),
    "dusk": ("#47647d", "#f0b48a", "#6d7586", "#2a3346", "#ffd9a0"),
    "mist": ("#dbe4e3", "#f4f1e8", "#a9bdbc", "#48666a", "#ffffff"),
    "clear": ("#7fb3c8", "#e3f0f0", "#6f9aa3", "#17475a", "#fffbe8"),
    "night": ("#142637", "#3d5a72", "#2b4357", "#0d1a26", "#ffd78a"),
}


@lru_cache(maxsize=64)
def jpeg(name: str, tall: bool = False) -> bytes:
    """The picture of that name as an upload brings it."""
    out = io.BytesIO()
    draw(name, TALL if tall else WIDE).save(out, "JPEG", quality=90)
    return out.getvalue()


def draw(name: str, size: tuple[int, int]) -> Image.Image:
    scene = name.partition("-")[0]
    if scene not in scenes.ALL:
        raise ValueError(f"no scene {scene}: {', '.join(scenes.ALL)}")
    chance = random.Random(name)
    build, palettes, shore = scenes.ALL[scene]
    colours = [_rgb(text) for text in PALETTES[chance.choice(palettes)]]
    large = (size[0] * FINE, size[1] * FINE)
    image = _sky(large, colours, chance)
    sheet = Sheet(ImageDraw.Draw(image), *large, round(large[1] * shore), chance, colours)
    _hills(image, sheet)
    build(sheet)
    if shore < 1:
        _water(image, sheet)
    return _grain(image.reduce(FINE))


def _rgb(text: str) -> Rgb:
    return tuple(int(text[at : at + 2], 16) for at in (1, 3, 5))


def _sky(size, colours, chance) -> Image.Image:
    """From above to below, with a sun that has no edge."""
    small = (size[0] // 4, size[1] // 4)
    shade = Image.linear_gradient("L").resize(small)
    image = Image.composite(Image.new("RGB", small, colours[1]), Image.new("RGB", small, colours[0]), shade)
    radius = small[1] // 2
    glow = Image.radial_gradient("L").point(lambda level: int(max(0, 1 - level / 178) ** 2 * 235))
    at = (round(small[0] * chance.uniform(0.15, 0.85)) - radius, round(small[1] * chance.uniform(0.2, 0.45)) - radius)
    image.paste(Image.new("RGB", (radius * 2, radius * 2), colours[4]), at, glow.resize((radius * 2, radius * 2)))
    return image.resize(size, Image.Resampling.BILINEAR)


def _hills(image, sheet: Sheet):
    """Three ridges, the farther the paler, each fading into the haze at its foot."""
    for layer in range(3):
        colour = mix(sheet.sky_low, sheet.far, 0.35 + 0.28 * layer)
        height = sheet.height * (0.26 - 0.06 * layer)
        waves = [(sheet.chance.uniform(0.6, 1.6) * (2**n), sheet.chance.uniform(0, 6), 0.5**n) for n in range(6)]
        points = []
        for x in range(0, sheet.width + 16, 16):
            rise = sum(part * math.sin(often * x / sheet.width * 6 + start) for often, start, part in waves)
            points.append((x, sheet.shore - height * (0.55 + 0.3 * rise) * (0.75 + 0.25 * layer)))
        top = max(0, int(min(y for _x, y in points)))
        mask = Image.new("L", (sheet.width, sheet.shore - top), 0)
        pen = ImageDraw.Draw(mask)
        pen.polygon([(0, sheet.shore - top), *((x, y - top) for x, y in points), (sheet.width, sheet.shore - top)], 255)
        haze = Image.linear_gradient("L").point(lambda level: 255 - level // 2).resize((4, mask.height))
        mask = ImageChops.multiply(mask, haze.resize(mask.size, Image.Resampling.NEAREST))
        image.paste(colour, (0, top, sheet.width, sheet.shore), mask)


def _water(image, sheet: Sheet):
    """What stands on the shore, upside down, softened and darker, with a few lines of light on it."""
    depth = sheet.height - sheet.shore
    above = image.crop((0, max(0, sheet.shore - depth), sheet.width, sheet.shore)).transpose(
        Image.Transpose.FLIP_TOP_BOTTOM
    )
    mirror = above.resize((sheet.width // 8, depth // 3)).filter(ImageFilter.GaussianBlur(2))
    mirror = ImageEnhance.Brightness(mirror.resize((sheet.width, depth))).enhance(0.9)
    mirror = Image.blend(mirror, Image.new("RGB", mirror.size, mix(sheet.near, sheet.far, 0.5)), 0.28)
    pen = ImageDraw.Draw(mirror, "RGBA")
    for _ in range(90):
        y = round(depth * sheet.chance.random() ** 1.6)
        wide = sheet.chance.uniform(0.02, 0.16) * sheet.width * (0.4 + y / depth)
        x = sheet.chance.uniform(-0.1, 1) * sheet.width
        pen.line((x, y, x + wide, y), fill=(*sheet.light, sheet.chance.randint(14, 46)), width=2 + y * 5 // depth)
    image.paste(mirror, (0, sheet.shore))


def _grain(image: Image.Image) -> Image.Image:
    """As on paper: a screen without it shows bands in the sky."""
    return Image.blend(image, ImageChops.overlay(image, _noise(image.size)), 0.35)


@lru_cache(maxsize=2)
def _noise(size) -> Image.Image:
    return Image.effect_noise(size, 18).convert("RGB")
