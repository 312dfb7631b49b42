"""Last: a missing value is filled with the one its key had last."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.events.batch import CLOCK, DTYPES, Events, missing
from evercart.events.kinds import number as kind_number
from evercart.fold import Grain
from evercart.hashing import U64
from evercart.kernel import kernel
from evercart.recent import NONE, Recent, drop, recent, touch, with_room
from evercart.slots import find
from evercart.units import DAY_S, SECOND_US

_DECISION = kind_number("decision")


def writes(batch: Events) -> NDArray[np.bool_]:
    """Return which rows may be remembered, (rows,): all but questions."""
    rows: NDArray[np.bool_] = batch.kind != _DECISION
    return rows & ~batch.asked if "number" in batch.columns else rows


def holds(column: NDArray[Any], name: str) -> NDArray[np.bool_]:
    """Return which rows have a value, (rows,)."""
    held: NDArray[np.bool_] = ~np.isnan(column) if column.dtype == np.float64 else column != missing(name)
    return held


@dataclass(frozen=True)
class Last:
    """Fill a column with its key's last value before the row; what was missing then stays so.

    A key is forgotten by the first row logged more than `keep_s` after it last had a value. State: about 60
    bytes a key.

    >>> fill, rows = Last("place", "user"), Events.of(kind=[2, 1], user=[7, 7], place=[3, 0])
    >>> fill.step(fill.start(), rows)[1]["place"].tolist()
    [3, 3]
    """

    column: str
    key: str
    keep_s: float = 30 * DAY_S
    grain: ClassVar[Grain] = "event"

    def __post_init__(self) -> None:
        fillable = [name for name in DTYPES if name not in (*CLOCK, "id", "number", "outlier", self.key)]
        require(self.column in fillable, "last.column", "one of " + " ".join(fillable), self.column)
        require(DTYPES.get(self.key) == np.uint64, "last.key", "a hashed column", self.key)
        require(self.keep_s > 0, "last.keep_s", "more than 0", self.keep_s)

    @property
    def reads(self) -> tuple[str, ...]:
        """Return the columns it needs."""
        return (self.key, self.column)

    def start(self) -> Recent:
        """Return the state before the first row."""
        return recent(1)

    def step(self, state: Recent, batch: Events) -> tuple[Recent, Events]:
        """Return the rows with the column filled."""
        key, column = batch[self.key], batch[self.column]
        held = holds(column, self.column)
        stored = held & writes(batch) & (key != 0)
        state = with_room(state, len(np.unique(key[stored])))
        bits = _bits(column)
        _fill(state, key, batch.logged_us, held, stored, bits, int(self.keep_s * SECOND_US))
        return state, Events({**batch.columns, self.column: _from_bits(bits, column.dtype)})


def _bits(column: NDArray[Any]) -> NDArray[np.uint64]:
    """Return a copy of any column as 64-bit words."""
    wide = column.astype(np.int64) if column.dtype.itemsize < 8 else column.copy()
    return wide.view(np.uint64)


def _from_bits(bits: NDArray[np.uint64], dtype: np.dtype[Any]) -> NDArray[Any]:
    return bits.view(np.int64).astype(dtype) if dtype.itemsize < 8 else bits.view(dtype)


@kernel
def _fill(
    state: Recent,
    key: NDArray[np.uint64],
    us: NDArray[np.int64],
    held: NDArray[np.bool_],
    stored: NDArray[np.bool_],
    bits: NDArray[np.uint64],
    keep_us: int,
) -> None:
    for i in range(len(key)):
        while state.ends[0] != NONE and us[i] - state.links[state.ends[0]].last_us > keep_us:
            drop(state, state.ends[0])
        if stored[i]:
            state.carried[touch(state, key[i], us[i]), 0] = bits[i]
        elif not held[i] and key[i] != U64(0):
            slot = find(state.keys, key[i])
            if slot != NONE:
                bits[i] = state.carried[slot, 0]
