"""Haunts: how near a place is to where a payer usually pays, by who else pays there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.events.batch import Events
from evercart.events.kinds import number as kind_number
from evercart.features.columns import Column
from evercart.features.needs import HASHES, one_of
from evercart.features.slotted import slotted
from evercart.fold import Grain
from evercart.hashing import U64, mix, mix_columns
from evercart.kernel import kernel
from evercart.recent import NONE, Recent, drop, recent, seen, silent, touch, with_room
from evercart.slots import tall
from evercart.units import DAY_S, SECOND_US

WIDE: Final = 128  # signs of a payer: cosines of strangers lie about 0, by 1 / sqrt(128)
TRACE: Final = np.dtype([
    ("payments", np.int64),
    ("length", np.float64),  # of the vector
    ("vector", np.float32, (WIDE,)),
])  # fmt: skip
COLUMNS: Final = (Column("near"), Column("elsewhere"))  # cosines: of this place; the nearest of some others
EDGES: Final = (0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)  # below the first: strangers
_PAYER, _PLACE = 32, 128  # payments: what came before fades after so many
_LEAST: Final = 8  # payments: of who has fewer, or of where there were fewer, nothing is known
_KEPT: Final = 256  # places of the last payments, of which others are drawn
_NOBODY: Final = np.zeros(1, TRACE)[0]


class HauntsState(NamedTuple):
    """Payers with places, each with a trace."""

    parties: Recent
    traces: NDArray[np.void]  # (capacity of parties,) of TRACE
    lately: NDArray[np.uint64]  # (_KEPT,) places of the last payments
    paid: NDArray[np.int64]  # (1,) payments

    def packed(self) -> HauntsState:
        """Drop spare room."""
        return self._replace(parties=self.parties.packed(), traces=self.traces[: self.parties.keys.size])

    def unpacked(self) -> HauntsState:
        """Make room again."""
        return self._replace(parties=self.parties.unpacked())._tall()

    def roomy(self, payments: int) -> HauntsState:
        """Return the state with room for so many further payments, each of new parties."""
        return self._replace(parties=with_room(self.parties, 2 * payments))._tall()

    def _tall(self) -> HauntsState:
        return self._replace(traces=tall(self.traces, len(self.parties.keys.keys)))


@dataclass(frozen=True)
class Haunts:
    """A table, as `Table` is one: a fold from woven events to X, float32 (questions, columns).

    Each payer has random signs of his own. A place's trace is the mean of those of who paid there, a payer's trace
    the mean of those of the places he paid at; both forget slowly. `near` is their cosine: high where others pay who
    pay where he does, though he never was there himself, around 0 where no one does. `elsewhere` is the same for the
    nearest of some places of late payments: what would stand there had a thief taken his card. It is for lessons
    (`Sparring`), not for guesses. Slot 0: too little is known of the payer or of
    the place.

    payer, place    columns
    tries           places that `elsewhere` is the nearest of
    forget_s        how long after the last payment a payer, a place is forgotten; each costs at most 620 bytes

    Source: Kanerva, Kristoferson and Holst, "Random indexing of text samples for latent semantic analysis", CogSci
    2000.
    """

    payer: str = "user"
    place: str = "place"
    tries: int = 4
    forget_s: float = 180 * DAY_S
    name: ClassVar[str] = "haunts"
    grain: ClassVar[Grain] = "event"

    def __post_init__(self) -> None:
        for column in (self.payer, self.place):
            one_of("haunts.payer, place", HASHES, column)
        require(self.payer != self.place, "haunts.place", "another column than payer", self.place)
        require(1 <= self.tries <= _KEPT, "haunts.tries", f"1 to {_KEPT}", self.tries)
        require(self.forget_s > 0, "haunts.forget_s", "more than 0", self.forget_s)

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """Return what each column of X means, under the table's name."""
        slots = (Column(f"{one.name}_slot", slots=len(EDGES) + 2) for one in COLUMNS)
        return tuple(Column(f"{self.name}.{one.name}", one.unit, one.slots) for one in (*COLUMNS, *slots))

    @property
    def reads(self) -> tuple[str, ...]:
        """Return the event columns it needs."""
        return (self.payer, self.place)

    def start(self) -> HauntsState:
        """Return a memory without a payment."""
        kept = np.zeros(_KEPT, np.uint64)
        return HauntsState(recent(0), np.zeros(0, TRACE), kept, np.zeros(1, np.int64))._tall()

    def step(self, state: HauntsState, woven: Events) -> tuple[HauntsState, NDArray[np.float32]]:
        """Return the memory after the rows; X, (questions, columns)."""
        pays = ~woven.asked & (woven.kind == kind_number("payment"))
        state = state.roomy(int(np.count_nonzero(pays)))
        x = _unknown(int(woven.asked.sum()))
        _walk(state, self._rule, woven.logged_us, pays, woven.asked, self._keys(woven), x)
        return state, _with_slots(x)

    def peek(self, state: HauntsState, asked: Events) -> NDArray[np.float32]:
        """Return X of questions, (questions, columns), each as if it were the next row; the state stays as it is."""
        x = _unknown(len(asked))
        _glance(state, self._rule, asked.logged_us, self._keys(asked), x)
        return _with_slots(x)

    @property
    def _rule(self) -> tuple[int, int]:
        return self.tries, round(self.forget_s * SECOND_US)

    def _keys(self, woven: Events) -> NDArray[np.uint64]:
        """Return the payer, the place of each row, (rows, 2), 0 where one is missing."""
        columns = [woven[name] for name in (self.payer, self.place)]
        mixed = [mix_columns(one, np.full(len(one), at + 1, np.uint64)) for at, one in enumerate(columns)]
        return np.stack([np.where(one == 0, U64(0), key) for one, key in zip(columns, mixed, strict=True)], axis=1)


def _unknown(questions: int) -> NDArray[np.float32]:
    return np.full((questions, len(COLUMNS)), np.nan, np.float32)


def _with_slots(x: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return X with slots, what is unknown as slot 0, as the number 0."""
    slots = slotted(x, EDGES)
    return np.hstack([np.where(slots, x, 0), slots]).astype(np.float32, copy=False)


@kernel
def _walk(
    state: HauntsState,
    rule: tuple[int, int],
    us: NDArray[np.int64],
    pays: NDArray[np.bool_],
    asked: NDArray[np.bool_],
    keys: NDArray[np.uint64],
    x: NDArray[np.float32],
) -> None:
    question = 0
    for row in range(len(us)):
        while silent(state.parties, us[row], rule[1]):
            state.traces[state.parties.ends[0]] = _NOBODY
            drop(state.parties, state.parties.ends[0])
        if asked[row]:
            _say(state, rule, us[row], keys[row], x[question])
            question += 1
        elif pays[row] and keys[row, 0] != U64(0) and keys[row, 1] != U64(0):
            _pay(state, us[row], keys[row, 0], keys[row, 1])


@kernel
def _glance(
    state: HauntsState,
    rule: tuple[int, int],
    us: NDArray[np.int64],
    keys: NDArray[np.uint64],
    x: NDArray[np.float32],
) -> None:
    for row in range(len(us)):
        _say(state, rule, us[row], keys[row], x[row])


@kernel
def _pay(state: HauntsState, now: int, payer: np.uint64, place: np.uint64) -> None:
    """Take in a payment: the place moves towards the payer, then the payer towards the place."""
    there, here = touch(state.parties, place, now), touch(state.parties, payer, now)
    _move(state.traces[there], _PLACE, state.traces[here], payer)
    _move(state.traces[here], _PAYER, state.traces[there], U64(0))
    state.lately[state.paid[0] % _KEPT] = place
    state.paid[0] += 1


@kernel
def _move(one: Any, long: int, other: Any, payer: np.uint64) -> None:
    """Move a trace towards the signs of a payer; towards another trace where that is 0."""
    one.payments += 1
    rate, square, bits = max(1.0 / one.payments, 1.0 / long), 0.0, payer
    for at in range(WIDE):
        goal = float(other.vector[at])
        if payer != U64(0):
            if at % 64 == 0:
                bits = mix(payer, U64(at))
            goal = 1.0 if (bits >> U64(at % 64)) & U64(1) else -1.0
        moved = one.vector[at] + rate * (goal - one.vector[at])
        one.vector[at] = moved
        square += moved * moved
    one.length = np.sqrt(square)


@kernel
def _say(
    state: HauntsState, rule: tuple[int, int], now: int, keys: NDArray[np.uint64], to: NDArray[np.float32]
) -> None:
    payer = seen(state.parties, keys[0], now, rule[1])
    if payer == NONE:
        return
    to[0] = _near(state, payer, seen(state.parties, keys[1], now, rule[1]))
    drawn = mix(keys[0], U64(now))
    held = min(state.paid[0], _KEPT)
    for _ in range(rule[0] if held else 0):
        drawn = mix(drawn, keys[0])
        place = state.lately[drawn % U64(held)]
        if place != keys[1]:
            near = _near(state, payer, seen(state.parties, place, now, rule[1]))
            to[1] = near if np.isnan(to[1]) else max(to[1], near)


@kernel
def _near(state: HauntsState, payer: int, place: int) -> float:
    """Return the cosine of two traces; NaN where little is known of one."""
    if place == NONE or min(state.traces[payer].payments, state.traces[place].payments) < _LEAST:
        return np.nan
    one, other, dot = state.traces[payer].vector, state.traces[place].vector, 0.0
    for at in range(WIDE):
        dot += one[at] * other[at]
    return float(dot / (state.traces[payer].length * state.traces[place].length))
