"""Payments: a payer's habit, what came of earlier payments of each party, as far as that is known by then."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from evercart.asks.weave import names
from evercart.errors import require
from evercart.events.batch import Events
from evercart.events.kinds import number as kind_number
from evercart.features.columns import Column
from evercart.features.needs import HASHES, one_of
from evercart.features.payments import habit, risk
from evercart.features.payments.habit import Odd
from evercart.features.payments.state import PaymentsState, empty
from evercart.features.payments.walk import ACCUSES, CLEARS, HABITS, PAYS, RISKS, Rows, Rule, glance, walk
from evercart.features.slotted import Edges, edges_of, fill_slots
from evercart.fold import Grain
from evercart.hashing import U64, mix_columns
from evercart.units import DAY_S, MISSING, SECOND_US

_CHARGEBACK, _RESOLVED = kind_number("chargeback"), kind_number("resolved")
SLOTS: Final[dict[str, tuple[float, ...]]] = {  # columns that come as slots, too, so that a learner may cross them
    "over_usual": (-1.4, -0.7, 0, 0.4, 0.7, 0.9, 1.1, 1.25, 1.4, 1.6, 1.8, 2.1, 2.5),
    "odd_7d": (0.05, 0.2, 0.5, 0.8, 1.2, 1.8, 2.5, 4),
    "odd_3d": (0.05, 0.2, 0.5, 0.8, 1.2, 1.8, 2.5, 4),
    "rate_7d": (0.015, 0.03, 0.06, 0.12, 0.25, 0.5),
    "unheard": (0.05, 0.15, 0.25, 0.4, 0.55, 0.7, 0.9, 1.1, 1.4, 1.6, 2, 2.4, 3),
    "age": (1, 3, 7, 11, 15, 18, 19, 20, 21, 22, 24, 28, 38, 52),  # days since it was known
    "frauds": (1, 2, 3, 5, 9),
    "good": (1, 2, 3, 5, 9),
}


@dataclass(frozen=True)
class Payments:
    """A table, as `Table` is one: a fold from woven events to X, float32 (questions, columns).

    A payment of which nothing is heard for `known_s` is taken for good; what is heard of it later is put right. A
    `chargeback` says fraud, a `resolved` says what a reviewer found; both name the payment in `ref`. A question knows
    no more of earlier payments than had been logged by then: a party's rate of fraud is that of the payments of which
    something is known. An amount below 0, such as of money given back, counts as 0.

    kind      of the rows that are payments
    payer     the column that says whose habit counts
    parties   columns, each of which has a risk of its own
    known_s   after so long a payment that nobody complained of is taken for good
    keep_s    how long a payment may be named by what answers it
    forget_s  how long after the last payment a payer, a party is forgotten
    odd       an amount so many times the payer's usual one is odd
    most      payments held at once; of more the oldest go, bounded by about 40 + 8 * parties bytes each

    A party costs at most 160 bytes of packed state, a payer 140.
    """

    kind: str = "payment"
    payer: str = "user"
    parties: tuple[str, ...] = ("user", "place")
    known_s: float = 7 * DAY_S
    keep_s: float = 120 * DAY_S
    forget_s: float = 180 * DAY_S
    odd: float = 3.0
    most: int = 1 << 22
    name: ClassVar[str] = "payments"
    grain: ClassVar[Grain] = "event"

    def __post_init__(self) -> None:
        kind_number(self.kind)
        for column in (self.payer, *self.parties):
            one_of("payments.payer, parties", HASHES, column)
        require(len({*self.parties}) == len(self.parties) > 0, "payments.parties", "columns that differ", self.parties)
        require(self.known_s > 0, "payments.known_s", "more than 0", self.known_s)
        require(self.keep_s >= self.known_s, "payments.keep_s", f"at least known_s ({self.known_s:g})", self.keep_s)
        require(self.forget_s >= self.keep_s, "payments.forget_s", f"at least keep_s ({self.keep_s:g})", self.forget_s)
        require(self.odd > 1, "payments.odd", "more than 1", self.odd)
        require(self.most >= 1, "payments.most", "at least 1", self.most)

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """Return what each column of X means, under the table's name."""
        numbers = self._numbers
        slots = [Column(f"{numbers[at].name}_slot", slots=len(edges) + 2) for at, edges in self._bucketed]
        return tuple(Column(f"{self.name}.{one.name}", one.unit, one.slots) for one in (*numbers, *slots))

    @property
    def reads(self) -> tuple[str, ...]:
        """Return the event columns it needs."""
        return tuple(dict.fromkeys((self.payer, *self.parties, "amount", "id", "ref", "fraud")))

    def start(self) -> PaymentsState:
        """Return a memory without a payment."""
        return empty(len(self.parties))

    def step(self, state: PaymentsState, woven: Events) -> tuple[PaymentsState, NDArray[np.float32]]:
        """Return the memory after the rows; X, (questions, columns)."""
        rows = self._rows(woven)
        state = state.roomy(int(np.count_nonzero(rows.does == PAYS)))
        x = self._unknown(int(woven.asked.sum()))
        walk(state, self._rule, rows, x)
        fill_slots(x, self._edges)
        return state, x

    def peek(self, state: PaymentsState, asked: Events) -> NDArray[np.float32]:
        """Return X of questions, (questions, columns), each as if it were the next row; the state stays as it is."""
        x = self._unknown(len(asked))
        glance(state, self._rule, self._questions(asked), x)
        fill_slots(x, self._edges)
        return x

    @cached_property
    def _rule(self) -> Rule:
        def us(seconds: float) -> int:
            return round(seconds * SECOND_US)

        return Rule(Odd(self.odd, 4), us(self.known_s), us(self.keep_s), us(self.forget_s), self.most)

    def _rows(self, woven: Events) -> Rows:
        asked, ref = woven.asked, names(woven, "ref")
        pays = ~asked & (woven.kind == kind_number(self.kind))
        accuses = ~asked & (woven.kind == _CHARGEBACK)
        resolved = ~asked & (woven.kind == _RESOLVED)
        rows = self._questions(woven)
        rows.does[pays] = PAYS
        rows.does[accuses | (resolved & (woven["fraud"] == 1))] = ACCUSES
        rows.does[resolved & (woven["fraud"] == 0)] = CLEARS
        return rows._replace(name=np.where(pays & (ref == 0), names(woven, "id"), ref))

    def _questions(self, rows: Events) -> Rows:
        """Return rows as if none did anything."""
        nothing = np.zeros(len(rows), np.int8), rows.asked, np.zeros(len(rows), np.uint64)
        parties = np.stack([_named(rows[column], place) for place, column in enumerate(self.parties)], axis=1)
        amount = np.where(rows["amount"] == MISSING, np.nan, np.maximum(rows["amount"], 0).astype(np.float64))
        return Rows(rows.logged_us, *nothing, rows[self.payer], parties, amount)

    def _unknown(self, questions: int) -> NDArray[np.float32]:
        return np.repeat(self._nobody, questions, axis=0)

    @cached_property
    def _nobody(self) -> NDArray[np.float32]:
        """Return the row of parties of whom nothing is known."""
        x = np.zeros((1, len(self.columns)), np.float32)
        habit.unknown(x[:, :HABITS])
        for party in range(len(self.parties)):
            risk.unknown(x[:, HABITS + party * RISKS : HABITS + (party + 1) * RISKS])
        return x

    @cached_property
    def _numbers(self) -> tuple[Column, ...]:
        risks = ((party, column) for party in self.parties for column in risk.COLUMNS)
        return (*habit.COLUMNS, *(Column(f"{party}_{column.name}", column.unit) for party, column in risks))

    @cached_property
    def _bucketed(self) -> tuple[tuple[int, tuple[float, ...]], ...]:
        """Return the places of columns that come as slots, too, with their edges."""
        found = []
        for at, column in enumerate(self._numbers):
            edges = next((edges for name, edges in SLOTS.items() if column.name.endswith(name)), None)
            if edges is not None and not column.name.startswith("deviation"):
                found.append((at, edges))
        return tuple(found)

    @cached_property
    def _edges(self) -> Edges:
        """Return what slots are made of, as the kernel takes it."""
        return edges_of(self._bucketed)


def _named(column: NDArray[np.uint64], place: int) -> NDArray[np.uint64]:
    """Return keys that differ from those of the other parties."""
    mixed: NDArray[np.uint64] = mix_columns(column, np.full(len(column), place + 1, np.uint64))
    return np.where(column == U64(0), U64(0), mixed)
