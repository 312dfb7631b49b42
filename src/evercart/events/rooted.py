"""Rooted: what answers an event answers the decision that was made about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.events.batch import Events
from evercart.events.kinds import number as kind_number
from evercart.fold import Grain
from evercart.kernel import kernel
from evercart.recent import NONE, Recent, drop, recent, touch, with_room
from evercart.slots import find
from evercart.units import DAY_S, SECOND_US


@dataclass(frozen=True)
class Rooted:
    """Replace the `ref` of answers: by that of the event it names, where that event names a decision itself.

    A shop that asks before a payment sends the decision's id with the payment, later the payment's id with a
    chargeback. State: about 60 bytes for each event of the last `keep_s` that names a decision.

    of         the kind of the events that are answered
    answers    kinds of what answers them

    >>> fold, rows = Rooted("payment", ("chargeback",)), Events.of(kind=[21, 22], id=[7, 8], ref=[5, 7])
    >>> fold.step(fold.start(), rows)[1]["ref"].tolist()
    [5, 5]
    """

    of: str
    answers: tuple[str, ...]
    keep_s: float = 120 * DAY_S
    grain: ClassVar[Grain] = "event"

    def __post_init__(self) -> None:
        for kind in (self.of, *self.answers):
            kind_number(kind)
        require(self.keep_s > 0, "rooted.keep_s", "more than 0", self.keep_s)

    @property
    def reads(self) -> tuple[str, ...]:
        """Return the columns it needs."""
        return ("id", "ref")

    def start(self) -> Recent:
        """Return the state before the first row."""
        return recent(1)

    def step(self, state: Recent, batch: Events) -> tuple[Recent, Events]:
        """Return the rows with the roots of what they name."""
        ids, ref = batch["id"], batch["ref"].copy()
        stored = (batch.kind == kind_number(self.of)) & (ref != 0) & (ids != 0)
        asking = np.isin(batch.kind, [kind_number(kind) for kind in self.answers]) & (ref != 0)
        state = with_room(state, int(np.count_nonzero(stored)))
        _root(state, batch.logged_us, ids, stored, asking, ref, round(self.keep_s * SECOND_US))
        return state, Events({**batch.columns, "ref": ref})


@kernel
def _root(
    state: Recent,
    us: NDArray[np.int64],
    ids: NDArray[np.uint64],
    stored: NDArray[np.bool_],
    asking: NDArray[np.bool_],
    ref: NDArray[np.uint64],
    keep_us: int,
) -> None:
    for row in range(len(us)):
        while state.ends[0] != NONE and us[row] - state.links[state.ends[0]].last_us > keep_us:
            drop(state, state.ends[0])
        if stored[row]:
            state.carried[touch(state, ids[row], us[row]), 0] = ref[row]
        elif asking[row]:
            slot = find(state.keys, ref[row])
            if slot != NONE:
                ref[row] = state.carried[slot, 0]
