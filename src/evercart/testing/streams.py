"""Streams that hurt: input for a fold, drawn so that a broken law shows in a few rows."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any, Final, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from evercart.chance import uniform
from evercart.units import DAY_US, SECOND_US

In = TypeVar("In")
Times = NDArray[np.int64]
START_US: Final = 1_680_134_400_000_000  # a midnight in March
_FALLBACK_US: Final = (60 * SECOND_US,)


class Stream(Protocol[In]):
    """One family of input: how it is drawn, cut and scrambled, and where in it something was said."""

    def draw(self, seed: int, rows: int, durations_us: Sequence[int]) -> In:
        """Return about `rows` rows that hurt a fold with these durations."""
        ...

    def steady(self, seed: int, rows: int, alive: int, span_us: int) -> In:
        """Return at least `rows` rows at an even pace, `alive` of them within `span_us`, keys coming and going.

        The stretch that ends it, `span_us` and 1 µs later, leaves nothing that need be remembered.
        """
        ...

    def size(self, batch: In) -> int:
        """Return how many rows there are."""
        ...

    def rows(self, batch: In, start: int, stop: int) -> In:
        """Return the rows from `start` up to `stop`."""
        ...

    def ticks(self, batch: In) -> Times:
        """Return the tick of each row, (rows,)."""
        ...

    def scramble(self, batch: In, row: int, seed: int) -> In:
        """Draw everything at and after a row again, but the clock and, in that row, the question's own columns."""
        ...

    def said(self, batch: In, out: Any) -> Times | None:
        """Return for each row of the output the first row of input that it must not depend on.

        None: whatever comes out of a step on one row may depend on it.
        """
        ...


def durations(config: Any) -> tuple[int, ...]:
    """Return every duration in a fold's configuration, in µs: fields named `..._s`, `..._us` or `us`, at any depth.

    >>> @dataclasses.dataclass(frozen=True)
    ... class Recent:
    ...     window_s: int = 60
    >>> durations(Recent())
    (60000000,)
    """
    return tuple(sorted(set(_durations(config))))


def _durations(config: Any, name: str = "") -> list[int]:
    if dataclasses.is_dataclass(config) and not isinstance(config, type):
        return [d for f in dataclasses.fields(config) for d in _durations(getattr(config, f.name), f.name)]
    if isinstance(config, tuple | list):
        return [d for part in config for d in _durations(part, name)]
    if isinstance(config, dict):
        return [d for part in config.values() for d in _durations(part, name)]
    unit = 1 if name == "us" or name.endswith("_us") else SECOND_US if name.endswith("_s") else 0
    number = isinstance(config, int | float) and not isinstance(config, bool)
    return [int(config * unit)] if unit and number and 0 < config * unit < 10_000 * DAY_US else []


def hurting_clock(seed: int, rows: int, durations_us: Sequence[int]) -> Times:
    """Return log times, (rows,) µs: half are tied, others lie a duration -1, 0 or +1 µs after an earlier row.

    >>> hurting_clock(1, 4, [60_000_000]).shape
    (4,)
    """
    gaps = tuple(durations_us) or _FALLBACK_US
    which, place, detail, pick = (uniform(seed, np.arange(rows), f"clock/{i}") for i in range(4))
    times = np.full(rows, START_US + int(uniform(seed, np.arange(1), "clock/start")[0] * DAY_US), np.int64)
    for i in range(1, rows):
        last, gap = int(times[i - 1]), gaps[int(pick[i] * len(gaps))]
        near = gap + int(detail[i] * 3) - 1
        if which[i] < 0.5:
            times[i] = last
        elif which[i] < 0.6:
            times[i] = last + 1 + int(detail[i] * SECOND_US)
        elif which[i] < 0.68:
            times[i] = last + 1 + gap // 3
        elif which[i] < 0.9:
            times[i] = max(last, int(times[int(place[i] * i)]) + near)
        elif which[i] < 0.97:
            times[i] = last + near
        else:
            times[i] = last + 2 * sum(gaps) + 1
    return times


def even_clock(rows: int, alive: int, span_us: int, end: int) -> Times:
    """Return log times at an even pace, `alive` rows a span, the last `end` rows a span and 1 µs after the others."""
    times = START_US + np.arange(rows, dtype=np.int64) * max(span_us // alive, 1)
    if 0 < end < rows:
        times[rows - end :] = times[rows - end - 1] + span_us + 1
    return times
