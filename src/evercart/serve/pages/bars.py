"""Bars: counts over time as stacked bars, drawn without a script."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from evercart.serve.looking.arrivals import Arrived

WIDE, HIGH = 900, 220
COLOURS: Final = 7  # that the style sheet has
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Rect(NamedTuple):
    """A part of a bar, in units of the picture; `colour` is its number in the style sheet."""

    x: float
    y: float
    width: float
    height: float
    colour: int
    title: str


class Bars(NamedTuple):
    """What is drawn.

    rects   all parts of all bars
    most    what the highest bar stands for
    first   first day, last day that is shown, as text
    keys    each kind with its colour, its total
    """

    rects: tuple[Rect, ...]
    most: int
    first: str
    last: str
    keys: tuple[tuple[str, int, int], ...]


def day_text(day: int) -> str:
    """Return a day as text.

    >>> day_text(0)
    '1970-01-01'
    """
    return (_EPOCH + timedelta(days=day)).date().isoformat()


def bars(arrived: Arrived, title: str = "{day} {kind}: {n}", others: str = "others") -> Bars:
    """Return the bars of what arrived; the kind that came most stands lowest.

    title     of each part, with `day`, `kind`, `n` put in
    others    what kinds are called, together, that came least
    """
    arrived = _few(arrived, others)
    most = max((sum(bar.counts) for bar in arrived.bars), default=0)
    step = WIDE / max(1, len(arrived.bars))
    rects = []
    for at, bar in enumerate(arrived.bars):
        y = float(HIGH)
        for place, n in enumerate(bar.counts):
            if n:
                height = HIGH * n / most
                y -= height
                told = title.format(day=day_text(bar.day), kind=arrived.kinds[place], n=f"{n:,}")
                rects.append(Rect(at * step, y, max(step * 0.86, 0.5), height, place, told))
    totals = [sum(bar.counts[place] for bar in arrived.bars) for place in range(len(arrived.kinds))]
    keys = tuple((kind, at, totals[at]) for at, kind in enumerate(arrived.kinds))
    edges = [day_text(one.day) for one in arrived.bars] or [""]
    return Bars(tuple(rects), most, edges[0], edges[-1], keys)


def _few(arrived: Arrived, others: str) -> Arrived:
    """Return the same with no more kinds than there are colours."""
    if len(arrived.kinds) <= COLOURS:
        return arrived
    kept = COLOURS - 1
    each = tuple(bar._replace(counts=(*bar.counts[:kept], sum(bar.counts[kept:]))) for bar in arrived.bars)
    return arrived._replace(kinds=(*arrived.kinds[:kept], others), bars=each)


def table(arrived: Arrived, rows: int = 30) -> Sequence[tuple[str, tuple[int, ...]]]:
    """Return the newest bars as rows of a table, the newest first."""
    return [(day_text(bar.day), bar.counts) for bar in arrived.bars[: -rows - 1 : -1]]
