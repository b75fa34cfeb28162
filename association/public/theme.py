"""The association's own colours (颜色) as the variables of static/css/tokens.css, light and dark. Pure.

From one colour the whole family follows: fills, tints, lines, and text that keeps 4.5 : 1 on what it stands on, however
light or dark the colour that was chosen.
"""

import re
from collections.abc import Mapping

HEX = re.compile(r"#[0-9a-fA-F]{6}")
WHITE, BLACK = (255, 255, 255), (0, 0, 0)
PAPER, CARD, NIGHT_PAPER, NIGHT_CARD = (251, 250, 247), WHITE, (15, 24, 27), (22, 34, 38)
READABLE, SEEN = 4.5, 3.0  # WCAG 2.2, 1.4.3 and 1.4.11
Rgb = tuple[int, int, int]


def parse(text: str) -> Rgb:
    return tuple(int(text[at : at + 2], 16) for at in (1, 3, 5))


def written(colour: Rgb) -> str:
    return "#" + "".join(f"{part:02x}" for part in colour)


def mix(colour: Rgb, other: Rgb, share: float) -> Rgb:
    """`colour` with a share (0-1) of `other` in it."""
    return tuple(round(a * (1 - share) + b * share) for a, b in zip(colour, other, strict=True))


def luminance(colour: Rgb) -> float:
    red, green, blue = (part / 255 / 12.92 if part <= 10 else ((part / 255 + 0.055) / 1.055) ** 2.4 for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Rgb, other: Rgb) -> float:
    """From 1 (the same) to 21 (black on white)."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def readable(colour: Rgb, *grounds: Rgb, towards: Rgb, least: float = READABLE) -> Rgb:
    """The nearest to `colour`, on the way to `towards`, that can be read on all of the grounds."""
    steps = (mix(colour, towards, step / 50) for step in range(51))
    return next((one for one in steps if all(contrast(one, ground) >= least for ground in grounds)), towards)


def _lake(day: bool, colour: Rgb) -> dict[str, Rgb]:
    fill = readable(colour, WHITE, towards=BLACK)  # what is written on it is white, by day and by night
    if day:
        tint = mix(colour, WHITE, 0.93)
        ink = readable(colour, PAPER, tint, towards=BLACK)
        return {
            "lake": ink, "lake-hover": readable(mix(ink, WHITE, 0.12), PAPER, tint, towards=BLACK), "lake-fill": fill,
            "lake-fill-hover": readable(mix(fill, WHITE, 0.1), WHITE, towards=BLACK), "lake-tint": tint,
            "lake-line": mix(colour, WHITE, 0.76),
            "lake-deep": readable(mix(fill, BLACK, 0.3), WHITE, towards=BLACK, least=9),
            "on-lake-second": mix(fill, WHITE, 0.84), "hero-top": fill, "hero-foot": mix(fill, BLACK, 0.06),
        }  # fmt: skip
    tint = mix(fill, NIGHT_CARD, 0.75)
    ink = readable(mix(colour, WHITE, 0.45), NIGHT_PAPER, NIGHT_CARD, tint, towards=WHITE)
    return {
        "lake": ink, "lake-hover": mix(ink, WHITE, 0.3), "lake-fill": fill,
        "lake-fill-hover": readable(mix(fill, WHITE, 0.1), WHITE, towards=BLACK), "lake-tint": tint,
        "lake-line": mix(fill, NIGHT_CARD, 0.45), "lake-deep": mix(fill, BLACK, 0.72),
        "on-lake-second": mix(fill, WHITE, 0.86), "hero-top": mix(fill, BLACK, 0.35),
        "hero-foot": mix(fill, BLACK, 0.25),
    }  # fmt: skip


def _seal(day: bool, colour: Rgb) -> dict[str, Rgb]:
    fill = readable(colour, WHITE, towards=BLACK)
    if day:
        tint = mix(colour, WHITE, 0.91)
        ink = readable(colour, PAPER, tint, towards=BLACK)
        return {"seal": ink, "seal-fill": fill, "seal-tint": tint, "seal-line": mix(colour, WHITE, 0.72)}
    tint = mix(fill, NIGHT_CARD, 0.78)
    ink = readable(mix(colour, WHITE, 0.4), NIGHT_PAPER, NIGHT_CARD, tint, towards=WHITE)
    return {"seal": ink, "seal-fill": fill, "seal-tint": tint, "seal-line": mix(fill, NIGHT_CARD, 0.45)}


def _gold(day: bool, colour: Rgb) -> dict[str, Rgb]:
    if day:
        tint = mix(colour, WHITE, 0.85)
        bar = readable(colour, CARD, towards=BLACK, least=SEEN)
        ink = readable(colour, PAPER, tint, towards=BLACK)
        return {"gold": bar, "gold-ink": ink, "gold-tint": tint, "gold-line": mix(colour, WHITE, 0.6)}
    tint = mix(colour, NIGHT_CARD, 0.82)
    bar = readable(colour, NIGHT_CARD, towards=WHITE, least=SEEN)
    ink = readable(mix(colour, WHITE, 0.3), NIGHT_PAPER, NIGHT_CARD, tint, towards=WHITE)
    return {"gold": bar, "gold-ink": ink, "gold-tint": tint, "gold-line": mix(colour, NIGHT_CARD, 0.55)}


FAMILIES = {"lake": _lake, "seal": _seal, "gold": _gold}


def stylesheet(colours: Mapping[str, str]) -> str:
    """The sheet that stands after tokens.css; "" where no colour of ours is set. What is no #rrggbb is left out."""
    chosen = {
        name: parse(value)
        for name, value in colours.items()
        if name in FAMILIES and isinstance(value, str) and HEX.fullmatch(value)
    }
    if not chosen:
        return ""
    day, night = ({}, {})
    for name, colour in chosen.items():
        day |= FAMILIES[name](True, colour)
        night |= FAMILIES[name](False, colour)
    return f":root {{{_rules(day)}}}\n@media (prefers-color-scheme: dark) {{ :root {{{_rules(night)}}} }}\n"


def _rules(values: Mapping[str, Rgb]) -> str:
    return "".join(f" --{name}: {written(colour)};" for name, colour in values.items()) + " "
