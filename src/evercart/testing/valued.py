"""Streams of values, for detectors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from evercart.chance import uniform
from evercart.features.columns import Column
from evercart.labels.values import Values
from evercart.testing.streams import Times, even_clock, hurting_clock

_JUMPS: Final = np.array([0.0, 3.0, -2.0, 1e4])
_LEVEL: Final = 16  # values on a level, before the next one is drawn


@dataclass(frozen=True)
class Valued:
    """Numbers whose level jumps every few rows; missing ones among them.

    columns    what a row holds; none: each value is one number
    """

    columns: tuple[Column, ...] = ()

    def draw(self, seed: int, rows: int, durations_us: Sequence[int]) -> Values:
        """Return values whose places have gaps, whose times are tied."""
        place = np.cumsum(1 + (uniform(seed, np.arange(rows), "gap") * 3).astype(np.int64))
        return Values(place, hurting_clock(seed, rows, durations_us), self._values(place, seed))

    def steady(self, seed: int, rows: int, alive: int, span_us: int) -> Values:
        """Return values at an even pace."""
        place = np.arange(rows)
        return Values(place, even_clock(rows, alive, span_us, 1), self._values(place, seed))

    def size(self, batch: Values) -> int:
        """Return how many values there are."""
        return len(batch)

    def rows(self, batch: Values, start: int, stop: int) -> Values:
        """Return the values from `start` up to `stop`."""
        return batch.rows(slice(start, stop))

    def ticks(self, batch: Values) -> Times:
        """Return a tick for each value."""
        return batch.place

    def scramble(self, batch: Values, row: int, seed: int) -> Values:
        """Draw all from `row` on again, but place and time."""
        other = Values(batch.place, batch.us, self._values(batch.place, seed))
        return Values.concat([batch.rows(slice(row)), other.rows(slice(row, None))])

    def said(self, batch: Values, out: Any) -> None:
        """Return None: an alarm says where it was raised."""
        return

    def _values(self, place: Times, seed: int) -> NDArray[Any]:
        if not self.columns:
            return self._numbers(place, seed, "value")
        columns = [
            self._numbers(place, seed, column.name)
            if column.is_number
            else np.floor(uniform(seed, place // _LEVEL + place % 2, column.name) * column.slots)
            for column in self.columns
        ]
        return np.stack(columns, 1).astype(np.float32)

    def _numbers(self, place: Times, seed: int, name: str) -> NDArray[np.float64]:
        level = _JUMPS[(uniform(seed, place // _LEVEL, f"{name}/level") * len(_JUMPS)).astype(np.int64)]
        hole = uniform(seed, place, f"{name}/hole") < 0.05
        return np.where(hole, np.nan, level + uniform(seed, place, name))
