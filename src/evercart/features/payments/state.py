"""State: payers with their habits, parties with their risks, payments of which more may become known."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.features.payments.habit import HABIT
from evercart.features.payments.risk import RISK
from evercart.queue import ringed, roomy, straight
from evercart.recent import Recent, recent, with_room
from evercart.slots import Slots, reserve, slots, tall

PENDING, GOOD, FRAUD = 0, 1, 2  # what is known of a payment


class Paid(NamedTuple):
    """Rings, one row a payment, known by its number."""

    us: NDArray[np.int64]  # log time
    name: NDArray[np.uint64]  # by which it is answered
    parties: NDArray[np.uint64]  # (capacity, parties) their keys, 0 where one is missing
    odd: NDArray[np.int8]  # whether the amount was
    what: NDArray[np.int8]  # PENDING, GOOD, FRAUD
    told_us: NDArray[np.int64]  # when it was said to be fraud


class PaymentsState(NamedTuple):
    """What is remembered."""

    payers: Recent
    habits: NDArray[np.void]  # (capacity of payers,) of HABIT
    parties: Recent
    risks: NDArray[np.void]  # (capacity of parties,) of RISK
    ends: NDArray[np.int64]  # (2,) the oldest payment held, the next number
    due: NDArray[np.int64]  # (1,) number of the oldest payment that is not yet taken for good
    paid: Paid
    names: Slots
    number: NDArray[np.int64]  # (capacity of names,) of the payment that goes by a name

    def packed(self) -> PaymentsState:
        """Drop spare room."""
        size = self.names.size
        return PaymentsState(
            self.payers.packed(),
            self.habits[: self.payers.keys.size],
            self.parties.packed(),
            self.risks[: self.parties.keys.size],
            self.ends,
            self.due,
            straight(self.ends, self.paid),
            self.names.packed(),
            np.where(self.names.keys[:size] != 0, self.number[:size], 0),
        )

    def unpacked(self) -> PaymentsState:
        """Make room again."""
        fresh = self._replace(payers=self.payers.unpacked(), parties=self.parties.unpacked())
        return fresh._replace(paid=ringed(self.ends, self.paid), names=self.names.unpacked())._tall()

    def roomy(self, payments: int) -> PaymentsState:
        """Return the state with room for so many further payments, each of new parties."""
        parties = self.paid.parties.shape[1]
        return self._replace(
            payers=with_room(self.payers, payments),
            parties=with_room(self.parties, payments * parties),
            paid=roomy(self.ends, self.paid, payments),
            names=reserve(self.names, payments),
        )._tall()

    def _tall(self) -> PaymentsState:
        return self._replace(
            habits=tall(self.habits, len(self.payers.keys.keys)),
            risks=tall(self.risks, len(self.parties.keys.keys)),
            number=tall(self.number, len(self.names.keys)),
        )


def empty(parties: int) -> PaymentsState:
    """Return a memory without a payment, of which each has so many parties."""
    i64, i8 = np.zeros(4, np.int64), np.zeros(4, np.int8)
    paid = Paid(i64, np.zeros(4, np.uint64), np.zeros((4, parties), np.uint64), i8, i8.copy(), i64.copy())
    none = np.zeros(0, np.int64)
    zeros = np.zeros(2, np.int64)
    state = PaymentsState(
        recent(0), np.zeros(0, HABIT), recent(0), np.zeros(0, RISK), zeros, np.zeros(1, np.int64), paid, slots(), none
    )
    return state._tall()
