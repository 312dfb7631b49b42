"""Periods: stretches of whole ticks after which something is fitted again."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from evercart.kernel import kernel
from evercart.labels.turns import ASKED, Turns
from evercart.learners.learner import tick_stop
from evercart.learners.lifetime.sample import Sample, observe
from evercart.units import DAY_US


def periods(turns: Turns, every_us: int) -> Iterator[tuple[slice, int]]:
    """Yield the rows of each stretch, with the number of the period that its ticks begin in.

    >>> from evercart.learners.prequential import prequential
    >>> [rows for rows, _ in periods(prequential(np.zeros((2, 1), np.float32), np.ones(2)), 10_000_000)]
    [slice(0, 4, None)]
    """
    start = 0
    for stop in _stops(turns.tick, turns.us, every_us).tolist() if len(turns) else ():
        yield slice(start, stop), int(turns.us[start]) // every_us
        start = stop


def take(state: Sample, size: int, turns: Turns, places: NDArray[np.int64]) -> None:
    """Let a sample see whom was asked about; visits, age, since, paid stand at these places of X."""
    asked = turns.rows(turns.what == ASKED)
    observe(state, size, asked.key, asked.us / DAY_US, asked.x[:, places].astype(np.float64))


@kernel
def _stops(tick: NDArray[np.int64], us: NDArray[np.int64], every_us: int) -> NDArray[np.int64]:
    stops = np.empty(len(tick), np.int64)
    found = start = 0
    before = np.int64(0)
    while start < len(tick):
        stop, period = tick_stop(tick, start), us[start] // every_us
        if found == 0 or period != before:
            found += 1
        stops[found - 1] = stop
        start, before = stop, period
    return stops[:found]
