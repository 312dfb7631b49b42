"""Rooted: what answers an event answers the decision that was made about it, of whom that was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.events.batch import DTYPES, Events
from evercart.events.kinds import number as kind_number
from evercart.fold import Grain
from evercart.hashing import U64
from evercart.kernel import kernel
from evercart.recent import NONE, Recent, drop, recent, touch, with_room
from evercart.slots import find
from evercart.units import DAY_S, SECOND_US


@dataclass(frozen=True)
class Rooted:
    """Replace the `ref` of answers: by that of the event it names, where that event names a decision itself.

    A shop that asks before a payment sends the decision's id with the payment, later the payment's id with a
    chargeback. State: about 60 bytes, with 8 for each copied column, for each event of the last `keep_s` that names a
    decision; where columns are copied, for each event.

    of         the kind of the events that are answered
    answers    kinds of what answers them
    copies     hashed columns that answers lack: they are filled with those of the event

    >>> fold, rows = Rooted("payment", ("chargeback",)), Events.of(kind=[21, 22], id=[7, 8], ref=[5, 7])
    >>> fold.step(fold.start(), rows)[1]["ref"].tolist()
    [5, 5]
    """

    of: str
    answers: tuple[str, ...]
    keep_s: float = 120 * DAY_S
    copies: tuple[str, ...] = ()
    grain: ClassVar[Grain] = "event"

    def __post_init__(self) -> None:
        for kind in (self.of, *self.answers):
            kind_number(kind)
        for column in self.copies:
            rule = "hashed columns, not those that name events"
            require(DTYPES.get(column) == np.uint64 and column not in ("id", "ref"), "rooted.copies", rule, column)
        require(self.keep_s > 0, "rooted.keep_s", "more than 0", self.keep_s)

    @property
    def reads(self) -> tuple[str, ...]:
        """Return the columns it needs."""
        return ("id", "ref", *self.copies)

    def start(self) -> Recent:
        """Return the state before the first row."""
        return recent(1 + len(self.copies))

    def step(self, state: Recent, batch: Events) -> tuple[Recent, Events]:
        """Return the rows with the roots of what they name."""
        ids = batch["id"]
        carried = np.stack([batch["ref"], *(batch[name] for name in self.copies)], axis=1)
        stored = (batch.kind == kind_number(self.of)) & (ids != 0)
        if not self.copies:
            stored &= carried[:, 0] != 0
        asking = np.isin(batch.kind, [kind_number(kind) for kind in self.answers]) & (carried[:, 0] != 0)
        state = with_room(state, int(np.count_nonzero(stored)))
        _root(state, batch.logged_us, ids, stored, asking, carried, round(self.keep_s * SECOND_US))
        named = zip(("ref", *self.copies), carried.T, strict=True)
        return state, Events({**batch.columns, **{name: column.copy() for name, column in named}})


@kernel
def _root(
    state: Recent,
    us: NDArray[np.int64],
    ids: NDArray[np.uint64],
    stored: NDArray[np.bool_],
    asking: NDArray[np.bool_],
    carried: NDArray[np.uint64],
    keep_us: int,
) -> None:
    for row in range(len(us)):
        while state.ends[0] != NONE and us[row] - state.links[state.ends[0]].last_us > keep_us:
            drop(state, state.ends[0])
        if stored[row]:
            state.carried[touch(state, ids[row], us[row]), :] = carried[row]
        elif asking[row]:
            slot = find(state.keys, carried[row, 0])
            if slot != NONE:
                for column in range(1, carried.shape[1]):
                    if carried[row, column] == U64(0):
                        carried[row, column] = state.carried[slot, column]
                if state.carried[slot, 0] != U64(0):
                    carried[row, 0] = state.carried[slot, 0]
