"""A cover for an item that has no image: an SVG drawn from its title and its first term, the same every time.

A term has a few palettes of its own (so that one genre looks like itself, and a page of it is not one colour); the
title picks one of them, and the composition. No fonts are shipped; the lines of
the title are broken by an estimate of the width of letters. All text is escaped.
"""

import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from markupsafe import Markup, escape

__all__ = ["Cover", "draw_cover"]

WIDTH, HEIGHT = 200, 280  # user units of the SVG
VARIETY = 4  # palettes of one term

# ground, deep, bright, light: four tones that sit well together, dark enough that white text reads (>= 4.5:1 on ground)
PALETTES = (
    ("#1d3557", "#14263f", "#e07a5f", "#f4d9c6"),
    ("#5f0f40", "#3d0a2a", "#fb8b24", "#fde2c1"),
    ("#264653", "#1a3039", "#e9c46a", "#f6ebcc"),
    ("#2b2d42", "#1c1e2e", "#ef6f6c", "#edf2f4"),
    ("#7f2f3f", "#541d29", "#f2b880", "#fbe9d7"),
    ("#22577a", "#163a52", "#80ed99", "#dcf8e3"),
    ("#3a2e5c", "#261d40", "#c77dff", "#eadcfb"),
    ("#33523a", "#213726", "#d9c76b", "#f3eed2"),
    ("#1b4965", "#103044", "#62b6cb", "#d8f0f5"),
    ("#6b3e26", "#472818", "#f0a868", "#fbe6d1"),
    ("#3d405b", "#282a3d", "#81b29a", "#e3f0ea"),
    ("#0b3c49", "#072831", "#e4b363", "#f8ecd6"),
    ("#52304a", "#371f32", "#f49fbc", "#fce4ec"),
    ("#31393c", "#202628", "#3e96d4", "#dcecf8"),
)


@dataclass(frozen=True, slots=True)
class Cover:
    """What the drawing rests on."""

    title: str
    term: str  # first term facet of the item, "" when it has none
    caption: str = ""  # a short line under the title, the year or the price


def draw_cover(cover: Cover) -> Markup:
    """The SVG, hidden from screen readers: the card names the title next to it."""
    key = _digest(cover.title)
    first = _number(cover.term.casefold() or cover.title, len(PALETTES))
    ground, deep, bright, light = PALETTES[(first + key % VARIETY * 3) % len(PALETTES)]
    motif = MOTIFS[_number(cover.title, len(MOTIFS))]
    drawn = motif(Random(key), deep, bright, light)
    return Markup(
        '<svg class="art" viewBox="0 0 {w} {h}" preserveAspectRatio="xMinYMax slice" aria-hidden="true" '
        'focusable="false"><rect width="{w}" height="{h}" fill="{ground}"/>{drawn}'
        '<path d="M0 {fade}H{w}V{h}H0z" fill="{deep}" fill-opacity=".82"/>{text}</svg>'
    ).format(
        w=WIDTH, h=HEIGHT, ground=ground, deep=deep, fade=_fade(cover.title), drawn=drawn, text=_lettering(cover, light)
    )


def _digest(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:8], "big")


def _number(text: str, below: int) -> int:
    return _digest(text) % below


def _fade(title: str) -> int:
    size, lines = _broken(title)
    return HEIGHT - 34 - round(len(lines) * size * 1.14) - 8


def _lettering(cover: Cover, light: str) -> Markup:
    size, lines = _broken(cover.title)
    top = HEIGHT - 30 - (len(lines) - 1) * size * 1.14
    spans = Markup("").join(
        Markup('<text x="14" y="{}" font-size="{}" class="art-title" fill="#fff">{}</text>').format(
            round(top + row * size * 1.14, 1), size, line
        )
        for row, line in enumerate(lines)
    )
    small = Markup('<text x="14" y="{}" font-size="10" class="art-caption" fill="{}">{}</text>')
    return spans + small.format(HEIGHT - 13, light, cover.caption[:34])


def _broken(title: str) -> tuple[int, list[str]]:
    """Font size and at most four lines that fit the width; the rest is cut with an ellipsis."""
    for size in (23, 19, 16):
        lines = _wrap(title, room=(WIDTH - 26) / (size * 0.56))
        if len(lines) <= (3 if size > 16 else 4) and all(len(line) * size * 0.56 <= WIDTH - 24 for line in lines):
            return size, lines
    kept = [line[:19] for line in lines[:4]]
    return 16, [*kept[:-1], kept[-1].rstrip(" .,:;-") + "…"]


def _wrap(title: str, room: float) -> list[str]:
    lines = [""]
    for word in title.split():
        longer = f"{lines[-1]} {word}".strip()
        if len(longer) <= room or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _moon(random: Random, deep: str, bright: str, light: str) -> Markup:
    x, y, r = random.randint(60, 140), random.randint(70, 110), random.randint(38, 56)
    hills = Markup("").join(
        Markup('<path d="M0 {0}Q{1} {2} {3} {0}T400 {0}V280H0z" fill="{4}" fill-opacity="{5}"/>').format(
            130 + 24 * step, random.randint(30, 70), 108 + 24 * step, random.randint(90, 130), deep, 0.45 + 0.2 * step
        )
        for step in range(3)
    )
    return _circle(x, y, r, bright, 1) + _circle(x - r * 0.28, y - r * 0.2, r * 0.72, light, 0.25) + hills


def _rings(random: Random, deep: str, bright: str, light: str) -> Markup:
    x, y = random.choice([(0, 60), (200, 40), (100, 96), (170, 120)])
    ring = Markup('<circle cx="{}" cy="{}" r="{}" fill="none" stroke="{}" stroke-width="{}" stroke-opacity="{}"/>')
    return Markup("").join(
        ring.format(
            x, y, 22 + 24 * step, bright if step % 3 == 0 else light, 9 if step % 3 == 0 else 2, 0.95 - 0.1 * step
        )
        for step in range(8)
    )


def _stripes(random: Random, deep: str, bright: str, light: str) -> Markup:
    tones = [bright, deep, light, deep]
    turn, gap = random.choice([-32, -18, 24, 38]), random.randint(20, 30)
    bars = Markup("").join(
        Markup('<rect x="{}" y="-120" width="{}" height="520" fill="{}" fill-opacity="{}"/>').format(
            -60 + step * gap, random.randint(4, gap - 6), tones[step % 4], round(random.uniform(0.35, 0.95), 2)
        )
        for step in range(12)
    )
    return Markup('<g transform="rotate({} 100 120)">{}</g>').format(turn, bars)


def _dots(random: Random, deep: str, bright: str, light: str) -> Markup:
    cx, cy = random.randint(30, 170), random.randint(20, 130)
    dots = []
    for row in range(11):
        for column in range(10):
            x, y = 10 + column * 20, 10 + row * 18
            size = max(0.9, 8.6 - math.hypot(x - cx, y - cy) / 15)
            dots.append(_circle(x, y, round(size, 1), bright if size > 4.4 else light, 0.92 if size > 4.4 else 0.4))
    return Markup("").join(dots)


def _peaks(random: Random, deep: str, bright: str, light: str) -> Markup:
    shapes = [_circle(random.randint(40, 160), random.randint(44, 74), random.randint(16, 26), light, 0.9)]
    for step, tone in enumerate((bright, deep, deep)):
        points = " ".join(f"{x},{random.randint(74 + 34 * step, 128 + 34 * step)}" for x in range(-20, 241, 52))
        shape = Markup('<polygon points="-20,280 {} 240,280" fill="{}" fill-opacity="{}"/>')
        shapes.append(shape.format(points, tone, (0.85, 0.6, 0.95)[step]))
    return Markup("").join(shapes)


def _towers(random: Random, deep: str, bright: str, light: str) -> Markup:
    bars = []
    for column in range(10):
        height = random.randint(50, 190)
        tone = (deep, bright, light, deep)[random.randint(0, 3)]
        bar = Markup('<rect x="{}" y="{}" width="15" height="{}" fill="{}" fill-opacity="{}" rx="2"/>')
        bars.append(bar.format(4 + column * 20, 230 - height, height + 60, tone, 0.75 if tone != light else 0.3))
    return _circle(150, 56, 24, light, 0.85) + Markup("").join(bars)


def _waves(random: Random, deep: str, bright: str, light: str) -> Markup:
    lines = []
    bend = random.randint(14, 30)
    for step in range(13):
        y = 18 + step * 15
        wave = Markup('<path d="M-20 {0}q30 {1} 60 0t60 0 60 0 60 0" fill="none" stroke="{2}" stroke-width="{3}"/>')
        lines.append(wave.format(y, -bend if step % 2 else bend, (bright, light, deep)[step % 3], 1.5 + (step * 5 % 7)))
    return Markup("").join(lines)


def _window(random: Random, deep: str, bright: str, light: str) -> Markup:
    x = random.randint(36, 60)
    arch = Markup('<path d="M{0} 190V96a{1} {1} 0 0 1 {2} 0V190z" fill="{3}" fill-opacity="{4}"/>')
    inner, outer = 100 - x, 100 - x + 20
    return (
        arch.format(x - 20, outer, 2 * outer, deep, 0.8)
        + arch.format(x, inner, 2 * inner, bright, 0.95)
        + _circle(100 + random.randint(-14, 14), 112, random.randint(14, 22), light, 0.95)
    )


def _circle(x: float, y: float, r: float, tone: str, opacity: float) -> Markup:
    shape = '<circle cx="{}" cy="{}" r="{}" fill="{}" fill-opacity="{}"/>'
    return Markup(shape).format(round(x, 1), round(y, 1), round(r, 1), escape(tone), opacity)


MOTIFS: tuple[Callable[[Random, str, str, str], Markup], ...] = (
    _moon, _rings, _stripes, _dots, _peaks, _towers, _waves, _window,
)  # fmt: skip
