"""Outliers: values far from what is usual for their key are flagged, never dropped.

Source: Hampel, "The influence curve and its role in robust estimation", JASA 69(346), 1974 (median and median
absolute deviation); Leys et al., "Detecting outliers", J. Exp. Soc. Psychology 49(4), 2013.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.events.batch import CLOCK, DTYPES, Events
from evercart.events.last import holds, writes
from evercart.fold import Grain
from evercart.kernel import kernel
from evercart.recent import NONE, Recent, drop, recent, touch, with_room
from evercart.slots import find
from evercart.units import DAY_S, SECOND_US

NORMAL: Final = 1.4826  # standard deviations of a normal distribution in one median absolute deviation


class Usual(NamedTuple):
    """The last values of each key."""

    keys: Recent
    seen: NDArray[np.int64]  # (capacity,) values so far, of which the last k are held
    aged: NDArray[np.float64]  # (capacity, k) the value of number n in column n % k
    ranked: NDArray[np.float64]  # (capacity, k) the same values, the smallest first

    def packed(self) -> Usual:
        """Drop spare room."""
        size = self.keys.keys.size
        return Usual(self.keys.packed(), self.seen[:size], self.aged[:size], self.ranked[:size])

    def unpacked(self) -> Usual:
        """Make room again."""
        return _roomy(self, self.keys.unpacked())


def _roomy(state: Usual, keys: Recent) -> Usual:
    old, capacity, k = len(state.seen), len(keys.links), state.aged.shape[1]
    seen, aged, ranked = np.zeros(capacity, np.int64), np.zeros((capacity, k)), np.zeros((capacity, k))
    seen[:old], aged[:old], ranked[:old] = state.seen, state.aged, state.ranked
    return Usual(keys, seen, aged, ranked)


@dataclass(frozen=True)
class Outliers:
    """Set `outlier` to 1 where |value - median| > threshold * max(1.4826 * MAD, spread).

    Median and median absolute deviation (MAD) are those of the key's last k values before the row, once there
    are `least` of them. A key is forgotten by the first row logged more than `keep_s` after its last value.
    State: 16 k + 60 bytes a key.

    spread    the least deviation that counts as usual, in the column's unit (1000: one piece, in `quantity`)

    >>> flag = Outliers("quantity", "user", least=2)
    >>> rows = Events.of(kind=[2, 2, 2], user=[7, 7, 7], quantity=[1000, 2000, 90_000])
    >>> flag.step(flag.start(), rows)[1]["outlier"].tolist()
    [0, 0, 1]
    """

    column: str
    key: str
    k: int = 31
    threshold: float = 8.0
    spread: float = 1000.0
    least: int = 8
    keep_s: float = 90 * DAY_S
    grain: ClassVar[Grain] = "event"

    def __post_init__(self) -> None:
        numbers = [name for name, dtype in DTYPES.items() if dtype.name in ("int64", "float64")]
        numbers = [name for name in numbers if name not in (*CLOCK, "number")]
        require(self.column in numbers, "outliers.column", "one of " + " ".join(numbers), self.column)
        require(DTYPES.get(self.key) == np.uint64, "outliers.key", "a hashed column", self.key)
        require(1 <= self.least <= self.k <= 1024, "outliers.least, k", "1 <= least <= k <= 1024", (self.least, self.k))
        require(self.threshold > 0, "outliers.threshold", "more than 0", self.threshold)
        require(self.spread >= 0, "outliers.spread", "at least 0", self.spread)
        require(self.keep_s > 0, "outliers.keep_s", "more than 0", self.keep_s)

    @property
    def reads(self) -> tuple[str, ...]:
        """Return the columns it needs."""
        return (self.key, self.column)

    def start(self) -> Usual:
        """Return the state before the first row."""
        keys = recent(0)
        empty = Usual(keys, np.zeros(0, np.int64), np.zeros((0, self.k)), np.zeros((0, self.k)))
        return _roomy(empty, keys)

    def step(self, state: Usual, batch: Events) -> tuple[Usual, Events]:
        """Return the rows with their flags; a flag set before stays."""
        key, column = batch[self.key], batch[self.column]
        held = holds(column, self.column) & (key != 0)
        stored = held & writes(batch)
        keys = with_room(state.keys, len(np.unique(key[stored])))
        if keys is not state.keys:
            state = _roomy(state, keys)
        before = batch.columns.get("outlier")
        flags = np.zeros(len(batch), np.int16) if before is None else before.copy()
        rule = (int(self.keep_s * SECOND_US), self.least, self.threshold, float(self.spread))
        _flag(state, key, batch.logged_us, held, stored, column.astype(np.float64), rule, flags)
        return state, Events({**batch.columns, "outlier": flags})


@kernel
def _flag(
    state: Usual,
    key: NDArray[np.uint64],
    us: NDArray[np.int64],
    held: NDArray[np.bool_],
    stored: NDArray[np.bool_],
    values: NDArray[np.float64],
    rule: tuple[int, int, float, float],
    flags: NDArray[np.int16],
) -> None:
    keep_us, least, threshold, spread = rule
    k = state.aged.shape[1]
    for i in range(len(key)):
        while state.keys.ends[0] != NONE and us[i] - state.keys.links[state.keys.ends[0]].last_us > keep_us:
            slot = state.keys.ends[0]
            state.seen[slot] = 0
            state.aged[slot, :] = 0.0
            state.ranked[slot, :] = 0.0
            drop(state.keys, slot)
        if not held[i]:
            continue
        slot = find(state.keys.keys, key[i])
        if slot != NONE and state.seen[slot] >= least:
            row = state.ranked[slot, : min(state.seen[slot], k)]
            far = abs(values[i] - _median(row))
            if far > threshold * spread and far > threshold * NORMAL * _deviation(row):
                flags[i] = 1
        if stored[i]:
            slot = touch(state.keys, key[i], us[i])
            _remember(state, slot, values[i], k)


@kernel
def _median(ranked: NDArray[np.float64]) -> float:
    n = len(ranked)
    return float(0.5 * (ranked[(n - 1) // 2] + ranked[n // 2]))


@kernel
def _deviation(ranked: NDArray[np.float64]) -> float:
    """Return the median absolute deviation, by walking outwards from the median."""
    n, middle = len(ranked), _median(ranked)
    right = np.searchsorted(ranked, middle)
    left = right - 1
    last, before = 0.0, 0.0
    for _ in range(n // 2 + 1):
        before = last
        if right >= n or (left >= 0 and middle - ranked[left] <= ranked[right] - middle):
            last = middle - ranked[left]
            left -= 1
        else:
            last = ranked[right] - middle
            right += 1
    return last if n % 2 else 0.5 * (before + last)


@kernel
def _remember(state: Usual, slot: int, value: float, k: int) -> None:
    """Put a value in for the oldest of k."""
    ranked = state.ranked[slot]
    place = state.seen[slot] % k
    n = min(state.seen[slot], k)
    if n == k:
        at = np.searchsorted(ranked, state.aged[slot, place])
        ranked[at : k - 1] = ranked[at + 1 :]
        n -= 1
    at = np.searchsorted(ranked[:n], value)
    for j in range(n, at, -1):
        ranked[j] = ranked[j - 1]
    ranked[at] = value
    state.aged[slot, place] = value
    state.seen[slot] += 1
