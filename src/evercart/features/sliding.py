"""Sliding: the kernel that moves a table over rows in log order.

Rows enter at the end of one queue. Each window has a pointer into it: passing a row takes the row off the
key's sums again, in integers, so that they return to zero exactly. The last pointer drops the row, with the
key when it was its last. A distinct count is the number of rows in the window that are the last of their
(key, value) pair: a row that comes later takes the mark off the one before it.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.features.moves import READ, WRITE, Moves
from evercart.features.plan import Spec
from evercart.features.state import Keys, TableState
from evercart.hashing import U64
from evercart.kernel import lean
from evercart.prefetch import prefetch
from evercart.slots import add, find, foresee, release
from evercart.units import MISSING

_AHEAD = 12  # rows


class Kept(NamedTuple):
    """What stood at each question."""

    tallies: NDArray[np.int64]  # (questions, 1 + sums + distinct counts)
    decayed: NDArray[np.float64]  # (questions, decayed)
    last_us: NDArray[np.int64]  # (questions, times of moments) MISSING where never
    latest: NDArray[np.int64]  # (questions, sums over newest moments)
    items: NDArray[np.int32]  # (questions, places)


@lean
def _clear(table: NDArray[Any], row: int, value: float) -> None:
    for column in range(table.shape[1]):
        table[row, column] = value


@lean
def _copy(table: NDArray[Any], row: int, to: NDArray[Any], to_row: int) -> None:
    for column in range(table.shape[1]):
        to[to_row, column] = table[row, column]


@lean
def _leave(spec: Spec, state: TableState, window: int, at: int) -> None:
    """Take a row off the sums of one window."""
    slot, tallies = state.rows.slot[at], state.keys.tallies
    for a in range(spec.sum_ends[window], spec.sum_ends[window + 1]):
        tallies[slot, 1 + a] -= state.rows.values[at, spec.sum_of[a]]
    for d in range(spec.count_ends[window], spec.count_ends[window + 1]):
        pair = state.rows.member[at, spec.count_of[d]]
        if pair >= 0:
            tallies[slot, 1 + len(spec.sum_of) + d] -= 1
            if spec.count_last[d]:
                state.rows.member[at, spec.count_of[d]] = -1
                state.pair_last[pair] = 0
                release(state.pairs, pair)


@lean
def _drop(state: TableState, at: int) -> None:
    """Forget a row; with the last one its key."""
    slot = state.rows.slot[at]
    state.keys.tallies[slot, 0] -= 1
    if state.keys.tallies[slot, 0] == 0:
        _clear(state.keys.decayed, slot, 0.0)
        _clear(state.keys.decayed_us, slot, 0)
        _clear(state.keys.last_us, slot, 0)
        _clear(state.keys.latest, slot, 0)
        _clear(state.keys.items, slot, 0)
        release(state.slots, slot)


@lean
def _ask_for(spec: Spec, state: TableState, window: int, at: int) -> None:
    """Ask for what a row will touch when it leaves a window."""
    prefetch(state.keys.tallies, np.int64(state.rows.slot[at]))
    for d in range(spec.count_ends[window], spec.count_ends[window + 1]):
        pair = state.rows.member[at, spec.count_of[d]]
        if pair >= 0 and spec.count_last[d]:
            prefetch(state.pairs.keys, np.int64(pair))
            prefetch(state.pair_last, np.int64(pair))


@lean
def _expire(spec: Spec, state: TableState, now: int) -> None:
    """Move every window's pointer past the rows that are no longer in it."""
    mask = len(state.rows.us) - 1
    last = len(spec.windows) - 1
    for window in range(last + 1):
        edge = now - spec.windows[window]
        row = state.tails[window]
        while row < state.ends[1] and state.rows.us[row & mask] <= edge:
            _ask_for(spec, state, window, (row + _AHEAD) & mask)
            _leave(spec, state, window, row & mask)
            if window == last:
                _drop(state, row & mask)
            row += 1
        state.tails[window] = row
    state.ends[0] = state.tails[last]


@lean
def _count(spec: Spec, state: TableState, moves: Moves, i: int, slot: int, row: int) -> None:
    """Make a row the last of its pairs."""
    mask = len(state.rows.us) - 1
    for s in range(moves.members.shape[1]):
        if moves.members[i, s] == U64(0):
            state.rows.member[row & mask, s] = -1
            continue
        pair = add(state.pairs, moves.members[i, s])
        before = state.pair_last[pair] - 1  # -1 where the pair is new
        for d in range(len(spec.count_of)):
            if spec.count_of[d] == s and before < state.tails[spec.count_window[d]]:
                state.keys.tallies[slot, 1 + len(spec.sum_of) + d] += 1
        if before >= 0:
            state.rows.member[before & mask, s] = -1
        state.pair_last[pair] = row + 1
        state.rows.member[row & mask, s] = pair


@lean
def fade(spec: Spec, state: TableState, slot: int, d: int, now: int) -> float:
    """Return a decayed sum as of now."""
    if state.keys.decayed[slot, d] == 0.0:
        return 0.0
    elapsed = now - state.keys.decayed_us[slot, d]
    if elapsed == 0:  # the other lines of a basket
        return float(state.keys.decayed[slot, d])
    return float(state.keys.decayed[slot, d] * 2.0 ** -(elapsed / spec.half_lives[d]))


@lean
def _join(spec: Spec, keys: Keys, moves: Moves, i: int, slot: int, m: int) -> None:
    """Take a row into the newest moment, or open one."""
    now, first, end = moves.us[i], spec.moment_ends[m], spec.moment_ends[m + 1]
    before = keys.last_us[slot, first]
    if before == MISSING or now - before > spec.moment_gaps[m]:
        for place in range(end - 1, first, -1):
            keys.last_us[slot, place] = keys.last_us[slot, place - 1]
        for s in range(spec.latest_ends[m], spec.latest_ends[m + 1]):
            keys.latest[slot, s] = 0
    keys.last_us[slot, first] = now
    for s in range(spec.latest_ends[m], spec.latest_ends[m + 1]):
        keys.latest[slot, s] += moves.values[i, spec.latest_of[s]]


@lean
def _renew(spec: Spec, state: TableState, moves: Moves, i: int, slot: int) -> None:
    """Move what has no window: decayed sums, moments, most recent values."""
    keys, now = state.keys, moves.us[i]
    for d in range(len(spec.half_lives)):
        more = moves.flows[i, spec.decay_of[d]]
        if not np.isnan(more):
            if keys.decayed[slot, d] != 0.0 and now - keys.decayed_us[slot, d] <= spec.decay_gaps[d]:
                more = 0.0  # the moment was counted
            keys.decayed[slot, d] = fade(spec, state, slot, d, now) + more
            keys.decayed_us[slot, d] = now
    for m in range(moves.moments.shape[1]):
        if moves.moments[i, m]:
            _join(spec, keys, moves, i, slot, m)
    for j in range(moves.items.shape[1]):
        if moves.items[i, j] != 0:
            for place in range(spec.item_ends[j + 1] - 1, spec.item_ends[j], -1):
                keys.items[slot, place] = keys.items[slot, place - 1]
            keys.items[slot, spec.item_ends[j]] = moves.items[i, j]


@lean
def _write(spec: Spec, state: TableState, moves: Moves, i: int) -> None:
    """Put a row at the end of the queue, inside every window."""
    slot = add(state.slots, moves.key[i])
    tallies, row = state.keys.tallies, state.ends[1]
    if tallies[slot, 0] == 0:
        _clear(state.keys.last_us, slot, MISSING)
    at = row & (len(state.rows.us) - 1)
    state.rows.us[at] = moves.us[i]
    state.rows.slot[at] = slot
    for v in range(state.rows.values.shape[1]):
        state.rows.values[at, v] = moves.values[i, v]
    tallies[slot, 0] += 1
    for a in range(len(spec.sum_of)):
        tallies[slot, 1 + a] += moves.values[i, spec.sum_of[a]]
    _count(spec, state, moves, i, slot, row)
    _renew(spec, state, moves, i, slot)
    state.ends[1] = row + 1


@lean
def _read(spec: Spec, state: TableState, moves: Moves, i: int, kept: Kept, q: int) -> None:
    """Say what stands at a question; an unknown key has nothing."""
    slot = find(state.slots, moves.key[i])
    if slot < 0:
        return
    _copy(state.keys.tallies, slot, kept.tallies, q)
    for d in range(len(spec.half_lives)):
        kept.decayed[q, d] = fade(spec, state, slot, d, moves.us[i])
    _copy(state.keys.last_us, slot, kept.last_us, q)
    _copy(state.keys.latest, slot, kept.latest, q)
    _copy(state.keys.items, slot, kept.items, q)


@lean
def _foresee(state: TableState, moves: Moves, i: int) -> None:
    """Ask for what a row will touch when its turn comes."""
    foresee(state.slots, moves.key[i])
    if moves.act[i] == WRITE:
        for s in range(moves.members.shape[1]):
            foresee(state.pairs, moves.members[i, s])


@lean
def slide(spec: Spec, state: TableState, moves: Moves, kept: Kept) -> None:
    """Move the state over the rows, row by row; fill `kept`, which comes empty, at the questions."""
    q, last = 0, len(moves.us) - 1
    for i in range(len(moves.us)):
        _foresee(state, moves, min(i + _AHEAD, last))
        if i == 0 or moves.us[i] != moves.us[i - 1]:
            _expire(spec, state, moves.us[i])
        if moves.act[i] == WRITE:
            _write(spec, state, moves, i)
        elif moves.act[i] == READ:
            _read(spec, state, moves, i, kept, q)
            q += 1
