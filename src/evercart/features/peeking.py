"""Peeking: the kernel that says what stands at questions without moving a table."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from evercart.features.plan import Spec
from evercart.features.sliding import Kept, fade
from evercart.features.state import TableState
from evercart.kernel import kernel
from evercart.slots import find


@kernel
def glance(spec: Spec, state: TableState, us: NDArray[np.int64], keys: NDArray[np.uint64], kept: Kept) -> None:
    """Fill `kept`, which comes empty, with what `slide` would, were each question the next row.

    us     (questions,) log time of each, none before the last row's
    keys   (questions,) 0 where missing

    What has left a window since the last row is still in the sums; it is taken off what is said, not off the state.
    That costs a look at each such row: none while a log is busy.
    """
    for q in range(len(us)):
        slot = find(state.slots, keys[q])
        if slot >= 0 and state.keys.tallies[slot, 0] > _left(spec, state, us[q], slot, kept, q):
            kept.tallies[q] += state.keys.tallies[slot]
            for d in range(len(spec.half_lives)):
                kept.decayed[q, d] = fade(spec, state, slot, d, us[q])
            kept.last_us[q] = state.keys.last_us[slot]
            kept.latest[q] = state.keys.latest[slot]
            kept.items[q] = state.keys.items[slot]
        else:
            kept.tallies[q] = 0


@kernel
def _left(spec: Spec, state: TableState, now: int, slot: int, kept: Kept, q: int) -> int:
    """Take a key's rows that have left their windows off what is said; return how many are forgotten."""
    mask, forgotten = len(state.rows.us) - 1, 0
    for window in range(len(spec.windows)):
        edge = now - spec.windows[window]
        row = state.tails[window]
        while row < state.ends[1] and state.rows.us[row & mask] <= edge:
            at = row & mask
            row += 1
            if state.rows.slot[at] != slot:
                continue
            for a in range(spec.sum_ends[window], spec.sum_ends[window + 1]):
                kept.tallies[q, 1 + a] -= state.rows.values[at, spec.sum_of[a]]
            for d in range(spec.count_ends[window], spec.count_ends[window + 1]):
                if state.rows.member[at, spec.count_of[d]] >= 0:
                    kept.tallies[q, 1 + len(spec.sum_of) + d] -= 1
            if window == len(spec.windows) - 1:
                forgotten += 1
    kept.tallies[q, 0] -= forgotten
    return forgotten
