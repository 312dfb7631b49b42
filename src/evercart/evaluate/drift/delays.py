"""Delays: how long each label took, with the share that came too late."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.features.columns import Column
from evercart.fold import Grain
from evercart.kernel import kernel
from evercart.labels.turns import ASKED, CORRECTION, SETTLED, Turns
from evercart.labels.values import Values
from evercart.remembered import filled, spread
from evercart.units import SECOND_US

COLUMNS: Final = (Column("label_delay", "s"), Column("label_corrected", slots=2))


class Asked(NamedTuple):
    """When the last questions were asked."""

    numbers: NDArray[np.int64]  # (remember,) or -1
    us: NDArray[np.int64]  # (remember,)

    def packed(self) -> Asked:
        """Return the questions that are there alone."""
        return Asked(*filled(*self))

    def unpacked(self) -> Asked:
        """Return it as it is; the next step makes room."""
        return self


@dataclass(frozen=True)
class Delays:
    """Hand out a row a label, of COLUMNS, so that `TwoSample(COLUMNS)` can watch how labels come.

    remember    of the last so many questions asked the time is known; a later label says NaN

    A correction says how long it took since its question was asked, as a first label does. State: 16 bytes a
    question remembered.

    >>> [column.name for column in COLUMNS]
    ['label_delay', 'label_corrected']
    """

    remember: int = 1 << 16
    grain: ClassVar[Grain] = "event"

    def __post_init__(self) -> None:
        require(self.remember >= 1, "delays.remember", "at least 1", self.remember)

    def start(self) -> Asked:
        """Return the memory of no question."""
        return Asked(np.full(self.remember, -1, np.int64), np.zeros(self.remember, np.int64))

    def step(self, state: Asked, batch: Turns) -> tuple[Asked, Values]:
        """Return seconds since asking, and whether it is a correction, (labels, 2), at the label's offset."""
        state = Asked(*spread(self.remember, *state))
        waited = _waited(state, batch.what, batch.number, batch.us)
        is_late = batch.what == CORRECTION
        labels = (batch.what == SETTLED) | is_late
        x = np.stack([waited[labels] / SECOND_US, is_late[labels]], 1).astype(np.float32)
        return state, Values(batch.offset[labels], batch.us[labels], x)


@kernel
def _waited(
    state: Asked, what: NDArray[np.int8], number: NDArray[np.int64], us: NDArray[np.int64]
) -> NDArray[np.float64]:
    out = np.full(len(what), np.nan)
    for i in range(len(what)):
        at = number[i] % len(state.numbers)
        if what[i] == ASKED:
            state.numbers[at], state.us[at] = number[i], us[i]
        elif state.numbers[at] == number[i]:
            out[i] = us[i] - state.us[at]
    return out
