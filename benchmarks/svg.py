"""Pictures as SVG text: lines, points, bars, each labelled where it stands, legible on light or dark pages."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape

WIDTH, LINE, LETTER = 820, 15, 6.9  # pixels: of a picture, between two labels, of a letter
LIGHT: Final = ("#2f6fde", "#c2410c", "#6b7280", "#0b7a56", "#a33ea1", "#8a6400")
DARK: Final = ("#7aa8ff", "#f59a5b", "#a3adb8", "#4cc99a", "#dd8ddb", "#e3b341")
Spread = tuple[float, float]  # a mean, half the width of its interval


@dataclass(frozen=True)
class Axis:
    """From values to pixels.

    ticks    value, text
    scale    what a value is turned into first, such as its logarithm
    """

    title: str
    ticks: Sequence[tuple[float, str]]
    ends: tuple[float, float]
    scale: Callable[[float], float] = float

    def place(self, value: float, first: float, last: float) -> float:
        """Return where a value stands between two pixels; beyond the ends: at the end."""
        low, high, at = (self.scale(each) for each in (*self.ends, min(max(value, self.ends[0]), self.ends[1])))
        return first + (at - low) / (high - low) * (last - first)


def stretched(share: float) -> float:
    """Return where a share stands on an axis on which halving the misses is always the same way.

    >>> round(stretched(0.99) - stretched(0.98), 9) == round(stretched(0.6) - stretched(0.2), 9)
    True
    """
    return -math.log(1 - share)


def lines(drawn: Mapping[str, tuple[int, Sequence[float]]], level: tuple[str, float], x: Axis, y: Axis) -> str:
    """Return a line a name, values at 1, 2, ..., beside a dashed level; labels to the right, in the order of height.

    drawn    name -> colour, values
    """
    height, left, right, bottom = 430, 60, WIDTH - 210, 380
    parts = _frame(x, y, left, right, 20, bottom)
    at = y.place(level[1], bottom, 20)
    parts.append(f'<line class="s2" stroke-dasharray="6 4" x1="{left}" x2="{right}" y1="{at:.1f}" y2="{at:.1f}"/>')
    ends = [(at, level[0], 2)]
    for name, (colour, values) in drawn.items():
        spots = [(x.place(n, left, right), y.place(value, bottom, 20)) for n, value in enumerate(values, 1)]
        path = " ".join(f"{across:.1f},{down:.1f}" for across, down in spots)
        parts.append(f'<polyline class="s{colour}" stroke-width="2" points="{path}"/>')
        parts += [f'<circle class="f{colour}" cx="{across:.1f}" cy="{down:.1f}" r="2.5"/>' for across, down in spots]
        ends.append((spots[-1][1], name, colour))
    ends.sort()
    for (own, name, colour), down in zip(ends, _apart([each[0] for each in ends], 20, bottom), strict=True):
        parts.append(f'<path class="s2" stroke-width="0.7" d="M{right + 4} {own:.1f}L{right + 22} {down:.1f}"/>')
        parts.append(_text(right + 26, down + 4, name, "start", colour))
    return _svg(parts, height)


def points(drawn: Mapping[str, tuple[int, float, Spread]], x: Axis, y: Axis) -> str:
    """Return a point a name with the interval of its height; labels beside it, where there is room.

    drawn    name -> colour, place on x, height
    """
    height, left, right, bottom = 480, 60, WIDTH - 20, 430
    parts, taken = _frame(x, y, left, right, 20, bottom), list[tuple[float, float, float, float]]()
    spots = {name: (x.place(at, left, right), y.place(mean, bottom, 20)) for name, (_, at, (mean, _)) in drawn.items()}
    taken += [(across - 4, down - 4, across + 4, down + 4) for across, down in spots.values()]
    for name, (colour, _, (mean, half)) in drawn.items():
        across, down = spots[name]
        low, high = (y.place(mean + side * half, bottom, 20) for side in (-1, 1))
        parts.append(f'<path class="s{colour}" stroke-width="1.2" d="M{across:.1f} {low:.1f}V{high:.1f}"/>')
        parts.append(f'<circle class="f{colour}" cx="{across:.1f}" cy="{down:.1f}" r="4.5"/>')
        wide = LETTER * len(name)
        rooms = [
            (across + side * 9 - (wide if side < 0 else 0), down + up) for up in range(0, 140, 7) for side in (1, -1)
        ]
        rooms = sorted(
            {(a, b) for a, b in rooms} | {(a, 2 * down - b) for a, b in rooms}, key=lambda r: abs(r[1] - down)
        )
        free = [
            room
            for room in rooms
            if room[0] > left
            and room[0] + wide < right
            and 20 < room[1] < bottom - 8
            and not any(_meet((room[0], room[1] - 7, room[0] + wide, room[1] + 7), other) for other in taken)
        ]
        start, level = free[0] if free else rooms[0]
        taken.append((start, level - 7, start + wide, level + 7))
        if abs(level - down) > 8:
            near = start if start > across else start + wide
            parts.append(f'<path class="s2" stroke-width="0.7" d="M{across:.1f} {down:.1f}L{near:.1f} {level:.1f}"/>')
        parts.append(_text(start, level + 4, name, "start", colour))
    return _svg(parts, height)


def bars(drawn: Mapping[str, tuple[int, Spread]], x: Axis) -> str:
    """Return a bar a name from 0 with its interval, the first on top.

    drawn    name -> colour, length
    """
    left, right, bottom = 190, WIDTH - 120, 20 + 24 * len(drawn)
    parts = _frame(x, None, left, right, 16, bottom)
    for row, (name, (colour, (mean, half))) in enumerate(drawn.items()):
        down, end = 20 + 24 * row, x.place(mean, left, right)
        low, high = (x.place(mean + side * half, left, right) for side in (-1, 1))
        parts.append(
            f'<rect class="f{colour}" x="{left}" y="{down}" width="{end - left:.1f}" height="15" opacity="0.8"/>'
        )
        parts.append(f'<path class="s6" stroke-width="1.4" d="M{low:.1f} {down + 7.5}H{high:.1f}"/>')
        parts.append(_text(left - 8, down + 12, name, "end", colour))
        parts.append(_text(max(end, high) + 8, down + 12, f"{mean:.3f} ± {half:.3f}", "start", 6))
    return _svg(parts, bottom + 50)


def _apart(wanted: Sequence[float], top: float, bottom: float) -> list[float]:
    """Return heights near the rising ones wanted, each a line from the next, none below the bottom if there is room."""
    out: list[float] = []
    for each in wanted:
        out.append(max(each, out[-1] + LINE if out else top))
    limit = bottom
    for at in reversed(range(len(out))):
        out[at] = max(min(out[at], limit), top + at * LINE)
        limit = out[at] - LINE
    return out


def _meet(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    """Return whether two boxes share a pixel."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _frame(x: Axis, y: Axis | None, left: int, right: int, top: int, bottom: int) -> list[str]:
    """Return axes with their ticks, titles."""
    parts = []
    for value, text in x.ticks:
        at = x.place(value, left, right)
        parts.append(f'<path class="grid" d="M{at:.1f} {top}V{bottom}"/>')
        parts.append(_text(at, bottom + 17, text, "middle", 6))
    parts.append(_text((left + right) / 2, bottom + 38, x.title, "middle", 6))
    for value, text in y.ticks if y else ():
        at = y.place(value, bottom, top) if y else 0.0
        parts.append(f'<path class="grid" d="M{left} {at:.1f}H{right}"/>')
        parts.append(_text(left - 6, at + 4, text, "end", 6))
    if y:
        middle = (top + bottom) / 2
        turned = f'<text class="f6" text-anchor="middle" transform="translate(14 {middle}) rotate(-90)">'
        parts.append(f"{turned}{escape(y.title)}</text>")
    return parts


def _text(x: float, y: float, text: str, anchor: str, colour: int) -> str:
    return f'<text class="f{colour}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _styles(colours: Sequence[str], ink: str, ground: str, grid: str) -> str:
    named = "".join(f".f{n}{{fill:{each}}}.s{n}{{stroke:{each}}}" for n, each in enumerate([*colours, ink]))
    return f"text{{stroke:{ground}}}.ground{{fill:{ground}}}.grid{{stroke:{grid}}}{named}"


def _svg(parts: Sequence[str], height: int) -> str:
    """Return a picture on a ground of its own, which is dark where the reader's pages are."""
    style = "text{font:12px system-ui,sans-serif;paint-order:stroke;stroke-width:3px}path,polyline,line{fill:none}"
    style += _styles(LIGHT, "#1f2328", "#ffffff", "#e3e6ea")
    style += f"@media(prefers-color-scheme:dark){{{_styles(DARK, '#e6edf3', '#0d1117', '#2a313a')}}}"
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}">'
    ground = f'<rect class="ground" width="{WIDTH}" height="{height}" rx="6"/>'
    return "\n".join([head, f"<style>{style}</style>", ground, *parts, "</svg>"]) + "\n"
