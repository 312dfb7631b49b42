"""The fourth law of a fold: flat time, bounded memory."""

from __future__ import annotations

import time
from dataclasses import replace
from itertools import pairwise
from typing import Any, Final

import numpy as np

from evercart.fold import Packed, clone, pack
from evercart.testing.laws import Case, In
from evercart.testing.streams import durations
from evercart.units import HOUR_S, SECOND_US

FEW: Final = 256  # rows alive at once
TIMES: Final = (8, 64)  # as many where the fold is full; a hopeless one is caught before it gets slow
MOST_SLOWER: Final = 3.0  # caches and larger tables cost something; a scan of all that is alive costs 64
GROWTH: Final = 1.25
_BATCH: Final = 1024
_READ: Final = 4  # rows of a small read
_LOOKS: Final = 4  # the fastest of so many counts,
_LONG_S: Final = 0.1  # or of fewer, once they took so long: what upsets one look is shorter
_TRIES: Final = 4


def flat(case: Case[In], keeps_bytes: int, lives_us: int | None) -> None:
    """Law 4: neither what a fold holds nor what a row costs grows with what it has seen.

    keeps_bytes    what it may hold for good, beyond what it holds after a few rows
    lives_us       how long a row may be remembered; None: the sum of the fold's durations
    """
    span = lives_us or sum(durations(case.fold)) or HOUR_S * SECOND_US
    drained(case, span, keeps_bytes)
    bounded(case, span, keeps_bytes)
    level(case, span)


def drained(case: Case[In], span_us: int, keeps_bytes: int) -> None:
    """Hold many rows, let their time pass: the packed state is about as small as after a few rows."""
    busy = _steady(case, 8 * FEW, 4 * FEW, span_us)
    few, _, last = _sizes(busy, [16, 7 * FEW])
    allowed = few + keeps_bytes
    case.holds("flat", last <= allowed, "packed bytes once all has expired", f"at most {allowed}", last)


def bounded(case: Case[In], span_us: int, keeps_bytes: int) -> None:
    """Step over many spans at an even pace: the packed state stops growing."""
    busy = _steady(case, 24 * FEW, FEW, span_us)
    sizes = _sizes(busy, range(FEW, 24 * FEW, FEW))[:-1]
    half = len(sizes) // 2
    allowed, most = int(max(sizes[:half]) * GROWTH) + keeps_bytes, max(sizes[half:])
    case.holds("flat", most <= allowed, "packed bytes at an even pace", f"at most {allowed}", most)


def level(case: Case[In], span_us: int) -> None:
    """Step as many rows where few, then where many are alive: the CPU time is about the same."""
    few = _Busy(case, span_us, FEW)
    for times in TIMES:
        many = _Busy(case, span_us, times * FEW)
        for rows in (_BATCH, _READ):
            slower = float("inf")
            for _ in range(_TRIES):  # a busy machine slows one look, not all
                slower = min(slower, many.seconds(rows) / few.seconds(rows))
                if slower <= MOST_SLOWER:
                    break
            where = f"CPU time of a read of {rows:,} rows with {times} times as much alive"
            rule = f"at most {MOST_SLOWER:g} times as much"
            case.holds("flat", slower <= MOST_SLOWER, where, rule, round(slower, 1))


class _Busy:
    """A fold that holds `alive` rows, about to step the next ones."""

    def __init__(self, case: Case[In], span_us: int, alive: int) -> None:
        busy: Case[Any] = _steady(case, 2 * alive + 2 * _BATCH, alive, span_us)
        cuts = np.array(busy.cuttable())
        warm = int(cuts[np.searchsorted(cuts, alive + alive // 4)])  # the first have expired
        self.fold = busy.fold
        self.state, _ = self.fold.step(self.fold.start(), busy.rows(0, warm))
        self.reads = {rows: self._reads(busy, cuts, warm, rows) for rows in (_BATCH, _READ)}

    def _reads(self, busy: Case[Any], cuts: Any, warm: int, rows: int) -> list[Any]:
        count = max(1, 128 // rows)
        edges = cuts[np.searchsorted(cuts, warm + rows * np.arange(count + 1))]
        return [busy.rows(int(start), int(stop)) for start, stop in pairwise(edges)]

    def seconds(self, rows: int) -> float:
        """Return the CPU seconds of the fastest of a few equal looks."""
        looks: list[float] = []
        while len(looks) < _LOOKS and sum(looks) < _LONG_S:
            state = clone(self.state)
            before = time.thread_time()
            for read in self.reads[rows]:
                state, _ = self.fold.step(state, read)
            looks.append(time.thread_time() - before)
        return max(min(looks), 1e-6)


def _steady(case: Case[In], rows: int, alive: int, span_us: int) -> Case[In]:
    return replace(case, batch=case.stream.steady(1, rows, alive, span_us))


def _sizes(case: Case[Any], places: Any) -> list[int]:
    """Return the packed bytes at each place, then at the end."""
    fold, cuts = case.fold, np.array(case.cuttable())
    state, sizes, start = fold.start(), [], 0
    for stop in [*cuts[np.searchsorted(cuts, list(places))].tolist(), int(cuts[-1])]:
        state, _ = fold.step(state, case.rows(start, stop))
        sizes.append(_bytes(pack(state)))
        start = stop
    return sizes


def _bytes(packed: Packed) -> int:
    return sum(array.nbytes for array in packed.values())
