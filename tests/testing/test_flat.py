"""A fold on the bricks is flat; folds that grow, forget late, or slow down are caught."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from evercart.events.batch import Events
from evercart.kernel import kernel
from evercart.labels.turns import ASKED, SETTLED, Turns
from evercart.queue import HEAD, NEXT, ringed, roomy, straight
from evercart.slots import Slots, add, find, release, reserve, slots
from evercart.testing import LawBroken, Turned, Woven, check_fold
from evercart.testing.flat import bounded, drained
from evercart.testing.laws import Case

WOVEN, TURNED = Woven(("order", "view")), Turned(tick_events=1)


class Ring(NamedTuple):
    us: NDArray[np.int64]
    slot: NDArray[np.int64]


class Held(NamedTuple):
    """The rows of the window, counted by user."""

    users: Slots
    count: NDArray[np.int64]
    ends: NDArray[np.int64]
    ring: Ring

    def packed(self) -> Held:
        size = self.users.size
        return Held(self.users.packed(), self.count[:size], self.ends, straight(self.ends, self.ring))

    def unpacked(self) -> Held:
        users = self.users.unpacked()
        count = np.append(self.count, np.zeros(len(users.keys) - len(self.count), np.int64))
        return Held(users, count, self.ends, ringed(self.ends, self.ring))


@kernel
def _walk(
    held: Held,
    window_us: int,
    scans: bool,
    us: NDArray[np.int64],
    user: NDArray[np.uint64],
    number: NDArray[np.int64],
    said: NDArray[np.int64],
) -> None:
    mask, at = len(held.ring.us) - 1, 0
    for i in range(len(us)):
        while held.ends[HEAD] < held.ends[NEXT] and held.ring.us[held.ends[HEAD] & mask] + window_us < us[i]:
            slot = held.ring.slot[held.ends[HEAD] & mask]
            held.ends[HEAD] += 1
            held.count[slot] -= 1
            if held.count[slot] == 0:
                release(held.users, slot)
        if number[i] >= 0:
            slot = find(held.users, user[i])
            if scans:
                for row in range(held.ends[HEAD], held.ends[NEXT]):
                    said[at] += held.users.keys[held.ring.slot[row & mask]] == user[i]
            elif slot >= 0:
                said[at] = held.count[slot]
            at += 1
        elif user[i] != 0:
            slot = add(held.users, user[i])
            held.count[slot] += 1
            held.ring.us[held.ends[NEXT] & mask] = us[i]
            held.ring.slot[held.ends[NEXT] & mask] = slot
            held.ends[NEXT] += 1


@dataclass(frozen=True)
class Recent:
    """How many rows of the question's user lie in the last minute; with `scans`, counted one by one."""

    scans: bool = False
    windows: int = 1  # how many windows long a row is kept
    window_s: int = 60
    grain: ClassVar[str] = "event"

    def start(self) -> Held:
        ring = Ring(np.zeros(4, np.int64), np.zeros(4, np.int64))
        return Held(slots(), np.zeros(8, np.int64), np.zeros(2, np.int64), ring)

    def step(self, state: Held, batch: Events) -> tuple[Held, NDArray[np.int64]]:
        users = reserve(state.users, len(batch))
        count = np.append(state.count, np.zeros(len(users.keys) - len(state.count), np.int64))
        held = Held(users, count, state.ends, roomy(state.ends, state.ring, len(batch)))
        said = np.zeros(int(batch.asked.sum()), np.int64)
        window_us = self.windows * self.window_s * 1_000_000
        _walk(held, window_us, self.scans, batch.logged_us, batch["user"], batch["number"], said)
        return held, said


def test_a_fold_on_slots_and_a_queue_keeps_all_four_laws() -> None:
    check_fold(lambda _: Recent(), WOVEN)


@dataclass(frozen=True)
class KeepsEveryRow(Recent):
    """The window never closes."""

    windows: int = 1_000_000


class Open(NamedTuple):
    number: NDArray[np.int64]


@dataclass(frozen=True)
class OpenDecisions:
    """Open questions in one array, searched from its head for each label: a queue that slows."""

    forgets: bool = True
    grain: ClassVar[str] = "event"

    def start(self) -> Open:
        return Open(np.zeros(0, np.int64))

    def step(self, state: Open, batch: Turns) -> tuple[Open, None]:
        held = state.number.tolist()
        for what, number in zip(batch.what.tolist(), batch.number.tolist(), strict=True):
            if what == ASKED:
                held.append(number)
            elif what == SETTLED and number in held[::-1] and self.forgets:
                held.remove(number)
        return Open(np.array(held, np.int64)), None


class Table(NamedTuple):
    user: NDArray[np.uint64]


@dataclass(frozen=True)
class NeverForgets:
    """Every user ever seen."""

    grain: ClassVar[str] = "event"

    def start(self) -> Table:
        return Table(np.zeros(0, np.uint64))

    def step(self, state: Table, batch: Events) -> tuple[Table, None]:
        return Table(np.union1d(state.user, batch["user"])), None


@dataclass(frozen=True)
class KeepsWhatNobodyTouches(Recent):
    """Users leave only when all rows of a read are later than the window: at the next read but one."""

    def step(self, state: Held, batch: Events) -> tuple[Held, NDArray[np.int64]]:
        last = batch.rows(slice(-2, None))
        held, said = super().step(state, batch.rows(slice(0, -2)))
        held, more = Recent(False, 10**6).step(held, last)
        return held, np.append(said, more)


BROKEN = [
    (Recent(windows=2), WOVEN, "packed bytes once all has expired"),
    (KeepsWhatNobodyTouches(), WOVEN, "packed bytes once all has expired"),
    (NeverForgets(), WOVEN, "packed bytes once all has expired"),
    (KeepsEveryRow(), WOVEN, "packed bytes once all has expired"),
    (OpenDecisions(forgets=False), TURNED, "packed bytes once all has expired"),
    (Recent(scans=True), WOVEN, "CPU time of a read of 1,024 rows with"),
    (OpenDecisions(), TURNED, "CPU time of a read of"),
]


@pytest.mark.parametrize(("fold", "stream", "what"), BROKEN)
def test_what_grows_or_slows_is_caught(fold: Any, stream: Any, what: str) -> None:
    with pytest.raises(LawBroken, match=rf"^flat of {type(fold).__name__}, {what}.*: expected at most .*, got "):
        check_fold(lambda _: fold, stream, laws=("flat",))


def test_how_long_a_row_lives_may_be_stated() -> None:
    check_fold(lambda _: Recent(windows=2), WOVEN, laws=("flat",), lives_us=120_000_000)


def test_what_is_kept_for_good_may_be_stated_but_not_grow() -> None:
    case = Case(lambda _: NeverForgets(), WOVEN, WOVEN.draw(0, 8, ()))
    drained(case, 60_000_000, keeps_bytes=8_000)
    with pytest.raises(LawBroken, match=r"^flat of NeverForgets, packed bytes at an even pace: expected at most "):
        bounded(case, 60_000_000, keeps_bytes=1_000)


class Shared(NamedTuple):
    one: NDArray[np.int64]
    other: NDArray[np.int64]


@dataclass(frozen=True)
class SharesAnArray:
    """Two columns that start as one array: a clone parts them."""

    grain: ClassVar[str] = "event"

    def start(self) -> Shared:
        both = np.zeros(1, np.int64)
        return Shared(both, both)

    def step(self, state: Shared, batch: Events) -> tuple[Shared, None]:
        state.one[0] += len(batch)
        return state, None


def test_a_state_that_names_one_array_twice_cannot_resume() -> None:
    with pytest.raises(LawBroken, match=r"^resume of SharesAnArray, state"):
        check_fold(lambda _: SharesAnArray(), WOVEN, laws=("resume",))
