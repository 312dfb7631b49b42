"""Lines over steps as a light SVG."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

_COLOURS: Final = ("#1b6ca8", "#c8553d", "#588157", "#8d5a97", "#b8860b", "#2a9d8f", "#6c757d", "#d1495b", "#3d405b")
_WIDE, _HIGH, _LEFT, _TOP, _ROOM = 460, 300, 46, 34, 250  # pixels; room for names at the right


def drawn(path: Path, title: str, below: str, ticks: list[int], lines: dict[str, NDArray[np.float64]]) -> None:
    """Write lines, each (steps,), in 0 to 1, with their names beside their ends."""
    low = max(0.0, np.floor(min(float(one.min()) for one in lines.values()) * 10) / 10)
    across = [_LEFT + _WIDE * at / max(len(ticks) - 1, 1) for at in range(len(ticks))]

    def down(value: float) -> float:
        return _TOP + _HIGH * (1 - value) / (1 - low)

    size = f"{_LEFT + _WIDE + _ROOM} {_TOP + _HIGH + 46}"
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}" font-family="sans-serif" font-size="12">',
        '<rect width="100%" height="100%" fill="#fff"/>',
        f'<text x="{_LEFT}" y="18" font-size="14">{escape(title)}</text>',
    ]
    for value in np.linspace(low, 1, round((1 - low) * 10) + 1):
        out.append(f'<path d="M{_LEFT} {down(value):.1f}h{_WIDE}" stroke="#ddd"/>')
        out.append(f'<text x="{_LEFT - 6}" y="{down(value) + 4:.1f}" text-anchor="end">{value:.1f}</text>')
    for x, tick in zip(across, ticks, strict=True):
        out.append(f'<text x="{x:.1f}" y="{_TOP + _HIGH + 18}" text-anchor="middle">{tick}</text>')
    out.append(f'<text x="{_LEFT + _WIDE / 2}" y="{_TOP + _HIGH + 38}" text-anchor="middle">{escape(below)}</text>')
    ends, last = sorted(lines, key=lambda name: -lines[name][-1]), -np.inf
    for place, name in enumerate(ends):
        colour = _COLOURS[place % len(_COLOURS)]
        points = " ".join(f"{x:.1f},{down(float(y)):.1f}" for x, y in zip(across, lines[name], strict=True))
        last = max(down(float(lines[name][-1])) + 4, last + 15)  # names do not lie on each other
        out.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
        said = f"{escape(name)} {lines[name][-1]:.3f}"
        out.append(f'<text x="{across[-1] + 8:.1f}" y="{last:.1f}" fill="{colour}">{said}</text>')
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([*out, "</svg>", ""]))
