"""Streams of turns, for learners."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from evercart.chance import uniform
from evercart.features.columns import Column
from evercart.hashing import hash_name
from evercart.labels.turns import ABANDONED, ASKED, HINT, SETTLED, Turns, tick_of
from evercart.testing.plot import Plot, asked_at, corrected, drawn_plot, even_plot, replaced
from evercart.testing.streams import Times, even_clock, hurting_clock

COLUMNS: Final = (Column("number"), Column("money", "minor"), Column("slot", slots=64), Column("word", slots=1000))
_NUMBERS: Final = np.array([0.0, 1.0, -0.5, 2.0, -3.25, 1e-3, 7.5], np.float32)
_SUMS: Final = np.array([0.0, 0.0, 1.99, 25.0, -4.5, 310.0])
_HINTED: Final = 0.25  # weight of a hint
_OPEN_ENDED: Final = (ASKED, ABANDONED)  # without a label


@dataclass(frozen=True)
class Turned:
    """Questions, and labels learned as they settle; hints, corrections, abandoned questions among them.

    columns       what X holds
    labels        "yes": 0 or 1; "sum": any number
    holes         share of numbers in X that are missing: NaN
    tick_us       with tick_events: how ticks are cut; short, so that a few rows hold several
    """

    columns: tuple[Column, ...] = COLUMNS
    labels: Literal["yes", "sum"] = "yes"
    holes: float = 0.0
    tick_us: int = 1_000_000
    tick_events: int = 8

    def draw(self, seed: int, rows: int, durations_us: Sequence[int]) -> Turns:
        """Return turns of a few questions at a time, half of them tied."""
        us = hurting_clock(seed, rows, durations_us)
        return self._filled(drawn_plot(seed, rows), np.cumsum(uniform(seed, np.arange(rows), "offset") < 0.7), us, seed)

    def steady(self, seed: int, rows: int, alive: int, span_us: int) -> Turns:
        """Return turns at an even pace, `alive` questions open; all are settled by the end."""
        asks = rows // 2 + 1
        plot = even_plot(asks, min(alive, asks))
        clock = even_clock(len(plot.what), 2 * alive, span_us, 1)
        return self._filled(plot, np.arange(len(clock)), clock, seed)

    def size(self, batch: Turns) -> int:
        """Return how many turns there are."""
        return len(batch)

    def rows(self, batch: Turns, start: int, stop: int) -> Turns:
        """Return the turns from `start` up to `stop`."""
        return batch.rows(slice(start, stop))

    def ticks(self, batch: Turns) -> Times:
        """Return the tick of each turn."""
        return batch.tick

    def scramble(self, batch: Turns, row: int, seed: int) -> Turns:
        """Draw labels from `row` on again, and the features of what is asked after it."""
        other = self._filled(Plot(batch.what, batch.number), batch.offset, batch.us, seed)
        known = asked_at(batch) <= row
        told = np.arange(len(batch)) < row
        y = corrected(batch.what, batch.number, np.where(told, batch.y, other.y), self.labels)
        return Turns(
            batch.what,
            batch.tick,
            batch.offset,
            batch.us,
            batch.number,
            y,
            replaced(batch.what, batch.number, y),
            batch.weight,
            np.where(known, batch.key, other.key),
            np.where(known[:, None], batch.x, other.x),
        )

    def said(self, batch: Turns, out: Any) -> Times:
        """Return each turn itself: a guess may know its own question."""
        return np.arange(len(batch))

    def _filled(self, plot: Plot, offset: Times, us: Times, seed: int) -> Turns:
        what, number = plot
        y = corrected(what, number, self._labels(plot, seed), self.labels)
        hinted = (what == SETTLED) & np.isin(number, number[what == HINT])
        weight = np.where(what == HINT, _HINTED, np.where(hinted, 1 - _HINTED, 1.0))
        names = np.array([hash_name(f"user-{i}", 1) for i in range(3)], np.uint64)
        return Turns(
            what,
            tick_of(us, offset, self.tick_us, self.tick_events),
            offset.astype(np.int64),
            us,
            number,
            y,
            replaced(what, number, y),
            np.where(what == ABANDONED, 0.0, weight),
            names[(uniform(seed, number, "key") * 3).astype(np.int64)],
            self._x(number, seed),
        )

    def _labels(self, plot: Plot, seed: int) -> NDArray[np.float64]:
        u = uniform(seed, np.arange(len(plot.what)), "label")
        y = (u < 0.4).astype(np.float64) if self.labels == "yes" else _SUMS[(u * len(_SUMS)).astype(np.int64)]
        y[plot.what == HINT] = 0.0
        y[np.isin(plot.what, _OPEN_ENDED)] = np.nan
        return y

    def _x(self, number: Times, seed: int) -> NDArray[np.float32]:
        x = np.empty((len(number), len(self.columns)), np.float32)
        for at, column in enumerate(self.columns):
            u = uniform(seed, number, f"x/{at}")
            if column.is_number:
                x[:, at] = _NUMBERS[(u * len(_NUMBERS)).astype(np.int64)]
                x[uniform(seed, number, f"hole/{at}") < self.holes, at] = np.nan
            else:
                x[:, at] = (u * min(column.slots, 3)).astype(np.int64)
        return x
