"""What stands on the shore in the demonstration's pictures: towers, cranes, houses, bridges, halls, sheets of paper."""

import math
import random
from dataclasses import dataclass

from PIL import ImageDraw

Rgb = tuple[int, int, int]


def mix(one: Rgb, other: Rgb, share: float) -> Rgb:
    return tuple(round(a * (1 - share) + b * share) for a, b in zip(one, other, strict=True))


@dataclass
class Sheet:
    """What a scene is drawn on. Lengths in scenes are parts of the height (`u`), so that tall pictures work too."""

    pen: ImageDraw.ImageDraw
    width: int
    height: int
    shore: int
    chance: random.Random
    colours: list[Rgb]

    @property
    def u(self) -> float:
        return self.height / 100

    @property
    def sky_low(self) -> Rgb:
        return self.colours[1]

    @property
    def far(self) -> Rgb:
        return self.colours[2]

    @property
    def near(self) -> Rgb:
        return self.colours[3]

    @property
    def light(self) -> Rgb:
        return self.colours[4]

    def shade(self, share: float) -> Rgb:
        """From near (0) to far (1)."""
        return mix(self.near, self.far, share)

    def box(self, left, top, right, bottom, colour):
        self.pen.rectangle((left, top, right, bottom), fill=colour)

    def line(self, points, colour, width):
        self.pen.line(points, fill=colour, width=max(1, round(width)), joint="curve")


# -- Parts ----------------------------------------------------------------------------------------------------------------


def _roof(s: Sheet, x, y, half, rise, colour):
    """A roof whose eaves swing up, its ridge in the middle."""
    left = [(x - half * (1 - t) - half * 0.14 * (1 - t) ** 4, y - rise * t**1.8 - rise * 0.3 * (1 - t) ** 6)
            for t in (n / 24 for n in range(25))]  # fmt: skip
    s.pen.polygon([*left, *[(2 * x - a, b) for a, b in reversed(left)]], fill=colour)


def _pavilion(s: Sheet, x, base, size, colour, storeys=3):
    """A tower of wood: storeys that grow smaller, each with its roof and lit doors."""
    wall, lit = mix(colour, (150, 60, 40), 0.35), mix(s.light, (255, 214, 140), 0.6)
    s.pen.polygon(
        [(x - size * 0.8, base), (x + size * 0.8, base), (x + size * 0.66, base - size * 0.2),
         (x - size * 0.66, base - size * 0.2)], fill=mix(colour, s.far, 0.35),
    )  # fmt: skip
    y, half = base - size * 0.2, size * 0.46
    for storey in range(storeys):
        tall = size * (0.34 - 0.03 * storey)
        s.box(x - half, y - tall, x + half, y, wall)
        doors = 5
        for door in range(doors):
            left = x - half * 0.8 + door * half * 1.6 / doors
            s.box(left, y - tall * 0.55, left + half * 0.2, y - tall * 0.1, lit)
        _roof(s, x, y - tall * 0.82, half * 1.42, size * (0.17 if storey < storeys - 1 else 0.34), colour)
        y, half = y - tall - size * 0.04, half * 0.82
    s.box(x - size * 0.025, y - size * 0.34, x + size * 0.025, y - size * 0.1, colour)


def _windows(s: Sheet, left, top, right, bottom, colour, step, share=0.35):
    """A grid of windows, some of them lit."""
    y = top + step * 0.6
    while y < bottom - step * 0.6:
        x = left + step * 0.45
        while x < right - step * 0.6:
            lit = s.chance.random() < share
            s.box(x, y, x + step * 0.45, y + step * 0.5, mix(colour, s.light, 0.75 if lit else 0.18))
            x += step * 0.85
        y += step
    return top


def _house(s: Sheet, left, wide, tall, share, step=2.6):
    colour = s.shade(share)
    right, top = left + wide, s.shore - tall
    s.box(left, top, right, s.shore, colour)
    s.box(left + wide * 0.72, top, right, s.shore, mix(colour, s.near, 0.35))  # the side that lies in shade
    _windows(s, left, top, right, s.shore, colour, step * s.u)


def _skyline(s: Sheet, share, lowest, highest, step=2.6):
    x = -4 * s.u
    while x < s.width:
        wide, tall = s.chance.uniform(7, 14) * s.u, s.chance.uniform(lowest, highest) * s.u
        _house(s, x, wide, tall, share, step)
        x += wide + s.chance.uniform(-1, 4) * s.u


def _trees(s: Sheet, share=0.15, size=3.0, gaps=0.0):
    x = -size * s.u
    green = mix(s.shade(share), (60, 110, 80), 0.45)
    while x < s.width:
        radius = s.chance.uniform(0.6, 1.2) * size * s.u
        if s.chance.random() >= gaps:
            tone = mix(green, s.light, s.chance.uniform(0, 0.12))
            s.pen.ellipse((x - radius, s.shore - radius * 1.7, x + radius, s.shore + radius * 0.4), fill=tone)
        x += radius * 1.1
    s.box(0, s.shore - 0.6 * s.u, s.width, s.shore, green)


def _lattice(s: Sheet, start, end, wide, colour, upright=True):
    """A mast or an arm of crossed bars."""
    length = math.dist(start, end)
    parts = max(4, round(length / wide / 1.1))
    dx, dy = (end[0] - start[0]) / parts, (end[1] - start[1]) / parts
    ox, oy = (wide / 2, 0) if upright else (0, wide / 2)
    one = [(start[0] - ox + n * dx, start[1] - oy + n * dy) for n in range(parts + 1)]
    other = [(start[0] + ox + n * dx, start[1] + oy + n * dy) for n in range(parts + 1)]
    thick = wide * 0.16
    for side in (one, other, [pair[n % 2] for n, pair in enumerate(zip(one, other, strict=True))]):
        s.line(side, colour, thick)


def _crane(s: Sheet, x, tall, arm, colour, direction=1):
    top, wide = s.shore - tall, 1.3 * s.u
    _lattice(s, (x, s.shore), (x, top), wide, colour)
    tip, back = x + direction * arm, x - direction * arm * 0.32
    _lattice(s, (x, top), (tip, top), wide * 0.8, colour, upright=False)
    _lattice(s, (x, top), (back, top), wide * 0.8, colour, upright=False)
    peak = (x, top - 5 * s.u)
    s.line([(x, top), peak], colour, wide * 0.35)
    for end in (x + direction * arm * 0.7, back):
        s.line([peak, (end, top - wide * 0.4)], colour, wide * 0.12)
    s.box(min(back, back + direction * 3 * s.u), top, max(back, back + direction * 3 * s.u), top + 3 * s.u, colour)
    s.box(x - s.u, top + 0.5 * s.u, x + 1.6 * s.u, top + 3 * s.u, mix(colour, s.light, 0.3))
    hook = x + direction * arm * s.chance.uniform(0.45, 0.85)
    drop = top + tall * s.chance.uniform(0.25, 0.5)
    s.line([(hook, top), (hook, drop)], colour, wide * 0.1)
    s.box(hook - 2.2 * s.u, drop, hook + 2.2 * s.u, drop + 1.2 * s.u, colour)


def _shell(s: Sheet, left, wide, floors, share):
    """A building half finished: slabs and pillars, scaffolding, a net round the upper floors."""
    colour, tall = s.shade(share), 3.3 * s.u
    for floor in range(floors):
        y = s.shore - floor * tall
        s.box(left, y - tall, left + wide, y - tall + 0.7 * s.u, colour)
        for n in range(6):
            x = left + n * (wide - 0.8 * s.u) / 5
            s.box(x, y - tall, x + 0.8 * s.u, y, mix(colour, s.far, 0.2))
    top = s.shore - floors * tall
    for n in range(9):
        x = left - s.u + n * (wide + 2 * s.u) / 8
        s.line([(x, s.shore), (x, top - 2 * s.u)], mix(colour, s.sky_low, 0.25), 0.22 * s.u)
    net = mix(s.far, (70, 130, 110), 0.5)
    s.box(left - s.u, top, left + wide + s.u, top + 2.4 * tall, net)
    for n in range(1, 9):
        x = left - s.u + n * (wide + 2 * s.u) / 9
        s.line([(x, top), (x, top + 2.4 * tall)], mix(net, s.near, 0.25), 0.15 * s.u)


# -- Scenes ---------------------------------------------------------------------------------------------------------------


def tower(s: Sheet):
    x = s.width * s.chance.uniform(0.3, 0.7)
    _trees(s, 0.35, 2.4, 0.2)
    _pavilion(s, x, s.shore, 24 * s.u, s.shade(0.02))
    _trees(s, 0.05, 2.6, 0.45)


def crane(s: Sheet):
    _skyline(s, 0.8, 6, 18)
    at = s.width * s.chance.uniform(0.16, 0.24)
    _shell(s, at, 30 * s.u, s.chance.randint(7, 9), 0.25)
    _shell(s, at + s.width * 0.36, 26 * s.u, s.chance.randint(4, 6), 0.12)
    orange = mix(s.near, (196, 96, 40), 0.55)
    _crane(s, at - 5 * s.u, 50 * s.u, 46 * s.u, mix(orange, s.far, 0.15))
    _crane(s, at + s.width * 0.36 + 33 * s.u, 42 * s.u, 40 * s.u, orange, -1)
    _trees(s, 0.1, 1.4, 0.35)


def city(s: Sheet):
    _skyline(s, 0.85, 16, 34, 2.2)
    _skyline(s, 0.5, 8, 26)
    _skyline(s, 0.15, 4, 15, 3)
    _trees(s, 0.05, 1.8, 0.1)


def homes(s: Sheet):
    _skyline(s, 0.8, 8, 16, 2.2)
    x = s.width * 0.04
    while x < s.width * 0.95:
        wide, tall = 15 * s.u, s.chance.uniform(24, 34) * s.u
        colour = mix(s.shade(0.35), (226, 206, 178), 0.55)
        s.box(x, s.shore - tall, x + wide, s.shore, colour)
        for n in range(4):
            left = x + (0.6 + n * 3.6) * s.u
            _windows(
                s,
                left,
                s.shore - tall + s.u,
                left + 3.2 * s.u,
                s.shore - 2 * s.u,
                mix(colour, s.near, 0.5),
                2.9 * s.u,
                0.4,
            )
        _roof(s, x + wide / 2, s.shore - tall + 0.4 * s.u, wide * 0.58, 4 * s.u, s.shade(0.1))
        x += wide + s.chance.uniform(4, 9) * s.u
    _trees(s, 0.05, 3.4, 0.15)


def bridge(s: Sheet):
    _skyline(s, 0.85, 3, 11, 1.8)
    deck, colour = s.shore - 9 * s.u, s.shade(0.05)
    for x in (s.width * 0.3, s.width * 0.72):
        top = s.shore - 52 * s.u
        for lean in (-1, 1):
            s.line([(x + lean * 3.4 * s.u, s.shore), (x + lean * 0.7 * s.u, top)], colour, 1.5 * s.u)
        s.line([(x - 2 * s.u, deck - 16 * s.u), (x + 2 * s.u, deck - 16 * s.u)], colour, 1.1 * s.u)
        for n in range(1, 13):
            for side in (-1, 1):
                s.line(
                    [(x, top + n * 1.3 * s.u), (x + side * n * 2.75 * s.u, deck)], mix(colour, s.light, 0.3), 0.22 * s.u
                )
    s.box(0, deck, s.width, deck + 1.7 * s.u, colour)
    s.box(0, deck - 0.9 * s.u, s.width, deck - 0.6 * s.u, mix(colour, s.light, 0.35))
    for n in range(9):
        x = n * s.width / 8
        s.box(x, deck, x + 1.1 * s.u, s.shore, mix(colour, s.far, 0.4))


def hills(s: Sheet):
    """Ridges only, with a small pavilion on the shore."""
    x = s.width * s.chance.uniform(0.6, 0.8)
    _trees(s, 0.3, 2.2, 0.3)
    _pavilion(s, x, s.shore - 0.5 * s.u, 10 * s.u, s.shade(0.05), 2)
    _trees(s, 0.08, 1.7, 0.5)


def _sitter(s: Sheet, x, y, size, colour):
    """Head and shoulders of somebody in a chair, from behind."""
    middle, head = x + size * 0.5, size * 0.22
    around = (middle - head, y - size * 0.62, middle + head, y - size * 0.08)
    s.pen.ellipse(around, fill=mix(colour, (20, 24, 28), 0.55))
    around = (x + size * 0.08, y - size * 0.14, x + size * 0.92, y + size)
    s.pen.ellipse(around, fill=mix(colour, (40, 62, 80), 0.5))


def _bars(s: Sheet, left, right, base):
    bar = (right - left) / 9
    for n in range(7):
        tall = s.chance.uniform(5, 20) * s.u
        s.box(left + bar * (n + 1), base - tall, left + bar * (n + 1.55), base, mix(s.far, s.near, n / 9))
    s.line([(left + bar, base), (right - bar, base)], s.near, 0.3 * s.u)


def _curve(s: Sheet, left, right, base):
    bar = (right - left) / 9
    points = [(left + bar * (n + 1), base - (3 + 2.4 * n + s.chance.uniform(-2, 2)) * s.u) for n in range(8)]
    s.line(points, mix(s.near, (181, 48, 31), 0.7), 0.7 * s.u)
    for x, y in points:
        s.pen.ellipse(
            (x - 0.8 * s.u, y - 0.8 * s.u, x + 0.8 * s.u, y + 0.8 * s.u), fill=mix(s.near, (181, 48, 31), 0.7)
        )
    s.line([(left + bar, base), (right - bar, base)], s.near, 0.3 * s.u)


def _words(s: Sheet, left, right, base):
    wide = right - left
    s.box(left + wide * 0.3, base - 21 * s.u, right - wide * 0.3, base - 18 * s.u, s.near)
    for n in range(4):
        y = base - (13 - n * 3.6) * s.u
        s.box(left + wide * 0.14, y, left + wide * 0.16, y + 1.1 * s.u, mix(s.near, (181, 48, 31), 0.7))
        s.box(left + wide * 0.19, y, right - wide * s.chance.uniform(0.14, 0.4), y + 1.1 * s.u, s.far)


def hall(s: Sheet):
    """A meeting seen from the last row: a bright screen, and backs of chairs."""
    wall = mix(s.near, s.chance.choice([s.far, (222, 176, 124), (110, 118, 140)]), 0.42)
    s.box(0, 0, s.width, s.height, wall)
    for n in range(14):
        x = n * s.width / 13
        s.box(x, 0, x + 0.5 * s.u, 62 * s.u, mix(wall, s.near, 0.3))
    for n in range(8):
        x = s.width * (n + 0.5) / 8
        s.pen.ellipse((x - 2 * s.u, 5 * s.u, x + 2 * s.u, 6.4 * s.u), fill=mix(wall, s.light, 0.85))
    left, right = s.width * 0.22, s.width * 0.78
    s.box(left - s.u, 15 * s.u, right + s.u, 49 * s.u, mix(wall, s.near, 0.5))
    s.box(left, 16 * s.u, right, 48 * s.u, mix(s.sky_low, s.light, 0.5))
    s.chance.choice([_bars, _curve, _words])(s, left, right, 43 * s.u)
    s.box(0, 58 * s.u, s.width, s.height, mix(wall, s.near, 0.45))
    s.box(s.width * 0.3, 53 * s.u, s.width * 0.7, 60 * s.u, mix(s.near, (130, 74, 44), 0.5))
    for row in range(4):
        size, y = (5 + row * 2.3) * s.u, (66 + row * 11) * s.u
        colour, x = mix(s.near, wall, 0.4 - row * 0.13), -size * (0.5 if row % 2 else 1)
        while x < s.width:
            if s.chance.random() < 0.82:
                _sitter(s, x, y, size, colour)
            s.pen.rounded_rectangle((x, y + size * 0.22, x + size, y + size * 1.6), size * 0.18, fill=colour)
            x += size * 1.24


def _helmet(s: Sheet, x, y, r, under):
    colour = mix((226, 160, 48), s.light, 0.08)
    s.pen.ellipse((x - r * 1.25, y - r * 0.8, x + r * 1.35, y + r * 1.2), fill=mix(under, (0, 0, 0), 0.35))
    s.pen.ellipse((x - r * 1.3, y - r, x + r * 1.3, y + r), fill=mix(colour, (90, 50, 0), 0.2))
    s.pen.ellipse((x - r, y - r, x + r, y + r), fill=colour)
    rib = (x - r * 0.16, y - r * 0.95, x + r * 0.16, y + r * 0.95)
    s.pen.rounded_rectangle(rib, r * 0.16, fill=mix(colour, (255, 255, 255), 0.35))


def _walls(s: Sheet, sheet, paper, ink):
    """Rooms with their doors, as a plan shows them."""
    left, top, right, bottom = sheet
    xs = [left + (right - left) * part for part in (0.08, 0.3, 0.46, 0.68)]
    ys = [top + (bottom - top) * part for part in (0.14, 0.4, 0.62, 0.86)]
    for n, x in enumerate(xs):
        s.line([(x, ys[0]), (x, ys[-1])], ink, 0.7 * s.u if n in (0, 3) else 0.35 * s.u)
    for n, y in enumerate(ys):
        s.line([(xs[0], y), (xs[-1], y)], ink, 0.7 * s.u if n in (0, 3) else 0.35 * s.u)
    for x, y in zip(xs[:3], ys[1:], strict=True):
        wide = 7 * s.u
        s.line([(x + 2 * s.u, y), (x + 2 * s.u + wide, y)], paper, 0.9 * s.u)
        s.pen.arc(
            (x + 2 * s.u - wide, y - wide, x + 2 * s.u + wide, y + wide), 270, 360, fill=ink, width=round(0.3 * s.u)
        )


def plan(s: Sheet):
    """A sheet of a building's plan on a table, with a ruler and a helmet."""
    s.box(0, 0, s.width, s.height, mix(s.near, s.far, 0.25))
    paper, ink = mix(s.near, (32, 92, 128), 0.7), mix(s.sky_low, s.light, 0.6)
    left, top, right, bottom = s.width * 0.1, 10 * s.u, s.width * 0.9, 90 * s.u
    s.box(left + s.u, top + 1.4 * s.u, right + s.u, bottom + 1.4 * s.u, mix(s.near, (0, 0, 0), 0.35))
    s.box(left, top, right, bottom, paper)
    for n in range(1, 40):
        faint = mix(paper, ink, 0.09)
        s.line([(left + n * (right - left) / 40, top), (left + n * (right - left) / 40, bottom)], faint, 0.1 * s.u)
        s.line([(left, top + n * (bottom - top) / 40), (right, top + n * (bottom - top) / 40)], faint, 0.1 * s.u)
    _walls(s, (left, top, right, bottom), paper, ink)
    for n in range(6):
        y = top + (bottom - top) * (0.5 + n * 0.07)
        s.line(
            [(left + (right - left) * 0.75, y), (left + (right - left) * (0.86 + 0.08 * (n % 2)), y)],
            mix(paper, ink, 0.6),
            0.4 * s.u,
        )
    _helmet(s, left + (right - left) * 0.84, top + 22 * s.u, 11 * s.u, paper)


WATERY, BRIGHT = ("dawn", "day", "dusk", "mist", "clear"), ("day", "clear", "dawn")
ALL = {  # name: what draws it, the palettes that suit it, where the shore lies (1: no water)
    "tower": (tower, WATERY, 0.7),
    "crane": (crane, ("dawn", "dusk", "day", "clear"), 0.82),
    "city": (city, ("dusk", "night", "clear", "dawn"), 0.72),
    "homes": (homes, BRIGHT, 0.8),
    "bridge": (bridge, WATERY, 0.72),
    "hills": (hills, ("mist", "dawn", "day"), 0.68),
    "hall": (hall, ("day", "clear"), 1),
    "plan": (plan, ("day", "clear"), 1),
}
