"""Newcomers: which of the items that have only just come sell most."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.events.batch import Events
from evercart.events.kinds import number as kind_number
from evercart.fold import Grain
from evercart.hashing import U64
from evercart.kernel import kernel, lean
from evercart.learners.neighbours.candidates import Candidates
from evercart.recent import NONE, Recent, drop, recent, touch, with_room
from evercart.slots import find
from evercart.units import DAY_S, DAY_US, SECOND_US, WEEK_S

TRAITS: Final = ("log_sold", "log_age", "nearness")
_HELD: Final = 8  # as many are held as are listed: one that grows old leaves a gap until another is sold
Columns = tuple[NDArray[np.int64], NDArray[np.uint64], NDArray[np.float32], NDArray[np.int32], NDArray[np.float32]]
Given = tuple[NDArray[np.int64], NDArray[np.int16], NDArray[np.int64], NDArray[np.uint64]]


class Births(NamedTuple):
    """Items that are known, those of them that are young: about 60 bytes each; the best of these."""

    known: Recent  # by their last row
    young: Recent  # by their first row, carrying how many there were
    top: NDArray[np.int32]  # (8 * listed,) slots of the most sold young ones + 1, or 0


@dataclass(frozen=True)
class Newcomers:
    """A source of the young items with the most rows since they came, whoever asks; of equal ones the older first.

    Of the eight times as many that are held for it, one that grows old leaves a gap until the next row of another.

    What sells in all looks past them: their counts are small beside those of what has always been there.

    younger_s   from an item's first row to its last day as a newcomer
    keep_s      how long an item is known after its last row; then it comes anew
    """

    kind: str = "order"
    younger_s: float = 1 * WEEK_S
    keep_s: float = 365 * DAY_S
    listed: int = 5
    grain: ClassVar[Grain] = "event"

    def __post_init__(self) -> None:
        kind_number(self.kind)
        require(self.younger_s > 0, "newcomers.younger_s", "more than 0", self.younger_s)
        require(self.keep_s >= self.younger_s, "newcomers.keep_s", f"at least {self.younger_s:g}", self.keep_s)
        require(1 <= self.listed <= 300, "newcomers.listed", "1 to 300", self.listed)

    @property
    def reads(self) -> tuple[str, ...]:
        """Return the columns it needs."""
        return ("item",)

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the names of the columns of x."""
        return TRAITS

    @property
    def offered(self) -> int:
        """Return how many candidates a question gets at most."""
        return self.listed

    def start(self) -> Births:
        """Return a memory of nothing."""
        return Births(recent(0), recent(1), np.zeros(_HELD * self.listed, np.int32))

    def step(self, state: Births, woven: Events) -> tuple[Births, Candidates]:
        """Return the candidates of each question, as known just before it."""
        kind = kind_number(self.kind)
        more = int(np.count_nonzero(woven.kind == kind))
        if more:
            state = state._replace(known=with_room(state.known, more), young=with_room(state.young, more))
        rows = int(np.count_nonzero(woven["number"] >= 0)) * self.listed
        out = Candidates(
            np.empty(rows, np.int64),
            np.empty(rows, np.uint64),
            np.empty(rows, np.float32),
            np.empty(rows, np.int32),
            np.zeros((rows, len(TRAITS)), np.float32),
        )
        given = (woven["number"], woven.kind, woven.logged_us, woven["item"])
        spans = (round(self.younger_s * SECOND_US), round(self.keep_s * SECOND_US))
        columns = (out.question, out.item, out.score, out.rank, out.x)
        return state, out.rows(slice(_walk(state, kind, spans, self.listed, given, columns)))


@kernel
def _walk(state: Births, sold: int, spans: tuple[int, int], listed: int, given: Given, columns: Columns) -> int:
    """Take in rows, answer questions; return how many rows of candidates there are."""
    number, kind, logged_us, item = given
    question, offer, score, rank, x = columns
    best = np.empty(listed, np.int64)
    rows = 0
    for row in range(len(number)):
        now = logged_us[row]
        _forget(state, now - spans[0], now - spans[1])
        if number[row] < 0:
            if kind[row] == sold and item[row] != U64(0):
                _sell(state, item[row], now)
            continue
        for place in range(_best(state, best)):
            slot = best[place]
            count = float(state.young.carried[slot, 0])
            question[rows], offer[rows] = number[row], state.young.keys.keys[slot]
            score[rows], rank[rows] = count, place
            x[rows, 0] = 0.3 * np.log1p(count)
            x[rows, 1] = 0.3 * np.log1p((now - state.young.links[slot].last_us) / DAY_US)
            x[rows, 2] = 1.0 / (1.0 + place)
            rows += 1
    return rows


@kernel
def _forget(state: Births, old_us: int, gone_us: int) -> None:
    """Let what is old by now be young no more, what was not sold for long be unknown."""
    young, known = state.young, state.known
    while young.ends[0] != NONE and young.links[young.ends[0]].last_us <= old_us:
        for at in range(len(state.top)):
            if state.top[at] == young.ends[0] + 1:
                state.top[at] = 0
        drop(young, young.ends[0])
    while known.ends[0] != NONE and known.links[known.ends[0]].last_us <= gone_us:
        drop(known, known.ends[0])


@kernel
def _sell(state: Births, item: np.uint64, now: int) -> None:
    """Count a row of an item; the first one begins its youth."""
    if find(state.known.keys, item) == NONE:
        touch(state.young, item, now)
    touch(state.known, item, now)
    slot = find(state.young.keys, item)
    if slot == NONE:
        return
    state.young.carried[slot, 0] += U64(1)
    least = 0
    for at in range(len(state.top)):
        if state.top[at] == slot + 1:
            return
        if _count(state, at) < _count(state, least):
            least = at
    if state.young.carried[slot, 0] > _count(state, least):
        state.top[least] = slot + 1


@lean
def _count(state: Births, at: int) -> np.uint64:
    """Return the count of one that is held, 0 of a gap."""
    return state.young.carried[state.top[at] - 1, 0] if state.top[at] > 0 else U64(0)


@lean
def _is_before(young: Recent, one: int, other: int) -> bool:
    """Return whether one is sold more; of equal ones, whether it is older, then by their hashes."""
    here, there = young.carried[one, 0], young.carried[other, 0]
    if here != there:
        return bool(here > there)
    since, then = young.links[one].last_us, young.links[other].last_us
    return bool(since < then or (since == then and young.keys.keys[one] < young.keys.keys[other]))


@kernel
def _best(state: Births, best: NDArray[np.int64]) -> int:
    """Put the most sold in order; return how many there are."""
    found = 0
    for listed in state.top:
        if listed == 0 or (found == len(best) and not _is_before(state.young, listed - 1, best[found - 1])):
            continue
        at = found if found < len(best) else found - 1
        found = min(found + 1, len(best))
        while at > 0 and _is_before(state.young, listed - 1, best[at - 1]):
            best[at] = best[at - 1]
            at -= 1
        best[at] = listed - 1
    return found
